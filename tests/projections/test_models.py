"""What the other read models take from an event."""

from typing import Any

from ledger.events.account import (
    AccountOpened,
    AccountTransferred,
    CoPaymentCharged,
    CoPaymentHeld,
    CoPaymentRefunded,
    HoldReleased,
    QuotaGranted,
    QuotaReleased,
    StatusChanged,
)
from ledger.events.codec import EVENT_CLASSES
from ledger.events.envelope import Noted
from ledger.events.facts import FactsAdded
from ledger.events.family import HoldEnded, HoldPlaced, LimitRestored, LimitUsed, SharedUse
from ledger.events.request import (
    BindApproved,
    BindRejected,
    BindRequested,
    PolicyRecorded,
    RefundTaken,
    RequestRefused,
    RequestRepeated,
)
from ledger.events.settlement import (
    RestoredLeg,
    SettlementCaptured,
    SettlementDecided,
    SettlementRefunded,
    SettlementReleased,
    Source,
)
from projections.models import MODELS
from projections.models.accounts import ACCOUNTS, Account, AccountStep, account_after
from projections.models.limits import LIMITS, LimitRelease, LimitUse
from projections.models.quotas import QUOTAS
from projections.models.requests import REQUESTS, RequestStep, RequestSubject
from projections.models.settlements import SETTLEMENTS, SettlementStep
from projections.recorded import Recorded
from tests.projections.facts import AT, POSITION, recorded

UNREAD = {
    "AccountConfirmed", "BindingSlotTaken", "BindingSlotFreed", "TimelineAdvanced", "SettlementCorrected",
} | {
    PolicyRecorded.topic, RefundTaken.topic,
    *(cls.topic for cls in EVENT_CLASSES if issubclass(cls, Noted) and cls is not FactsAdded),
}  # fmt: skip
"""Events that change no figure of any read model."""

PAYMENT: dict[str, Any] = {
    "settlement": "s-1", "beneficiary": "LIN", "rank": 1, "binding": 2,
    "current_fen": 30_00, "carried_fen": 20_00,
}  # fmt: skip
USES = (
    SharedUse(binder="WEI", binding=1, amount_fen=30_00),
    SharedUse(binder="MEI", binding=2, amount_fen=5_00),
)
POLICY = {"policy": "national-2026", "policy_digest": "d" * 64}


def test_every_event_that_changes_a_figure_is_read_by_a_model() -> None:
    read = {cls.topic for model in MODELS for cls in model.reads}
    assert read == {cls.topic for cls in EVENT_CLASSES} - UNREAD


def steps_of(*events: Recorded[Any]) -> list[AccountStep]:
    return [row for event in events for row in ACCOUNTS.project(event) if isinstance(row, AccountStep)]


def test_an_account_is_as_its_last_steps_leave_it() -> None:
    opened = recorded("account:LIN", AccountOpened, region="510104", insurance="employee")
    moved = recorded("account:LIN", AccountTransferred, region="330106", unbound=())
    closed = recorded("account:LIN", StatusChanged, status="closed", unbound=())
    assert account_after(steps_of(opened)) == Account("510104", "employee", "active")
    assert account_after(steps_of(opened, moved, closed)) == Account("330106", "employee", "closed")


def test_an_account_is_not_there_before_its_opening() -> None:
    closed = recorded("account:LIN", StatusChanged, status="closed", unbound=())
    assert account_after(steps_of(closed)) is None


def quota_change(cls: type[Any], **fields: Any) -> list[int]:
    rows = list(QUOTAS.project(recorded("account:WEI", cls, **fields)))
    assert all(row[3:] == (2, "WEI", "LIN") for row in rows)
    return [row[2] for row in rows]


def test_a_quota_is_used_held_given_back_and_released() -> None:
    assert quota_change(QuotaGranted, beneficiary="LIN", binding=2, amount_fen=80_00, quota_fen=80_00) == [
        80_00
    ]
    assert quota_change(CoPaymentCharged, **PAYMENT, from_quota=True) == [-50_00]
    assert quota_change(CoPaymentHeld, **PAYMENT, from_quota=True) == [-50_00]
    assert quota_change(HoldReleased, **PAYMENT, from_quota=True) == [50_00]
    assert quota_change(CoPaymentRefunded, **PAYMENT, refund="f-1", into_quota=True) == [50_00]
    assert quota_change(QuotaReleased, beneficiary="LIN", binding=2, released_fen=10_00) == [-10_00]


def test_payments_without_a_quota_leave_quotas_alone() -> None:
    assert quota_change(CoPaymentCharged, **PAYMENT) == []
    assert quota_change(HoldReleased, **PAYMENT | {"binding": None, "rank": 0}) == []
    assert quota_change(CoPaymentRefunded, **PAYMENT, refund="f-1") == []


def uses(cls: type[Any], **fields: Any) -> list[Any]:
    return list(LIMITS.project(recorded("family:LIN", cls, **fields)))


