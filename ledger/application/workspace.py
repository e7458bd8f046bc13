"""The states a batch works on: as loaded, then changed in memory as its commands are decided in order."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date
from typing import Final

from ledger.aggregates.fold import State, empty, fold, version_of
from ledger.aggregates.request import PolicyBook
from ledger.aggregates.settlement import Settlement
from ledger.deciders.desk import Change, NotLoaded
from ledger.events.envelope import StreamEvent
from ledger.ids import POLICY_STREAM
from ledger.persistence.log import Batch, KnownRequest, Log, RequestKey

_CACHED_KINDS: Final = ("account:", "family:", POLICY_STREAM)


class StreamCache:
    """States of the streams used last, true as of log position `position` but for the `stale` ones.

    A stale state is not thrown away: only the events it lacks are read. Bounded by the number of streams.
    """

    def __init__(self, capacity: int = 50_000) -> None:
        self.position = 0
        self.stale: set[str] = set()
        self.states: OrderedDict[str, State | None] = OrderedDict()
        self._capacity = capacity

    def advance(self, position: int, changed: Iterable[str]) -> None:
        """The log has grown to `position`; these streams got events meanwhile."""
        self.position = position
        self.stale.update(stream for stream in changed if stream in self.states)

    def keep(self, states: dict[str, State | None]) -> None:
        """Remember states that are true of the log; the least recently used ones go."""
        for stream, state in states.items():
            if stream.startswith(_CACHED_KINDS):
                self.states[stream] = state
                self.states.move_to_end(stream)
                self.stale.discard(stream)
        while len(self.states) > self._capacity:
            gone, _ = self.states.popitem(last=False)
            self.stale.discard(gone)


class Workspace:
    """One attempt at one batch. Thrown away whole when another writer was faster."""

    def __init__(self, log: Log, cache: StreamCache) -> None:
        self._log = log
        self._cache = cache
        end, changed = log.changed_since(cache.position)
        cache.advance(end, changed)
        self.batch = Batch(since=end, reads=set())
        self.reads: set[str] = set()
        self._loaded: dict[str, State | None] = {}
        self._now: dict[str, State | None] = {}
        self._births: dict[str, date | None] = {}
        self.requests: dict[str, KnownRequest] = {}

    # what deciders read ---------------------------------------------------------------------------

    def state(self, stream: str) -> State | None:
        """The state of a stream, noted as read. Raises `NotLoaded`."""
        try:
            state = self._now[stream]
        except KeyError:
            raise NotLoaded(stream) from None
        self.reads.add(stream)
        return state

    def born(self, account: str) -> date | None:
        """A person's birth date; looked up when it was not loaded with the batch."""
        if account not in self._births:
            self.load_births([account])
        return self._births[account]

    # loading --------------------------------------------------------------------------------------

    def load(self, streams: Iterable[str]) -> None:
        """Bring streams in: from the cache, and from the log what the cache lacks."""
        wanted: dict[str, int] = {}
        for stream in streams:
            if stream in self._now or stream in wanted:
                continue
            known = stream in self._cache.states
            if known and stream not in self._cache.stale:
                self._now[stream] = self._loaded[stream] = self._cache.states[stream]
            else:
                wanted[stream] = version_of(self._cache.states[stream]) if known else 0
        if not wanted:
            return
        for stream, version in wanted.items():
            self._now[stream] = self._cache.states[stream] if version else empty(stream)
        for stream, version, event in self._log.load(wanted):
            self._now[stream] = fold(stream, self._now[stream], version, event)
        for stream in wanted:
            self._loaded[stream] = self._now[stream]

    def load_requests(self, ids: list[str]) -> None:
        """Look up which of these request ids were answered before."""
        self.requests.update(self._log.requests(ids))

    def load_births(self, accounts: list[str]) -> None:
        """Look up birth dates."""
        known = self._log.births(accounts)
        self._births.update({account: known.get(account) for account in accounts})

    def settlement(self, stream: str) -> Settlement:
        """A settlement that is known to exist. Raises `NotLoaded`."""
        state = self.state(stream)
        assert isinstance(state, Settlement), "an answered request has its settlement"
        return state

    def policy_book(self) -> PolicyBook:
        """The packs recorded in the log so far, those of this batch included."""
        state = self.state(POLICY_STREAM)
        assert isinstance(state, PolicyBook)
        return state

    def peek(self, stream: str) -> State | None:
        """The state of a stream if it is loaded, without noting it as read: for hints only."""
        return self._now.get(stream)

    # deciding -------------------------------------------------------------------------------------

    def add(self, changes: Iterable[Change]) -> None:
        """Put events at the end of their streams, in memory."""
        for stream, event in changes:
            # Whatever a decider adds to, it has read, but for the stream of a request id nobody ever used.
            state = self._now[stream] if stream in self._now else empty(stream)
            version = version_of(state) + 1
            self._now[stream] = fold(stream, state, version, event)
            self.batch.events.append(StreamEvent(stream, version, event))

    def take(self, request: str, digest: bytes, answer: int) -> None:
        """Take a request id: the event at place `answer` of the batch answers it from now on."""
        self.batch.keys.append(RequestKey(request, digest, answer))
        self.requests[request] = KnownRequest(digest, self.batch.events[answer])

    def note_birth(self, account: str, born: date) -> None:
        """A birth date to keep beside the log."""
        self.batch.births[account] = born
        self._births[account] = born

    # saving ---------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write everything in one transaction, and remember the states. Raises `Conflict`."""
        if self.batch.events:
            self.batch.reads = self.reads
            last = self._log.append(self.batch)
            if last == self.batch.since + len(self.batch.events):
                self._cache.position = (
                    last  # nobody wrote in between: the cache is true as of our own last event
                )
            self._cache.keep(self._now)
        else:
            self._cache.keep(self._loaded)
