"""One account: opening, credits, adjustments, the year's close (contract section 3, *Accounts*)."""

import pytest

from ledger.events.codec import encode
from tests.examples import (
    BAO,
    GUO,
    LIN,
    MEI,
    TANGSHAN,
    WEI,
    adjust,
    bind,
    charge,
    close_year,
    credit,
    family,
    funded,
    grant_quota,
    hold,
    open_account,
    refund,
    release,
    set_status,
)
from tests.spec import Spec, accepted, own, paid

CARRIED = {"bucket": "carried"}
MOST = 10**15


@pytest.fixture
def spec() -> Spec:
    """Wei, an employee with nothing."""
    spec = Spec()
    spec.given(open_account(WEI))
    return spec


def suspense(fen: int) -> Spec:
    """Mei's closed account: 350.00 left in current and this much in suspense from a refund of 150.00."""
    spec = Spec()
    spec.given(*family(lin=0, wei=0, mei=500_00), charge(LIN, 150_00, settlement="S"))
    spec.given(set_status(MEI, "closed"), refund("S", fen))
    return spec


# open_account -------------------------------------------------------------------------------------------


def test_an_account_opens_active_and_empty(spec: Spec) -> None:
    spec.when(open_account(LIN))
    spec.then(accepted())
    spec.then_money(LIN)
    assert (spec.account(LIN).status, spec.account(LIN).insurance) == ("active", "employee")


def test_an_account_opens_once_even_after_it_was_closed(spec: Spec) -> None:
    spec.refuses(open_account(WEI), "account_exists")
    spec.given(set_status(WEI, "closed"))
    spec.refuses(open_account(WEI), "account_exists")


def test_a_birth_date_is_not_part_of_the_log(spec: Spec) -> None:
    spec.given(open_account(BAO))
    assert not any(b"2016" in encode(event.event) for event in spec.log)


# credit -------------------------------------------------------------------------------------------------


def test_a_credit_goes_to_the_current_bucket_unless_told(spec: Spec) -> None:
    spec.when(credit(WEI, 100_00, kind="allotment"))
    spec.then(accepted(balance_fen=100_00))
    spec.when(credit(WEI, 20_00, **CARRIED))
    spec.then(accepted(balance_fen=120_00))
    spec.then_money(WEI, current_fen=100_00, carried_fen=20_00)


@pytest.mark.parametrize("kind", ["allotment", "interest", "transfer_in", "other"])
def test_a_credit_may_say_what_it_is(spec: Spec, kind: str) -> None:
    spec.given(credit(WEI, 1, kind=kind))


def test_a_suspended_account_still_receives(spec: Spec) -> None:
    spec.given(set_status(WEI, "suspended"))
    spec.when(credit(WEI, 1))
    spec.then(accepted(balance_fen=1))


# The checks that credit, adjust and close_year share ----------------------------------------------------

ON_ONE_ACCOUNT = {
    "credit": credit(WEI, 1),
    "adjust": adjust(WEI, -1),
    "close_year": close_year(WEI, 2025),
}


@pytest.mark.parametrize("op", ON_ONE_ACCOUNT)
def test_an_unknown_account_is_not_found(op: str) -> None:
    Spec().refuses(ON_ONE_ACCOUNT[op], "account_not_found")


@pytest.mark.parametrize("op", ON_ONE_ACCOUNT)
def test_a_closed_account_is_closed_even_when_it_never_had_money(op: str) -> None:
    spec = Spec()
    spec.given(open_account(WEI, insurance="resident"))
    spec.refuses(ON_ONE_ACCOUNT[op], "no_personal_account")
    spec.given(set_status(WEI, "closed"))
    spec.refuses({**ON_ONE_ACCOUNT[op], "id": "later"}, "account_closed")


# Bounds -------------------------------------------------------------------------------------------------


def rich(bucket: str, sign: int) -> Spec:
    """Wei's bucket stands at its bound."""
    spec = Spec()
    spec.given(open_account(WEI), *(adjust(WEI, sign * 10**13, bucket=bucket) for _ in range(100)))
    return spec


