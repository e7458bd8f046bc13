"""Streams → states: which aggregate a stream is, its state before any event, and one more event on it."""

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
    match state, event:
        case PersonalAccount(), _ if isinstance(event, ACCOUNT_EVENTS):
            return personal_account.evolve(state, version, event)
        case FamilyGroup(), _ if isinstance(event, FAMILY_EVENTS):
            return family_group.evolve(state, version, event)
        case Settlement(), _ if isinstance(event, SETTLEMENT_EVENTS):
            return settlement.evolve(state, version, event)
        case RequestRecord(), _ if isinstance(event, REQUEST_EVENTS):
            return request.evolve(state, version, event)
        case PolicyBook(), PolicyRecorded():
            return request.recorded(state, version, event)
        case None, AccountOpened():
            return personal_account.opened(stream.partition(":")[2], event)
        case None, SettlementDecided():
            return settlement.decided(stream.partition(":")[2], event)
        case None, RefundTaken():
            return request.taken(event)
        case _:
            raise LogCorrupt(
                f"stream {stream}, version {version}: {event.topic} has no place there",
                f"流 {stream} 第 {version} 版：{event.topic} 不应出现",
            )


def version_of(state: State | None) -> int:
    """The version of a state; 0 before the first event."""
    return 0 if state is None else state.version
