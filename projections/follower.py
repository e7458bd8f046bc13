"""Keeping up: the read models follow the log while it is being written.

A follower sleeps until the log says that there is more (NOTIFY), and looks by itself once in a while in case
a word was lost. Run as a program it follows beside a writer, on the other core: the first line of its
standard input is the database, and the end of its input is the end of its work.
"""

import os
import select
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import Any, Final, NamedTuple

import psycopg

from ledger.clock import system_clock
from ledger.errors import LedgerError, LogCorrupt
from projections.errors import ModelStopped, NotReached
from projections.models import MODELS
from projections.recorded import Model
from projections.runner import Progress, advance, catch_up
from projections.store import Store
from projections.store.connection import in_one_sentence

CHANNEL: Final = "ledger_events"
LOOK_SECONDS: Final = 0.5
"""How long a follower sleeps at most before it looks by itself."""

Stopped = Callable[[], bool]


class Look(NamedTuple):
    """What a follower found, did, and where that left it.

    `position`: where the models stand, but for those that stopped; `log_end`: where the log ended by then;
    `taken`: events that went into the models since the look before; `lag_seconds`: from the recording of the
    last of these until the models had it, 0 when there was none.
    """

    position: int
    log_end: int
    taken: int
    lag_seconds: float
    stopped: tuple[ModelStopped, ...]


def follow(dsn: str, stopped: Stopped, progress: Progress | None = None) -> int:
    """Keep the read models caught up until `stopped()`; the position they stand at then.

    Raises `StoreUnavailable` when the database is lost and `ModelStopped` when a model cannot go on.
    """
    with Store.open(dsn) as store, _ear(dsn) as ear:
        while True:
            position = catch_up(store, progress=progress)
            if stopped():
                return position
            _sleep(ear, LOOK_SECONDS)


def looks(dsn: str, stopped: Stopped, models: Sequence[Model] = MODELS) -> Iterator[Look]:
    """Follow until `stopped()`: one look after another, each after something happened or half a second.

    A model that cannot apply an event stays before it, and is tried again when somebody has moved it; the
    others go on. Raises `StoreUnavailable` when the database is lost.
    """
    with Store.open(dsn) as store, _ear(dsn) as ear:
        keeping = _Keeping(store, models)
        while True:
            yield keeping.look(stopped)
            if stopped():
                return
            _sleep(ear, LOOK_SECONDS)


class _Keeping:
    """Which models go on, which have stopped, and how far the former had come at the last look."""

    def __init__(self, store: Store, models: Sequence[Model]) -> None:
        self._store = store
        self._models = models
        self._stops: dict[str, ModelStopped] = {}
        self._position = self._seen()[0]

    def look(self, asked_to_stop: Stopped) -> Look:
        """Catch up, and see where that led."""
        going = [model for model in self._models if model.name not in self._stops]
        reached = advance(self._store, models=going, asked_to_stop=asked_to_stop)
        self._stops |= {stop.model: stop for stop in reached.stopped}
        before, (self._position, end) = self._position, self._seen()
        taken = max(0, self._position - before)
        lag = self._age(self._position) if taken else 0.0
        return Look(self._position, end, taken, lag, tuple(self._stops.values()))

    def _seen(self) -> tuple[int, int]:
        """Where the models that go on stand, and the log ends. One that somebody has moved goes on again."""
        with self._store.snapshot() as moment:
            places, end = moment.tracked(), moment.log_end()
        at = {model.name: places[model.name].position for model in self._models}
        self._stops = {name: stop for name, stop in self._stops.items() if at[name] < stop.position}
        going = [position for name, position in at.items() if name not in self._stops]
        return min(going or at.values(), default=end), end

    def _age(self, position: int) -> float:
        """Seconds since the event at this position was recorded."""
        with self._store.snapshot() as moment:
            try:
                (recorded,) = moment.positions([position])
            except LogCorrupt:  # whoever reads such events has stopped and says so
                return 0.0
        age: timedelta = system_clock() - recorded.event.recorded_at
        return max(0.0, age.total_seconds())


def wait_for(dsn: str, store: Store, position: int, seconds: float) -> None:
    """Wait until the log has reached a position. Raises NotReached (`position_not_reached`) after so long."""
    deadline = monotonic() + seconds
    if _log_end(store) >= position:
        return
    with _ear(dsn) as ear:
        while (end := _log_end(store)) < position:
            left = deadline - monotonic()
            if left <= 0:
                raise NotReached(position, end, seconds)
            _sleep(ear, min(left, LOOK_SECONDS))


def _log_end(store: Store) -> int:
    with store.snapshot() as moment:
        return moment.log_end()


@contextmanager
def _ear(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own that hears when the log grows."""
    with in_one_sentence(), psycopg.connect(dsn, autocommit=True) as ear:
        ear.execute(f"LISTEN {CHANNEL}")
        yield ear


def _sleep(ear: psycopg.Connection[Any], seconds: float) -> None:
    for _ in ear.notifies(timeout=seconds, stop_after=1):
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
