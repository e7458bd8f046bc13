"""Settlement results of a platform become charges, records, refunds and added facts; nothing twice."""

from typing import Any

import orjson
import pytest

from ledger.application import Ledger
from ledger.commands.fields import Bucket
from ledger.events.facts import FactsAdded
from ledger.events.settlement import SettlementDecided
from ledger.persistence.memory import MemoryLog
from ledger.reconciliation.files.legs import LegRow, read_legs
from ledger.reconciliation.files.reading import Taken
from ledger.reconciliation.files.settlements import SettlementRecord, read_settlements
from ledger.reconciliation.intake.orders import Asked, Mode, Options, orders
from ledger.reconciliation.intake.taking import Outcome, take
from tests.examples import LIN, MEI, WEI, charge, credit, family, open_account, refund
from tests.ledger.reconciliation.layouts import PROFILES, lines, rows_of
from tests.spec import NOW, Spec, instant

Obj = dict[str, Any]
NUMBER = "11010519491231002X"  # a published example of a citizen-ID number: nobody's

BILL = {
    "mdtrt_id": "V-1", "setl_id": "S-1", "psn_no": LIN, "psn_name": "林奶奶", "certno": NUMBER,
    "insutype": "310", "psn_type": "11", "cvlserv_flag": "0", "setl_time": "2026-03-10 10:00:00",
    "mdtrt_cert_type": "01", "med_type": "11", "medfee_sumamt": 1000, "fund_pay_sumamt": "680.00",
    "psn_part_amt": "320.00", "acct_pay": "320.00", "psn_cash_pay": "0", "hosp_part_amt": "0",
    "acct_mulaid_pay": "270.00", "medins_setl_id": "G-1", "clr_optins": "130100", "clr_type": "11",
    "fixmedins_code": "H13010200001", "exp_content": "林奶奶的账单",
}  # fmt: skip
LEGS = (
    ("S-1", "1", LIN, "130102", "self", "current", "50.00", "forward", "null", "null"),
    ("S-1", "2", WEI, "130102", "child", "current", "120.00", "forward", "null", "null"),
    ("S-1", "3", MEI, "130102", "child", "current", "150.00", "forward", "null", "null"),
)
HEADER = (
    "setl_id", "leg_no", "payer_psn_no", "payer_admdvs", "relation", "bucket", "amount", "direction",
    "priority_version", "policy_version",
)  # fmt: skip


def of_file(*bills: Obj, profile: str = "settlements-national") -> list[SettlementRecord]:
    content = b"".join(orjson.dumps({k: v for k, v in b.items() if v is not None}) + b"\n" for b in bills)
    return rows_of(read_settlements(PROFILES[profile], "day.jsonl", content))


def of_legs(*rows: tuple[str, ...]) -> list[LegRow]:
    found = read_legs(PROFILES["legs-exchange"], "legs.tsv", lines([HEADER, *rows]))
    assert isinstance(found, Taken), found
    return list(found.rows)


def asked(
    *bills: Obj, mode: Mode = "decide", legs: tuple[tuple[str, ...], ...] = (), bucket: Bucket | None = None
) -> Asked:
    return orders(of_file(*bills), of_legs(*legs), Options(mode, bucket))


def bad(*bills: Obj, **fields: Any) -> list[tuple[int, str | None, str]]:
    return [(line.line, line.column, line.code) for line in asked(*bills, **fields).bad]


def taken(spec: Spec, *bills: Obj, **fields: Any) -> list[Outcome]:
    found = asked(*bills, **fields)
    assert not found.bad
    return take(spec.ledger, found.orders, clock=lambda: instant(NOW))


def became(spec: Spec, *bills: Obj, **fields: Any) -> list[str]:
    return [outcome.became for outcome in taken(spec, *bills, **fields)]


