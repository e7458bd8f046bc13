"""Streams → states: which aggregate a stream is, its state before any event, and one more event on it."""

from collections.abc import Callable
from typing import Any, Final

from ledger.aggregates import family_group, personal_account, request, settlement
from ledger.aggregates.family_group import FamilyGroup
from ledger.aggregates.personal_account import PersonalAccount
from ledger.aggregates.request import PolicyBook, RefundId, RequestRecord
from ledger.aggregates.settlement import Settlement
from ledger.errors import LogCorrupt
from ledger.events.account import ACCOUNT_EVENTS, AccountOpened
from ledger.events.envelope import Event
from ledger.events.family import FAMILY_EVENTS
from ledger.events.request import REQUEST_EVENTS, PolicyRecorded, RefundTaken
from ledger.events.settlement import SETTLEMENT_EVENTS, SettlementDecided

State = PersonalAccount | FamilyGroup | Settlement | RequestRecord | RefundId | PolicyBook


def empty(stream: str) -> State | None:
    """The state of a stream without events: none where the first event creates it."""
    kind, _, name = stream.partition(":")
    match kind:
        case "family":
            return FamilyGroup(name)
        case "request":
            return RequestRecord(name)
        case "policies":
            return PolicyBook()
        case _:
            return None


def fold(stream: str, state: State | None, version: int, event: Event) -> State:
    """The state of a stream after one more event. Raises `LogCorrupt` when the event has no place there."""
    known, evolve = _EVOLVE[type(state)]
    if type(event) not in known:
        raise LogCorrupt(
            f"stream {stream}, version {version}: {event.topic} has no place there",
            f"流 {stream} 第 {version} 版：{event.topic} 不应出现",
        )
    if state is None:
        return _FIRST[type(event)](stream.partition(":")[2], event)
    after: State = evolve(state, version, event)
    return after


# By the state a stream is in: which events may come, and what they do. The lookup checks what types cannot.
_FIRST: Final[dict[type, Callable[[str, Any], State]]] = {
    AccountOpened: personal_account.opened,
    SettlementDecided: settlement.decided,
    RefundTaken: lambda _, event: request.taken(event),
}
_EVOLVE: Final[dict[type, tuple[frozenset[type], Callable[..., Any]]]] = {
    type(None): (frozenset(_FIRST), _FIRST.__getitem__),
    PersonalAccount: (frozenset(ACCOUNT_EVENTS), personal_account.evolve),
    FamilyGroup: (frozenset(FAMILY_EVENTS), family_group.evolve),
    Settlement: (frozenset(SETTLEMENT_EVENTS), settlement.evolve),
    RequestRecord: (frozenset(REQUEST_EVENTS), request.evolve),
    PolicyBook: (frozenset({PolicyRecorded}), request.recorded),
    RefundId: (frozenset(), request.recorded),
}


def version_of(state: State | None) -> int:
    """The version of a state; 0 before the first event."""
    return 0 if state is None else state.version
