"""A program that follows the log with the library's subscription and writes down what it has seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final, NamedTuple

from ledger.persistence.postgres import PostgresLog

_SPAWN: Final = get_context("spawn")


class Seen(NamedTuple):
    """An event as the follower saw it."""

    position: int
    stream: str
    version: int


def seen(notes: Path) -> list[Seen]:
    """Everything the follower has seen so far, in the order in which it came."""
    whole_lines = notes.read_text().split("\n")[:-1] if notes.exists() else []
    return [
        Seen(int(position), stream, int(version)) for position, stream, version in map(str.split, whole_lines)
    ]


@contextmanager
def following(dsn: str, notes: Path) -> Iterator[BaseProcess]:
    """A follower that goes on where its notes end. It is killed, never asked to stop."""
    follower = _SPAWN.Process(target=_follow, args=(dsn, notes))
    follower.start()
    try:
        yield follower
    finally:
        follower.kill()
        follower.join()


def _follow(dsn: str, notes: Path) -> None:
    before = seen(notes)
    notes.write_text("".join(f"{position} {stream} {version}\n" for position, stream, version in before))
    log = PostgresLog(dsn)
    after = before[-1].position if before else None
    with notes.open("a", buffering=1) as out, log.recorder.subscribe(gt=after) as subscription:
        for event in subscription:
            out.write(f"{event.id} {event.originator_id} {event.originator_version}\n")
