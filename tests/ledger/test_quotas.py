"""Earmarked quotas: money set aside for one beneficiary (contract sections 3 to 6; 2026-01-09 notice)."""

from pathlib import Path

import pytest

from tests.examples import (
    BAO,
    LIN,
    MEI,
    QUZHOU,
    WEI,
    adjust,
    bind,
    bind_proxy,
    capture,
    charge,
    credit,
    funded,
    grant_quota,
    hold,
    open_account,
    pay_premium,
    refund,
    release,
    release_quota,
    set_limit,
    unbind,
)
from tests.spec import Spec, accepted, by, own, pack, paid, rejected

DAY_1, DAY_2 = "2026-04-01T10:00:00+08:00", "2026-04-02T10:00:00+08:00"


@pytest.fixture
def spec() -> Spec:
    """Wei has 100.00 and is bound to Lin, who has nothing."""
    spec = Spec()
    spec.given(open_account(LIN), *funded(WEI, 100_00), bind(WEI, LIN))
    return spec


# grant_quota and release_quota --------------------------------------------------------------------------


def test_grants_add_up_to_the_unused_quota(spec: Spec) -> None:
    spec.when(grant_quota(WEI, LIN, 30_00))
    spec.then(accepted(quota_fen=30_00))
    spec.given(charge(LIN, 10_00))
    spec.when(grant_quota(WEI, LIN, 5_00))
    spec.then(accepted(quota_fen=25_00))
    spec.then_money(WEI, current_fen=90_00, reserved_fen=25_00)


def test_a_release_gives_back_what_is_left(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 30_00), charge(LIN, 10_00))
    spec.when(release_quota(WEI, LIN))
    spec.then(accepted(released_fen=20_00))
    spec.then_money(WEI, current_fen=90_00)


def test_there_is_nothing_to_release_without_a_quota_or_when_it_is_spent(spec: Spec) -> None:
    spec.refuses(release_quota(WEI, LIN), "no_quota")
    spec.given(grant_quota(WEI, LIN, 30_00), charge(LIN, 30_00))
    spec.refuses(release_quota(WEI, LIN), "no_quota")


def test_nobody_grants_more_than_is_available(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 30_00), hold(WEI, 25_00))
    figures = {"needed_fen": 45_01, "available_fen": 45_00}
    spec.refuses(grant_quota(WEI, LIN, 45_01), "quota_exceeds_available", **figures)
    spec.given(grant_quota(WEI, LIN, 45_00))


def test_only_a_mutual_aid_binding_in_force_has_a_quota(spec: Spec) -> None:
    spec.given(open_account(BAO), bind_proxy(WEI, BAO))
    for command in (grant_quota(WEI, BAO, 1), release_quota(WEI, BAO), grant_quota("NOBODY", LIN, 1)):
        spec.refuses(command, "not_bound")
    spec.given(unbind(WEI, LIN))
    spec.refuses(grant_quota(WEI, LIN, 1), "not_bound")
    spec.refuses(release_quota(WEI, LIN), "not_bound")


def test_a_region_without_quotas_grants_none_and_still_releases(tmp_path: Path) -> None:
    with_quotas = pack(tmp_path)
    without = pack(tmp_path, name="no-quotas", effective="2026-04-01", mutual_aid={"quota": "none"})
    spec = Spec(with_quotas, without)
    spec.given(open_account(LIN), *funded(WEI, 100_00), bind(WEI, LIN, quota_fen=30_00))
    spec.refuses(grant_quota(WEI, LIN, 1, at=DAY_1), "quota_not_offered")
    spec.when(release_quota(WEI, LIN, at=DAY_1))
    spec.then(accepted(released_fen=30_00))


def test_the_checks_come_in_their_order() -> None:
    spec = Spec()
    spec.given(open_account(LIN, region=QUZHOU), *funded(WEI, 100_00, region=QUZHOU))
    spec.refuses(grant_quota(WEI, LIN, 200_00, at=DAY_1), "not_bound")
    spec.refuses(release_quota(WEI, LIN, at=DAY_1), "not_bound")
    spec.given(bind(WEI, LIN, at=DAY_2))
    spec.refuses(grant_quota(WEI, LIN, 200_00, at=DAY_1), "out_of_order", last_at=DAY_2)
    spec.refuses(release_quota(WEI, LIN, at=DAY_1), "out_of_order", last_at=DAY_2)
    spec.refuses(grant_quota(WEI, LIN, 200_00, at=DAY_2), "quota_not_offered")
    spec.refuses(release_quota(WEI, LIN, at=DAY_2), "no_quota")


