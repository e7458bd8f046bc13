"""PostgreSQL from a wheel: one server per data folder, which belongs to the programs that use it.

    with embedded_server(Path("copay-data")) as dsn:
        psycopg.connect(dsn)

The last user stops the server. Users are counted by a lock that the kernel drops when one is killed, so the
count is never wrong: whoever comes next takes over a server that was left running, or starts one that
recovers what was committed. Read on in `folder` (what lies where, and whose) and `server` (start and stop).
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from ledger.embedded.folder import DataFolder, open_folder, try_lock
from ledger.embedded.server import Server
from ledger.errors import StoreUnavailable

__all__ = ["embedded_server"]


@contextmanager
def embedded_server(data: Path) -> Iterator[str]:
    """The libpq DSN of the database `copay` in this data folder; folder, server and database are made.

    Any number of programs may share the server, and any number of users within one.

    Raises StoreUnavailable (`store_unavailable`): the folder cannot be used, is not a data folder, belongs to
    another account or another major version of PostgreSQL, or the server does not start.
    """
    owner = os.getpid()
    with _in_one_sentence(data):
        folder = open_folder(data)
        server = Server(folder)
        users = folder.open_lock("users.lock")
    try:
        with _in_one_sentence(data), _turn(folder):
            fcntl.flock(users, fcntl.LOCK_SH)
            server.ensure_running()
            dsn = server.dsn()
        yield dsn
    finally:
        if os.getpid() == owner:  # a forked child does not end its parent's use
            with suppress(OSError), _turn(folder):  # a folder that is gone needs no goodbye
                _stop_after_last(server, users)
        os.close(users)


@contextmanager
def _turn(folder: DataFolder) -> Iterator[None]:
    """Alone in starting or stopping the server."""
    lock = folder.open_lock("turn.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _stop_after_last(server: Server, users: int) -> None:
    if try_lock(users):  # nobody else uses it
        server.stop()


@contextmanager
def _in_one_sentence(data: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, psycopg.Error) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise StoreUnavailable(
            f"The data folder {data} cannot be used ({reason}): make it writable or choose another --data.",
            f"数据目录 {data} 无法使用（{reason}）：请授予写权限，或用 --data 指定其他目录。",
        ) from error
