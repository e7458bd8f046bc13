"""One request id beyond its key: what was refused under it, and a pending bind with its review.

Also the two smallest streams: a refund id, and the policies this ledger has ever used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, assert_never

from ledger.events.request import (
    BindApproved,
    BindRejected,
    BindRequested,
    PolicyRecorded,
    RefundTaken,
    RequestEvent,
    RequestRefused,
    RequestRepeated,
)


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request id at one version. `conflicts` are the digests of other content refused under it."""

    request: str
    version: int = 0
    conflicts: frozenset[str] = frozenset()
    pending: BindRequested | None = None
    outcome: Literal["approved", "rejected"] | None = None


def evolve(state: RequestRecord, version: int, event: RequestEvent) -> RequestRecord:
    """The record after one more event."""
    match event:
        case RequestRefused():
            return replace(state, version=version, conflicts=state.conflicts | {event.digest})
        case RequestRepeated():
            return replace(state, version=version)
        case BindRequested():
            return replace(state, version=version, pending=event)
        case BindApproved():
            return replace(state, version=version, outcome="approved")
        case BindRejected():
            return replace(state, version=version, outcome="rejected")
        case _:
            assert_never(event)


@dataclass(frozen=True, slots=True)
class RefundId:
    """A refund id that was used: the settlement it belongs to, and the digest of its content."""

    version: int
    settlement: str
    digest: str


def taken(event: RefundTaken) -> RefundId:
    """The refund id at its only event."""
    return RefundId(1, event.settlement, event.digest)


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """The packs in the log: name → document, in the order of first use."""

    version: int = 0
    packs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def recorded(state: PolicyBook, version: int, event: PolicyRecorded) -> PolicyBook:
    """The book with one more pack."""
    return PolicyBook(version, {**state.packs, event.name: event.pack})
