"""The checks of a charge and a hold, each of them and their order (contract section 5)."""

import pytest

from tests.examples import (
    GUO,
    LIN,
    MEI,
    SHIJIAZHUANG,
    WEI,
    Command,
    charge,
    family,
    hold,
    open_account,
    pay_premium,
    release,
    set_status,
)
from tests.spec import Spec, by, own, paid, repeated

IN_2020 = {"at": "2020-06-01T10:00:00+08:00"}
BILLS = pytest.mark.parametrize("bill", [charge(LIN, 80_00), hold(LIN, 80_00)], ids=["charge", "hold"])


@pytest.fixture
def spec() -> Spec:
    """Lin 50.00, bound by Wei 100.00 and Mei 100.00."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=100_00, mei=100_00))
    return spec


@BILLS
def test_a_bill_is_somebody_s(bill: Command) -> None:
    Spec().refuses(bill, "beneficiary_not_found")


@BILLS
def test_a_closed_account_has_no_more_bills(spec: Spec, bill: Command) -> None:
    spec.given(set_status(LIN, "closed"))
    spec.refuses(bill, "account_closed")


@BILLS
def test_there_is_no_policy_before_the_first_document(spec: Spec, bill: Command) -> None:
    spec.refuses({**bill, **IN_2020}, "no_policy", region=SHIJIAZHUANG, day="2020-06-01")


@BILLS
def test_where_cash_is_refused_the_legs_pay_all_or_nothing(spec: Spec, bill: Command) -> None:
    figures = {"needed_fen": 250_01, "available_fen": 250_00}
    spec.refuses({**bill, "amount_fen": 250_01, "cash": "refused"}, "insufficient_funds", **figures)
    spec.when({**bill, "amount_fen": 250_00, "cash": "refused"})
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 100_00), by(MEI, 2, 100_00)))


def test_what_the_legs_would_come_to_heeds_every_rule(spec: Spec) -> None:
    figures = {"needed_fen": 80_00, "available_fen": 50_00}
    spec.refuses(charge(LIN, 80_00, med_type="21", cash="refused"), "insufficient_funds", **figures)
    figures = {"needed_fen": 80_00, "available_fen": 70_00}
    spec.refuses(charge(LIN, 80_00, self_paid_fen=10_00, cash="refused"), "insufficient_funds", **figures)
    figures = {"needed_fen": 80_00, "available_fen": 0}
    spec.refuses(charge(LIN, 80_00, med_type="???", cash="refused"), "insufficient_funds", **figures)


OTHERS = [
    charge(LIN, 80_01),
    charge(WEI, 80_00),
    charge(LIN, 80_00, med_type="12"),
    charge(LIN, 80_00, institution="H1"),
    charge(LIN, 80_00, self_paid_fen=1),
    charge(LIN, 80_00, facts={"mdtrt_id": "7"}),
    charge(LIN, 80_00, sources="own"),
    charge(LIN, 80_00, cash="refused"),
    charge(LIN, 80_00, at="2026-03-10T10:00:01+08:00"),
    hold(LIN, 80_00),
    pay_premium(WEI, LIN, 80_00),
]


@pytest.mark.parametrize("other", OTHERS)
def test_a_known_settlement_with_other_content_is_a_conflict(spec: Spec, other: Command) -> None:
    spec.given(charge(LIN, 80_00, settlement="S"))
    spec.refuses({**other, "settlement": "S"}, "settlement_conflict")
    spec.then_money(LIN)


def test_a_charge_for_what_is_known_as_a_hold_is_a_conflict(spec: Spec) -> None:
    spec.given(hold(LIN, 80_00, settlement="S"))
    spec.refuses(charge(LIN, 80_00, settlement="S"), "settlement_conflict")


def test_a_released_settlement_is_never_charged(spec: Spec) -> None:
    spec.given(hold(LIN, 80_00, settlement="S"), release("S"))
    for bill in (hold(LIN, 80_00), charge(LIN, 80_00), charge(LIN, 1), pay_premium(WEI, LIN, 1)):
        spec.refuses({**bill, "settlement": "S"}, "settlement_released")
    spec.given(hold(LIN, 80_00, settlement="S-2"))


def test_the_checks_come_in_their_order(spec: Spec) -> None:
    spec.given(hold(LIN, 10_00, settlement="RELEASED"), release("RELEASED"))
    spec.given(charge(LIN, 10_00, settlement="KNOWN"))
    wrong = {"cash": "refused", **IN_2020}
    spec.refuses(charge("NOBODY", 9_999_00, settlement="RELEASED", **wrong), "settlement_released")
    spec.refuses(charge("NOBODY", 9_999_00, settlement="KNOWN", **wrong), "settlement_conflict")
    spec.refuses(charge("NOBODY", 9_999_00, **wrong), "beneficiary_not_found")
    spec.given(open_account(GUO), set_status(GUO, "closed"))
    spec.refuses(charge(GUO, 9_999_00, **wrong), "account_closed")
    spec.refuses(charge(LIN, 9_999_00, **wrong), "no_policy", region=SHIJIAZHUANG, day="2020-06-01")
    figures = {"needed_fen": 9_999_00, "available_fen": 240_00}
    spec.refuses(charge(LIN, 9_999_00, cash="refused"), "insufficient_funds", **figures)


def test_a_duplicate_is_found_before_any_rule_that_would_refuse_it_now(spec: Spec) -> None:
    spec.given(charge(LIN, 80_00, settlement="S"))
    first = spec.outcome
    spec.given(set_status(LIN, "closed"))
    spec.when(charge(LIN, 80_00, settlement="S"))
    spec.then(repeated(first))
