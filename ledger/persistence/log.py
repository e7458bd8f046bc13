"""The log as the application sees it: load streams, look up request ids, append a batch or nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

from ledger.events.envelope import StreamEvent


class Conflict(Exception):
    """Another writer changed what this batch read, or took one of its ids. Nothing of the batch is stored."""


class KnownRequest(NamedTuple):
    """A request id that was answered before: the digest of its content, and the event that answers it."""

    digest: bytes
    answer: StreamEvent


class RequestKey(NamedTuple):
    """A request id to take: `event` is the place in the batch (from 0) of the event that answers it."""

    request: str
    digest: bytes
    event: int


@dataclass(slots=True)
class Batch:
    """What one transaction writes, and what it rests on: `reads` as of log position `since`."""

    since: int
    reads: Collection[str]
    events: list[StreamEvent] = field(default_factory=list)
    keys: list[RequestKey] = field(default_factory=list)
    births: dict[str, date] = field(default_factory=dict)


class Log(Protocol):
    """A log of events in one order. Methods raise `StoreUnavailable` when the store is gone."""

    def session(self, *, exclusive: bool) -> AbstractContextManager[None]:
        """One batch's work on the log; exclusive keeps every other writer out until it ends."""
        ...

    def changed_since(self, position: int) -> tuple[int, set[str]]:
        """The end of the log, and the streams that got events after `position`."""
        ...

    def load(self, after: Mapping[str, int]) -> Iterator[StreamEvent]:
        """The events of streams beyond a version each (0: all), in order within each stream."""
        ...

    def requests(self, ids: Sequence[str]) -> dict[str, KnownRequest]:
        """Those of the request ids that were answered before."""
        ...

    def births(self, accounts: Sequence[str]) -> dict[str, date]:
        """The known birth dates of these accounts."""
        ...

    def append(self, batch: Batch) -> int:
        """Write a batch durably; returns the position of its last event. Raises `Conflict`."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
