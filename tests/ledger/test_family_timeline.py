"""One timeline per family: what changes it never goes back, and a bill finds what was in force
(contract 3)."""

from collections.abc import Callable

import pytest

from tests.examples import (
    BAO,
    HUI,
    LIN,
    MEI,
    WEI,
    Command,
    bind,
    bind_proxy,
    charge,
    family,
    funded,
    grant_quota,
    open_account,
    refund,
    release_quota,
    reorder,
    set_limit,
    unbind,
)
from tests.spec import Spec, by, own, paid

DAY_0, DAY_1, DAY_2, DAY_3 = (f"2026-04-0{day}T10:00:00+08:00" for day in (1, 2, 3, 4))

CHANGES: dict[str, Callable[..., Command]] = {
    "bind": lambda **at: bind(HUI, LIN, relation="parent", **at),
    "bind_proxy": lambda **at: bind_proxy(HUI, LIN, **at),
    "unbind": lambda **at: unbind(MEI, LIN, **at),
    "reorder": lambda **at: reorder(LIN, MEI, WEI, **at),
    "reorder_to_the_same": lambda **at: reorder(LIN, WEI, MEI, **at),
    "set_limit": lambda **at: set_limit(WEI, LIN, 5_00, **at),
    "set_limit_to_the_same": lambda **at: set_limit(WEI, LIN, None, **at),
    "grant_quota": lambda **at: grant_quota(MEI, LIN, 5_00, **at),
    "release_quota": lambda **at: release_quota(WEI, LIN, **at),
}


@pytest.fixture
def spec() -> Spec:
    """On day 0 Wei and Mei are bound to Lin, 100.00 each; Wei has granted 10.00 of it."""
    spec = Spec()
    spec.given(*funded(LIN, 0), *funded(WEI, 100_00), *funded(MEI, 100_00), open_account(HUI))
    spec.given(bind(WEI, LIN, at=DAY_0, quota_fen=10_00), bind(MEI, LIN, at=DAY_0))
    return spec


def room_for_one_more(spec: Spec, change: str) -> None:
    if change == "bind":
        spec.given(unbind(MEI, LIN, at=DAY_0))


@pytest.mark.parametrize("change", CHANGES)
def test_every_accepted_change_moves_the_timeline_whether_it_changed_anything_or_not(
    spec: Spec, change: str
) -> None:
    room_for_one_more(spec, change)
    spec.given(CHANGES[change](at=DAY_2))
    before = "2026-04-03T09:59:59.999999+08:00"
    spec.refuses(bind_proxy(WEI, LIN, at=before), "out_of_order", last_at=DAY_2)
    spec.given(bind_proxy(WEI, LIN, at=DAY_2))


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_is_earlier_than_the_last_one(spec: Spec, change: str) -> None:
    room_for_one_more(spec, change)
    spec.given(bind_proxy(WEI, LIN, at=DAY_2))
    spec.refuses(CHANGES[change](at=DAY_1), "out_of_order", last_at=DAY_2)
    spec.given(CHANGES[change](at=DAY_2))


def test_a_refused_change_moves_nothing(spec: Spec) -> None:
    spec.refuses(reorder(LIN, WEI, at=DAY_3), "not_a_permutation", binders=[WEI, MEI])
    spec.given(reorder(LIN, MEI, WEI, at=DAY_1))


def test_bills_and_refunds_have_no_place_on_the_timeline(spec: Spec) -> None:
    spec.given(charge(LIN, 5_00, settlement="S", at=DAY_3), refund("S", at=DAY_3))
    spec.given(reorder(LIN, MEI, WEI, at=DAY_1), charge(LIN, 5_00, at=DAY_0))


def test_each_beneficiary_has_a_timeline_of_its_own(spec: Spec) -> None:
    spec.given(open_account(BAO), reorder(LIN, MEI, WEI, at=DAY_3))
    spec.given(bind(WEI, BAO, at=DAY_1), set_limit(WEI, BAO, 5, at=DAY_1))


# What a bill of another time finds ----------------------------------------------------------------------


def test_a_late_bill_is_paid_in_the_order_of_its_time() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00, mei=100_00), reorder(LIN, MEI, WEI, at=DAY_2))
    spec.when(charge(LIN, 5_00, at=DAY_1))
    spec.then(paid(by(WEI, 1, 5_00)))
    spec.when(charge(LIN, 5_00, at=DAY_2))
    spec.then(paid(by(MEI, 1, 5_00)))


def test_a_late_bill_is_held_to_the_limit_of_its_time() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00), set_limit(WEI, LIN, 5_00, at=DAY_1))
    spec.given(set_limit(WEI, LIN, None, at=DAY_2))
    spec.when(charge(LIN, 30_00, at=DAY_1))
    spec.then(paid(by(WEI, 1, 5_00), cash_fen=25_00))
    spec.when(charge(LIN, 30_00, at=DAY_2))
    spec.then(paid(by(WEI, 1, 30_00)))
    spec.when(charge(LIN, 30_00, at=DAY_0))
    spec.then(paid(by(WEI, 1, 30_00)))


def test_a_binding_counts_from_its_bind_on_and_no_longer_from_its_unbind_on() -> None:
    spec = Spec()
    spec.given(*funded(LIN, 1), *funded(WEI, 100_00), bind(WEI, LIN, at=DAY_1), unbind(WEI, LIN, at=DAY_2))
    for at, pays in (
        ("2026-04-02T09:59:59.999999+08:00", False),
        (DAY_1, True),
        ("2026-04-03T09:59:59.999999+08:00", True),
        (DAY_2, False),
    ):
        spec.when(charge(LIN, 5, at=at, sources="shared"))
        spec.then(paid(by(WEI, 1, 5)) if pays else paid(cash_fen=5))


def test_a_pair_bound_twice_pays_in_both_spans_and_not_between() -> None:
    spec = Spec()
    spec.given(*funded(LIN, 0), *funded(WEI, 100_00), bind(WEI, LIN, at=DAY_0), unbind(WEI, LIN, at=DAY_1))
    spec.given(bind(WEI, LIN, at=DAY_2))
    for at, pays in ((DAY_0, True), (DAY_1, False), (DAY_2, True)):
        spec.when(charge(LIN, 5, at=at))
        spec.then(paid(by(WEI, 1, 5)) if pays else paid(cash_fen=5))


def test_the_last_of_several_changes_at_one_moment_holds() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00, mei=100_00))
    spec.given(reorder(LIN, MEI, WEI, at=DAY_1), unbind(MEI, LIN, at=DAY_1), set_limit(WEI, LIN, 3, at=DAY_1))
    spec.when(charge(LIN, 5, at=DAY_1))
    spec.then(paid(by(WEI, 1, 3), cash_fen=2))


def test_balances_quotas_statuses_and_use_are_those_of_the_recording(spec: Spec) -> None:
    """A bill of day 0, before the money, the grant and the use of later days, meets all three."""
    spec.given(grant_quota(MEI, LIN, 60_00, at=DAY_2), set_limit(MEI, LIN, 70_00, at=DAY_2))
    spec.given(charge(LIN, 40_00, at=DAY_3))
    spec.then(paid(by(WEI, 1, 10_00), by(MEI, 2, 30_00)))
    spec.when(charge(LIN, 50_00, at=DAY_0))
    spec.then(paid(by(MEI, 2, 30_00), cash_fen=20_00))


def test_own_money_needs_no_family(spec: Spec) -> None:
    spec.when(charge(WEI, 5_00, at="2021-05-01T10:00:00+08:00"))
    spec.then(paid(own(WEI, 5_00)))
