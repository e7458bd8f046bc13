"""What accounts and families leave in the log: every event of a command, whole, the answering one first."""

from pathlib import Path
from typing import Any

import pytest

from ledger.events import account as a
from ledger.events import family as f
from ledger.events import request as r
from tests.examples import (
    CLERK,
    LIN,
    MEI,
    TANGSHAN,
    WEI,
    adjust,
    bind,
    bind_proxy,
    close_year,
    credit,
    family,
    funded,
    grant_quota,
    hold,
    open_account,
    release_quota,
    reorder,
    review,
    set_limit,
    set_status,
    transfer,
    unbind,
)
from tests.spec import Spec, instant, pack

ACCOUNT_LIN, ACCOUNT_WEI, FAMILY_LIN = "account:LIN", "account:WEI", "family:LIN"


@pytest.fixture
def spec() -> Spec:
    """Lin 50.00, bound by Wei 100.00."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=100_00))
    return spec


# One account --------------------------------------------------------------------------------------------


def test_opening_records_region_and_insurance() -> None:
    spec = Spec()
    spec.when(open_account(LIN, by=CLERK))
    spec.then_recorded((ACCOUNT_LIN, a.AccountOpened, {"region": "130102", "insurance": "employee"}))


def test_money_in_and_corrections_record_the_balance_after(spec: Spec) -> None:
    spec.when(credit(LIN, 7, kind="interest"))
    credited = {"bucket": "current", "amount_fen": 7, "kind": "interest", "balance_fen": 50_07}
    spec.then_recorded((ACCOUNT_LIN, a.Credited, credited))
    spec.when(adjust(LIN, -57_00, bucket="carried"))
    adjusted = {"bucket": "carried", "delta_fen": -57_00, "reason": "clearing", "balance_fen": -6_93}
    spec.then_recorded((ACCOUNT_LIN, a.Adjusted, adjusted))


def test_a_year_s_close_records_what_moved_and_what_was_held(spec: Spec) -> None:
    spec.given(hold(LIN, 20_00))
    spec.when(close_year(LIN, 2025))
    spec.then_recorded((ACCOUNT_LIN, a.YearClosed, {"year": 2025, "moved_fen": 50_00, "held_fen": 20_00}))


def test_status_and_region_record_what_they_changed_or_that_they_did_not(spec: Spec) -> None:
    spec.when(set_status(WEI, "suspended", reason="left work"))
    status = {"status": "suspended", "reason": "left work", "unbound": ()}
    spec.then_recorded((ACCOUNT_WEI, a.StatusChanged, status))
    spec.when(set_status(WEI, "suspended"))
    spec.then_recorded((ACCOUNT_WEI, a.AccountConfirmed, {"op": "set_status"}))
    spec.when(transfer(WEI, "130102"))
    spec.then_recorded((ACCOUNT_WEI, a.AccountConfirmed, {"op": "transfer"}))


def test_a_transfer_records_each_binding_that_ends_with_it(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 30_00))
    spec.when(transfer(WEI, TANGSHAN))
    gone = {"region": TANGSHAN, "unbound": (("mutual_aid", WEI, LIN),)}
    of_binding = {"beneficiary": LIN, "binding": 1}
    unbound = {"binding": 1, "kind": "mutual_aid", "binder": WEI, "cause": "transferred"}
    spec.then_recorded(
        (ACCOUNT_WEI, a.AccountTransferred, gone),
        (FAMILY_LIN, f.Unbound, {**unbound, "returned_fen": 30_00}),
        (ACCOUNT_WEI, a.QuotaReleased, {**of_binding, "released_fen": 30_00}),
        (ACCOUNT_WEI, a.BindingSlotFreed, {**of_binding, "kind": "mutual_aid"}),
    )


def test_a_closing_told_late_ends_a_binding_at_the_family_s_last_change(spec: Spec) -> None:
    last = "2026-05-01T10:00:00+08:00"
    spec.given(bind_proxy(WEI, LIN, at=last))
    spec.when(set_status(WEI, "closed"))
    pairs = [("mutual_aid", 1), ("proxy_credential", 2)]
    closed = {"status": "closed", "unbound": tuple((kind, WEI, LIN) for kind, _ in pairs)}
    at = {"at": instant(last)}
    expected: list[tuple[str, Any, dict[str, Any]]] = [(ACCOUNT_WEI, a.StatusChanged, closed)]
    for kind, number in pairs:
        unbound = {"binding": number, "kind": kind, "binder": WEI, "cause": "closed", **at}
        freed = {"kind": kind, "beneficiary": LIN, "binding": number, **at}
        expected += [(FAMILY_LIN, f.Unbound, unbound), (ACCOUNT_WEI, a.BindingSlotFreed, freed)]
    spec.then_recorded(*expected)


# Families -----------------------------------------------------------------------------------------------


def test_a_bind_records_the_binding_its_slot_and_its_quota() -> None:
    spec = Spec()
    spec.given(*funded(WEI, 100_00), open_account(LIN))
    evidence = ({"type": "register", "sha256": "0" * 64},)
    spec.when(bind(WEI, LIN, by=CLERK, limit_fen=80_00, quota_fen=30_00, evidence=list(evidence)))
    bound = {
        "binding": 1,
        "kind": "mutual_aid",
        "binder": WEI,
        "relation": "parent",
        "authorisation": "face",
        "face_age_reached": True,
        "limit_fen": 80_00,
        "quota_fen": 30_00,
        "evidence": evidence,
        "rank": 1,
        **spec.policy(),
    }
    slot = {"kind": "mutual_aid", "beneficiary": LIN, "binding": 1, "month": "2026-03"}
    quota = {"beneficiary": LIN, "binding": 1, "amount_fen": 30_00, "quota_fen": 30_00}
    spec.then_recorded(
        (FAMILY_LIN, f.Bound, bound),
        (ACCOUNT_WEI, a.BindingSlotTaken, slot),
        (ACCOUNT_WEI, a.QuotaGranted, quota),
    )


def test_a_pending_bind_and_its_approval_record_who_asked_and_what_became_of_it(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, mutual_aid={"review": "required"}))
    spec.given(open_account(WEI), open_account(LIN))
    spec.when(bind(WEI, LIN, id="asked", by=CLERK))
    kinship = {"kind": "mutual_aid", "binder": WEI, "relation": "parent", "authorisation": "face"}
    ruled_by = spec.policy("house-rules")
    spec.then_recorded(("request:asked", r.BindRequested, {**kinship, "beneficiary": LIN, **ruled_by}))
    spec.when(review("asked", "approve", reason="seen"))
    bound = {**kinship, "binding": 1, "face_age_reached": True, "rank": 1, "reviewed": "asked", **ruled_by}
    slot = {"kind": "mutual_aid", "beneficiary": LIN, "binding": 1, "month": "2026-03"}
    spec.then_recorded(
        ("request:asked", r.BindApproved, {"binding": 1, "rank": 1, "reason": "seen"}),
        (FAMILY_LIN, f.Bound, bound),
        (ACCOUNT_WEI, a.BindingSlotTaken, slot),
    )


def test_a_rejection_records_its_reason(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, mutual_aid={"review": "required"}))
    spec.given(open_account(WEI), open_account(LIN), bind(WEI, LIN, id="asked", by=CLERK))
    spec.when(review("asked", "reject", reason="no"))
    spec.then_recorded(("request:asked", r.BindRejected, {"reason": "no"}))


def test_an_unbind_records_the_end_and_the_slot_it_frees(spec: Spec) -> None:
    spec.when(unbind(WEI, LIN, reason="moved out"))
    unbound = {"binding": 1, "kind": "mutual_aid", "binder": WEI, "cause": "unbind", "reason": "moved out"}
    slot = {"kind": "mutual_aid", "beneficiary": LIN, "binding": 1}
    spec.then_recorded((FAMILY_LIN, f.Unbound, unbound), (ACCOUNT_WEI, a.BindingSlotFreed, slot))


def test_order_and_limits_record_the_change_or_only_its_time(spec: Spec) -> None:
    spec.given(*funded(MEI, 0), bind(MEI, LIN))
    spec.when(reorder(LIN, MEI, WEI))
    spec.then_recorded((FAMILY_LIN, f.PriorityReordered, {"order": (MEI, WEI)}))
    spec.when(reorder(LIN, MEI, WEI))
    spec.then_recorded((FAMILY_LIN, f.TimelineAdvanced, {"op": "reorder"}))
    spec.when(set_limit(MEI, LIN, 5))
    spec.then_recorded((FAMILY_LIN, f.LimitSet, {"binding": 2, "binder": MEI, "limit_fen": 5}))
    spec.when(set_limit(MEI, LIN, 5))
    spec.then_recorded((FAMILY_LIN, f.TimelineAdvanced, {"op": "set_limit"}))


def test_quotas_record_the_money_in_the_account_and_the_time_in_the_family(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 10_00))
    spec.when(grant_quota(WEI, LIN, 20_00))
    of_binding = {"beneficiary": LIN, "binding": 1}
    spec.then_recorded(
        (ACCOUNT_WEI, a.QuotaGranted, {**of_binding, "amount_fen": 20_00, "quota_fen": 30_00}),
        (FAMILY_LIN, f.TimelineAdvanced, {"op": "grant_quota"}),
    )
    spec.when(release_quota(WEI, LIN))
    spec.then_recorded(
        (ACCOUNT_WEI, a.QuotaReleased, {**of_binding, "released_fen": 30_00}),
        (FAMILY_LIN, f.TimelineAdvanced, {"op": "release_quota"}),
    )
