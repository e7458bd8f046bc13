"""Reordering the binders and limiting them (contract section 3)."""

import pytest

from tests.examples import (
    GUO,
    LIN,
    MEI,
    WEI,
    bind,
    bind_proxy,
    charge,
    family,
    funded,
    open_account,
    reorder,
    set_limit,
    unbind,
)
from tests.spec import Spec, accepted, by, own, paid

DAY_1, DAY_2 = "2026-04-01T10:00:00+08:00", "2026-04-02T10:00:00+08:00"


@pytest.fixture
def spec() -> Spec:
    """Lin 10.00, bound by Wei 100.00 and Mei 100.00."""
    spec = Spec()
    spec.given(*family(lin=10_00, wei=100_00, mei=100_00))
    return spec


# reorder ------------------------------------------------------------------------------------------------


def test_the_new_order_is_who_pays_first_and_own_money_stays_in_front(spec: Spec) -> None:
    spec.when(reorder(LIN, MEI, WEI))
    spec.then(accepted(changed=True))
    spec.when(charge(LIN, 120_00))
    spec.then(paid(own(LIN, 10_00), by(MEI, 1, 100_00), by(WEI, 2, 10_00)))


@pytest.mark.parametrize(
    "order",
    [[], [WEI], [WEI, MEI, LIN], [LIN, WEI, MEI], [WEI, WEI], [WEI, GUO], [WEI, MEI, MEI]],
    ids=lambda order: "-".join(order) or "nobody",
)
def test_an_order_names_every_present_binder_once_and_nobody_else(spec: Spec, order: list[str]) -> None:
    spec.given(open_account(GUO))
    spec.refuses(reorder(LIN, *order), "not_a_permutation", binders=[WEI, MEI])


def test_a_proxy_is_no_part_of_the_order(spec: Spec) -> None:
    spec.given(open_account(GUO), bind_proxy(GUO, LIN, relation="spouse"))
    spec.refuses(reorder(LIN, GUO, WEI, MEI), "not_a_permutation", binders=[WEI, MEI])
    spec.given(reorder(LIN, MEI, WEI))


def test_the_order_of_a_family_without_binders_is_empty(spec: Spec) -> None:
    spec.when(reorder(WEI))
    spec.then(accepted(changed=False))


def test_the_checks_of_a_reorder_come_in_their_order(spec: Spec) -> None:
    spec.given(reorder(LIN, MEI, WEI, at=DAY_2))
    spec.refuses(reorder("NOBODY", WEI, at=DAY_1), "beneficiary_not_found")
    spec.refuses(reorder(LIN, WEI, at=DAY_1), "out_of_order", last_at=DAY_2)
    spec.refuses(reorder(LIN, WEI, at=DAY_2), "not_a_permutation", binders=[MEI, WEI])


# set_limit ----------------------------------------------------------------------------------------------


def test_a_limit_is_set_changed_and_taken_away(spec: Spec) -> None:
    for limit, shared in ((30_00, 30_00), (45_00, 15_00), (None, 55_00)):
        spec.when(set_limit(WEI, LIN, limit))
        spec.then(accepted(changed=True))
        spec.when(charge(LIN, 60_00, sources="shared"))
        assert spec.outcome.result["legs"][0]["amount_fen"] == shared


def test_a_limit_of_nothing_stops_a_binder(spec: Spec) -> None:
    spec.given(set_limit(WEI, LIN, 0))
    spec.when(charge(LIN, 60_00))
    spec.then(paid(own(LIN, 10_00), by(MEI, 2, 50_00)))


def test_a_limit_below_what_was_used_stops_a_binder_and_asks_nothing_back(spec: Spec) -> None:
    spec.given(charge(LIN, 60_00), set_limit(WEI, LIN, 30_00))
    spec.when(charge(LIN, 60_00))
    spec.then(paid(by(MEI, 2, 60_00)))
    assert spec.used(LIN) == {WEI: 50_00, MEI: 60_00}


@pytest.mark.parametrize("limit", [None, 30_00])
def test_setting_the_present_limit_is_accepted_and_changes_nothing(spec: Spec, limit: int | None) -> None:
    spec.given(set_limit(WEI, LIN, 1), set_limit(WEI, LIN, limit))
    spec.when(set_limit(WEI, LIN, limit))
    spec.then(accepted(changed=False))


def test_a_limit_given_at_binding_holds_from_the_start() -> None:
    spec = Spec()
    spec.given(open_account(LIN), *funded(WEI, 100_00), bind(WEI, LIN, limit_fen=30_00))
    spec.when(charge(LIN, 60_00))
    spec.then(paid(by(WEI, 1, 30_00), cash_fen=30_00))


def test_only_a_mutual_aid_binding_in_force_has_a_limit(spec: Spec) -> None:
    spec.given(bind_proxy(MEI, WEI, relation="sibling"), unbind(MEI, LIN))
    spec.refuses(set_limit(MEI, LIN, 1), "not_bound")
    spec.refuses(set_limit(MEI, WEI, 1), "not_bound")
    spec.refuses(set_limit(LIN, WEI, 1), "not_bound")
    spec.refuses(set_limit("NOBODY", "NOBODY-ELSE", 1), "not_bound")


def test_the_checks_of_a_limit_come_in_their_order(spec: Spec) -> None:
    spec.given(unbind(MEI, LIN, at=DAY_2))
    spec.refuses(set_limit(MEI, LIN, 1, at=DAY_1), "not_bound")
    spec.refuses(set_limit(WEI, LIN, 1, at=DAY_1), "out_of_order", last_at=DAY_2)


def test_a_limit_is_that_of_one_binder_for_one_beneficiary(spec: Spec) -> None:
    spec.given(open_account(GUO), bind(WEI, GUO), set_limit(WEI, LIN, 20_00))
    spec.given(charge(LIN, 60_00, sources="shared"))
    spec.then(paid(by(WEI, 1, 20_00), by(MEI, 2, 40_00)))
    spec.when(charge(GUO, 60_00))
    spec.then(paid(by(WEI, 1, 60_00)))
