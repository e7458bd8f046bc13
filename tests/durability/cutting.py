"""Connections that are cut at a chosen moment, as when the program at one end, or the server, is killed."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

from projections.store import Store

T = TypeVar("T")
Moment = Callable[[int], object]
"""Told the number of a step: 0 and 1 lie before and after the first word to the server, and so on."""


class Killed(BaseException):
    """The program is gone, at once and without a word."""


class Watched(psycopg.Connection[Any]):
    """A connection that tells before and after everything that is said over it."""

    moment: Moment | None = None
    step = 0
    dead = False

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Every word to the server, and its answer, goes through here."""
        self._tell()
        answer = super().wait(gen, interval, timeout)
        self._tell()
        return answer

    def _tell(self) -> None:
        self.step += 1
        if self.moment:
            self.moment(self.step - 1)

    def cut(self) -> None:
        """Nothing reaches the server any more, nor comes from it."""
        self.moment, self.dead = None, True
        with socket.socket(fileno=os.dup(self.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)


@contextmanager
def watched(dsn: str, moment: Moment | None = None) -> Iterator[tuple[Store, Watched]]:
    """A store on a connection that tells its steps to `moment`, from the first after it was prepared."""
    connection = Watched.connect(dsn, autocommit=True)
    try:
        store = Store(connection)
        store._prepare()
        connection.moment, connection.step = moment, 0
        yield store, connection
    except Exception as error:
        if connection.dead:
            raise Killed from error  # what a dead program goes on to say, nobody hears
        raise
    finally:
        connection.close()


@contextmanager
def killed_at(dsn: str, step: int) -> Iterator[Store]:
    """A store whose program is killed at this step of what it says to the server."""

    def moment(now: int) -> None:
        if now == step:
            connection.cut()
            raise Killed

    with watched(dsn, moment) as (store, connection):
        yield store


def backend_killed(dsn: str, connection: psycopg.Connection[Any]) -> None:
    """The administrator ends the session at the server."""
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
