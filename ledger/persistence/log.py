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


class Span(NamedTuple):
    """Positions after `first` up to and including `last`."""

    first: int
    last: int


NOTHING = Span(0, 0)


@dataclass(slots=True)
class Batch:
    """What one transaction writes, and what it rests on.

    `reads` must have got no event after position `since`, other than in the span `own` (this writer's batch
    before); `absent` streams must have no event at all.
    """

    since: int
    reads: Collection[str] = ()
    absent: Collection[str] = ()
    own: Span = NOTHING
    events: list[StreamEvent] = field(default_factory=list)
    keys: list[RequestKey] = field(default_factory=list)
    births: dict[str, date] = field(default_factory=dict)


class Log(Protocol):
    """A log of events in one order. Methods raise `StoreUnavailable` when the store is gone."""

    def session(self, *, exclusive: bool) -> AbstractContextManager[None]:
        """One batch's work on the log; exclusive keeps every other writer out until it ends."""
        ...

    concurrent: bool
    """Whether a batch may be appended while the next one is read."""

    def end(self) -> int:
        """The position of the last event."""
        ...

    def changed_since(self, position: int) -> tuple[int, dict[str, int]]:
        """The end of the log, and where each stream got its last event, if after `position`."""
        ...

    def load(self, after: Mapping[str, int], families: Collection[str] = ()) -> Iterator[StreamEvent]:
        """The events of streams beyond a version each (0: all), in order within each stream.

        Those of the accounts bound in these family streams may come along, each from its start.
        """
        ...

    def requests(self, ids: Sequence[str]) -> dict[str, KnownRequest]:
        """Those of the request ids that were answered before."""
        ...

    def births(self, accounts: Sequence[str]) -> dict[str, date]:
        """The known birth dates of these accounts."""
        ...

    def append(self, batch: Batch) -> Span:
        """Write a batch durably; returns where it stands. Raises `Conflict`. May run beside a session."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
