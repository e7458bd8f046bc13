"""Who may bind whom: the checks of contract section 4, but for the counts and their order."""

from pathlib import Path

import pytest

from tests.examples import (
    BAO,
    BEIJING,
    BORN,
    CLERK,
    GUO,
    LIN,
    MEI,
    QUZHOU,
    SHIJIAZHUANG,
    TANGSHAN,
    WEI,
    adjust,
    bind,
    bind_proxy,
    charge,
    credit,
    funded,
    hold,
    open_account,
    set_status,
    transfer,
    unbind,
)
from tests.spec import Spec, accepted, pack

IN_2022 = {"at": "2022-06-01T10:00:00+08:00"}
IN_2025 = {"at": "2025-06-01T10:00:00+08:00"}


@pytest.fixture
def spec() -> Spec:
    """Lin, Wei with 100.00, Mei and the child Bao, all of Shijiazhuang."""
    spec = Spec()
    spec.given(open_account(LIN), *funded(WEI, 100_00), open_account(MEI), open_account(BAO))
    return spec


# 1 to 6: the two people ---------------------------------------------------------------------------------


def test_a_bind_of_a_parent_takes_the_first_rank(spec: Spec) -> None:
    spec.when(bind(WEI, LIN))
    spec.then(accepted(rank=1, state="bound"))
    spec.when(bind(MEI, LIN))
    spec.then(accepted(rank=2, state="bound"))


def test_nobody_binds_themselves_of_either_kind(spec: Spec) -> None:
    spec.refuses(bind(WEI, WEI), "self_binding")
    spec.refuses(bind_proxy(WEI, WEI), "self_binding")


def test_both_people_must_have_an_account(spec: Spec) -> None:
    spec.refuses(bind("NOBODY", LIN), "binder_not_found")
    spec.refuses(bind(WEI, "NOBODY"), "beneficiary_not_found")
    spec.refuses(bind_proxy("NOBODY", LIN), "binder_not_found")


@pytest.mark.parametrize("status", ["suspended", "closed"])
def test_both_people_must_be_active(spec: Spec, status: str) -> None:
    spec.given(set_status(WEI, status), set_status(BAO, status))
    spec.refuses(bind(WEI, LIN), "binder_not_active", status=status)
    spec.refuses(bind(MEI, BAO), "beneficiary_not_active", status=status)
    spec.refuses(bind_proxy(WEI, LIN), "binder_not_active", status=status)


def test_a_binder_of_mutual_aid_has_a_personal_account_and_a_proxy_needs_none(spec: Spec) -> None:
    spec.given(open_account(GUO))
    spec.refuses(bind(GUO, LIN, relation="spouse"), "no_personal_account")
    spec.when(bind_proxy(GUO, LIN, relation="spouse"))
    spec.then(accepted(rank=None, state="bound"))


def test_there_is_no_policy_before_the_first_document(spec: Spec) -> None:
    day = "2021-04-21T23:59:59+08:00"
    spec.refuses(bind(WEI, LIN, at=day), "no_policy", region=SHIJIAZHUANG, day="2021-04-21")
    spec.refuses(bind_proxy(WEI, LIN, at=day), "no_policy", region=SHIJIAZHUANG, day="2021-04-21")
    spec.when(bind(WEI, LIN, at="2021-04-22T00:00:00+08:00"))
    spec.then(accepted(rank=1, state="bound"))


# 7 to 9: relation, place, authorisation -----------------------------------------------------------------


@pytest.mark.parametrize("relation", ["spouse", "parent", "child", "sibling", "grandparent", "grandchild"])
def test_near_relatives_share_since_2024(spec: Spec, relation: str) -> None:
    spec.given(bind(WEI, LIN, relation=relation, **IN_2025))


@pytest.mark.parametrize("relation", ["parent_in_law", "other"])
def test_parents_in_law_and_others_are_no_near_relatives(spec: Spec, relation: str) -> None:
    spec.refuses(
        bind(WEI, LIN, relation=relation), "relation_not_eligible", relation=relation, policy="national-2026"
    )
    spec.when(bind_proxy(WEI, LIN, relation=relation))
    spec.then(accepted(rank=None, state="bound"))


