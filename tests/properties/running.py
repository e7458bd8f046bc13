"""Running command lines on a ledger in memory whose clock stands still."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ledger.aggregates.family_group import FamilyGroup
from ledger.aggregates.fold import State, empty, fold
from ledger.aggregates.personal_account import PersonalAccount
from ledger.application import Ledger, Result
from ledger.events.codec import decode, encode
from ledger.events.envelope import StreamEvent
from ledger.ids import account_stream, family_stream
from ledger.persistence.memory import MemoryLog
from tests.properties.clerk import NOW
from tests.properties.town import PACK_FILE


@dataclass
class Ran:
    """The answers, the log, and its streams folded from bytes."""

    results: list[Result]
    events: list[StreamEvent]

    def account(self, person: str) -> PersonalAccount:
        state = self.states[account_stream(person)]
        assert isinstance(state, PersonalAccount)
        return state

    def family(self, person: str) -> FamilyGroup:
        state = self.states.get(family_stream(person), FamilyGroup(person))
        assert isinstance(state, FamilyGroup)
        return state

    @cached_property
    def states(self) -> dict[str, State | None]:
        return folded(self.events)


def ledger() -> Ledger:
    return Ledger.in_memory([PACK_FILE], clock=lambda: NOW)


def run(lines: Sequence[bytes], batch: int = 1000) -> Ran:
    with ledger() as opened:
        results = list(opened.apply_lines(lines, batch))
        return Ran(results, log_of(opened))


def log_of(opened: Ledger) -> list[StreamEvent]:
    assert isinstance(opened.log, MemoryLog)
    return list(opened.log.events)


def folded(events: Sequence[StreamEvent]) -> dict[str, State | None]:
    """Every stream from its stored bytes: encoded, decoded, folded."""
    states: dict[str, State | None] = {}
    for stream, version, event in events:
        stored = decode(event.topic, encode(event))
        states[stream] = fold(stream, states.get(stream, empty(stream)), version, stored)
    return states
