"""Status, transfer and closing, and the bindings that end with them (contract section 3, *Accounts*)."""

import pytest

from tests.examples import (
    BAO,
    GUO,
    LIN,
    MEI,
    SHIJIAZHUANG,
    TANGSHAN,
    WEI,
    Command,
    adjust,
    bind,
    bind_proxy,
    capture,
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
    reorder,
    set_status,
    transfer,
    unbind,
)
from tests.spec import Spec, accepted, by, own, paid, restored

CLOSE_WEI = set_status(WEI, "closed")
MOVE_WEI = transfer(WEI, TANGSHAN)
BOTH = pytest.mark.parametrize("leaving", [CLOSE_WEI, MOVE_WEI], ids=["closing", "transfer"])


@pytest.fixture
def spec() -> Spec:
    """Lin 50.00, bound by Wei 100.00 and Mei 100.00."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=100_00, mei=100_00))
    return spec


# set_status ---------------------------------------------------------------------------------------------


def test_an_account_is_suspended_and_made_active_again(spec: Spec) -> None:
    for status in ("suspended", "active"):
        spec.when(set_status(WEI, status))
        spec.then(accepted(changed=True, unbound=[]))
        assert spec.account(WEI).status == status
    assert spec.order(LIN) == [WEI, MEI]


@pytest.mark.parametrize("status", ["active", "suspended"])
def test_setting_the_present_status_is_accepted_and_changes_nothing(spec: Spec, status: str) -> None:
    spec.given(set_status(WEI, "suspended"), set_status(WEI, status))
    spec.when(set_status(WEI, status))
    spec.then(accepted(changed=False, unbound=[]))


@pytest.mark.parametrize("status", ["active", "suspended", "closed"])
def test_a_closed_account_stays_closed(spec: Spec, status: str) -> None:
    spec.given(CLOSE_WEI)
    spec.refuses(set_status(WEI, status), "account_closed")


def test_a_suspension_does_not_wait_for_holds(spec: Spec) -> None:
    spec.given(hold(LIN, 80_00))
    spec.when(set_status(WEI, "suspended"))
    spec.then(accepted(changed=True, unbound=[]))


# transfer -----------------------------------------------------------------------------------------------


def test_a_transfer_moves_the_insurance_and_leaves_the_money(spec: Spec) -> None:
    spec.when(transfer(WEI, TANGSHAN, reason="a new job"))
    spec.then(accepted(changed=True, unbound=[["mutual_aid", WEI, LIN]]))
    spec.then_money(WEI, current_fen=100_00)
    assert spec.account(WEI).region == TANGSHAN


def test_a_transfer_to_the_present_region_changes_and_ends_nothing(spec: Spec) -> None:
    spec.when(transfer(WEI, SHIJIAZHUANG))
    spec.then(accepted(changed=False, unbound=[]))
    assert spec.order(LIN) == [WEI, MEI]


def test_a_transfer_ends_what_the_account_pays_and_not_what_is_paid_for_it_nor_proxies(spec: Spec) -> None:
    spec.given(open_account(BAO), bind_proxy(WEI, BAO), bind(MEI, WEI, relation="sibling"))
    spec.when(MOVE_WEI)
    spec.then(accepted(changed=True, unbound=[["mutual_aid", WEI, LIN]]))
    assert spec.order(WEI) == [MEI]
    assert [b.binder for b in spec.family(BAO).active("proxy_credential")] == [WEI]


# The checks of both -------------------------------------------------------------------------------------


@BOTH
def test_an_unknown_account_is_not_found(leaving: Command) -> None:
    Spec().refuses(leaving, "account_not_found")


def test_a_closed_account_does_not_move(spec: Spec) -> None:
    spec.given(CLOSE_WEI)
    spec.refuses(MOVE_WEI, "account_closed")
    spec.refuses(transfer(WEI, SHIJIAZHUANG), "account_closed")


@BOTH
def test_nobody_leaves_while_paying_a_leg_of_an_open_hold(spec: Spec, leaving: Command) -> None:
    spec.given(hold(LIN, 80_00, settlement="S"))
    spec.refuses(leaving, "unsettled_holds", open_holds=1)
    spec.given(release("S"))
    spec.given({**leaving, "id": "later"})


@BOTH
def test_nobody_leaves_while_treated_under_an_open_hold_even_an_all_cash_one(
    spec: Spec, leaving: Command
) -> None:
    spec.given(adjust(WEI, -100_00), hold(WEI, 80_00, settlement="S"))
    spec.then(paid(cash_fen=80_00))
    spec.refuses(leaving, "unsettled_holds", open_holds=1)
    spec.given(capture("S"))
    spec.given({**leaving, "id": "later"})


@BOTH
def test_a_hold_on_own_money_counts_once(spec: Spec, leaving: Command) -> None:
    spec.given(hold(WEI, 10_00), hold(WEI, 10_00))
    spec.refuses(leaving, "unsettled_holds", open_holds=2)


@BOTH
def test_another_payer_s_hold_for_the_same_patient_keeps_nobody(spec: Spec, leaving: Command) -> None:
    spec.given(reorder(LIN, MEI, WEI), hold(LIN, 80_00))
    spec.then(paid(own(LIN, 50_00), by(MEI, 1, 30_00)))
    spec.given(leaving)


def test_a_transfer_to_the_present_region_waits_for_holds_as_well(spec: Spec) -> None:
    spec.given(hold(LIN, 80_00))
    spec.refuses(transfer(WEI, SHIJIAZHUANG), "unsettled_holds", open_holds=1)


# What a closing does ------------------------------------------------------------------------------------


def test_a_closing_ends_every_binding_of_both_kinds_and_sides_in_one_step(spec: Spec) -> None:
    spec.given(
        open_account(BAO),
        bind(WEI, BAO),
        bind_proxy(WEI, LIN),
        bind(MEI, WEI, relation="sibling"),
        bind_proxy(MEI, WEI, relation="sibling"),
        bind_proxy(MEI, LIN),
    )
    spec.when(CLOSE_WEI)
    unbound = [
        ["mutual_aid", MEI, WEI],
        ["mutual_aid", WEI, BAO],
        ["mutual_aid", WEI, LIN],
        ["proxy_credential", MEI, WEI],
        ["proxy_credential", WEI, LIN],
    ]
    spec.then(accepted(changed=True, unbound=unbound))
    assert (spec.order(LIN), spec.order(BAO), spec.order(WEI)) == ([MEI], [], [])
    assert spec.account(MEI).members == {("mutual_aid", LIN): 2, ("proxy_credential", LIN): 4}
    assert spec.account(WEI).members == {}


def test_a_closing_returns_the_quotas_granted_by_and_to_the_account(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 60_00), bind(MEI, WEI, relation="sibling", quota_fen=70_00))
    spec.given(CLOSE_WEI)
    spec.then_money(WEI, current_fen=100_00)
    spec.then_money(MEI, current_fen=100_00, available_fen=100_00)


def test_two_people_bound_to_each_other_are_both_unbound_when_one_closes(spec: Spec) -> None:
    spec.given(bind(LIN, WEI, relation="child"))
    spec.when(CLOSE_WEI)
    spec.then(accepted(changed=True, unbound=[["mutual_aid", LIN, WEI], ["mutual_aid", WEI, LIN]]))


def test_a_closing_without_bindings_lists_none(spec: Spec) -> None:
    spec.given(open_account(GUO))
    spec.when(set_status(GUO, "closed"))
    spec.then(accepted(changed=True, unbound=[]))


def test_what_is_left_stays_in_a_closed_account_until_it_is_paid_out(spec: Spec) -> None:
    spec.given(CLOSE_WEI)
    spec.then_money(WEI, current_fen=100_00)
    spec.refuses(credit(WEI, 1), "account_closed")
    spec.refuses(close_year(WEI, 2025), "account_closed")
    spec.refuses(charge(WEI, 1), "account_closed")
    spec.when(adjust(WEI, -100_00))
    spec.then(accepted(balance_fen=0))


def test_after_closing_only_refunds_reach_the_account_and_they_wait_in_suspense(spec: Spec) -> None:
    spec.given(charge(LIN, 80_00, settlement="S"), CLOSE_WEI)
    spec.when(refund("S"))
    spec.then(restored((WEI, "suspense", 30_00), (LIN, "current", 50_00)))
    spec.then_money(WEI, current_fen=70_00, suspense_fen=30_00)


def test_a_closed_binder_pays_no_late_bill(spec: Spec) -> None:
    spec.given(set_status(WEI, "closed", at="2026-03-12T10:00:00+08:00"))
    spec.when(charge(LIN, 80_00, at="2026-03-11T10:00:00+08:00"))
    spec.then(paid(own(LIN, 50_00), by(MEI, 2, 30_00)))


# When it takes effect -----------------------------------------------------------------------------------

DAY_1, DAY_2, DAY_3 = (f"2026-04-0{day}T10:00:00+08:00" for day in (1, 2, 3))


@BOTH
def test_an_ending_that_is_told_late_takes_effect_at_the_family_s_last_change(
    spec: Spec, leaving: Command
) -> None:
    """The order was confirmed on day 2; a leaving of day 1 ends the binding on day 2, not before."""
    spec.given(reorder(LIN, WEI, MEI, at=DAY_2))
    spec.given({**leaving, "at": DAY_1})
    assert spec.family(LIN).bindings[0].until == spec.family(LIN).last_at
    spec.refuses(reorder(LIN, MEI, at=DAY_1), "out_of_order", last_at=DAY_2)
    if leaving is MOVE_WEI:
        spec.when(charge(LIN, 80_00, at="2026-04-02T09:59:59+08:00"))
        spec.then(paid(own(LIN, 50_00), by(WEI, 1, 30_00)))
        spec.when(charge(LIN, 80_00, at=DAY_2))
        spec.then(paid(by(MEI, 1, 80_00)))


@BOTH
def test_an_ending_counts_as_a_change_on_the_family_s_timeline(spec: Spec, leaving: Command) -> None:
    spec.given({**leaving, "at": DAY_3})
    spec.refuses(unbind(MEI, LIN, at=DAY_2), "out_of_order", last_at=DAY_3)
    spec.given(unbind(MEI, LIN, at=DAY_3))


def test_each_family_has_its_own_last_change(spec: Spec) -> None:
    spec.given(open_account(BAO), bind(WEI, BAO), reorder(LIN, WEI, MEI, at=DAY_2))
    spec.given({**MOVE_WEI, "at": DAY_1})
    spec.given(unbind(MEI, LIN, at=DAY_2), bind(MEI, BAO, at=DAY_1))


def test_an_account_that_left_may_bind_again_from_its_new_place(spec: Spec) -> None:
    spec.given(MOVE_WEI)
    spec.when(bind(WEI, LIN))
    spec.then(accepted(rank=2, state="bound"))


def test_a_transfer_of_an_account_that_binds_nobody_ends_nothing() -> None:
    spec = Spec()
    spec.given(*funded(WEI, 5))
    spec.when(MOVE_WEI)
    spec.then(accepted(changed=True, unbound=[]))
