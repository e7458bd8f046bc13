"""Worked cases 33 to 43: what comes back, where it goes, and what a repeated or uncertain message does.

Case 35, proportional refunds, is not the ledger's; `tests/README.md` says why.
"""

from tests.examples import (
    GUO,
    LIN,
    MEI,
    WEI,
    adjust,
    bind,
    capture,
    charge,
    family,
    funded,
    hold,
    open_account,
    refund,
    release,
    reorder,
    set_status,
    unbind,
)
from tests.spec import Spec, accepted, by, own, paid, rejected, repeated, restored


def case_1() -> Spec:
    """320.00 charged as S1: own 50.00, P1 120.00, P2 150.00 of 500.00."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=120_00, mei=500_00), charge(LIN, 320_00, settlement="S1"))
    return spec


def case_2() -> Spec:
    """88.60 charged as S2 for a resident-insured patient: P1 60.00, P2 20.00, cash 8.60."""
    spec = Spec()
    spec.given(open_account(GUO), *funded(WEI, 60_00), *funded(MEI, 20_00), bind(WEI, GUO), bind(MEI, GUO))
    spec.given(charge(GUO, 88_60, settlement="S2"))
    return spec


def test_case_33_a_full_cancel_restores_what_each_paid_whatever_the_order_is_now() -> None:
    """Case 1 cancelled after the priority was swapped: own +50.00, P1 +120.00, P2 +150.00."""
    spec = case_1()
    spec.given(reorder(LIN, MEI, WEI))
    spec.when(refund("S1"))
    spec.then(restored((MEI, "current", 150_00), (WEI, "current", 120_00), (LIN, "current", 50_00)))
    spec.then_money(LIN, current_fen=50_00)
    spec.then_money(WEI, current_fen=120_00)
    spec.then_money(MEI, current_fen=500_00)
    assert spec.order(LIN) == [MEI, WEI]


def test_case_34_a_partial_refund_goes_to_the_last_payer_first() -> None:
    """100.00 of case 1 → P2 +100.00; net own 50.00, P1 120.00, P2 50.00."""
    spec = case_1()
    spec.when(refund("S1", 100_00))
    spec.then(restored((MEI, "current", 100_00), refundable_fen=220_00))
    spec.then_money(MEI, current_fen=450_00)


def test_case_34_a_partial_refund_equals_cancelling_and_settling_the_smaller_amount() -> None:
    """Cancel 320.00 and settle 220.00 again → own 50.00, P1 120.00, P2 50.00: the same net legs."""
    spec = case_1()
    spec.given(refund("S1"))
    spec.when(charge(LIN, 220_00))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 120_00), by(MEI, 2, 50_00)))


def test_case_36_cash_comes_back_before_any_account() -> None:
    """Case 2, refund 20.00: cash 8.60 first, then P2 11.40."""
    spec = case_2()
    spec.when(refund("S2", 20_00))
    spec.then(restored((MEI, "current", 11_40), cash_fen=8_60, refundable_fen=68_60))


def test_case_37_no_more_comes_back_than_was_paid() -> None:
    """320.00 charged, 100.00 refunded, then 230.00 requested → rejected, at most 220.00."""
    spec = case_1()
    spec.given(refund("S1", 100_00))
    spec.when(refund("S1", 230_00))
    spec.then(rejected("over_refund", refundable_fen=220_00))


def test_case_38_a_refund_after_unbinding_goes_to_the_original_payer() -> None:
    """P2's 150.00 come back to P2 although P2 is no longer bound."""
    spec = case_1()
    spec.given(unbind(MEI, LIN))
    spec.when(refund("S1", 150_00))
    spec.then(restored((MEI, "current", 150_00), refundable_fen=170_00))


def test_case_38_a_refund_to_a_closed_account_waits_in_its_suspense() -> None:
    """P2 has died and the account is closed: 150.00 wait in P2's suspense, never with another relative."""
    spec = case_1()
    spec.given(set_status(MEI, "closed"))
    spec.when(refund("S1", 150_00))
    spec.then(restored((MEI, "suspense", 150_00), refundable_fen=170_00))
    spec.then_money(MEI, current_fen=350_00, suspense_fen=150_00)


