"""The log cut into acts: what one command wrote, together."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ledger.errors import LogCorrupt
from ledger.events.codec import decode
from ledger.events.envelope import Event, Noted
from ledger.events.request import PolicyRecorded, RequestRefused, RequestRepeated
from ledger.proof.leaves import LogRow

_ALONE: Final = (RequestRefused, RequestRepeated)
"""What is written on its own, so that an act under the same request id is another one."""


class Written(NamedTuple):
    """A stored row and its event; none where the bytes cannot be read."""

    row: LogRow
    event: Event | None


class Act(NamedTuple):
    """What one command wrote: the packs it brought along, then its own events, the answering one first."""

    packs: tuple[Written, ...]
    own: tuple[Written, ...]

    @property
    def written(self) -> tuple[Written, ...]:
        """All of it, in position order."""
        return (*self.packs, *self.own)

    @property
    def first(self) -> int:
        """Its first position."""
        return (self.packs or self.own)[0].row.position

    @property
    def position(self) -> int:
        """The position of the event that answers the command."""
        return (self.own or self.packs)[0].row.position

    @property
    def answer(self) -> Written:
        """The event that answers the command."""
        return (self.own or self.packs)[0]


def read(rows: Iterable[LogRow]) -> Iterator[Written]:
    """The rows with their events."""
    for row in rows:
        try:
            yield Written(row, decode(row.topic, row.state))
        except LogCorrupt:
            yield Written(row, None)


class Cutter:
    """Cuts rows into acts, batch by batch: an act may begin in one batch and end in the next."""

    def __init__(self) -> None:
        self._open: list[Written] = []

    def cut(self, rows: Iterable[LogRow]) -> Iterator[Act]:
        """The acts that are known to be whole. What no command asked for ends one and is none."""
        for written in read(rows):
            if isinstance(written.event, Noted):
                yield from self.rest()
                continue
            if self._open and self._begins(written):
                yield self._take()
            self._open.append(written)

    def rest(self) -> Iterator[Act]:
        """The last act, once there is nothing more to come."""
        if self._open:
            yield self._take()

    def _begins(self, written: Written) -> bool:
        """Whether this row is of another command than the one before it."""
        before, event = self._open[-1].event, written.event
        if before is None or event is None:
            return True
        if before.request != event.request or before.recorded_at != event.recorded_at:
            return True
        if isinstance(before, PolicyRecorded):
            return False
        return isinstance(event, _ALONE) or isinstance(before, _ALONE)

    def _take(self) -> Act:
        taken, self._open = self._open, []
        packs = next((i for i, w in enumerate(taken) if not isinstance(w.event, PolicyRecorded)), len(taken))
        return Act(tuple(taken[:packs]), tuple(taken[packs:]))
