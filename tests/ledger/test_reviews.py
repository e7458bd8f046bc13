"""Binding under review: asked by one person, decided by another (contract sections 3 and 4)."""

from pathlib import Path

import pytest

from tests.examples import (
    BAO,
    CLERK,
    LIN,
    MEI,
    SUPERVISOR,
    WEI,
    adjust,
    bind,
    charge,
    funded,
    open_account,
    reorder,
    review,
    set_status,
    unbind,
)
from tests.spec import Spec, accepted, by, pack, paid, repeated

DAY_1, DAY_2, DAY_3 = (f"2026-04-0{day}T10:00:00+08:00" for day in (1, 2, 3))
APPROVE = review("asked", "approve", id="decision", at=DAY_3)


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    """Wei 100.00 has asked on day 2, through a clerk, to be bound to Lin."""
    spec = Spec(pack(tmp_path, mutual_aid={"review": "required"}))
    spec.given(*funded(WEI, 100_00), open_account(MEI), open_account(LIN), open_account(BAO))
    spec.given(bind(WEI, LIN, id="asked", by=CLERK, at=DAY_2, limit_fen=40_00))
    return spec


def test_a_pending_bind_is_not_in_force(spec: Spec) -> None:
    spec.then(accepted(rank=None, state="pending"))
    assert [stream for stream, _ in spec.new_events] == ["request:asked"]
    assert spec.account(WEI).members == {}


def test_an_approval_binds_with_what_was_asked_for(spec: Spec) -> None:
    spec.when(APPROVE)
    spec.then(accepted(rank=1, state="bound"))
    spec.when(charge(LIN, 60_00, at=DAY_3))
    spec.then(paid(by(WEI, 1, 40_00), cash_fen=20_00))


def test_a_binding_counts_from_its_review(spec: Spec) -> None:
    spec.given(APPROVE)
    spec.when(charge(LIN, 60_00, at="2026-04-03T09:59:59+08:00"))
    spec.then(paid(cash_fen=60_00))


def test_a_rejected_request_stays_rejected(spec: Spec) -> None:
    spec.when(review("asked", "reject", reason="papers unreadable", at=DAY_3))
    spec.then(accepted(rank=None, state="rejected"))
    for decision in ("approve", "reject"):
        spec.refuses(review("asked", decision, at=DAY_3), "already_reviewed", state="rejected")
    spec.given(bind(WEI, LIN, by=CLERK, at=DAY_3))


def test_an_approved_request_is_not_reviewed_again(spec: Spec) -> None:
    spec.given(APPROVE)
    spec.refuses({**APPROVE, "id": "again"}, "already_reviewed", state="bound")
    spec.refuses(review("asked", "reject"), "already_reviewed", state="bound")
    spec.given(unbind(WEI, LIN, at=DAY_3))
    spec.refuses(review("asked", "approve", at=DAY_3), "already_reviewed", state="bound")


def test_only_a_pending_bind_can_be_reviewed(spec: Spec) -> None:
    spec.refuses(review("unknown", "approve"), "request_not_found")
    spec.given({**open_account("P1"), "id": "an-opening"})
    spec.refuses(review("an-opening", "approve"), "request_not_found")
    spec.refuses(bind("NOBODY", LIN, id="refused", by=CLERK), "binder_not_found")
    spec.refuses(review("refused", "approve"), "request_not_found")


def test_a_bind_that_needed_no_review_cannot_be_reviewed() -> None:
    spec = Spec()
    spec.given(open_account(WEI), open_account(LIN), bind(WEI, LIN, id="asked", by=CLERK))
    spec.refuses(review("asked", "approve"), "request_not_found")


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_who_asked_does_not_decide(spec: Spec, decision: str) -> None:
    spec.refuses(review("asked", decision, by=CLERK, at=DAY_3), "self_review")
    spec.given(review("asked", decision, by=SUPERVISOR, at=DAY_3))


def test_that_it_was_reviewed_is_said_before_who_asked(spec: Spec) -> None:
    spec.given(APPROVE)
    spec.refuses(review("asked", "approve", by=CLERK), "already_reviewed", state="bound")


def test_an_approval_checks_everything_again(spec: Spec) -> None:
    spec.given(set_status(WEI, "suspended"))
    spec.refuses(APPROVE, "binder_not_active", status="suspended")
    spec.given(set_status(WEI, "active"))
    spec.refuses(APPROVE, "binder_not_active", status="suspended")  # that id is refused for ever
    spec.when({**APPROVE, "id": "once-more"})
    spec.then(accepted(rank=1, state="bound"))


def test_a_refused_approval_leaves_the_request_pending_and_it_may_still_be_rejected(spec: Spec) -> None:
    spec.given(set_status(LIN, "suspended"))
    spec.refuses(APPROVE, "beneficiary_not_active", status="suspended")
    spec.when(review("asked", "reject", at=DAY_3))
    spec.then(accepted(rank=None, state="rejected"))


