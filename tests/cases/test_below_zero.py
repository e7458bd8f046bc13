"""Worked cases 28 to 32: clearing differences may take a balance below zero, payments never do."""

from tests.examples import LIN, MEI, WEI, adjust, charge, credit, family, funded, refund
from tests.spec import Spec, accepted, by, own, paid, restored


def test_case_28_a_clearing_difference_may_take_an_account_below_zero() -> None:
    """Pre-allotted 1,200.00, spent 900.00, leaves mid-year with an entitlement of 600.00: adjustment -600.00
    → 1,200.00 - 900.00 - 600.00 = -300.00."""
    spec = Spec()
    spec.given(*funded(WEI, 1_200_00), charge(WEI, 900_00))
    spec.when(adjust(WEI, -600_00))
    spec.then(accepted(balance_fen=-300_00))
    spec.then_money(WEI, current_fen=-300_00, available_fen=0)


def test_case_29_a_binder_below_zero_is_passed_over() -> None:
    """P1 -35.20, P2 100.00, bill 60.00 → P2 60.00; P1 has no leg and is not deepened."""
    spec = Spec()
    spec.given(*family(lin=0, wei=0, mei=100_00), adjust(WEI, -35_20))
    spec.when(charge(LIN, 60_00))
    spec.then(paid(by(MEI, 2, 60_00)))
    spec.then_money(WEI, current_fen=-35_20)


def test_case_30_mutual_aid_pays_the_bill_and_does_not_fill_an_account_below_zero() -> None:
    """Own -20.00, P1 100.00, bill 60.00 → P1 60.00; own stays -20.00."""
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00), adjust(LIN, -20_00))
    spec.when(charge(LIN, 60_00))
    spec.then(paid(by(WEI, 1, 60_00)))
    spec.then_money(LIN, current_fen=-20_00)


def test_case_31_money_that_comes_in_fills_the_hole_first() -> None:
    """-300.00 + 100.00 = -200.00; available stays 0.00."""
    spec = Spec()
    spec.given(*funded(WEI, 0), adjust(WEI, -300_00))
    spec.when(credit(WEI, 100_00))
    spec.then(accepted(balance_fen=-200_00))
    spec.then_money(WEI, current_fen=-200_00, available_fen=0)
    spec.when(charge(WEI, 50_00))
    spec.then(paid(cash_fen=50_00))


def test_case_32_a_refund_into_an_account_below_zero_is_added_to_it() -> None:
    """P2 at -30.00 gets 150.00 back → 120.00, all of it available."""
    spec = Spec()
    spec.given(*family(lin=0, wei=0, mei=150_00), charge(LIN, 150_00, settlement="S32"), adjust(MEI, -30_00))
    spec.when(refund("S32"))
    spec.then(restored((MEI, "current", 150_00)))
    spec.then_money(MEI, current_fen=120_00, available_fen=120_00)


def test_a_bucket_below_zero_lowers_what_the_other_bucket_can_pay() -> None:
    """Own current -20.00 and carried 50.00: only 30.00 are available, and they leave carried."""
    spec = Spec()
    spec.given(*family(lin=0, wei=0), adjust(LIN, -20_00), credit(LIN, 50_00, bucket="carried"))
    spec.when(charge(LIN, 60_00))
    spec.then(paid(own(LIN, 30_00, "carried"), cash_fen=30_00))
    spec.then_money(LIN, current_fen=-20_00, carried_fen=20_00)
