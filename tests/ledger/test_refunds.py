"""Refunds: how much, to whom, into what (contract section 6)."""

import pytest

from tests.examples import (
    LIN,
    MEI,
    TANGSHAN,
    WEI,
    adjust,
    bind,
    capture,
    charge,
    close_year,
    credit,
    family,
    grant_quota,
    hold,
    refund,
    release,
    reorder,
    set_limit,
    set_status,
    transfer,
    unbind,
)
from tests.spec import Spec, by, own, paid, repeated, restored

CARRIED = {"bucket": "carried"}


@pytest.fixture
def spec() -> Spec:
    """S: 400.00 = own 50.00, Wei 100.00 of current and 20.00 of carried, Mei 200.00, cash 30.00."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=100_00, mei=200_00), credit(WEI, 20_00, **CARRIED))
    spec.given(charge(LIN, 400_00, settlement="S"))
    legs = (own(LIN, 50_00), by(WEI, 1, 100_00), by(WEI, 1, 20_00, "carried"), by(MEI, 2, 200_00))
    spec.then(paid(*legs, cash_fen=30_00))
    return spec


# How much -----------------------------------------------------------------------------------------------


def test_a_refund_without_an_amount_gives_all_back_last_first(spec: Spec) -> None:
    spec.when(refund("S"))
    spec.then(
        restored(
            (MEI, "current", 200_00),
            (WEI, "carried", 20_00),
            (WEI, "current", 100_00),
            (LIN, "current", 50_00),
            cash_fen=30_00,
        )
    )
    spec.then_money(LIN, current_fen=50_00)
    spec.then_money(WEI, current_fen=100_00, carried_fen=20_00)
    spec.then_money(MEI, current_fen=200_00)
    assert spec.used(LIN) == {}


def test_refunds_one_after_another_walk_back_through_the_same_legs(spec: Spec) -> None:
    steps = [
        (20_00, restored(cash_fen=20_00, refundable_fen=380_00)),
        (60_00, restored((MEI, "current", 50_00), cash_fen=10_00, refundable_fen=320_00)),
        (160_00, restored((MEI, "current", 150_00), (WEI, "carried", 10_00), refundable_fen=160_00)),
        (40_00, restored((WEI, "carried", 10_00), (WEI, "current", 30_00), refundable_fen=120_00)),
        (None, restored((WEI, "current", 70_00), (LIN, "current", 50_00))),
    ]
    for amount, expected in steps:
        spec.when(refund("S", amount))
        spec.then(expected)
    spec.refuses(refund("S"), "over_refund", refundable_fen=0)


def test_a_refund_of_exactly_the_rest_is_the_last_one(spec: Spec) -> None:
    spec.refuses(refund("S", 400_01), "over_refund", refundable_fen=400_00)
    spec.given(refund("S", 400_00))
    spec.refuses(refund("S", 1), "over_refund", refundable_fen=0)


# The checks ---------------------------------------------------------------------------------------------


def test_only_a_known_settlement_is_refunded(spec: Spec) -> None:
    spec.refuses(refund("UNKNOWN"), "settlement_not_found")


@pytest.mark.parametrize("state", ["held", "released"])
def test_only_what_was_paid_is_refunded(spec: Spec, state: str) -> None:
    spec.given(hold(WEI, 10_00, settlement="H"))
    spec.given(*([release("H")] if state == "released" else []))
    spec.refuses(refund("H", 99_00), "not_settled", state=state)


def test_a_captured_hold_and_an_all_cash_bill_are_refunded(spec: Spec) -> None:
    spec.given(hold(WEI, 10_00, settlement="H"), capture("H"))
    spec.when(refund("H"))
    spec.then(restored(cash_fen=10_00))
    assert [stream for stream, _ in spec.new_events] == ["settlement:H", f"refund:{spec.command['refund']}"]


def test_a_refund_id_belongs_to_one_refund(spec: Spec) -> None:
    spec.given(charge(WEI, 10_00, settlement="T"), refund("S", 60_00, refund="F"))
    expected = spec.outcome
    spec.when(refund("S", 60_00, refund="F", by="another"))
    spec.then(repeated(expected))
    for other in (refund("T", 60_00), refund("S", 59_00), refund("S"), refund("UNKNOWN")):
        spec.refuses({**other, "refund": "F"}, "refund_conflict")
    spec.refuses(refund("S", 60_00, refund="F", at="2026-03-11T10:00:00+08:00"), "refund_conflict")


def test_a_repeated_refund_answers_as_it_did_when_more_has_been_refunded_since(spec: Spec) -> None:
    spec.given(refund("S", 60_00, refund="F"))
    first = spec.outcome
    spec.given(refund("S"))
    spec.when(refund("S", 60_00, refund="F"))
    spec.then(repeated(first))


def test_a_refused_refund_leaves_its_refund_id_free(spec: Spec) -> None:
    spec.refuses(refund("S", 500_00, refund="F"), "over_refund", refundable_fen=400_00)
    spec.given(refund("S", 50_00, refund="F"))


def test_the_checks_come_in_their_order(spec: Spec) -> None:
    spec.given(refund("S", 1, refund="F"), hold(WEI, 10_00, settlement="H"))
    spec.refuses(refund("UNKNOWN", 999_00, refund="F"), "refund_conflict")
    spec.refuses(refund("UNKNOWN", 999_00), "settlement_not_found")
    spec.refuses(refund("H", 999_00), "not_settled", state="held")
    spec.refuses(refund("S", 999_00), "over_refund", refundable_fen=399_99)


# Into what it returns -----------------------------------------------------------------------------------


def test_money_returns_to_the_bucket_it_left(spec: Spec) -> None:
    spec.given(credit(MEI, 5_00), credit(MEI, 5_00, **CARRIED), refund("S", 230_00))
    spec.then_money(MEI, current_fen=205_00, carried_fen=5_00)


def test_money_returns_to_carried_when_its_account_has_closed_a_year_since(spec: Spec) -> None:
    spec.given(close_year(WEI, 2025))
    spec.when(refund("S"))
    assert [(part["payer"], part["bucket"]) for part in spec.outcome.result["restored"]] == [
        (MEI, "current"),
        (WEI, "carried"),
        (WEI, "carried"),
        (LIN, "current"),
    ]
    spec.then_money(WEI, carried_fen=120_00)


def test_it_is_the_recording_that_counts_and_not_the_year_that_was_closed(spec: Spec) -> None:
    """A year closed before the charge was recorded moves nothing, one closed after it does:
    whichever it was."""
    spec.given(credit(LIN, 30_00), close_year(LIN, 2024), credit(LIN, 10_00))
    spec.given(charge(LIN, 40_00, settlement="T", sources="own"))
    spec.then(paid(own(LIN, 10_00), own(LIN, 30_00, "carried")))
    spec.when(refund("T", 35_00))
    spec.then(restored((LIN, "carried", 30_00), (LIN, "current", 5_00), refundable_fen=5_00))
    spec.given(close_year(LIN, 2025))
    spec.when(refund("T"))
    spec.then(restored((LIN, "carried", 5_00)))


def test_money_of_a_closed_account_waits_in_its_suspense(spec: Spec) -> None:
    spec.given(close_year(WEI, 2025), set_status(WEI, "closed"), credit(LIN, 1))
    spec.when(refund("S", 250_00))
    spec.then(
        restored((MEI, "current", 200_00), (WEI, "suspense", 20_00), cash_fen=30_00, refundable_fen=150_00)
    )
    spec.then_money(WEI, suspense_fen=20_00)
    spec.when(refund("S"))
    spec.then(restored((WEI, "suspense", 100_00), (LIN, "current", 50_00)))
    spec.then_money(WEI, suspense_fen=120_00)
    spec.then_money(LIN, current_fen=50_01)


def test_the_patient_s_own_closed_account_has_suspense_too(spec: Spec) -> None:
    spec.given(set_status(LIN, "closed"), refund("S"))
    spec.then_money(LIN, suspense_fen=50_00)
    spec.then_money(WEI, current_fen=100_00, carried_fen=20_00)


def test_a_suspended_account_gets_its_money_back(spec: Spec) -> None:
    spec.given(set_status(MEI, "suspended"), refund("S", 230_00))
    spec.then_money(MEI, current_fen=200_00)


def test_neither_the_order_nor_the_bindings_of_now_matter(spec: Spec) -> None:
    spec.given(reorder(LIN, MEI, WEI), unbind(WEI, LIN), transfer(MEI, TANGSHAN))
    spec.when(refund("S", 260_00))
    spec.then(
        restored(
            (MEI, "current", 200_00),
            (WEI, "carried", 20_00),
            (WEI, "current", 10_00),
            cash_fen=30_00,
            refundable_fen=140_00,
        )
    )


def test_a_refund_may_lift_an_account_that_is_below_zero(spec: Spec) -> None:
    spec.given(adjust(MEI, -250_00), refund("S", 230_00))
    spec.then_money(MEI, current_fen=-50_00)


# Limits and quotas --------------------------------------------------------------------------------------


def test_limit_use_is_given_back_as_far_as_it_is_refunded(spec: Spec) -> None:
    assert spec.used(LIN) == {WEI: 120_00, MEI: 200_00}
    spec.given(refund("S", 100_00))
    assert spec.used(LIN) == {WEI: 120_00, MEI: 130_00}
    spec.given(refund("S", 150_00))
    assert spec.used(LIN) == {WEI: 100_00}
    spec.given(refund("S", 150_00))
    assert spec.used(LIN) == {}


def test_what_is_given_back_can_be_used_again(spec: Spec) -> None:
    spec.given(set_limit(WEI, LIN, 120_00), credit(WEI, 500_00), refund("S"))
    spec.when(charge(LIN, 500_00))
    legs = (own(LIN, 50_00), by(WEI, 1, 120_00), by(MEI, 2, 200_00))
    spec.then(paid(*legs, cash_fen=130_00))


def test_limit_use_of_a_closed_binder_is_given_back_as_well(spec: Spec) -> None:
    spec.given(set_status(MEI, "closed"), refund("S", 230_00))
    assert spec.used(LIN) == {WEI: 120_00}


def test_a_refund_of_a_late_bill_through_an_ended_binding_returns_to_its_owner(spec: Spec) -> None:
    spec.given(credit(WEI, 10_00), unbind(WEI, LIN, at="2026-04-02T10:00:00+08:00"))
    spec.given(charge(LIN, 10_00, settlement="LATE", at="2026-04-01T10:00:00+08:00"))
    spec.then(paid(by(WEI, 1, 10_00)))
    spec.when(refund("LATE"))
    spec.then(restored((WEI, "current", 10_00)))
    spec.then_money(WEI, current_fen=10_00)


def test_both_buckets_of_a_quota_return_to_it() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=10_00), credit(WEI, 50_00, **CARRIED), grant_quota(WEI, LIN, 40_00))
    spec.given(charge(LIN, 40_00, settlement="S"))
    spec.then(paid(by(WEI, 1, 10_00), by(WEI, 1, 30_00, "carried")))
    spec.given(refund("S", 35_00))
    spec.then_money(WEI, current_fen=5_00, carried_fen=50_00, reserved_fen=35_00)


def test_a_quota_s_refund_to_an_account_that_was_closed_is_suspense_and_no_quota() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=50_00), grant_quota(WEI, LIN, 40_00), charge(LIN, 30_00, settlement="S"))
    spec.given(set_status(WEI, "closed"), refund("S"))
    spec.then_money(WEI, current_fen=20_00, suspense_fen=30_00)


def test_a_quota_s_refund_after_a_year_s_close_is_reserved_in_carried() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=50_00), grant_quota(WEI, LIN, 40_00), charge(LIN, 30_00, settlement="S"))
    spec.given(close_year(WEI, 2026), refund("S"))
    spec.then_money(WEI, carried_fen=50_00, reserved_fen=40_00)


def test_a_full_refund_in_any_pieces_restores_everything() -> None:
    spec = Spec()
    spec.given(*family(lin=7_00, wei=11_00, mei=13_00), bind(LIN, WEI, relation="child"))
    spec.given(grant_quota(MEI, LIN, 13_00), charge(LIN, 40_00, settlement="S"))
    for piece in (1, 9_00, 10_01, 12_34):
        spec.given(refund("S", piece))
    spec.given(refund("S"))
    spec.then_money(LIN, current_fen=7_00)
    spec.then_money(WEI, current_fen=11_00)
    spec.then_money(MEI, current_fen=13_00, reserved_fen=13_00)
    assert spec.used(LIN) == {}