@pytest.mark.parametrize("bucket", ["current", "carried"])
def test_no_bucket_and_no_balance_passes_ten_to_the_fifteenth(bucket: str) -> None:
    spec = rich(bucket, 1)
    other = "carried" if bucket == "current" else "current"
    for command in (
        credit(WEI, 1, bucket=bucket),
        credit(WEI, 1, bucket=other),
        adjust(WEI, 1, bucket=bucket),
        adjust(WEI, 1, bucket=other),
    ):
        spec.refuses(command, "balance_out_of_range", balance_fen=MOST)
    spec.when(adjust(WEI, -1, bucket=other))
    spec.then(accepted(balance_fen=MOST - 1))
    spec.refuses(credit(WEI, 1, bucket=bucket), "balance_out_of_range", balance_fen=MOST - 1)


def test_no_balance_passes_minus_ten_to_the_fifteenth() -> None:
    spec = rich("current", -1)
    spec.refuses(adjust(WEI, -1), "balance_out_of_range", balance_fen=-MOST)
    spec.refuses(adjust(WEI, -1, **CARRIED), "balance_out_of_range", balance_fen=-MOST)
    spec.given(credit(WEI, 1))


def test_no_year_is_closed_into_a_bucket_beyond_the_bound() -> None:
    """A refund asks no bound: it may lift a full bucket beyond it, and that bucket is not moved as it is."""
    spec = rich("current", 1)
    spec.given(charge(WEI, 1, settlement="S"), credit(WEI, 1), refund("S"))
    spec.then_money(WEI, current_fen=MOST + 1)
    spec.refuses(close_year(WEI, 2025), "balance_out_of_range", balance_fen=MOST + 1)
    spec.given(adjust(WEI, -1), close_year(WEI, 2025))


# adjust -------------------------------------------------------------------------------------------------


def test_an_adjustment_goes_either_way_and_below_zero(spec: Spec) -> None:
    spec.when(adjust(WEI, 50_00))
    spec.then(accepted(balance_fen=50_00))
    spec.when(adjust(WEI, -80_00, **CARRIED))
    spec.then(accepted(balance_fen=-30_00))
    spec.then_money(WEI, current_fen=50_00, carried_fen=-80_00)


def test_an_adjustment_heeds_neither_holds_nor_quotas() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00), grant_quota(WEI, LIN, 60_00), hold(WEI, 40_00))
    spec.when(adjust(WEI, -90_00))
    spec.then(accepted(balance_fen=10_00))
    spec.then_money(WEI, current_fen=10_00, reserved_fen=60_00, held_fen=40_00, available_fen=0)


def test_a_closed_account_is_paid_out_bucket_by_bucket_and_never_below_zero() -> None:
    spec = Spec()
    spec.given(*funded(WEI, 100_00), credit(WEI, 30_00, **CARRIED), set_status(WEI, "closed"))
    spec.refuses(adjust(WEI, 1), "account_closed")
    spec.refuses(adjust(WEI, -100_01), "account_closed")
    spec.refuses(adjust(WEI, -30_01, **CARRIED), "account_closed")
    spec.when(adjust(WEI, -100_00))
    spec.then(accepted(balance_fen=30_00))
    spec.when(adjust(WEI, -30_00, **CARRIED))
    spec.then(accepted(balance_fen=0))


def test_a_closed_account_below_zero_in_one_bucket_pays_out_no_more_than_its_balance() -> None:
    spec = Spec()
    spec.given(*funded(WEI, 100_00), adjust(WEI, -60_00, **CARRIED), set_status(WEI, "closed"))
    spec.refuses(adjust(WEI, -40_01), "account_closed")
    spec.when(adjust(WEI, -40_00))
    spec.then(accepted(balance_fen=0))


# Suspense -----------------------------------------------------------------------------------------------

OF_SUSPENSE = {"bucket": "suspense"}


def test_suspense_is_paid_out_and_leaves_the_balance_alone() -> None:
    spec = suspense(150_00)
    spec.when(adjust(MEI, -100_00, **OF_SUSPENSE))
    spec.then(accepted(balance_fen=350_00))
    spec.then_money(MEI, current_fen=350_00, suspense_fen=50_00)


