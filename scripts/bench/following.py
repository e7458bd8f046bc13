"""Read models kept up while somebody writes: a follower beside the writer, and a watch on its lag."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from multiprocessing.connection import Connection
from threading import Event, Thread
from time import perf_counter
from typing import Any, Final, LiteralString, NamedTuple

import psycopg

from projections.follower import follow
from scripts.bench.apart import beside

_EVERY_S: Final = 0.02
_ENDS: Final = """
SELECT (SELECT coalesce(max(notification_id), 0) FROM ledger.ledger_events),
       (SELECT min(position) FROM read_model.tracking)
"""


class Moment(NamedTuple):
    """Where the log and the read models stood at one time."""

    seconds: float
    log: int
    read_models: int


@contextmanager
def followed(dsn: str) -> Iterator[None]:
    """A follower in a process of its own; it has everything that was written when this ends."""
    with beside(_follow, dsn) as follower:
        follower.recv()
        yield
        follower.send(None)
        follower.recv()


@contextmanager
def watched(dsn: str, ends: LiteralString = _ENDS) -> Iterator[list[Moment]]:
    """Notes fifty times a second where log and read models stand, in a thread of this (idle) process.

    `ends` asks for both; for what else may follow the log, it asks for that.
    """
    moments, over = list[Moment](), Event()
    with psycopg.connect(dsn, autocommit=True) as connection:
        watcher = Thread(target=_watch, args=(connection, ends, moments, over), name="watch")
        watcher.start()
        try:
            yield moments
        finally:
            over.set()
            watcher.join()


def behind(moments: list[Moment]) -> list[float]:
    """For every moment at which the log had grown: how long until the read models had what it had then."""
    lags, later = [], 0
    for before, moment in pairwise(moments):
        while later < len(moments) and moments[later].read_models < moment.log:
            later += 1
        if moment.log > before.log and later < len(moments):
            lags.append(max(0.0, moments[later].seconds - moment.seconds))
    return lags


def _follow(pipe: Connection, dsn: str) -> None:
    follow(dsn, lambda: True)  # everything is imported and known before anybody writes
    pipe.send(None)
    follow(dsn, pipe.poll)
    pipe.recv()
    follow(dsn, lambda: True)  # what was written after the last look
    pipe.send(None)


def _watch(
    connection: psycopg.Connection[Any], ends: LiteralString, moments: list[Moment], over: Event
) -> None:
    last = False
    while not last:
        last = over.wait(_EVERY_S)
        row = connection.execute(ends, prepare=True).fetchone()
        assert row is not None
        moments.append(Moment(perf_counter(), *row))
