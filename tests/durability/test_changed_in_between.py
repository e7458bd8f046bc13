"""What a decision depended on changes between its load and its save: it is taken again, and the first attempt
leaves nothing behind. The other writer is a second ledger that is let in just before the save."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest

from ledger.application import Ledger, Result
from ledger.events.settlement import SettlementDecided
from ledger.persistence.log import Batch, Span
from ledger.persistence.postgres import PostgresLog
from tests.durability.recorded import is_what_one_writer_would_have_written, log_of, stands_in_order
from tests.durability.story import DAY, LIN, MEI, WEI, bound, charge, credited, line, opened

WRITER_LOCK = 7310001
REGIONAL_PACK = """
name: sichuan-of-a-test
regions: ["51"]
effective: 2025-01-01
source: a test
certainty: I
debit:
  own_classes: [pharmacy]
"""


class Overtaken(PostgresLog):
    """A log on which somebody else is faster: before each save, one of `others` acts, until none is left."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn)
        self.others: list[Callable[[], object]] = []
        self.saves = 0

    def append(self, batch: Batch) -> Span:
        self.saves += 1
        if self.others:
            self.others.pop(0)()
        return super().append(batch)


class Race:
    """Two ledgers on one database: `theirs` overtakes `ours`."""

    def __init__(self, dsn: str, their_policies: tuple[Path, ...] = ()) -> None:
        self.dsn = dsn
        self.log = Overtaken(dsn)
        self.ours = Ledger(self.log)
        self.theirs = Ledger.open(dsn, their_policies)
        self.sent: list[bytes] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.ours.close()
        self.theirs.close()

    def given(self, *lines: bytes) -> None:
        """What happened before; ours knows of it."""
        self.sent += lines
        assert {result.status for result in self.ours.submit(lines)} == {"accepted"}

    def decide(self, sent: bytes, meanwhile: bytes) -> Result:
        """Our answer to a line, when theirs is answered between our load and our save."""
        before, self.log.saves, their_answers = len(log_of(self.dsn)), 0, list[Result]()
        self.log.others = [lambda: their_answers.extend(self.theirs.submit([meanwhile]))]
        (ours,) = self.ours.submit([sent])
        (theirs,) = their_answers
        assert theirs.status == "accepted"
        assert self.log.saves == 2, "the decision was taken twice"
        self.sent += [meanwhile, sent]
        log = log_of(self.dsn)
        stands_in_order(log)
        requests = [entry.event.request for entry in log[before:]]
        assert requests == sorted(requests, key=[theirs.id, ours.id].index), "theirs, then ours, and no third"
        assert set(requests) == {theirs.id, ours.id}
        return ours

    def reads_as_one_writer(self) -> None:
        """The log is that of one writer who was never disturbed."""
        is_what_one_writer_would_have_written(self.dsn, self.sent)


@pytest.fixture
def race(database: str) -> Iterator[Race]:
    """Lin and her son Wei have money, Mei has none; nobody is bound."""
    with Race(database) as race:
        race.given(opened(LIN), opened(WEI), opened(MEI), credited(LIN, 100_00), credited(WEI, 500_00))
        yield race
        race.reads_as_one_writer()


def unbind(binder: str, beneficiary: str, at: str = DAY) -> bytes:
    return line("unbind", f"unbind-{binder}", at, binder=binder, beneficiary=beneficiary)


def set_status(account: str, status: str) -> bytes:
    return line("set_status", f"{status}-{account}", account=account, status=status)


def outcome(result: Result) -> tuple[str, str | None]:
    return result.status, result.code


def paid(result: Result) -> tuple[Any, ...]:
    """What own money, binders and cash came to."""
    return tuple(result.result[part] for part in ("own_fen", "shared_fen", "cash_fen"))


# Unbind against charge -------------------------------------------------------------------------------


def test_a_binder_who_unbinds_before_a_charge_is_saved_does_not_pay_it(race: Race) -> None:
    race.given(bound(WEI, LIN))
    result = race.decide(charge(LIN, 300_00, "c-1"), meanwhile=unbind(WEI, LIN))
    assert paid(result) == (100_00, 0, 200_00)


def test_a_charge_that_own_money_pays_is_decided_again_though_it_writes_nothing_the_unbinding_writes(
    race: Race,
) -> None:
    race.given(bound(WEI, LIN))
    result = race.decide(charge(LIN, 80_00, "c-1"), meanwhile=unbind(WEI, LIN))
    assert paid(result) == (80_00, 0, 0)
    decided = [entry.event for entry in log_of(race.dsn) if isinstance(entry.event, SettlementDecided)]
    assert [event.order for event in decided] == [()], "the order on record is the one after the unbinding"


def test_a_binder_bound_before_a_charge_is_saved_pays_it(race: Race) -> None:
    result = race.decide(charge(LIN, 300_00, "c-1"), meanwhile=bound(WEI, LIN))
    assert paid(result) == (100_00, 200_00, 0)