def test_no_more_is_paid_out_of_suspense_than_is_there() -> None:
    spec = suspense(100_00)
    spec.refuses(adjust(MEI, -100_01, **OF_SUSPENSE), "not_in_suspense", suspense_fen=100_00)
    spec.given(adjust(MEI, -100_00, **OF_SUSPENSE))
    spec.refuses(adjust(MEI, -1, **OF_SUSPENSE), "not_in_suspense", suspense_fen=0)


def test_nothing_is_put_into_suspense_by_hand() -> None:
    suspense(100_00).refuses(adjust(MEI, 1, **OF_SUSPENSE), "not_in_suspense", suspense_fen=100_00)


def test_an_open_account_has_nothing_in_suspense(spec: Spec) -> None:
    spec.refuses(adjust(WEI, -1, **OF_SUSPENSE), "not_in_suspense", suspense_fen=0)
    spec.refuses(adjust("NOBODY", -1, **OF_SUSPENSE), "account_not_found")


# close_year ---------------------------------------------------------------------------------------------


def test_a_year_s_close_moves_the_whole_current_bucket_into_carried(spec: Spec) -> None:
    spec.given(credit(WEI, 100_00), credit(WEI, 30_00, **CARRIED))
    spec.when(close_year(WEI, 2025))
    spec.then(accepted(moved_fen=100_00))
    spec.then_money(WEI, carried_fen=130_00)


def test_a_year_s_close_moves_a_current_bucket_below_zero_too(spec: Spec) -> None:
    spec.given(adjust(WEI, -40_00), credit(WEI, 30_00, **CARRIED))
    spec.when(close_year(WEI, 2025))
    spec.then(accepted(moved_fen=-40_00))
    spec.then_money(WEI, carried_fen=-10_00)


def test_open_holds_move_with_their_money(spec: Spec) -> None:
    spec.given(credit(WEI, 100_00), hold(WEI, 60_00, settlement="S"), close_year(WEI, 2025))
    spec.then_money(WEI, carried_fen=100_00, held_fen=60_00)
    spec.given(credit(WEI, 10_00))
    spec.when(charge(WEI, 90_00))
    spec.then(paid(own(WEI, 10_00), own(WEI, 40_00, "carried"), cash_fen=40_00))
    spec.given(release("S"))
    spec.then_money(WEI, carried_fen=60_00)


def test_years_close_upwards_once_each_and_may_be_skipped(spec: Spec) -> None:
    spec.given(close_year(WEI, 2023))
    spec.refuses(close_year(WEI, 2023), "year_already_closed", closed_year=2023)
    spec.given(close_year(WEI, 2025))
    for year in (2022, 2024, 2025):
        spec.refuses(close_year(WEI, year), "year_already_closed", closed_year=2025)


def test_the_year_of_the_service_time_may_be_closed_and_no_later_one(spec: Spec) -> None:
    new_year_in_shanghai = "2025-12-31T16:00:00Z"
    spec.refuses(close_year(WEI, 2027, at=new_year_in_shanghai), "year_not_over", year=2027)
    spec.refuses(close_year(WEI, 2026, at="2025-12-31T15:59:59Z"), "year_not_over", year=2026)
    spec.given(close_year(WEI, 2026, at=new_year_in_shanghai))


def test_a_year_closed_already_is_said_before_a_year_not_over(spec: Spec) -> None:
    spec.given(close_year(WEI, 2026))
    earlier = {"at": "2025-03-10T10:00:00+08:00"}
    spec.refuses(close_year(WEI, 2026, **earlier), "year_already_closed", closed_year=2026)


def test_a_suspended_account_closes_its_year(spec: Spec) -> None:
    spec.given(credit(WEI, 5), set_status(WEI, "suspended"))
    spec.when(close_year(WEI, 2025))
    spec.then(accepted(moved_fen=5))


def test_resident_insurance_keeps_its_place_in_families_without_money() -> None:
    spec = Spec()
    spec.given(open_account(GUO), *funded(WEI, 10_00, region=TANGSHAN), bind(WEI, GUO))
    spec.refuses(credit(GUO, 1), "no_personal_account")
    spec.refuses(adjust(GUO, 1), "no_personal_account")
    spec.refuses(adjust(GUO, -1, **OF_SUSPENSE), "no_personal_account")
    spec.refuses(close_year(GUO, 2025), "no_personal_account")