# What a quota pays --------------------------------------------------------------------------------------


def test_a_binding_made_with_a_quota_draws_on_nothing_else() -> None:
    spec = Spec()
    spec.given(open_account(LIN), *funded(WEI, 100_00), bind(WEI, LIN, quota_fen=30_00))
    spec.when(charge(LIN, 50_00))
    spec.then(paid(by(WEI, 1, 30_00), cash_fen=20_00))
    spec.then_money(WEI, current_fen=70_00)


def test_a_binding_once_granted_a_quota_draws_on_nothing_else_even_after_its_release(spec: Spec) -> None:
    spec.given(charge(LIN, 10_00), grant_quota(WEI, LIN, 30_00), release_quota(WEI, LIN))
    spec.when(charge(LIN, 50_00))
    spec.then(paid(cash_fen=50_00))
    spec.given(grant_quota(WEI, LIN, 5_00))
    spec.when(charge(LIN, 50_00))
    spec.then(paid(by(WEI, 1, 5_00), cash_fen=45_00))


def test_a_new_binding_of_the_pair_starts_without_a_quota(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 30_00), unbind(WEI, LIN), bind(WEI, LIN))
    spec.when(charge(LIN, 50_00))
    spec.then(paid(by(WEI, 1, 50_00)))


def test_a_late_bill_draws_on_an_ended_binding_s_empty_quota(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 30_00, at=DAY_1), unbind(WEI, LIN, at=DAY_2))
    spec.when(charge(LIN, 50_00, at=DAY_1))
    spec.then(paid(cash_fen=50_00))


def test_a_quota_is_paid_from_both_buckets_whatever_may_be_shared(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, debit={"shared_buckets": ["carried"]}))
    spec.given(open_account(LIN), *funded(WEI, 20_00), credit(WEI, 80_00, bucket="carried"))
    spec.given(bind(WEI, LIN, quota_fen=70_00))
    spec.when(charge(LIN, 90_00))
    spec.then(paid(by(WEI, 1, 20_00), by(WEI, 1, 50_00, "carried"), cash_fen=20_00))


def test_a_quota_pays_no_more_than_balance_and_holds_allow(spec: Spec) -> None:
    """100.00, quota 60.00, own hold 40.00, then an adjustment of -50.00: only 10.00 are there for
    the quota."""
    spec.given(grant_quota(WEI, LIN, 60_00), hold(WEI, 40_00), adjust(WEI, -50_00))
    spec.when(charge(LIN, 60_00))
    spec.then(paid(by(WEI, 1, 10_00), cash_fen=50_00))
    spec.then_money(WEI, current_fen=40_00, reserved_fen=50_00, held_fen=40_00)


def test_a_quota_may_draw_on_money_that_other_quotas_have_reserved(spec: Spec) -> None:
    """After an adjustment 50.00 are left for two quotas of 50.00: who comes first is paid."""
    spec.given(open_account(BAO), bind(WEI, BAO, quota_fen=50_00), grant_quota(WEI, LIN, 50_00))
    spec.given(adjust(WEI, -50_00))
    spec.when(charge(BAO, 50_00))
    spec.then(paid(by(WEI, 1, 50_00)))
    spec.when(charge(LIN, 50_00))
    spec.then(paid(cash_fen=50_00))
    spec.then_money(WEI, reserved_fen=50_00)


def test_limits_and_caps_hold_for_quotas_too(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, debit={"per_leg_cap_fen": 20_00}))
    spec.given(open_account(LIN), *funded(WEI, 100_00), bind(WEI, LIN, quota_fen=60_00, limit_fen=35_00))
    for takes in (20_00, 15_00):
        spec.when(charge(LIN, 50_00))
        spec.then(paid(by(WEI, 1, takes), cash_fen=50_00 - takes))
    spec.then_money(WEI, current_fen=65_00, reserved_fen=25_00)


