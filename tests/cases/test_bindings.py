"""Worked cases 49 to 60: who may bind, when a binding counts, and how it ends."""

from pathlib import Path

import pytest

from tests.examples import (
    BAO,
    CLERK,
    GUO,
    HUI,
    LIN,
    MEI,
    SHIJIAZHUANG,
    TANGSHAN,
    WEI,
    adjust,
    bind,
    charge,
    family,
    funded,
    grant_quota,
    hold,
    open_account,
    release,
    reorder,
    review,
    set_status,
    transfer,
    unbind,
)
from tests.spec import Spec, accepted, by, own, pack, paid, rejected

COUSINS = [f"COUSIN-{n}" for n in range(1, 9)]


def september(day: int, time: str = "10:00:00") -> str:
    return f"2026-09-{day:02d}T{time}+08:00"


def test_case_49_a_third_binder_waits_until_one_of_two_has_unbound() -> None:
    """2 active binders → a third bind is rejected; one unbinds on 20 Sep → allowed at once."""
    spec = Spec()
    spec.given(*family(lin=0, wei=0, mei=0), open_account(HUI))
    third = bind(HUI, LIN, relation="sibling", at=september(20))
    spec.refuses(third, "too_many_binders", binders=2, max=2)
    spec.given(unbind(MEI, LIN, at=september(20)))
    spec.when(third)
    spec.then(accepted(rank=2, state="bound"))


def test_case_50_a_binder_makes_six_binds_in_a_month_whatever_was_unbound_since() -> None:
    """6 binds and 2 unbinds in Sep → 4 active, a 7th bind in Sep is rejected; allowed 1 Oct 00:00 Shanghai
    time."""
    spec = Spec()
    spec.given(open_account(WEI), *(open_account(cousin) for cousin in COUSINS))
    spec.given(*(bind(WEI, cousin, at=september(1)) for cousin in COUSINS[:4]))
    spec.given(*(unbind(WEI, cousin, at=september(2)) for cousin in COUSINS[:2]))
    spec.given(*(bind(WEI, cousin, at=september(3)) for cousin in COUSINS[4:6]))
    assert spec.account(WEI).members_of("mutual_aid") == 4
    spec.when(bind(WEI, COUSINS[6], at="2026-09-30T23:59:59+08:00"))
    spec.then(rejected("too_many_binds_this_month", binds=6, max=6, month="2026-09"))
    spec.when(bind(WEI, COUSINS[6], at="2026-09-30T16:00:00Z"))
    spec.then(accepted(rank=1, state="bound"))


def test_case_51_five_members_and_six_binds_a_month_are_two_rules() -> None:
    """5 active, 1 unbind, 1 bind = 6 binds this month and 5 active → legal; the next breaks both rules."""
    spec = Spec()
    spec.given(open_account(WEI), *(open_account(cousin) for cousin in COUSINS))
    spec.given(*(bind(WEI, cousin, at=september(1)) for cousin in COUSINS[:5]))
    spec.given(unbind(WEI, COUSINS[0], at=september(2)), bind(WEI, COUSINS[5], at=september(2)))
    spec.when(bind(WEI, COUSINS[6], at=september(3)))
    spec.then(rejected("too_many_members", members=5, max=5))
    spec.given(unbind(WEI, COUSINS[1], at=september(3)))
    spec.when(bind(WEI, COUSINS[6], at=september(3)))
    spec.then(rejected("too_many_binds_this_month", binds=6, max=6, month="2026-09"))


@pytest.mark.parametrize("certificate", ["household_register", "birth_certificate"])
def test_case_52_a_member_shows_a_certificate_until_the_day_of_turning_sixteen(certificate: str) -> None:
    """Born 2009-09-10: a bind on 2025-09-09 takes a certificate, on 2025-09-10 it takes the face."""
    spec = Spec()
    spec.given(open_account(WEI), open_account(BAO, born="2009-09-10"))
    the_day_before = {"at": "2025-09-09T23:59:59+08:00"}
    on_the_day = {"at": "2025-09-09T16:00:00Z"}
    needed = ["household_register", "birth_certificate"]
    spec.refuses(
        bind(WEI, BAO, authorisation="face", **the_day_before),
        "authorisation_required",
        given="face",
        needed=needed,
    )
    spec.refuses(
        bind(WEI, BAO, authorisation=certificate, **on_the_day),
        "authorisation_required",
        given=certificate,
        needed=["face"],
    )
    spec.when(bind(WEI, BAO, authorisation=certificate, **the_day_before))
    spec.then(accepted(rank=1, state="bound"))


