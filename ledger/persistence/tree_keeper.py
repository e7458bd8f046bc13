"""The stored tree kept up with the log, in a thread of its own, for as long as somebody wants it."""

from threading import Event, Thread
from types import TracebackType
from typing import Any, Final, Self

import psycopg
from psycopg.errors import InsufficientPrivilege

from ledger.persistence.log_tree import LogTree
from ledger.proof.errors import LogBroken

PAUSE_SECONDS: Final = 0.5
"""Between two looks. What came meanwhile is one step, in which each tile is written once."""

_LOG_THERE: Final = "SELECT to_regclass('ledger.ledger_events') IS NOT NULL"


class TreeKeeper:
    """Keeps the tree at most `PAUSE_SECONDS` behind while its `with` lasts, through losses of the database.

    `size` is how many events the tree covers. `broken` says where the log goes wrong: the tree stays before
    it. `refused`: this role may not keep one.
    """

    def __init__(self, dsn: str, pause: float = PAUSE_SECONDS) -> None:
        self.size = 0
        self.broken: LogBroken | None = None
        self.refused = False
        self._dsn = dsn
        self._pause = pause
        self._over = Event()
        self._thread = Thread(target=self._run, name="tree", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends after one more look, so that what was written before is in the tree."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            ended = self._over.is_set()
            try:
                with psycopg.connect(self._dsn, autocommit=True) as connection:
                    self._keep_up(connection)
                ended = True
            except LogBroken as error:
                self.broken, ended = error, True
            except InsufficientPrivilege:
                self.refused = ended = True
            except psycopg.Error:  # lost: look for it again, once more when it is over
                self._over.wait(self._pause)

    def _keep_up(self, connection: psycopg.Connection[Any]) -> None:
        tree: LogTree | None = None
        while True:
            last = self._over.is_set()
            if tree is None and _log_is_there(connection):
                tree = LogTree(connection)
            if tree is not None:
                self.size = tree.catch_up()
            if last:
                return
            self._over.wait(self._pause)


def _log_is_there(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(_LOG_THERE).fetchone()
    return bool(row and row[0])