def test_an_unbinding_decided_before_a_hold_was_saved_is_refused_for_it(race: Race) -> None:
    race.given(bound(WEI, LIN))
    result = race.decide(unbind(WEI, LIN), meanwhile=charge(LIN, 300_00, "h-1", op="hold"))
    assert outcome(result) == ("rejected", "unsettled_holds")


def test_a_premium_is_not_paid_by_a_binder_who_unbinds_before_it_is_saved(race: Race) -> None:
    race.given(bound(WEI, LIN))
    premium = line(
        "pay_premium", "p-1", settlement="P-1", payer=WEI, beneficiary=LIN, amount_fen=100, scheme="resident"
    )
    result = race.decide(premium, meanwhile=unbind(WEI, LIN))
    assert outcome(result) == ("rejected", "not_bound")


# Status against bind ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("account", "code"), [(LIN, "beneficiary_not_active"), (WEI, "binder_not_active")])
def test_nobody_is_bound_who_was_suspended_before_the_bind_was_saved(
    race: Race, account: str, code: str
) -> None:
    result = race.decide(bound(WEI, LIN), meanwhile=set_status(account, "suspended"))
    assert outcome(result) == ("rejected", code)
    assert result.result == {"status": "suspended"}


def test_a_closing_ends_the_binding_that_was_saved_before_it(race: Race) -> None:
    result = race.decide(set_status(LIN, "closed"), meanwhile=bound(WEI, LIN))
    assert result.result == {"changed": True, "unbound": [["mutual_aid", WEI, LIN]]}


# Close against an all-cash hold ----------------------------------------------------------------------


def test_an_account_with_an_all_cash_hold_saved_before_its_closing_stays_open(race: Race) -> None:
    all_cash = charge(MEI, 50_00, "h-1", op="hold")
    result = race.decide(set_status(MEI, "closed"), meanwhile=all_cash)
    assert outcome(result) == ("rejected", "unsettled_holds")
    assert result.result == {"open_holds": 1}


def test_an_all_cash_hold_is_refused_when_the_account_was_closed_before_it_was_saved(race: Race) -> None:
    all_cash = charge(MEI, 50_00, "h-1", op="hold")
    result = race.decide(all_cash, meanwhile=set_status(MEI, "closed"))
    assert outcome(result) == ("rejected", "account_closed")


# A policy pack recorded by another process -----------------------------------------------------------


def test_a_pack_that_another_process_records_before_a_charge_is_saved_decides_the_charge(
    database: str, tmp_path: Path
) -> None:
    pack = tmp_path / "sichuan.yaml"
    pack.write_text(REGIONAL_PACK)
    with Race(database, their_policies=(pack,)) as race:
        race.given(opened(LIN), credited(LIN, 100_00), opened(MEI), charge(LIN, 10_00, "c-first"))
        before = race.decide(charge(LIN, 30_00, "c-1"), meanwhile=charge(MEI, 10_00, "c-0"))
        assert paid(before) == (0, 0, 30_00), "the pack lets own money pay at pharmacies only"
        decided = [entry.event for entry in log_of(database) if isinstance(entry.event, SettlementDecided)]
        new = "sichuan-of-a-test"
        assert [event.policy for event in decided] == ["national-2024", new, new]
        after = race.ours.submit([charge(LIN, 30_00, "c-2", med_type="41")])
        assert paid(after[0]) == (30_00, 0, 0)


# Refusals, repeats and quotes rest on what they read, too --------------------------------------------


def test_a_refusal_for_want_of_money_is_withdrawn_when_money_came_before_it_was_saved(race: Race) -> None:
    result = race.decide(charge(MEI, 50_00, "c-1", cash="refused"), meanwhile=credited(MEI, 60_00))
    assert paid(result) == (50_00, 0, 0)


def test_an_account_opened_before_a_refusal_was_saved_is_found(race: Race) -> None:
    result = race.decide(credited("JUN", 100), meanwhile=opened("JUN"))
    assert outcome(result) == ("accepted", None)


def test_a_settlement_charged_by_another_before_ours_was_saved_is_a_duplicate(race: Race) -> None:
    ours, theirs = (charge(LIN, 10_00, id, settlement="S-1") for id in ("c-ours", "c-theirs"))
    result = race.decide(ours, meanwhile=theirs)
    assert outcome(result) == ("duplicate", None)
    assert paid(result) == (10_00, 0, 0)


def test_an_id_taken_by_another_before_ours_was_saved_is_answered_as_theirs(race: Race) -> None:
    same = credited(LIN, 70_00, id="once")
    race.log.others = [lambda: race.theirs.submit([same])]
    assert outcome(race.ours.submit([same])[0]) == ("duplicate", None)
    other_content = credited(LIN, 1, id="once")
    assert outcome(race.ours.submit([other_content])[0]) == ("rejected", "request_conflict")
    race.sent += [same, other_content]


