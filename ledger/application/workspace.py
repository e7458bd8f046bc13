"""The states a batch works on: as loaded, then changed in memory as its commands are decided in order."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from ledger.aggregates.fold import State, empty, fold, version_of
from ledger.aggregates.request import PolicyBook
from ledger.aggregates.settlement import Settlement
from ledger.deciders.desk import Change, NotLoaded
from ledger.events.envelope import StreamEvent
from ledger.ids import POLICY_STREAM
from ledger.persistence.log import Batch, KnownRequest, Log, RequestKey, Span

_CACHED_KINDS: Final = ("account:", "family:", POLICY_STREAM)


class StreamCache:
    """States of the streams used last, each true as of log position `position` unless it is `stale`.

    A stale state is not thrown away: only the events it lacks are read. Bounded by the number of streams.
    `alone` says that no other writer was noticed lately, so that there is no need to ask before each batch;
    whoever writes nevertheless is noticed when the batch is saved.
    """

    def __init__(self, capacity: int = 100_000) -> None:
        self.position = 0
        self.alone = False
        self.states: OrderedDict[str, State | None] = OrderedDict()
        self.stale: dict[str, int] = {}
        self._capacity = capacity

    def advance(self, end: int, changed: Mapping[str, int]) -> None:
        """The log has grown to `end`; these streams got events meanwhile, the last one at that position."""
        self.alone = end == self.position
        self.position = end
        self.stale.update((stream, last) for stream, last in changed.items() if stream in self.states)

    def keep(self, states: Mapping[str, State | None], as_of: int) -> None:
        """Remember states that are true as of a position; the least recently used ones go."""
        for stream, state in states.items():
            if stream.startswith(_CACHED_KINDS):
                self.states[stream] = state
                self.states.move_to_end(stream)
                if self.stale.get(stream, as_of + 1) <= as_of:
                    del self.stale[stream]
        while len(self.states) > self._capacity:
            gone, _ = self.states.popitem(last=False)
            self.stale.pop(gone, None)


class Workspace:
    """One attempt at one batch. Thrown away whole when another writer was faster.

    `before` is this writer's batch that is still being saved: its states come first, and its own events are
    no conflict.
    """

    def __init__(self, log: Log, cache: StreamCache, before: "Workspace | None" = None) -> None:
        self._log = log
        self._cache = cache
        self._before = before
        self.batch: Batch = Batch(since=cache.position if before is None else before.batch.since)
        self.reads: set[str] = set()
        self.now: dict[str, State | None] = {}
        self.requests: dict[str, KnownRequest] = {}
        self.taken: dict[str, KnownRequest] = {}
        self.births: dict[str, date | None] = {}
        self._assumed: set[str] = set()
        self._looked_around = False

    def look_around(self) -> None:
        """Learn what other writers have done since the cache was true."""
        if self._cache.states:
            end, changed = self._log.changed_since(self._cache.position)
        else:
            end, changed = self._log.end(), {}
        self._cache.advance(end, changed)
        self.batch.since = end
        self._looked_around = True

    # what deciders read ---------------------------------------------------------------------------

    def state(self, stream: str) -> State | None:
        """The state of a stream, noted as read. Raises `NotLoaded`."""
        try:
            state = self.now[stream]
        except KeyError:
            raise NotLoaded(stream) from None
        self.reads.add(stream)
        return state

    def born(self, account: str) -> date | None:
        """A person's birth date; looked up when it was not loaded with the batch."""
        if account not in self.births:
            self.load_births([account])
        return self.births[account]

    # loading --------------------------------------------------------------------------------------

    def load(self, streams: Iterable[str], *, with_binders: bool = False) -> None:
        """Bring streams in: from the batch before, from the cache, and from the log what both lack.

        With binders, the accounts bound in families that nobody has seen yet come along.
        """
        wanted: dict[str, int] = {}
        for stream in streams:
            if stream not in self.now and not self._bring(stream):
                wanted[stream] = version_of(self.now[stream])
        if not wanted:
            return
        families = [s for s, seen in wanted.items() if not seen and s.startswith("family:")]
        for stream, version, event in self._log.load(wanted, families if with_binders else ()):
            if stream not in self.now:
                self._bring(stream)
            if version > version_of(self.now[stream]):
                self.now[stream] = fold(stream, self.now[stream], version, event)

    def _bring(self, stream: str) -> bool:
        """The state at hand, if only an empty or a stale one: whether it is all there is to know."""
        if self._before is not None and stream in self._before.now:
            self.now[stream] = self._before.now[stream]
            return True
        cached = self._cache.states
        self.now[stream] = cached[stream] if stream in cached else empty(stream)
        return stream in cached and stream not in self._cache.stale

    def assume_absent(self, streams: Iterable[str]) -> None:
        """Take streams to be empty without looking; saving finds out if they are not."""
        for stream in streams:
            if stream in self.now:
                continue
            before = None if self._before is None else self._before.now.get(stream)
            self.now[stream] = empty(stream) if before is None else before
            if version_of(before) == 0:
                self._assumed.add(stream)

    def load_requests(self, ids: list[str]) -> None:
        """Look up which of these request ids were answered before."""
        self.requests.update(self._log.requests(ids))

    def note_requests_before(self) -> None:
        """The ids that the batch before has just taken are known, though not yet saved."""
        if self._before is not None:
            self.requests.update(self._before.taken)

    def load_births(self, accounts: list[str]) -> None:
        """Look up birth dates."""
        known: dict[str, date | None] = {**self._log.births(accounts)}
        before = {} if self._before is None else self._before.births
        self.births.update({account: before.get(account) or known.get(account) for account in accounts})

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
        return self.now.get(stream)

    # deciding -------------------------------------------------------------------------------------

    def add(self, changes: Iterable[Change]) -> None:
        """Put events at the end of their streams, in memory."""
        for stream, event in changes:
            # Whatever a decider adds to, it has read, but for the stream of a request id nobody ever used.
            state = self.now[stream] if stream in self.now else empty(stream)
            version = version_of(state) + 1
            self.now[stream] = fold(stream, state, version, event)
            self.batch.events.append(StreamEvent(stream, version, event))

    def take(self, request: str, digest: bytes, answer: int) -> None:
        """Take a request id: the event at place `answer` of the batch answers it from now on."""
        self.batch.keys.append(RequestKey(request, digest, answer))
        self.requests[request] = self.taken[request] = KnownRequest(digest, self.batch.events[answer])

    def note_birth(self, account: str, born: date) -> None:
        """A birth date to keep beside the log."""
        self.batch.births[account] = born
        self.births[account] = born

    # saving ---------------------------------------------------------------------------------------

    def save(self) -> Span:
        """Write everything in one transaction; returns where it stands. Raises `Conflict`.

        Touches nothing but the log, so it may run while the next batch is decided.
        """
        if not self.batch.events and self._looked_around:
            return Span(self.batch.since, self.batch.since)
        self.batch.reads = self.reads
        self.batch.absent = self._assumed & self.reads
        return self._log.append(self.batch)

    def remember(self, span: Span) -> None:
        """The batch is saved: its states are the log's. Forget what only the deciding needed."""
        if span.first == self.batch.since:  # nobody else wrote in between
            self._cache.position = max(self._cache.position, span.last)
        else:
            self._cache.alone = False
        self._cache.keep(self.now, span.last)
        self._before = None

    def follows(self, span: Span, before: "Workspace") -> None:
        """The batch before was saved there: this one is true as of its end, unless others wrote too."""
        if span.first == before.batch.since:
            self.batch.since = span.last
        else:
            self.batch.own = span
        self._before = None