def test_a_quota_pays_premiums_and_nothing_beside_it_does(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 40_00))
    spec.when(pay_premium(WEI, LIN, 50_00))
    spec.then(rejected("insufficient_funds", needed_fen=50_00, available_fen=40_00))
    spec.when(pay_premium(WEI, LIN, 40_00))
    spec.then(paid(by(WEI, 1, 40_00), service_class="premium"))
    spec.then_money(WEI, current_fen=60_00)


# Holds and refunds --------------------------------------------------------------------------------------


def test_a_hold_takes_its_part_out_of_the_quota_and_a_release_puts_it_back(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 60_00), hold(LIN, 25_00, settlement="S"))
    spec.then_money(WEI, current_fen=100_00, reserved_fen=35_00, held_fen=25_00, available_fen=40_00)
    spec.when(charge(LIN, 50_00))
    spec.then(paid(by(WEI, 1, 35_00), cash_fen=15_00))
    spec.given(release("S"))
    spec.then_money(WEI, current_fen=65_00, reserved_fen=25_00)


def test_a_captured_hold_has_spent_the_quota(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 60_00), hold(LIN, 25_00, settlement="S"), capture("S"))
    spec.then_money(WEI, current_fen=75_00, reserved_fen=35_00)


def test_a_held_part_is_not_in_the_quota_that_is_released(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 60_00), hold(LIN, 25_00, settlement="S"))
    spec.when(release_quota(WEI, LIN))
    spec.then(accepted(released_fen=35_00))
    spec.given(release("S"))
    spec.then_money(WEI, current_fen=100_00, reserved_fen=25_00)


@pytest.mark.parametrize("quota_left", [True, False], ids=["with quota left", "emptied by a release"])
def test_a_refund_returns_to_the_quota_while_that_binding_stands(spec: Spec, quota_left: bool) -> None:
    spec.given(grant_quota(WEI, LIN, 60_00), charge(LIN, 20_00, settlement="S"))
    spec.given(*([] if quota_left else [release_quota(WEI, LIN)]), refund("S"))
    spec.then_money(WEI, current_fen=100_00, reserved_fen=60_00 if quota_left else 20_00)


def test_a_refund_does_not_enter_the_quota_of_a_later_binding(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 60_00), charge(LIN, 20_00, settlement="S"), unbind(WEI, LIN))
    spec.given(bind(WEI, LIN, quota_fen=5_00), refund("S"))
    spec.then_money(WEI, current_fen=100_00, reserved_fen=5_00)


def test_a_refund_of_what_no_quota_paid_enters_no_quota(spec: Spec) -> None:
    spec.given(charge(LIN, 20_00, settlement="S"), grant_quota(WEI, LIN, 60_00), refund("S"))
    spec.then_money(WEI, current_fen=100_00, reserved_fen=60_00)


def test_a_refunded_premium_returns_to_the_quota_it_came_from(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 60_00), pay_premium(WEI, LIN, 20_00, settlement="S"), refund("S"))
    spec.then_money(WEI, current_fen=100_00, reserved_fen=60_00)


def test_a_quota_is_of_one_binder_for_one_beneficiary(spec: Spec) -> None:
    spec.given(open_account(BAO), *funded(MEI, 100_00), bind(WEI, BAO), bind(MEI, LIN))
    spec.given(grant_quota(WEI, LIN, 30_00), set_limit(MEI, LIN, 50_00))
    spec.when(charge(LIN, 90_00))
    spec.then(paid(by(WEI, 1, 30_00), by(MEI, 2, 50_00), cash_fen=10_00))
    spec.when(charge(BAO, 90_00))
    spec.then(paid(by(WEI, 1, 70_00), cash_fen=20_00))
    spec.when(charge(WEI, 1))
    spec.then(paid(cash_fen=1))


def test_a_quota_leaves_the_owner_s_own_bills_what_is_not_in_it(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 30_00))
    spec.when(charge(WEI, 90_00))
    spec.then(paid(own(WEI, 70_00), cash_fen=20_00))
