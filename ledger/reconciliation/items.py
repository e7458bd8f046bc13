"""A break between the two sides, from its opening to its closing. Pure.

    opened → assigned → proposed → approved or refused by another person → correcting → corrected → closed
    → reopened …

What people may do with it, and what nobody may, stands in `acting`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from ledger.events.reconciliation import (
    BreakApproved,
    BreakAsked,
    BreakAssigned,
    BreakChanged,
    BreakClosed,
    BreakCorrected,
    BreakEvent,
    BreakNotCorrected,
    BreakOpened,
    BreakProposed,
    BreakRefused,
    BreakReopened,
    CorrectionBegun,
    Effect,
)

ItemState = Literal["opened", "assigned", "proposed", "approved", "correcting", "corrected", "closed"]


@dataclass(frozen=True, slots=True)
class ReconciliationItem:
    """A break at one version. `proposal` is what waits or was approved last, `proposals` how many there were;
    `refunded` says that a refund of a correction stands whose other half the ledger refused."""

    item: str
    version: int
    opened: BreakOpened
    seen: BreakOpened | BreakChanged
    state: ItemState = "opened"
    owner: str | None = None
    question: str | None = None
    proposals: int = 0
    proposal: BreakProposed | None = None
    approved: BreakApproved | None = None
    refunded: bool = False
    corrected: BreakCorrected | None = None
    closed: BreakClosed | None = None

    @property
    def effect(self) -> Effect:
        """Theirs minus ours, as the last run of the matching saw it."""
        return self.seen.effect

    @property
    def break_class(self) -> str:
        """The class of the break, as the last run of the matching saw it."""
        return self.seen.break_class

    @property
    def waiting(self) -> ItemState:
        """Where it stands while nothing is proposed."""
        return "opened" if self.owner is None else "assigned"


def opened(item: str, event: BreakOpened) -> ReconciliationItem:
    """The item at its first event."""
    return ReconciliationItem(item, 1, event, event)


def evolve(state: ReconciliationItem, version: int, event: BreakEvent) -> ReconciliationItem:
    """The item after one more event."""
    state = replace(state, version=version)
    match event:
        case BreakOpened():
            raise AssertionError("a break is opened once")
        case BreakChanged():
            return _void(replace(state, seen=event))
        case BreakAssigned():
            moved: ItemState = "assigned" if state.state == "opened" else state.state
            return replace(state, owner=event.owner, state=moved)
        case BreakAsked():
            return replace(state, question=event.question)
        case BreakProposed():
            return replace(state, proposal=event, proposals=event.proposal, state="proposed")
        case BreakApproved():
            return replace(state, approved=event, state="approved")
        case BreakRefused():
            return _void(state)
        case CorrectionBegun():
            return replace(state, state="correcting")
        case BreakCorrected():
            return replace(state, corrected=event, state="corrected")
        case BreakNotCorrected():
            stands = state.refunded or event.refunded
            return _void(replace(state, refunded=stands, state=state.waiting))
        case BreakClosed():
            return replace(state, closed=event, state="closed")
        case BreakReopened():
            return _void(replace(state, closed=None, state=state.waiting))
        case _:
            assert_never(event)


def _void(state: ReconciliationItem) -> ReconciliationItem:
    """Nothing is proposed or approved any more. What is being corrected, or was, or is closed stays so."""
    if state.state in ("correcting", "corrected", "closed"):
        return state
    return replace(state, proposal=None, approved=None, state=state.waiting)


def folded(item: str, events: Sequence[BreakEvent]) -> ReconciliationItem | None:
    """The item after all its events; none before the first."""
    if not events:
        return None
    first = events[0]
    assert isinstance(first, BreakOpened), "a break begins with its opening"
    state = opened(item, first)
    for version, event in enumerate(events[1:], start=2):
        state = evolve(state, version, event)
    return state