@pytest.fixture
def spec() -> Spec:
    """Lin 50.00, bound by Wei 120.00 and Mei 500.00: case 1."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=120_00, mei=500_00))
    return spec


def events(spec: Spec, cls: type[Any]) -> list[Any]:
    return [event.event for event in spec.log if isinstance(event.event, cls)]


def test_this_ledger_allocates_the_personal_share(spec: Spec) -> None:
    assert became(spec, BILL) == ["charged"]
    (decided,) = events(spec, SettlementDecided)
    assert (decided.op, decided.beneficiary, decided.amount_fen) == ("charge", LIN, 320_00)
    assert decided.at == instant("2026-03-10T10:00:00+08:00")
    assert decided.institution == "H13010200001"
    assert [leg.amount_fen for leg in decided.legs] == [50_00, 120_00, 150_00]


def test_facts_have_national_names_and_two_decimals_and_no_person(spec: Spec) -> None:
    taken(spec, BILL)
    (decided,) = events(spec, SettlementDecided)
    assert decided.facts == {
        "mdtrt_id": "V-1", "insutype": "310", "psn_type": "11", "cvlserv_flag": "0", "mdtrt_cert_type": "01",
        "medfee_sumamt": "1000.00", "fund_pay_sumamt": "680.00", "psn_part_amt": "320.00",
        "acct_pay": "320.00", "psn_cash_pay": "0.00", "hosp_part_amt": "0.00", "acct_mulaid_pay": "270.00",
        "medins_setl_id": "G-1", "clr_optins": "130100", "clr_type": "11",
    }  # fmt: skip
    assert "林" not in repr(spec.log)
    assert NUMBER not in repr(spec.log)


def test_the_platforms_legs_are_recorded_as_they_are(spec: Spec) -> None:
    spec.given(charge(LIN, 100_00))
    (outcome,) = taken(spec, BILL, mode="record", legs=LEGS)
    assert (outcome.became, outcome.exceptions) == ("recorded", ("below_zero",))
    assert [spec.account(name).balance_fen for name in (LIN, WEI, MEI)] == [-50_00, -50_00, 350_00]


def test_own_money_alone_needs_no_legs_but_its_bucket(spec: Spec) -> None:
    own = {
        **BILL,
        "psn_part_amt": "50.00",
        "acct_pay": "50.00",
        "acct_mulaid_pay": "0",
        "medfee_sumamt": "730",
    }
    assert bad(own, mode="record") == [(1, None, "bucket_missing")]
    assert became(spec, own, mode="record", bucket="current") == ["recorded"]
    assert spec.account(LIN).balance_fen == 0


def test_what_was_all_cash_asks_nobody_for_money(spec: Spec) -> None:
    cash = {**BILL, "acct_pay": "0", "psn_cash_pay": "320", "acct_mulaid_pay": "0"}
    assert became(spec, cash, mode="record") == ["charged"]
    (decided,) = events(spec, SettlementDecided)
    assert (decided.legs, decided.cash_fen) == ((), 320_00)


def test_where_a_person_owes_nothing_nothing_is_settled(spec: Spec) -> None:
    free = {**BILL, "medfee_sumamt": "680", "psn_part_amt": "0", "acct_pay": "0", "acct_mulaid_pay": "0"}
    assert became(spec, free) == ["nothing_due"]


@pytest.mark.parametrize("mode", ["decide", "record"])
def test_the_same_file_twice_has_no_second_effect(spec: Spec, mode: Mode) -> None:
    legs = LEGS if mode == "record" else ()
    taken(spec, BILL, mode=mode, legs=legs)
    before = list(spec.log)
    assert became(spec, BILL, mode=mode, legs=legs) == ["known"]
    assert list(spec.log) == before


def test_a_settlement_that_is_charged_already_gets_the_facts_it_lacked(spec: Spec) -> None:
    spec.given(charge(LIN, 320_00, settlement="S-1", facts={"mdtrt_id": "V-other"}))
    assert became(spec, BILL, BILL | {"setl_id": "S-2", "psn_no": "NOBODY"}) == ["facts_added", "rejected"]
    (added,) = events(spec, FactsAdded)
    assert "mdtrt_id" not in added.facts
    assert (added.facts["clr_type"], added.institution) == ("11", "H13010200001")
    assert became(spec, BILL) == ["known"]
    assert spec.account(LIN).balance_fen == 0


@pytest.mark.parametrize(
    "other", [{"psn_no": WEI}, {"psn_part_amt": "310", "acct_pay": "310", "medfee_sumamt": "990"}]
)
def test_another_patient_or_share_is_a_conflict_for_the_clerk(spec: Spec, other: Obj) -> None:
    spec.given(charge(LIN, 320_00, settlement="S-1"))
    before = list(spec.log)
    assert became(spec, BILL | other) == ["conflict"]
    assert list(spec.log) == before


def test_a_refused_settlement_is_asked_again_once_it_can_be_settled(spec: Spec) -> None:
    guo = BILL | {"psn_no": "ANNA"}
    (outcome,) = taken(spec, guo)
    assert (outcome.became, outcome.code) == ("rejected", "beneficiary_not_found")
    before = list(spec.log)
    assert became(spec, guo) == ["rejected"]
    assert list(spec.log) == before
    spec.given(open_account("ANNA"), credit("ANNA", 10_00))
    assert became(spec, guo) == ["charged"]


SIGNS = {"column": "refd_setl_flag", "forward": "0", "reverse": "1", "reverse_amounts": "positive"}


def reversed_too(*bills: Obj) -> list[SettlementRecord]:
    """A file that carries cancellations beside settlements."""
    keys = PROFILES["settlements-national"].model_dump(mode="json", exclude_unset=True)
    profile = type(PROFILES["settlements-national"]).from_keys(
        {**keys, "columns": [*keys["columns"], "refd_setl_flag"], "direction": SIGNS}
    )
    content = b"".join(orjson.dumps(bill) + b"\n" for bill in bills)
    return rows_of(read_settlements(profile, "day.jsonl", content))


def test_a_cancellation_gives_back_whatever_stands_first_in_the_file(spec: Spec) -> None:
    """Cases 40 and 41: a cancel that comes before its charge is parked until that is known; twice is once."""
    paid, back = BILL | {"refd_setl_flag": "0"}, BILL | {"refd_setl_flag": "1"}

    def outcomes(*bills: Obj) -> list[str]:
        found = orders(reversed_too(*bills), [], Options("decide"))
        assert not found.bad
        return [o.became for o in take(spec.ledger, found.orders, clock=lambda: instant(NOW))]

    assert outcomes(back) == ["parked"]
    assert outcomes(back, paid) == ["refunded", "charged"]
    assert spec.account(MEI).balance_fen == 500_00
    assert outcomes(back, paid) == ["known", "known"]


def test_a_cancellation_of_what_was_given_back_already_is_known(spec: Spec) -> None:
    spec.given(charge(LIN, 320_00, settlement="S-1"), refund("S-1"))
    found = orders(reversed_too(BILL | {"refd_setl_flag": "1"}), [], Options("decide"))
    assert [o.became for o in take(spec.ledger, found.orders)] == ["known"]


@pytest.mark.parametrize(
    ("bills", "fields", "expected"),
    [
        ([BILL | {"psn_part_amt": "321.00"}], {}, [(1, "psn_part_amt", "share_not_closed")]),
        ([BILL, BILL], {}, [(2, "setl_id", "settlement_twice")]),
        ([BILL | {"fulamt_ownpay_amt": "320.01"}], {}, [(1, "fulamt_ownpay_amt", "self_paid_above_share")]),
        ([BILL], {"mode": "record"}, [(1, "acct_mulaid_pay", "legs_missing"), (1, None, "bucket_missing")]),
        ([BILL], {"mode": "record", "legs": LEGS[:2]}, [(1, "acct_pay", "legs_not_closed")]),
        (
            [BILL | {"psn_no": WEI}],
            {"mode": "record", "legs": LEGS},
            [(1, "psn_no", "leg_of_another")],
        ),
        ([BILL | {"setl_id": "x" * 64, "med_type": "11"}], {}, []),
    ],
)
def test_what_cannot_be_said_for_certain_refuses_the_file(
    bills: list[Obj], fields: Obj, expected: list[tuple[int, str | None, str]]
) -> None:
    assert bad(*bills, **fields) == expected


def test_mutual_aid_beside_the_account_is_taken_as_the_profile_says(spec: Spec) -> None:
    """Case 62, outside: account 50.00, mutual aid 270.00."""
    outside = BILL | {"acct_pay": "50.00"}
    found = orders(of_file(outside, profile="settlements-outside"), of_legs(*LEGS), Options("record"))
    assert not found.bad
    assert [o.became for o in take(spec.ledger, found.orders)] == ["recorded"]


def test_fully_self_paid_items_are_not_asked_of_binders(spec: Spec) -> None:
    """Case 9: 40.00 of 320.00 are fully self-paid."""
    taken(spec, BILL | {"fulamt_ownpay_amt": "40.00"})
    (decided,) = events(spec, SettlementDecided)
    assert [leg.amount_fen for leg in decided.legs] == [50_00, 120_00, 110_00]
    assert decided.cash_fen == 40_00


def test_a_dry_run_keeps_nothing() -> None:
    spec = Spec()
    spec.given(*family(lin=50_00, wei=120_00))
    before = len(spec.log)
    dry = Ledger(MemoryLog(base=spec.ledger.log), clock=lambda: instant(NOW))
    assert [outcome.became for outcome in take(dry, asked(BILL).orders)] == ["charged"]
    assert len(spec.log) == before
