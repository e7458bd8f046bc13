"""Events of one request id (stream `request:<id>`), of one refund id, and of the policies ever used."""

from typing import Any, ClassVar

from ledger.events.account import Kind
from ledger.events.envelope import Event
from ledger.events.family import EvidenceShown


class RequestRefused(Event, frozen=True, kw_only=True):
    """A rule said no. `asked` is the command's content (never a birth date), `figures` what the code names,
    `policy` the pack that was asked, where one was.

    `digest` (32 hex digits) is that of the refused content: it tells a repeated conflict from a new one.
    """

    topic: ClassVar[str] = "RequestRefused"
    op: str
    code: str
    digest: str
    figures: dict[str, Any]
    asked: dict[str, Any]
    policy: str | None = None
    policy_digest: str | None = None


class RequestRepeated(Event, frozen=True, kw_only=True):
    """A new id for a settlement or refund that was accepted before: answered as it was, without effect."""

    topic: ClassVar[str] = "RequestRepeated"
    op: str
    settlement: str
    refund: str | None = None


class BindRequested(Event, frozen=True, kw_only=True):
    """A bind that waits for a review: it takes no place, no money, no count and no time."""

    topic: ClassVar[str] = "BindRequested"
    kind: Kind
    binder: str
    beneficiary: str
    relation: str
    authorisation: str
    limit_fen: int | None = None
    quota_fen: int | None = None
    evidence: tuple[EvidenceShown, ...] = ()
    policy: str
    policy_digest: str


class BindApproved(Event, frozen=True, kw_only=True):
    """The pending bind became binding number `binding`; `rank` is none for a proxy credential."""

    topic: ClassVar[str] = "BindApproved"
    binding: int
    rank: int | None = None
    reason: str | None = None


class BindRejected(Event, frozen=True, kw_only=True):
    """The pending bind was turned down, for good."""

    topic: ClassVar[str] = "BindRejected"
    reason: str | None = None


class RefundTaken(Event, frozen=True, kw_only=True):
    """This refund id belongs to that settlement (stream `refund:<id>`)."""

    topic: ClassVar[str] = "RefundTaken"
    settlement: str
    digest: str


class PolicyRecorded(Event, frozen=True, kw_only=True):
    """A policy pack, whole, at its first use (stream `policies`). It stays in effect for this ledger."""

    topic: ClassVar[str] = "PolicyRecorded"
    name: str
    digest: str
    pack: dict[str, Any]


REQUEST_EVENTS = (RequestRefused, RequestRepeated, BindRequested, BindApproved, BindRejected)
RequestEvent = RequestRefused | RequestRepeated | BindRequested | BindApproved | BindRejected