def test_case_39_a_settlement_delivered_twice_is_charged_once() -> None:
    """Same settlement, same content, new request → the first answer again, no second effect."""
    spec = case_1()
    first = spec.outcome
    spec.again(id="delivered-again")
    spec.then(repeated(first))
    spec.then_money(MEI, current_fen=350_00)


def test_case_39_a_settlement_with_another_amount_is_a_conflict_and_the_first_stays() -> None:
    """Same settlement, 330.00 instead of 320.00 → conflict on record."""
    spec = case_1()
    spec.again(id="delivered-changed", amount_fen=330_00)
    spec.then(rejected("settlement_conflict"))
    spec.then_money(MEI, current_fen=350_00)


def test_case_40_a_cancel_that_comes_before_its_charge_is_refused() -> None:
    """Nothing is parked: the cancel is `settlement_not_found`, the charge that follows stands, and the cancel
    is sent again under a new id. (Importing parks it; see `tests/README.md`.)"""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=0))
    spec.refuses(refund("S40", refund="F40", id="cancel-1"), "settlement_not_found")
    spec.given(charge(LIN, 50_00, settlement="S40"))
    spec.refuses(refund("S40", refund="F40", id="cancel-1"), "settlement_not_found")
    spec.when(refund("S40", refund="F40", id="cancel-2"))
    spec.then(restored((LIN, "current", 50_00)))
    spec.then_money(LIN, current_fen=50_00)


def test_case_41_a_second_cancel_restores_nothing_more() -> None:
    """Cancelled twice → the second is refused; the total restored stays 320.00."""
    spec = case_1()
    spec.given(refund("S1"))
    spec.when(refund("S1"))
    spec.then(rejected("over_refund", refundable_fen=0))
    balances = [spec.account(person).balance_fen for person in (LIN, WEI, MEI)]
    assert balances == [50_00, 120_00, 500_00]


def test_case_42_a_charge_without_an_answer_is_held_until_its_outcome_is_known() -> None:
    """45.00 sent, no answer → hold: available -45.00, balance unchanged. Unknown → the hold stays
    as it is."""
    spec = Spec()
    spec.given(*funded(LIN, 100_00), hold(LIN, 45_00, settlement="S42"))
    spec.then_money(LIN, current_fen=100_00, held_fen=45_00, available_fen=55_00)
    spec.refuses(refund("S42"), "not_settled", state="held")
    spec.then_money(LIN, current_fen=100_00, held_fen=45_00, available_fen=55_00)


def test_case_42_a_held_charge_that_was_settled_becomes_its_legs() -> None:
    """Outcome "settled" → the 45.00 held leave the account, once."""
    spec = Spec()
    spec.given(*funded(LIN, 100_00), hold(LIN, 45_00, settlement="S42"))
    spec.when(capture("S42"))
    spec.then(paid(own(LIN, 45_00)))
    spec.then_money(LIN, current_fen=55_00)
    spec.refuses(capture("S42"), "not_held", state="captured")


def test_case_42_a_held_charge_that_was_not_settled_is_given_back() -> None:
    """Outcome "not settled" → available 100.00 again; a second reversal finds nothing held."""
    spec = Spec()
    spec.given(*funded(LIN, 100_00), hold(LIN, 45_00, settlement="S42"))
    spec.when(release("S42"))
    spec.then(paid(own(LIN, 45_00)))
    spec.then_money(LIN, current_fen=100_00)
    spec.refuses(release("S42"), "not_held", state="released")


def test_case_43_a_cancel_leaves_the_balance_plus_what_came_back() -> None:
    """A charge of 50.00 left 80.00; after its cancel the balance is 130.00, not -80.00."""
    spec = Spec()
    spec.given(*funded(LIN, 130_00), charge(LIN, 50_00, settlement="S43"))
    spec.then_money(LIN, current_fen=80_00)
    spec.given(refund("S43"))
    spec.then_money(LIN, current_fen=130_00)
    spec.when(adjust(LIN, 1))
    spec.then(accepted(balance_fen=130_01))
