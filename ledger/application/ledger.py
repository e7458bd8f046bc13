"""The ledger's one door: command lines in, answers out, events in between."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Final, NamedTuple, Self

from ledger.application.answering import Answering
from ledger.application.pace import Pace
from ledger.application.pipeline import Pipeline, ahead
from ledger.application.prefetch import prefetch
from ledger.application.results import Result, malformed
from ledger.application.workspace import StreamCache, Workspace
from ledger.clock import Clock, system_clock
from ledger.commands.models import AnyCommand
from ledger.commands.parsing import parse
from ledger.errors import Busy, Malformed
from ledger.persistence.log import NOTHING, Conflict, Log, Span
from ledger.persistence.memory import MemoryLog
from ledger.persistence.postgres import PostgresLog
from ledger.policies.catalogue import Catalogue

BATCH: Final = 1000
"""How many lines one transaction takes at most."""

_ATTEMPTS: Final = 8
_OPTIMISTIC: Final = 3

Lines = Sequence[AnyCommand | Malformed]


class Attempt(NamedTuple):
    """One batch decided but not yet saved: the states it left behind, and what it would answer."""

    space: Workspace
    results: list[Result]


@dataclass(slots=True)
class Saving:
    """A batch on its way into the log. `span` is where it was saved, once `ended` without another writer
    having been faster."""

    commands: Lines
    first_line: int
    attempt: Attempt
    future: "Future[Span]"
    ended: bool = False
    span: Span | None = None

    def wait(self) -> None:
        """Until it was saved, or was not."""
        wait([self.future])


class Ledger:
    """Takes commands, one at a time or in batches; the answers do not depend on how they were batched.

    Safe to share between threads: batches take turns.
    """

    def __init__(self, log: Log, policies: Sequence[Path] = (), clock: Clock = system_clock) -> None:
        """A ledger on a log. Raises `PolicyError` for a wrong pack, `StoreUnavailable` without a store."""
        self.log = log
        self._policies = tuple(policies)
        self._clock = clock
        self._cache = StreamCache()
        self._turn = threading.RLock()
        self._saver = ThreadPoolExecutor(max_workers=1, thread_name_prefix="save")
        self._in_flight: Saving | None = None
        self._book_version = -1
        self._catalogue = Catalogue(())
        self.execute([])

    @classmethod
    def open(cls, dsn: str, policies: Sequence[Path] = (), *, dry_run: bool = False) -> Self:
        """A ledger on a PostgreSQL database; a dry run decides everything and keeps nothing."""
        log = PostgresLog(dsn)
        try:
            return cls(MemoryLog(base=log) if dry_run else log, policies)
        except BaseException:
            log.close()
            raise

    @classmethod
    def in_memory(cls, policies: Sequence[Path] = (), clock: Clock = system_clock) -> Self:
        """The same rules on a log in memory, gone with the object."""
        return cls(MemoryLog(), policies, clock)

    @property
    def catalogue(self) -> Catalogue:
        """The policies in effect: shipped, given, and recorded in this log."""
        return self._catalogue

    def apply(
        self, batches: Iterable[Sequence[bytes]], first_line: int = 1, pace: Pace | None = None
    ) -> Iterator[Result]:
        """Answer lines in order, batch by batch; a batch's answers come after it is durable.

        While one batch is being saved, the next is read and decided. Raises `StoreUnavailable` or `Busy`
        before the first answer of the batch that was lost. `pace` is told how long batches take.
        """
        pace = pace or Pace(BATCH)
        if not self.log.concurrent:
            for batch in batches:
                yield from self.submit(batch, first_line)
                first_line += len(batch)
            return
        with Pipeline(self) as pipeline:
            for waiting in ahead(batches, pipeline.settle):
                if isinstance(waiting, list):
                    yield from waiting
                    continue
                started = perf_counter()
                answers = pipeline.push(parse_lines(waiting), first_line)
                pace.note(len(waiting), perf_counter() - started)
                yield from answers
                first_line += len(waiting)
            yield from pipeline.settle()

    def apply_lines(self, lines: Iterable[bytes], batch: int = BATCH) -> Iterator[Result]:
        """The same for plain lines, cut into batches of a size."""
        remaining = iter(lines)
        yield from self.apply(iter(lambda: tuple(islice(remaining, batch)), ()))

    def submit(self, lines: Sequence[bytes], first_line: int = 1) -> list[Result]:
        """Decide and save one batch of raw lines; every line gets its answer, in order."""
        return self.execute(parse_lines(lines), first_line)

    def execute(self, commands: Lines, first_line: int = 1) -> list[Result]:
        """Decide and save one batch of commands, in one transaction.

        Decided again from a fresh load when another writer was faster: at first hoping for the best, then
        with every other writer kept out, so that it ends.
        """
        with self._turn:
            self._end_of(self._in_flight)
            for attempt in range(_ATTEMPTS):
                exclusive = attempt >= _OPTIMISTIC
                try:
                    with self.log.session(exclusive=exclusive):
                        decided = self._decide(commands, first_line, cautious=attempt > 0, certain=exclusive)
                        span = decided.space.save()
                except Conflict:
                    continue
                decided.space.remember(span)  # only now: a transaction may still fail when it ends
                return decided.results
        raise Busy(
            "other writers kept changing the same accounts; nothing of this batch was kept, run it again",
            "其他写入者持续修改相同账户；本批未保存任何内容，请重新运行",
        )

    def rehearse(self, commands: Lines) -> list[Result]:
        """What these commands would be answered now, all of them in this order; nothing is kept."""
        with self._turn:
            self._end_of(self._in_flight)
            with self.log.session(exclusive=True):
                return self._decide(commands, 1, cautious=True, certain=True).results

    def start(self, commands: Lines, first_line: int, before: Saving | None) -> Saving:
        """Decide a batch, and begin to save it once the one before (its caller's, if any) is saved.

        The answers are had from `finish`, in the order of the starts.
        """
        with self._turn:
            try:
                return self._start(commands, first_line, before)
            except Conflict:  # decided on states of different moments
                self._end_of(self._in_flight)
                self._settle(before)
                return self._saved(commands, first_line, self.execute(commands, first_line))

    def finish(self, saving: Saving) -> list[Result]:
        """The answers of a batch, once it is durable; decided again if another writer was faster."""
        with self._turn:
            self._settle(saving)
            return saving.attempt.results

    def close(self) -> None:
        """Let go of the log."""
        self._saver.shutdown()
        self.log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _end_of(self, saving: Saving | None) -> None:
        """Wait until a batch was saved, and remember its states. Raises what its saving met."""
        if saving is None or saving.ended:
            return
        saving.ended = True
        if saving is self._in_flight:
            self._in_flight = None
        try:
            saving.span = saving.future.result()
        except Conflict:
            return
        saving.attempt.space.remember(saving.span)

    def _start(self, commands: Lines, first_line: int, before: Saving | None) -> Saving:
        on_top = before if before is self._in_flight else None
        if on_top is None or on_top.attempt.space.batch.own != NOTHING:
            # Somebody else's batch is on its way, or one that rests on an older moment: others write.
            self._end_of(self._in_flight)
            self._settle(before)
            attempt = self._read_and_decide(commands, first_line, None)
        else:
            attempt = self._read_and_decide(commands, first_line, on_top.attempt.space)
            self._end_of(on_top)
            if on_top.span is None:
                self._settle(on_top)
                attempt = self._read_and_decide(commands, first_line, None)
            else:
                attempt.space.follows(on_top.span, on_top.attempt.space)
        self._in_flight = Saving(commands, first_line, attempt, self._saver.submit(attempt.space.save))
        return self._in_flight

    def _saved(self, commands: Lines, first_line: int, results: list[Result]) -> Saving:
        """A batch that needs no more waiting."""
        done: Future[Span] = Future()
        done.set_result(NOTHING)
        attempt = Attempt(Workspace(self.log, self._cache), results)
        return Saving(commands, first_line, attempt, done, ended=True, span=NOTHING)

    def _settle(self, saving: Saving | None) -> None:
        """See a batch through: wait for it, or decide and save it again if another writer was faster."""
        self._end_of(saving)
        if saving is not None and saving.span is None:
            results = self.execute(saving.commands, saving.first_line)
            saving.attempt, saving.span = Attempt(saving.attempt.space, results), NOTHING

    def _read_and_decide(self, commands: Lines, first_line: int, before: Workspace | None) -> Attempt:
        with self.log.session(exclusive=False):
            return self._decide(commands, first_line, cautious=False, before=before)

    def _decide(
        self,
        commands: Lines,
        first_line: int,
        *,
        cautious: bool,
        certain: bool = False,
        before: Workspace | None = None,
    ) -> Attempt:
        """Decide a batch on what is loaded for it.

        The states may be of different moments while others write; unless it is `certain` that they are not,
        whatever a decider stumbles over there is a `Conflict`, and the batch is decided again.
        """
        space = Workspace(self.log, self._cache, before)
        if before is None and (cautious or not self._cache.alone):
            space.look_around()
        prefetch(space, [command for command in commands if not isinstance(command, Malformed)], cautious)
        self._heed_recorded_policies(space)
        answering = Answering(space, self._catalogue, self._clock())
        try:
            results = [
                malformed(line, command)
                if isinstance(command, Malformed)
                else answering.answer(line, command)
                for line, command in enumerate(commands, start=first_line)
            ]
        except (LookupError, AssertionError, ValueError) as error:
            if certain:
                raise
            raise Conflict from error
        return Attempt(space, results)

    def _heed_recorded_policies(self, space: Workspace) -> None:
        """Another process may have used a pack this one has not seen: it is in effect from now on."""
        book = space.policy_book()
        if book.version != self._book_version:
            self._catalogue = Catalogue.load(self._policies, tuple(book.packs.values()))
            self._book_version = book.version


def parse_lines(lines: Sequence[bytes]) -> list[AnyCommand | Malformed]:
    """Each line as a command, or as what is wrong with it."""
    commands: list[AnyCommand | Malformed] = []
    for line in lines:
        try:
            commands.append(parse(line))
        except Malformed as fault:
            commands.append(fault)
    return commands