def test_what_another_writes_between_two_of_our_lines_is_seen_by_the_second(race: Race) -> None:
    ask = line("quote", "q", beneficiary=LIN, amount_fen=300_00, med_type="11")
    race.given(credited(WEI, 1, id="ours"))
    assert paid(race.ours.submit([ask])[0]) == (100_00, 0, 200_00)
    race.sent += [bound(WEI, LIN), credited(LIN, 50_00, id="theirs")]
    race.theirs.submit(race.sent[-2:])
    assert paid(race.ours.submit([ask])[0]) == (150_00, 150_00, 0)


@pytest.mark.parametrize("op", ["capture", "release", "refund"])
def test_what_another_holds_or_charges_can_be_captured_released_or_refunded_at_once(
    race: Race, op: str
) -> None:
    race.given(bound(WEI, LIN), charge(LIN, 10_00, "c-ours"))  # ours remembers the family as it was here
    theirs = charge(LIN, 300_00, "theirs", op="charge" if op == "refund" else "hold")
    assert race.theirs.submit([theirs])[0].status == "accepted"
    fields = {"refund": "R-1"} if op == "refund" else {}
    ours = line(op, "ours", **{"settlement": "S-theirs", **fields})
    assert outcome(race.ours.submit([ours])[0]) == ("accepted", None)
    race.sent += [theirs, ours]


def test_a_ledger_opened_on_an_empty_log_sees_what_others_write_first(database: str) -> None:
    ask = line("quote", "q", beneficiary=LIN, amount_fen=300_00, med_type="11")
    with Ledger.open(database) as ours, Ledger.open(database) as theirs:
        assert outcome(ours.submit([ask])[0]) == ("rejected", "beneficiary_not_found")
        family = [opened(LIN), opened(WEI), credited(LIN, 100_00), credited(WEI, 500_00), bound(WEI, LIN)]
        theirs.submit([*family, charge(LIN, 50_00, "c-1")])
        assert paid(ours.submit([charge(LIN, 70_00, "c-2")])[0]) == (50_00, 20_00, 0)
        assert paid(ours.submit([ask])[0]) == (0, 300_00, 0)


# A file in batches, one of which is decided while another is saved ------------------------------------


@pytest.mark.parametrize("before", range(4))
def test_batches_on_their_way_are_decided_again_wherever_another_writer_gets_in(
    race: Race, before: int
) -> None:
    race.given(bound(WEI, LIN))
    bills = [charge(LIN, 40_00, f"c-{number}") for number in range(4)]
    race.log.others = [lambda: None] * before
    race.log.others.append(partial(race.theirs.submit, [unbind(WEI, LIN)]))
    answers = list(race.ours.apply_lines(bills, batch=1))
    third = (20_00, 20_00, 0) if before == 3 else (20_00, 0, 20_00)
    assert [paid(answer) for answer in answers] == [(40_00, 0, 0), (40_00, 0, 0), third, (0, 0, 40_00)]
    race.sent += [unbind(WEI, LIN), *bills]


# Losing again and again ------------------------------------------------------------------------------


def test_a_decision_that_keeps_losing_is_taken_with_every_other_writer_kept_out(race: Race) -> None:
    race.given(bound(WEI, LIN))
    busy = [credited(LIN, 1, id=f"busy-{n}") for n in range(3)]
    kept_out: list[bool] = []
    race.log.others = [partial(race.theirs.submit, [one]) for one in busy]
    race.log.others.append(lambda: kept_out.append(not _may_write(race.dsn)))
    (result,) = race.ours.submit([charge(LIN, 300_00, "c-1")])
    assert paid(result) == (100_03, 199_97, 0)
    assert kept_out == [True]
    race.sent += [*busy, charge(LIN, 300_00, "c-1")]


def test_whoever_was_kept_out_gets_an_answer_that_counts_the_winner(race: Race) -> None:
    busy = [credited(LIN, 1, id=f"busy-{n}") for n in range(3)]
    last = charge(LIN, 90_00, "c-theirs")
    with ThreadPoolExecutor(1) as elsewhere:
        waiting: list[Future[list[Result]]] = []
        race.log.others = [partial(race.theirs.submit, [one]) for one in busy]
        race.log.others.append(lambda: waiting.append(elsewhere.submit(race.theirs.submit, [last])))
        (ours,) = race.ours.submit([charge(LIN, 80_00, "c-ours")])
        (theirs,) = waiting[0].result(timeout=30)
    assert (paid(ours), paid(theirs)) == ((80_00, 0, 0), (20_03, 0, 69_97))
    race.sent += [*busy, charge(LIN, 80_00, "c-ours"), last]


def _may_write(dsn: str) -> bool:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [WRITER_LOCK]).fetchone()
        return bool(row and row[0])
