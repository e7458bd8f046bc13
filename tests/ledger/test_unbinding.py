"""How a binding ends by a command, and what ends with it (contract sections 3 to 5)."""

from pathlib import Path

import pytest

from tests.examples import (
    LIN,
    MEI,
    TANGSHAN,
    WEI,
    bind,
    bind_proxy,
    capture,
    charge,
    family,
    grant_quota,
    hold,
    release,
    reorder,
    set_limit,
    set_status,
    transfer,
    unbind,
)
from tests.spec import Spec, accepted, by, own, pack, paid

DAY_1, DAY_2, DAY_3 = (f"2026-04-0{day}T10:00:00+08:00" for day in (1, 2, 3))


@pytest.fixture
def spec() -> Spec:
    """Lin 50.00, bound by Wei 100.00 and Mei 100.00."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=100_00, mei=100_00))
    return spec


def test_a_binding_ends_and_its_binder_pays_no_more(spec: Spec) -> None:
    spec.when(unbind(WEI, LIN, reason="asked at the counter"))
    spec.then(accepted())
    spec.when(charge(LIN, 80_00))
    spec.then(paid(own(LIN, 50_00), by(MEI, 1, 30_00)))


def test_only_a_binding_in_force_of_that_kind_can_end(spec: Spec) -> None:
    spec.refuses(unbind(LIN, WEI), "not_bound")
    spec.refuses(unbind(WEI, LIN, kind="proxy_credential"), "not_bound")
    spec.refuses(unbind("NOBODY", LIN), "not_bound")
    spec.refuses(unbind(WEI, "NOBODY"), "not_bound")
    spec.given(unbind(WEI, LIN))
    spec.refuses(unbind(WEI, LIN), "not_bound")


def test_the_kinds_end_apart(spec: Spec) -> None:
    spec.given(bind_proxy(WEI, LIN), unbind(WEI, LIN))
    assert spec.order(LIN) == [MEI]
    spec.when(unbind(WEI, LIN, kind="proxy_credential"))
    spec.then(accepted())


def test_unbinding_returns_what_is_left_of_a_quota(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 60_00), charge(LIN, 70_00))
    spec.then_money(WEI, current_fen=80_00, reserved_fen=40_00)
    spec.given(unbind(WEI, LIN))
    spec.then_money(WEI, current_fen=80_00, available_fen=80_00)


def test_a_suspended_account_may_be_unbound_from_either_side(spec: Spec) -> None:
    spec.given(set_status(WEI, "suspended"), set_status(LIN, "suspended"))
    spec.given(unbind(WEI, LIN), unbind(MEI, LIN))


# Open holds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [capture("S"), release("S")], ids=lambda command: command["op"])
def test_a_binding_with_a_leg_in_an_open_hold_waits_for_its_end(spec: Spec, ending: dict[str, str]) -> None:
    spec.given(hold(LIN, 80_00, settlement="S"))
    spec.refuses(unbind(WEI, LIN), "unsettled_holds", open_holds=1)
    spec.given(unbind(MEI, LIN), ending)
    spec.given(unbind(WEI, LIN))


def test_a_hold_paid_by_own_money_keeps_no_binding(spec: Spec) -> None:
    spec.given(hold(LIN, 50_00))
    spec.given(unbind(WEI, LIN))


def test_a_hold_keeps_no_binding_of_another_family_or_kind(spec: Spec) -> None:
    spec.given(bind(WEI, MEI, relation="sibling"), bind_proxy(WEI, LIN), hold(LIN, 80_00))
    spec.given(unbind(WEI, MEI), unbind(WEI, LIN, kind="proxy_credential"))


def test_a_late_hold_through_an_ended_binding_keeps_the_new_one_free(spec: Spec) -> None:
    spec.given(unbind(WEI, LIN, at=DAY_2), bind(WEI, LIN, at=DAY_2))
    spec.given(hold(LIN, 80_00, at=DAY_1))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 30_00)))
    spec.given(unbind(WEI, LIN, at=DAY_3))


# A minimum of days --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["mutual_aid", "proxy_credential"])
def test_a_binding_may_have_to_last_some_local_days(tmp_path: Path, kind: str) -> None:
    spec = Spec(pack(tmp_path, mutual_aid={"min_days_bound": 90}, proxy_credential={"min_days_bound": 90}))
    spec.given(*family(lin=0, wei=0)[:2], bind(WEI, LIN, kind=kind, at="2026-01-01T23:59:59+08:00"))
    the_day_before = unbind(WEI, LIN, kind=kind, at="2026-03-31T23:59:59+08:00")
    spec.refuses(the_day_before, "too_soon_to_unbind", earliest="2026-04-01")
    spec.given(unbind(WEI, LIN, kind=kind, at="2026-04-01T00:00:00+08:00"))


def test_the_minimum_is_read_on_the_day_of_the_unbinding(tmp_path: Path) -> None:
    strict = pack(tmp_path, mutual_aid={"min_days_bound": 90})
    relaxed = pack(tmp_path, name="relaxed", effective="2026-04-01", mutual_aid={"min_days_bound": 10})
    spec = Spec(strict, relaxed)
    spec.given(*family(lin=0, wei=0)[:2], bind(WEI, LIN, at="2026-03-15T10:00:00+08:00"))
    early = unbind(WEI, LIN, at="2026-03-31T10:00:00+08:00")
    spec.refuses(early, "too_soon_to_unbind", earliest="2026-06-13")
    spec.given(unbind(WEI, LIN, at="2026-04-01T10:00:00+08:00"))


def test_a_transfer_or_closing_heeds_no_minimum(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, mutual_aid={"min_days_bound": 90}))
    spec.given(*family(lin=0, wei=0, mei=0))
    spec.given(transfer(WEI, TANGSHAN), set_status(MEI, "closed"))
    assert spec.order(LIN) == []


# The order of the checks --------------------------------------------------------------------------------


def test_the_checks_come_in_their_order(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, mutual_aid={"min_days_bound": 2}))
    spec.given(*family(lin=0, wei=100_00, mei=0), reorder(LIN, MEI, WEI, at=DAY_2))
    spec.given(unbind(MEI, LIN, at=DAY_2), bind(MEI, LIN, at=DAY_3), reorder(LIN, MEI, WEI, at=DAY_3))
    spec.given(hold(LIN, 30_00, settlement="S", at=DAY_3))
    spec.refuses(unbind("NOBODY", LIN, at=DAY_1), "not_bound")
    spec.refuses(unbind(WEI, LIN, at=DAY_1), "out_of_order", last_at=DAY_3)
    spec.refuses(unbind(WEI, LIN, at=DAY_3), "unsettled_holds", open_holds=1)
    spec.refuses(unbind(MEI, LIN, at=DAY_3), "too_soon_to_unbind", earliest="2026-04-05")


def test_an_open_hold_is_said_before_a_minimum_of_days(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, mutual_aid={"min_days_bound": 90}))
    spec.given(*family(lin=0, wei=100_00), hold(LIN, 30_00, settlement="S"))
    spec.refuses(unbind(WEI, LIN), "unsettled_holds", open_holds=1)
    spec.given(release("S"))
    spec.refuses(unbind(WEI, LIN), "too_soon_to_unbind", earliest="2026-06-08")


# Use survives -------------------------------------------------------------------------------------------


def test_what_a_limit_has_used_up_survives_unbinding_and_binding_again(spec: Spec) -> None:
    spec.given(set_limit(WEI, LIN, 40_00), charge(LIN, 80_00))
    spec.given(unbind(WEI, LIN), unbind(MEI, LIN), bind(WEI, LIN, limit_fen=40_00))
    spec.when(charge(LIN, 80_00))
    spec.then(paid(by(WEI, 1, 10_00), cash_fen=70_00))
    assert spec.used(LIN) == {WEI: 40_00}
