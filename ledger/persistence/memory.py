"""A log in memory: for pure tests, and over a real log for dry runs that keep nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date

from ledger.events.envelope import StreamEvent
from ledger.persistence.log import Batch, Conflict, KnownRequest, Log, Span


class MemoryLog:
    """Events in a list. With a `base`, its events come first and it is never written to."""

    concurrent = False

    def __init__(self, base: Log | None = None) -> None:
        self._base = base
        self._start: int | None = None
        self.events: list[StreamEvent] = []
        self._streams: dict[str, list[StreamEvent]] = {}
        self._keys: dict[str, KnownRequest] = {}
        self._births: dict[str, date] = {}

    @property
    def base(self) -> Log | None:
        """The log it lies over, if there is one."""
        return self._base

    def session(self, *, exclusive: bool) -> AbstractContextManager[None]:
        """A session of the base, if there is one; never an exclusive one, since nothing is written to it."""
        return nullcontext() if self._base is None else self._base.session(exclusive=False)

    def end(self) -> int:
        """Where the base ended when it was first looked at, and this log's own events after it."""
        if self._start is None:
            self._start = 0 if self._base is None else self._base.end()
        return self._start + len(self.events)

    def changed_since(self, position: int) -> tuple[int, dict[str, int]]:
        """What this log got itself. What others write to the base meanwhile is not looked at again."""
        end = self.end()
        first = max(0, position - (end - len(self.events)))
        own = enumerate(self.events[first:], start=end - len(self.events) + first + 1)
        return end, {event.originator_id: place for place, event in own}

    def load(self, after: Mapping[str, int], families: Collection[str] = ()) -> Iterator[StreamEvent]:
        """The base's events of each stream, then this log's own. Nobody comes along."""
        if self._base is not None:
            yield from self._base.load({s: v for s, v in after.items() if s not in self._streams or v == 0})
        for stream, version in after.items():
            yield from (e for e in self._streams.get(stream, ()) if e.originator_version > version)

    def requests(self, ids: Sequence[str]) -> dict[str, KnownRequest]:
        """Known requests, this log's own and the base's."""
        known = {} if self._base is None else self._base.requests(ids)
        return known | {id_: self._keys[id_] for id_ in ids if id_ in self._keys}

    def births(self, accounts: Sequence[str]) -> dict[str, date]:
        """Known birth dates, this log's own and the base's."""
        known = {} if self._base is None else self._base.births(accounts)
        return known | {account: self._births[account] for account in accounts if account in self._births}

    def append(self, batch: Batch) -> Span:
        """Keep the batch in memory, under the same rules as a real log."""
        end, changed = self.changed_since(batch.since)
        late = (stream for stream, last in changed.items() if not batch.own.first < last <= batch.own.last)
        if not set(batch.reads).isdisjoint(late) or self._taken(batch):
            raise Conflict
        for event in batch.events:
            self.events.append(event)
            self._streams.setdefault(event.originator_id, []).append(event)
        for key in batch.keys:
            self._keys[key.request] = KnownRequest(key.digest, batch.events[key.event])
        self._births.update(batch.births)
        return Span(end, end + len(batch.events))

    def _taken(self, batch: Batch) -> bool:
        """Whether one of its request ids is taken, or a stream it takes to be empty is not."""
        if self._base is not None:
            with self._base.session(exclusive=False):
                known = self._base.requests([key.request for key in batch.keys])
                if known or any(True for _ in self._base.load(dict.fromkeys(batch.absent, 0))):
                    return True
        return any(key.request in self._keys for key in batch.keys) or any(
            s in self._streams for s in batch.absent
        )

    def close(self) -> None:
        """Close the base, if there is one."""
        if self._base is not None:
            self._base.close()
