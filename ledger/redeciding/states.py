"""The states of streams as of the place in the log that has been reached, in bounded memory."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from ledger.aggregates.fold import State, empty, fold, version_of
from ledger.errors import LogCorrupt
from ledger.events.codec import decode
from ledger.events.envelope import Event
from ledger.events.request import RequestRefused
from ledger.events.settlement import SettlementDecided
from ledger.ids import account_stream, family_stream, request_stream, settlement_stream
from ledger.persistence.stored_log import StoredLog
from ledger.redeciding.acts import Act, Written

KEPT: Final = 100_000
"""How many states make a generation. Two are kept; what neither has used is read again when it is needed."""

BROKEN: Final = (LogCorrupt, LookupError, AssertionError, ValueError, TypeError, AttributeError)
"""What folding and deciding may stumble over where the log is not what a ledger writes."""


class StatesAsOf:
    """What the deciders may read: every stream folded from the log up to, but not including, `position`.

    `reached` is what `born` lets a decision believe: birth dates stand beside the log. `asked_age` says
    whether it looked.
    """

    def __init__(self, log: StoredLog, kept: int = KEPT) -> None:
        self.position = 1
        self.reached = True
        self.asked_age = False
        self.day = date.max
        self._log = log
        self._most = kept
        self._young: dict[str, State | None] = {}
        self._old: dict[str, State | None] = {}
        self._all_here = True

    def state(self, stream: str) -> State | None:
        """The state of a stream."""
        try:
            return self._young[stream]
        except KeyError:
            self._bring([stream])
            return self._young[stream]

    def born(self, account: str) -> date | None:
        """A birth date that is as old, or as young, as is to be believed."""
        self.asked_age = True
        return None if self.reached else self.day

    def bring_for(self, acts: Iterable[Act]) -> None:
        """Have at hand, in one query, what deciding these acts again will read."""
        if len(self._young) > self._most:
            self._all_here = self._all_here and not self._old
            self._young, self._old = {}, self._young
        if self._all_here:
            return
        begun: set[str] = set()
        wanted: set[str] = set()
        for act in acts:
            for row, event in act.written:
                (begun if row.version == 1 else wanted).add(row.stream)
                wanted.update(_named_by(event))
        for stream in begun:
            if stream not in self._old:
                self._young.setdefault(stream, empty(stream))
        self._bring(wanted)

    def take(self, written: Iterable[Written]) -> Written | None:
        """Go on behind these rows. The first that has no place in its stream, if any."""
        odd: Written | None = None
        for one in written:
            row, event = one
            before = self.state(row.stream)
            if event is None or row.version != version_of(before) + 1:
                odd = odd or one
            if event is not None:
                try:
                    self._young[row.stream] = fold(row.stream, before, row.version, event)
                except BROKEN:
                    odd = odd or one
            self.position = row.position + 1
        return odd

    def _bring(self, streams: Iterable[str]) -> None:
        """From the older generation, or from the log; a stream that has no event yet is empty."""
        missing: set[str] = set()
        for stream in streams:
            if stream in self._old:
                self._young[stream] = self._old.pop(stream)
            elif stream not in self._young:
                self._young[stream] = empty(stream)
                missing.add(stream)
        if self._all_here or not missing:
            return
        for row in self._log.before(missing, self.position):
            try:
                event = decode(row.topic, row.state)
                self._young[row.stream] = fold(row.stream, self._young[row.stream], row.version, event)
            except BROKEN:  # it was listed when it was met for the first time
                continue


_STREAMS: Final = (
    ("beneficiary", account_stream),
    ("beneficiary", family_stream),
    ("settlement", settlement_stream),
    ("account", account_stream),
    ("binder", account_stream),
    ("payer", account_stream),
    ("request", request_stream),
)


def _named_by(event: Event | None) -> Iterator[str]:
    """The streams that an event speaks of: a hint for reading many at once."""
    if isinstance(event, SettlementDecided):
        yield from (account_stream(binder) for binder in event.order)
        yield from (account_stream(source.payer) for source in event.sources)
        if event.corrects is not None:
            yield settlement_stream(event.corrects)
    asked = event.asked if isinstance(event, RequestRefused) else None
    for field, stream in _STREAMS:
        name = getattr(event, field, None) if asked is None else asked.get(field)
        if isinstance(name, str) and (asked is not None or field != "request"):
            yield stream(name)