@pytest.mark.parametrize("relation", ["sibling", "grandparent", "grandchild"])
def test_before_2024_only_spouse_parents_and_children_share(spec: Spec, relation: str) -> None:
    figures = {"relation": relation, "policy": "national-2021"}
    spec.refuses(bind(WEI, LIN, relation=relation, **IN_2022), "relation_not_eligible", **figures)


@pytest.mark.parametrize(
    ("when", "near", "far", "scope"),
    [(IN_2022, SHIJIAZHUANG, TANGSHAN, "city"), (IN_2025, TANGSHAN, QUZHOU, "province")],
    ids=["2022", "2025"],
)
def test_how_far_sharing_reaches_depends_on_the_day(
    when: dict[str, str], near: str, far: str, scope: str
) -> None:
    spec = Spec()
    spec.given(open_account(LIN), open_account(WEI, region=far), open_account(MEI, region=near))
    regions = {"binder_region": far, "beneficiary_region": SHIJIAZHUANG}
    spec.refuses(bind(WEI, LIN, **when), "out_of_scope", scope=scope, **regions)
    spec.when(bind(MEI, LIN, **when))
    spec.then(accepted(rank=1, state="bound"))


def test_since_2026_sharing_reaches_across_the_nation(spec: Spec) -> None:
    spec.given(transfer(WEI, BEIJING))
    spec.when(bind(WEI, LIN))
    spec.then(accepted(rank=1, state="bound"))


def test_the_policy_is_that_of_the_binder_s_region() -> None:
    spec = Spec()
    spec.given(open_account(LIN, region=QUZHOU), open_account(WEI), open_account(MEI))
    spec.given(bind(WEI, LIN))
    spec.when(bind(MEI, LIN))  # Zhejiang allows one binder, Hebei two
    spec.then(accepted(rank=2, state="bound"))


@pytest.mark.parametrize("given", ["household_register", "birth_certificate"])
def test_a_child_is_bound_with_a_certificate(spec: Spec, given: str) -> None:
    spec.given(bind(WEI, BAO, authorisation=given))


@pytest.mark.parametrize("given", ["face", "marriage_certificate", "commitment_letter"])
def test_a_child_is_bound_with_nothing_else(spec: Spec, given: str) -> None:
    needed = ["household_register", "birth_certificate"]
    spec.refuses(bind(WEI, BAO, authorisation=given), "authorisation_required", given=given, needed=needed)


@pytest.mark.parametrize(
    "given", ["household_register", "birth_certificate", "marriage_certificate", "commitment_letter"]
)
@pytest.mark.parametrize("kind", ["mutual_aid", "proxy_credential"])
def test_a_grown_up_is_bound_with_the_face_and_nothing_else(spec: Spec, given: str, kind: str) -> None:
    command = bind(WEI, LIN, authorisation=given, kind=kind)
    spec.refuses(command, "authorisation_required", given=given, needed=["face"])


def test_someone_of_unknown_age_is_bound_with_the_face(spec: Spec) -> None:
    spec.given(open_account("STRANGER"))
    spec.refuses(
        bind(WEI, "STRANGER", authorisation="birth_certificate"),
        "authorisation_required",
        given="birth_certificate",
        needed=["face"],
    )
    spec.given(bind(WEI, "STRANGER"))


def test_the_face_age_is_the_region_s(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, mutual_aid={"face_age": 8}, proxy_credential={"face_age": 12}))
    spec.given(open_account(WEI), open_account(BAO))
    assert BORN[BAO] == "2016-06-01"
    spec.given(bind(WEI, BAO, authorisation="face"))
    spec.given(bind_proxy(WEI, BAO, authorisation="birth_certificate"))


# 10 to 12: the pair -------------------------------------------------------------------------------------


def test_a_pair_is_bound_once_per_kind(spec: Spec) -> None:
    spec.given(bind(WEI, LIN), bind_proxy(WEI, LIN))
    spec.refuses(bind(WEI, LIN), "already_bound")
    spec.refuses(bind_proxy(WEI, LIN), "already_bound")