def test_charges_and_holds_use_limits_and_refunds_give_back() -> None:
    charged = uses(LimitUsed, settlement="s-1", year=2026, uses=USES)
    assert charged[0] == LimitUse(POSITION, AT, 30_00, 1, 2026, "LIN", "WEI", None)
    held = uses(HoldPlaced, settlement="s-2", year=2026, uses=USES)
    assert held[1] == LimitUse(POSITION, AT, 5_00, 2, 2026, "LIN", "MEI", "s-2")
    back = uses(LimitRestored, settlement="s-1", refund="f-1", year=2025, uses=USES)
    assert [(use.binder, use.year, use.delta_fen) for use in back] == [
        ("WEI", 2025, -30_00),
        ("MEI", 2025, -5_00),
    ]


def test_a_released_hold_is_taken_off_and_a_captured_one_stays() -> None:
    assert uses(HoldEnded, settlement="s-2", outcome="released") == [LimitRelease(POSITION, AT, "LIN", "s-2")]
    assert uses(HoldEnded, settlement="s-2", outcome="captured") == []


def steps(cls: type[Any], **fields: Any) -> list[Any]:
    return list(SETTLEMENTS.project(recorded("settlement:s-1", cls, **fields)))


def test_a_settlement_keeps_who_paid_how_much_of_it() -> None:
    sources = (
        Source(payer="LIN", from_current_fen=20_00, account_version=3),
        Source(payer="WEI", rank=1, from_current_fen=50_00, account_version=3, binding=1),
    )
    (step,) = steps(
        SettlementDecided, op="charge", digest="d", beneficiary="LIN", region="510104", amount_fen=100_00,
        med_type="11", service_class="outpatient", institution="Clinic", year=2026, **POLICY, sources=sources,
        cash_fen=30_00,
    )  # fmt: skip
    assert step == SettlementStep(
        POSITION, AT, "charge", "s-1", 100_00, 20_00, 50_00, 30_00, None,
        "LIN", "510104", "Clinic", "outpatient", "11",
    )  # fmt: skip


def test_what_became_of_a_settlement_is_a_step_of_its_own() -> None:
    back = RestoredLeg(leg=0, payer="LIN", bucket="current", amount_fen=20_00)
    refund = {"refund": "f-1", "digest": "d", "amount_fen": 25_00, "restored": (back,), "cash_fen": 5_00}
    assert steps(SettlementCaptured, legs=()) == [SettlementStep(POSITION, AT, "captured", "s-1")]
    assert steps(SettlementReleased, legs=()) == [SettlementStep(POSITION, AT, "released", "s-1")]
    assert steps(SettlementRefunded, **refund, refundable_fen=75_00) == [
        SettlementStep(POSITION, AT, "refunded", "s-1", 25_00, cash_fen=5_00, refundable_fen=75_00)
    ]


def asked(cls: type[Any], **fields: Any) -> tuple[RequestStep, set[tuple[str, str]]]:
    step, *subjects = REQUESTS.project(recorded("request:r-1", cls, **fields))
    assert isinstance(step, RequestStep)
    return step, {(s.kind, s.subject) for s in subjects if isinstance(s, RequestSubject)}


def test_a_refusal_is_found_under_everyone_it_names() -> None:
    refusal = {"op": "pay_premium", "code": "not_bound", "digest": "d", "figures": {}}
    named = {"settlement": "s-1", "payer": "WEI", "beneficiary": "LIN", "amount_fen": 1}
    step, subjects = asked(RequestRefused, **refusal, asked=named)
    assert (step.step, step.request, step.code) == ("refused", "r-1", "not_bound")
    assert subjects == {("settlement", "s-1"), ("account", "WEI"), ("account", "LIN"), ("beneficiary", "LIN")}


def test_someone_named_twice_is_found_once() -> None:
    refusal = {"op": "bind", "code": "self_binding", "digest": "d", "figures": {}}
    rows = REQUESTS.project(
        recorded("request:r-1", RequestRefused, **refusal, asked={"binder": "LIN", "beneficiary": "LIN"})
    )
    assert len(list(rows)) == 3


def test_a_pending_bind_names_both_sides_and_its_review_names_the_bind() -> None:
    bind = {"kind": "mutual_aid", "binder": "WEI", "beneficiary": "LIN", "relation": "parent"}
    step, subjects = asked(BindRequested, **bind, authorisation="face", **POLICY)
    assert (step.step, subjects) == (
        "pending", {("account", "WEI"), ("account", "LIN"), ("beneficiary", "LIN")},
    )  # fmt: skip
    step, subjects = asked(BindApproved, binding=1, rank=1)
    assert (step.step, subjects) == ("approved", {("request", "r-1")})
    step, subjects = asked(BindRejected)
    assert (step.step, subjects) == ("rejected", {("request", "r-1")})


def test_a_repeat_names_its_settlement() -> None:
    step, subjects = asked(RequestRepeated, op="charge", settlement="s-1")
    assert (step.step, subjects) == ("repeated", {("settlement", "s-1")})
