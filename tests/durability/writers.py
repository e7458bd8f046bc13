"""Programs that write to one database at the same time, each through a ledger of its own."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from threading import BrokenBarrierError
from typing import Any, Final, NamedTuple

from ledger.aggregates.fold import State, empty
from ledger.application import GroupCommit, Ledger, Result
from ledger.application.workspace import Workspace
from tests.durability.recorded import Entry, replayed

_PATIENCE_S: Final = 600
_start: Barrier


class Written(NamedTuple):
    """One program's answers, and the states it holds in memory when all programs are done."""

    answers: list[dict[str, Any]]
    states: dict[str, State | None]


CALLERS: Final = None
"""In place of a batch: every line is a caller of its own, who does not wait for the others' answers."""


def at_once(dsn: str, files: Sequence[Sequence[bytes]], *batches: int | None) -> list[Written]:
    """A program for every file; all of them open the ledger and begin at the same moment.

    `batches` says how many lines a transaction takes, for one program after the other, round and round.
    """
    context = get_context("spawn")
    with ProcessPoolExecutor(
        len(files), context, initializer=_begin, initargs=(context.Barrier(len(files)),)
    ) as programs:
        writing = [programs.submit(_write, dsn, *part) for part in zip(files, cycle(batches), strict=False)]
        errors = [error for program in writing if (error := program.exception())]
        for error in sorted(errors, key=lambda error: isinstance(error, BrokenBarrierError)):
            raise error  # the one that made the others give up, if there is one
        return [program.result() for program in writing]


def _begin(start: Barrier) -> None:
    global _start  # noqa: PLW0603  a barrier reaches a process only when that begins
    _start = start


def _write(dsn: str, lines: Sequence[bytes], batch: int | None) -> Written:
    try:
        _start.wait(_PATIENCE_S)
        with Ledger.open(dsn) as ledger:
            answers = [result.as_dict() for result in _answered(ledger, lines, batch)]
            _start.wait(_PATIENCE_S)
            return Written(answers, states_of(ledger))
    except BaseException:
        _start.abort()
        raise


def _answered(ledger: Ledger, lines: Sequence[bytes], batch: int | None) -> Iterable[Result]:
    if batch is not CALLERS:
        return ledger.apply_lines(lines, batch)
    with GroupCommit(ledger, capacity=len(lines)) as callers:
        waiting = [callers.submit(line) for line in lines]
        return [answer.result(_PATIENCE_S) for answer in waiting]


def states_of(ledger: Ledger) -> dict[str, State | None]:
    """What a ledger would decide on now: the states it remembers, with what others have added since."""
    with ledger.log.session(exclusive=False):
        space = Workspace(ledger.log, ledger._cache)
        space.look_around()
        streams = list(ledger._cache.states)
        space.load(streams)
        return {stream: space.state(stream) for stream in streams}


def remember_what_was_recorded(written: Iterable[Written], log: Sequence[Entry]) -> None:
    """The states that the programs still hold in memory are those of a single-threaded replay of the log."""
    recorded = replayed(log)
    for program in written:
        assert program.states
        assert program.states == {s: recorded.get(s, empty(s)) for s in program.states}