def test_a_pair_may_be_bound_both_ways(spec: Spec) -> None:
    spec.given(bind(WEI, LIN), bind(LIN, WEI, relation="child"))


@pytest.mark.parametrize("kind", ["mutual_aid", "proxy_credential"])
def test_a_pair_may_bind_again_after_the_cooldown_of_local_days(tmp_path: Path, kind: str) -> None:
    rules = {"rebind_cooldown_days": 30}
    spec = Spec(pack(tmp_path, mutual_aid=rules, proxy_credential=rules))
    spec.given(open_account(LIN), open_account(WEI), open_account(MEI), bind(WEI, LIN, kind=kind))
    spec.given(unbind(WEI, LIN, kind=kind, at="2026-03-31T23:59:59+08:00"))
    the_29th_of_april = bind(WEI, LIN, kind=kind, at="2026-04-29T23:59:59+08:00")
    spec.refuses(the_29th_of_april, "rebind_too_soon", earliest="2026-04-30")
    spec.given(bind(MEI, LIN, kind=kind, at="2026-04-29T23:59:59+08:00"))
    spec.given(bind(WEI, LIN, kind=kind, at="2026-04-30T00:00:00+08:00"))


def test_the_cooldown_is_that_of_one_kind(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, mutual_aid={"rebind_cooldown_days": 30}))
    spec.given(open_account(LIN), open_account(WEI), bind(WEI, LIN), unbind(WEI, LIN), bind_proxy(WEI, LIN))
    spec.given(unbind(WEI, LIN, kind="proxy_credential"), bind_proxy(WEI, LIN))
    spec.refuses(bind(WEI, LIN), "rebind_too_soon", earliest="2026-04-09")


# 16 to 18: quota and review -----------------------------------------------------------------------------


def test_a_bind_may_come_with_a_quota_within_what_is_available(spec: Spec) -> None:
    spec.given(hold(WEI, 30_00))
    spec.refuses(
        bind(WEI, LIN, quota_fen=70_01), "quota_exceeds_available", needed_fen=70_01, available_fen=70_00
    )
    spec.given(bind(WEI, LIN, quota_fen=70_00))
    spec.then_money(WEI, current_fen=100_00, held_fen=30_00, reserved_fen=70_00)


def test_a_region_may_require_or_refuse_a_quota(tmp_path: Path) -> None:
    hebei = pack(tmp_path, name="hebei", mutual_aid={"quota": "required"})
    tangshan = pack(tmp_path, name="tangshan", regions=["1302"], mutual_aid={"quota": "none"})
    spec = Spec(hebei, tangshan)
    spec.given(*funded(WEI, 100_00), *funded(MEI, 100_00, region=TANGSHAN), open_account(LIN))
    spec.refuses(bind(WEI, LIN), "quota_required")
    spec.given(bind(WEI, LIN, quota_fen=1))
    spec.refuses(bind(MEI, LIN, quota_fen=1), "quota_not_offered")
    spec.given(bind(MEI, LIN))


def test_a_proxy_is_never_asked_for_a_quota(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, mutual_aid={"quota": "required"}))
    spec.given(open_account(WEI), open_account(LIN), bind_proxy(WEI, LIN))


def test_where_a_review_is_required_somebody_has_asked(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, mutual_aid={"review": "required"}))
    spec.given(open_account(WEI), open_account(LIN))
    spec.refuses(bind(WEI, LIN), "actor_required")
    spec.when(bind(WEI, LIN, by=CLERK))
    spec.then(accepted(rank=None, state="pending"))
    spec.when(bind_proxy(WEI, LIN))  # its own rules ask for no review
    spec.then(accepted(rank=None, state="bound"))


def test_a_binder_below_zero_may_bind_and_pays_nothing(spec: Spec) -> None:
    spec.given(adjust(WEI, -150_00), bind(WEI, LIN), charge(LIN, 1))
    spec.given(credit(WEI, 50_01))
    spec.when(charge(LIN, 5))
    assert spec.outcome.result["shared_fen"] == 1