def test_a_rejection_checks_nothing(spec: Spec) -> None:
    """Neither the people nor the time: not even one before the request."""
    spec.given(set_status(WEI, "closed"))
    spec.when(review("asked", "reject", at=DAY_1))
    spec.then(accepted(rank=None, state="rejected"))


def test_an_approval_is_not_earlier_than_its_request(spec: Spec) -> None:
    spec.refuses(review("asked", "approve", at=DAY_1), "out_of_order", last_at=DAY_2)
    spec.given(review("asked", "approve", at=DAY_2))


def test_an_approval_is_not_earlier_than_the_family_s_last_change(spec: Spec) -> None:
    spec.given(reorder(LIN, at="2026-04-05T10:00:00+08:00"))
    spec.refuses(APPROVE, "out_of_order", last_at="2026-04-05T10:00:00+08:00")


def test_a_pending_bind_takes_no_time_on_the_family_timeline(spec: Spec) -> None:
    spec.when(reorder(LIN, at=DAY_1))
    spec.then(accepted(changed=False))


def test_the_same_pair_may_ask_twice_and_be_approved_once(spec: Spec) -> None:
    spec.given(bind(WEI, LIN, id="asked-too", by=CLERK, at=DAY_2), APPROVE)
    spec.refuses(review("asked-too", "approve", at=DAY_3), "already_bound")
    spec.given(unbind(WEI, LIN, at=DAY_3))
    spec.when(review("asked-too", "approve", at=DAY_3, id="later"))
    spec.then(accepted(rank=1, state="bound"))


def test_that_a_pair_is_bound_is_said_before_that_a_review_is_early(spec: Spec) -> None:
    spec.given(bind(WEI, LIN, id="asked-too", by=CLERK, at=DAY_3), APPROVE)
    spec.refuses(review("asked-too", "approve", at=DAY_2), "already_bound")


def test_a_pending_quota_sets_nothing_aside_until_it_is_approved(spec: Spec) -> None:
    spec.given(review("asked", "reject"), bind(WEI, LIN, id="with-quota", by=CLERK, quota_fen=80_00))
    spec.then_money(WEI, current_fen=100_00)
    spec.given(adjust(WEI, -30_00))
    figures = {"needed_fen": 80_00, "available_fen": 70_00}
    spec.refuses(review("with-quota", "approve"), "quota_exceeds_available", **figures)
    spec.given(adjust(WEI, 30_00), review("with-quota", "approve"))
    spec.then_money(WEI, current_fen=100_00, reserved_fen=80_00)


def test_a_pending_bind_counts_in_the_month_of_its_review(tmp_path: Path) -> None:
    rules = {"review": "required", "max_binds_per_month": 1}
    spec = Spec(pack(tmp_path, mutual_aid=rules))
    spec.given(open_account(WEI), open_account(LIN), open_account(MEI), open_account(BAO))
    march, april = "2026-03-31T10:00:00+08:00", "2026-04-01T10:00:00+08:00"
    spec.given(bind(WEI, LIN, id="one", by=CLERK, at=march), bind(WEI, BAO, id="two", by=CLERK, at=march))
    spec.given(review("one", "approve", at=april))
    figures = {"binds": 1, "max": 1, "month": "2026-04"}
    spec.refuses(review("two", "approve", at=april), "too_many_binds_this_month", **figures)
    spec.given(review("two", "approve", at=march, id="back-then"))


def test_a_review_is_held_to_the_policy_of_its_own_day(tmp_path: Path) -> None:
    before = pack(tmp_path, mutual_aid={"review": "required"})
    since = pack(tmp_path, name="since-april", effective="2026-04-01", mutual_aid={"relations": ["spouse"]})
    spec = Spec(before, since)
    spec.given(open_account(WEI), open_account(LIN), bind(WEI, LIN, id="asked", by=CLERK))
    figures = {"relation": "parent", "policy": "since-april"}
    spec.refuses(review("asked", "approve", at=DAY_1), "relation_not_eligible", **figures)
    spec.given(review("asked", "approve", at="2026-03-31T10:00:00+08:00"))


def test_a_repeated_review_gets_the_first_answer(spec: Spec) -> None:
    spec.given(APPROVE)
    first = spec.outcome
    spec.again(by="someone-else")
    spec.then(repeated(first))


def test_the_request_still_answers_that_it_was_pending(spec: Spec) -> None:
    spec.given(APPROVE)
    spec.when(bind(WEI, LIN, id="asked", by=CLERK, at=DAY_2, limit_fen=40_00))
    spec.then(repeated(accepted(rank=None, state="pending")))


def test_a_proxy_may_be_reviewed_too(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, proxy_credential={"review": "required"}))
    spec.given(open_account(WEI), open_account(LIN))
    spec.given(bind(WEI, LIN, kind="proxy_credential", id="asked", by=CLERK))
    spec.when(review("asked", "approve"))
    spec.then(accepted(rank=None, state="bound"))
