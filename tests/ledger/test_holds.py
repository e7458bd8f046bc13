"""Holding, capturing and releasing (contract section 5)."""

import pytest

from tests.examples import (
    BAO,
    LIN,
    MEI,
    WEI,
    Command,
    adjust,
    bind,
    capture,
    charge,
    close_year,
    credit,
    family,
    hold,
    open_account,
    refund,
    release,
    reorder,
    set_limit,
    set_status,
    unbind,
)
from tests.spec import Spec, by, own, paid, repeated, restored

ENDINGS = pytest.mark.parametrize("end", [capture("S"), release("S")], ids=["capture", "release"])
LEGS = (own(LIN, 50_00), by(WEI, 1, 30_00))


@pytest.fixture
def spec() -> Spec:
    """Lin 50.00, bound by Wei 100.00; 80.00 are held as S: own 50.00, Wei 30.00."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=100_00), hold(LIN, 80_00, settlement="S"))
    return spec


def test_a_hold_answers_with_the_legs_of_a_charge_and_moves_no_balance(spec: Spec) -> None:
    spec.then(paid(*LEGS))
    spec.then_money(LIN, current_fen=50_00, held_fen=50_00)
    spec.then_money(WEI, current_fen=100_00, held_fen=30_00)
    assert spec.used(LIN) == {WEI: 30_00}


def test_a_capture_turns_exactly_those_legs_into_debits(spec: Spec) -> None:
    spec.when(capture("S"))
    spec.then(paid(*LEGS))
    spec.then_money(LIN)
    spec.then_money(WEI, current_fen=70_00)
    assert spec.used(LIN) == {WEI: 30_00}


def test_a_release_gives_all_of_it_back(spec: Spec) -> None:
    spec.when(release("S"))
    spec.then(paid(*LEGS))
    spec.then_money(LIN, current_fen=50_00)
    spec.then_money(WEI, current_fen=100_00)
    assert spec.used(LIN) == {}


def test_the_cash_part_of_a_hold_is_said_again_by_its_end() -> None:
    for end in (capture("S"), release("S")):
        spec = Spec()
        spec.given(*family(lin=50_00, wei=0), hold(LIN, 80_00, settlement="S"))
        spec.then(paid(own(LIN, 50_00), cash_fen=30_00))
        spec.when(end)
        spec.then(paid(own(LIN, 50_00), cash_fen=30_00))


@ENDINGS
def test_only_a_known_settlement_can_be_ended(spec: Spec, end: Command) -> None:
    spec.refuses({**end, "settlement": "UNKNOWN"}, "settlement_not_found")


@ENDINGS
def test_only_a_hold_can_be_ended(spec: Spec, end: Command) -> None:
    spec.given(charge(WEI, 10_00, settlement="PAID"))
    spec.refuses({**end, "settlement": "PAID"}, "not_held", state="charged")


@ENDINGS
@pytest.mark.parametrize(("first", "state"), [(capture("S"), "captured"), (release("S"), "released")])
def test_a_hold_ends_once(spec: Spec, end: Command, first: Command, state: str) -> None:
    spec.given(first)
    spec.refuses(end, "not_held", state=state)


@ENDINGS
def test_the_same_end_sent_again_under_its_id_gets_the_first_answer(spec: Spec, end: Command) -> None:
    spec.given(end)
    spec.again()
    spec.then(repeated(paid(*LEGS)))


def test_a_hold_sent_again_under_a_new_id_after_its_capture_is_a_duplicate(spec: Spec) -> None:
    spec.given(capture("S"))
    spec.when(hold(LIN, 80_00, settlement="S"))
    spec.then(repeated(paid(*LEGS)))
    spec.then_money(LIN)


def test_held_money_is_out_of_reach_of_other_bills(spec: Spec) -> None:
    spec.when(charge(LIN, 120_00))
    spec.then(paid(by(WEI, 1, 70_00), cash_fen=50_00))
    spec.when(charge(WEI, 10_00))
    spec.then(paid(cash_fen=10_00))


def test_a_hold_uses_up_a_limit_until_it_is_released() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00), set_limit(WEI, LIN, 50_00), hold(LIN, 40_00, settlement="S"))
    spec.when(charge(LIN, 40_00))
    spec.then(paid(by(WEI, 1, 10_00), cash_fen=30_00))
    spec.given(release("S"))
    spec.when(charge(LIN, 50_00))
    spec.then(paid(by(WEI, 1, 40_00), cash_fen=10_00))


def test_a_capture_always_works_whatever_has_changed(spec: Spec) -> None:
    """Suspended, out of money, reordered, limited to nothing: the legs stand."""
    spec.given(adjust(WEI, -90_00), set_limit(WEI, LIN, 0), set_status(WEI, "suspended"))
    spec.given(set_status(LIN, "suspended"), reorder(LIN, WEI), adjust(LIN, -1))
    spec.when(capture("S"))
    spec.then(paid(*LEGS))
    spec.then_money(WEI, current_fen=-20_00)
    spec.then_money(LIN, current_fen=-1)


def test_a_capture_may_come_long_after_and_even_before_by_the_clock(spec: Spec) -> None:
    spec.when(capture("S", at="2025-01-01T00:00:00+08:00"))
    spec.then(paid(*LEGS))


# Across the year's close --------------------------------------------------------------------------------


@pytest.fixture
def two_buckets() -> Spec:
    """Wei holds 30.00 of current and 20.00 of carried for Lin, and has closed his year since."""
    spec = Spec()
    spec.given(*family(lin=0, wei=30_00), credit(WEI, 25_00, bucket="carried"))
    spec.given(hold(LIN, 50_00, settlement="S"))
    spec.then(paid(by(WEI, 1, 30_00), by(WEI, 1, 20_00, "carried")))
    spec.given(close_year(WEI, 2026), credit(WEI, 7_00))
    return spec


@ENDINGS
def test_after_a_year_s_close_both_legs_are_of_carried_and_still_two(two_buckets: Spec, end: Command) -> None:
    two_buckets.when(end)
    two_buckets.then(paid(by(WEI, 1, 30_00, "carried"), by(WEI, 1, 20_00, "carried")))


def test_after_a_year_s_close_a_capture_takes_the_money_from_carried(two_buckets: Spec) -> None:
    two_buckets.then_money(WEI, current_fen=7_00, carried_fen=55_00, held_fen=50_00)
    two_buckets.given(capture("S"))
    two_buckets.then_money(WEI, current_fen=7_00, carried_fen=5_00)
    two_buckets.when(charge(WEI, 12_00))
    two_buckets.then(paid(own(WEI, 7_00), own(WEI, 5_00, "carried")))


def test_after_a_year_s_close_a_release_frees_carried(two_buckets: Spec) -> None:
    two_buckets.given(release("S"))
    two_buckets.when(charge(WEI, 62_00))
    two_buckets.then(paid(own(WEI, 7_00), own(WEI, 55_00, "carried")))


def test_a_captured_hold_is_refunded_to_the_bucket_the_money_left(spec: Spec) -> None:
    spec.given(capture("S"))
    spec.when(refund("S", 60_00))
    spec.then(restored((WEI, "current", 30_00), (LIN, "current", 30_00), refundable_fen=20_00))


def test_a_hold_captured_after_a_close_is_refunded_to_carried(two_buckets: Spec) -> None:
    two_buckets.given(capture("S"))
    two_buckets.when(refund("S"))
    two_buckets.then(restored((WEI, "carried", 20_00), (WEI, "carried", 30_00)))


def test_a_hold_captured_before_a_close_is_refunded_to_carried_too(spec: Spec) -> None:
    spec.given(capture("S"), close_year(WEI, 2026))
    spec.when(refund("S"))
    spec.then(restored((WEI, "carried", 30_00), (LIN, "current", 50_00)))


# Late and several ---------------------------------------------------------------------------------------


def test_a_late_hold_is_paid_by_a_binding_that_has_ended_since(spec: Spec) -> None:
    spec.given(release("S"), unbind(WEI, LIN, at="2026-04-02T10:00:00+08:00"))
    spec.given(hold(LIN, 80_00, settlement="LATE", at="2026-04-01T10:00:00+08:00"))
    spec.then(paid(*LEGS))
    spec.refuses(set_status(WEI, "closed"), "unsettled_holds", open_holds=1)
    spec.when(capture("LATE"))
    spec.then(paid(*LEGS))


def test_two_holds_of_two_patients_end_apart(spec: Spec) -> None:
    spec.given(open_account(BAO), bind(WEI, BAO), hold(BAO, 20_00, settlement="B"))
    spec.then_money(WEI, current_fen=100_00, held_fen=50_00)
    spec.given(release("S"), capture("B"))
    spec.then_money(WEI, current_fen=80_00)
    assert (spec.used(LIN), spec.used(BAO)) == ({}, {WEI: 20_00})


def test_a_second_binder_s_held_legs_come_back_to_it() -> None:
    spec = Spec()
    spec.given(*family(lin=10_00, wei=20_00, mei=100_00), hold(LIN, 80_00, settlement="S"))
    spec.then(paid(own(LIN, 10_00), by(WEI, 1, 20_00), by(MEI, 2, 50_00)))
    spec.given(reorder(LIN, MEI, WEI), release("S"))
    for person, fen in ((LIN, 10_00), (WEI, 20_00), (MEI, 100_00)):
        spec.then_money(person, current_fen=fen)
