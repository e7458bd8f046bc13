"""The ledger's one door: command lines in, answers out, events in between."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, Self

from ledger.application.answering import Answering
from ledger.application.prefetch import prefetch
from ledger.application.results import Result, malformed
from ledger.application.workspace import StreamCache, Workspace
from ledger.clock import Clock, system_clock
from ledger.commands.models import AnyCommand
from ledger.commands.parsing import parse
from ledger.errors import Busy, Malformed
from ledger.ids import POLICY_STREAM
from ledger.persistence.log import Conflict, Log
from ledger.persistence.memory import MemoryLog
from ledger.persistence.postgres import PostgresLog
from ledger.policies.catalogue import Catalogue

BATCH: Final = 1000
"""How many lines one transaction takes at most."""

_ATTEMPTS: Final = 8
_OPTIMISTIC: Final = 3


class Ledger:
    """Takes commands, one at a time or in batches; the answers do not depend on how they were batched.

    Safe to share between threads: batches take turns.
    """

    def __init__(self, log: Log, policies: Sequence[Path] = (), clock: Clock = system_clock) -> None:
        """A ledger on a log. Raises `PolicyError` for a wrong pack, `StoreUnavailable` without a store."""
        self._log = log
        self._policies = tuple(policies)
        self._clock = clock
        self._cache = StreamCache()
        self._turn = threading.Lock()
        self._book_version = -1
        self._catalogue = Catalogue(())
        with log.session(exclusive=False):
            space = Workspace(log, self._cache)
            space.load([POLICY_STREAM])
            self._heed_recorded_policies(space)
            space.save()

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

    @property
    def log(self) -> Log:
        """The log this ledger writes to."""
        return self._log

    def apply(self, batches: Iterable[Sequence[bytes]], first_line: int = 1) -> Iterator[Result]:
        """Answer lines in order, batch by batch; a batch's answers come after it is durable.

        Raises `StoreUnavailable` or `Busy` before the first answer of the batch that was lost.
        """
        for batch in batches:
            results = self.submit(batch, first_line)
            first_line += len(batch)
            yield from results

    def apply_lines(self, lines: Iterable[bytes], batch: int = BATCH) -> Iterator[Result]:
        """The same for plain lines, cut into batches of a size."""
        remaining = iter(lines)
        yield from self.apply(iter(lambda: list(islice(remaining, batch)), []))

    def submit(self, lines: Sequence[bytes], first_line: int = 1) -> list[Result]:
        """Decide and save one batch of raw lines; every line gets its answer, in order."""
        commands: list[AnyCommand | Malformed] = []
        for line in lines:
            try:
                commands.append(parse(line))
            except Malformed as fault:
                commands.append(fault)
        return self.execute(commands, first_line)

    def execute(self, commands: Sequence[AnyCommand | Malformed], first_line: int = 1) -> list[Result]:
        """Decide and save one batch of commands, in one transaction.

        Decided again from a fresh load when another writer was faster: at first hoping for the best, then
        with every other writer kept out, so that it ends.
        """
        with self._turn:
            for attempt in range(_ATTEMPTS):
                try:
                    with self._log.session(exclusive=attempt >= _OPTIMISTIC):
                        return self._attempt(commands, first_line)
                except Conflict:
                    continue
        raise Busy(
            "other writers kept changing the same accounts; nothing of this batch was kept, run it again",
            "其他写入者持续修改相同账户；本批未保存任何内容，请重新运行",
        )

    def close(self) -> None:
        """Let go of the log."""
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _attempt(self, commands: Sequence[AnyCommand | Malformed], first_line: int) -> list[Result]:
        space = Workspace(self._log, self._cache)
        prefetch(space, [command for command in commands if not isinstance(command, Malformed)])
        self._heed_recorded_policies(space)
        answering = Answering(space, self._catalogue, self._clock())
        results = [
            malformed(line, command) if isinstance(command, Malformed) else answering.answer(line, command)
            for line, command in enumerate(commands, start=first_line)
        ]
        space.save()
        return results

    def _heed_recorded_policies(self, space: Workspace) -> None:
        """Another process may have used a pack this one has not seen: it is in effect from now on."""
        book = space.policy_book()
        if book.version != self._book_version:
            self._catalogue = Catalogue.load(self._policies, tuple(book.packs.values()))
            self._book_version = book.version
