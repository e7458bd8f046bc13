"""What a decision depended on changes between its load and its save: it is taken again, and the first attempt
leaves nothing behind. The other writer is a second ledger that is let in just before the save."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.application import Ledger
from ledger.events.settlement import SettlementDecided
from tests.durability.racing import Race, begun, outcome, paid, set_status, unbind
from tests.durability.recorded import log_of
from tests.durability.story import LIN, MEI, WEI, bound, charge, credited, line, opened

REGIONAL_PACK = """
name: sichuan-of-a-test
regions: ["51"]
effective: 2025-01-01
source: a test
certainty: I
debit:
  own_classes: [pharmacy]
"""


@pytest.fixture
def race(database: str) -> Iterator[Race]:
    with begun(database) as race:
        yield race


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