def reviewed_region(tmp_path: Path) -> Spec:
    spec = Spec(pack(tmp_path, mutual_aid={"review": "required", "max_active_binders": 1}))
    spec.given(*funded(WEI, 100_00), open_account(LIN))
    return spec


def test_case_53_a_bind_under_review_pays_nothing_until_it_is_approved(tmp_path: Path) -> None:
    """Applied 1 Sep, approved 3 Sep: a charge on 2 Sep is not eligible, also when it arrives after the
    approval."""
    spec = reviewed_region(tmp_path)
    spec.given(bind(WEI, LIN, id="application", by=CLERK, at=september(1)))
    spec.then(accepted(rank=None, state="pending"))
    spec.when(charge(LIN, 30_00, at=september(2)))
    spec.then(paid(cash_fen=30_00))
    spec.when(review("application", "approve", at=september(3)))
    spec.then(accepted(rank=1, state="bound"))
    spec.when(charge(LIN, 30_00, at=september(2)))
    spec.then(paid(cash_fen=30_00))
    spec.when(charge(LIN, 30_00, at=september(3)))
    spec.then(paid(by(WEI, 1, 30_00)))


def test_case_53_a_bind_under_review_holds_no_place(tmp_path: Path) -> None:
    """A pending bind takes no slot: with one binder allowed, another may be approved while the
    first waits."""
    spec = reviewed_region(tmp_path)
    spec.given(open_account(MEI), bind(WEI, LIN, id="of-wei", by=CLERK, at=september(1)))
    spec.given(bind(MEI, LIN, id="of-mei", by=CLERK, at=september(1)))
    spec.given(review("of-wei", "reject", at=september(2)), review("of-mei", "approve", at=september(3)))
    assert spec.order(LIN) == [MEI]


def test_case_54_nobody_unbinds_over_an_open_hold() -> None:
    """Unbind with an open hold of 45.00 → `unsettled_holds`; once it is released the unbinding goes
    through."""
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00), hold(LIN, 45_00, settlement="S54"))
    spec.refuses(unbind(WEI, LIN), "unsettled_holds", open_holds=1)
    spec.given(release("S54"))
    spec.when(unbind(WEI, LIN))
    spec.then(accepted())


def test_case_55_an_unbinding_takes_effect_at_its_own_time() -> None:
    """Unbind at 14:00: a charge of 30.00 at 16:00 is cash, one of 13:00 that arrives later is still P1's
    30.00."""
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00), unbind(WEI, LIN, at=september(10, "14:00:00")))
    spec.when(charge(LIN, 30_00, at=september(10, "16:00:00")))
    spec.then(paid(cash_fen=30_00))
    spec.when(charge(LIN, 30_00, at=september(10, "13:00:00")))
    spec.then(paid(by(WEI, 1, 30_00)))


def test_case_56_an_owner_who_transfers_out_leaves_every_family() -> None:
    """All of P1's bindings end, quotas are released, and in every family P2 becomes first."""
    spec = Spec()
    spec.given(
        *family(lin=0, wei=100_00, mei=100_00),
        open_account(BAO),
        bind(WEI, BAO),
        bind(MEI, BAO),
        grant_quota(WEI, LIN, 60_00),
    )
    spec.when(transfer(WEI, TANGSHAN))
    unbound = [["mutual_aid", WEI, BAO], ["mutual_aid", WEI, LIN]]
    spec.then(accepted(changed=True, unbound=unbound))
    assert (spec.order(LIN), spec.order(BAO)) == ([MEI], [MEI])
    spec.then_money(WEI, current_fen=100_00, available_fen=100_00)
    spec.when(charge(LIN, 30_00))
    spec.then(paid(by(MEI, 1, 30_00)))


