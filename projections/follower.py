"""Keeping up: the read models follow the log while it is being written.

A follower sleeps until the log says that there is more (NOTIFY), and looks by itself once in a while in case
a word was lost. Run as a program it follows beside a writer, on the other core: the first line of its
standard input is the database, and the end of its input is the end of its work.
"""

import os
import select
import signal
import sys
from collections.abc import Callable
from typing import Final

import psycopg

from ledger.errors import LedgerError
from projections.runner import Progress, catch_up
from projections.store import Store

CHANNEL: Final = "ledger_events"
LOOK_SECONDS: Final = 0.5
"""How long a follower sleeps at most before it looks by itself."""


def follow(dsn: str, stopped: Callable[[], bool], progress: Progress | None = None) -> int:
    """Keep the read models caught up until `stopped()`; the position they stand at then.

    Raises `StoreUnavailable` when the database is lost and `ModelStopped` when a model cannot go on.
    """
    with Store.open(dsn) as store, psycopg.connect(dsn, autocommit=True) as ear:
        ear.execute(f"LISTEN {CHANNEL}")
        while True:
            position = catch_up(store, progress=progress)
            if stopped():
                return position
            for _ in ear.notifies(timeout=LOOK_SECONDS, stop_after=1):
                pass


def main() -> int:
    """Follow beside the process that started this one, until it closes our input or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's word is for the writer
    dsn = sys.stdin.readline().strip()
    try:
        follow(dsn, _input_has_ended)
    except (LedgerError, psycopg.Error):
        return 2  # the writer catches up by itself and says what is wrong
    return 0


def _input_has_ended() -> bool:
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(ready) and not os.read(sys.stdin.fileno(), 1)


if __name__ == "__main__":
    sys.exit(main())