@pytest.mark.parametrize("order", [[MEI], [MEI, WEI, HUI], [MEI, MEI]], ids=" ".join)
def test_case_57_a_new_order_names_each_present_binder_once(order: list[str]) -> None:
    """Active {P1, P2}: [P2], [P2, P1, P3] and [P2, P2] are rejected."""
    spec = Spec()
    spec.given(*family(lin=0, wei=0, mei=0), open_account(HUI))
    spec.refuses(reorder(LIN, *order), "not_a_permutation", binders=[WEI, MEI])
    assert spec.order(LIN) == [WEI, MEI]


def test_case_57_an_order_may_be_changed_or_confirmed() -> None:
    """[P2, P1] is accepted with `changed: true`; the same order once more is accepted with
    `changed: false`."""
    spec = Spec()
    spec.given(*family(lin=0, wei=0, mei=0))
    spec.when(reorder(LIN, MEI, WEI))
    spec.then(accepted(changed=True))
    spec.when(reorder(LIN, MEI, WEI))
    spec.then(accepted(changed=False))
    assert spec.order(LIN) == [MEI, WEI]


def test_case_58_a_new_binder_comes_last(tmp_path: Path) -> None:
    """P3 bound after a reorder to [P2, P1] → [P2, P1, P3]."""
    spec = Spec(pack(tmp_path, mutual_aid={"max_active_binders": None}))
    spec.given(*family(lin=0, wei=0, mei=0), open_account(HUI), reorder(LIN, MEI, WEI))
    spec.when(bind(HUI, LIN, relation="sibling"))
    spec.then(accepted(rank=3, state="bound"))
    assert spec.order(LIN) == [MEI, WEI, HUI]


def test_case_59_a_death_recorded_late_rewrites_nothing() -> None:
    """Died 1 Mar with 850.00, recorded 5 Mar; a charge of 60.00 on 3 Mar had been paid by P1: it stands, the
    balance is 790.00, and that is what can be paid out. (What it touched is not recovered by the ledger.)"""
    spec = Spec()
    spec.given(*funded(WEI, 850_00, at="2026-02-01T10:00:00+08:00"), open_account(LIN))
    spec.given(bind(WEI, LIN, at="2026-02-01T10:00:00+08:00"))
    spec.given(charge(LIN, 60_00, settlement="S59", at="2026-03-03T10:00:00+08:00"))
    spec.when(set_status(WEI, "closed", at="2026-03-01T10:00:00+08:00"))
    spec.then(accepted(changed=True, unbound=[["mutual_aid", WEI, LIN]]))
    spec.then_money(WEI, current_fen=790_00)
    spec.refuses(adjust(WEI, -850_00), "account_closed")
    spec.when(adjust(WEI, -790_00))
    spec.then(accepted(balance_fen=0))


def test_case_60_payments_before_the_unbinding_stay_whatever_the_reason_of_it() -> None:
    """Divorced in March, unbound in September: what was paid in between stays paid."""
    spec = Spec()
    spec.given(*funded(WEI, 100_00), *funded(HUI, 0), bind(WEI, HUI, relation="spouse"))
    spec.given(charge(HUI, 40_00, at=september(1)))
    spec.when(unbind(WEI, HUI, reason="divorced 2026-03-20", at=september(2)))
    spec.then(accepted())
    spec.then_money(WEI, current_fen=60_00)


def test_a_binder_who_lives_elsewhere_in_the_province_is_as_good() -> None:
    """Beside the cases: own 5.00 in Shijiazhuang, P1 in Tangshan pays the other 25.00."""
    spec = Spec()
    spec.given(*funded(LIN, 5_00, region=SHIJIAZHUANG), *funded(WEI, 100_00, region=TANGSHAN))
    spec.given(open_account(GUO), bind(WEI, LIN))
    spec.when(charge(LIN, 30_00))
    spec.then(paid(own(LIN, 5_00), by(WEI, 1, 25_00)))
