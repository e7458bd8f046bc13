"""Rebuilding: the log once more, from its first event, into new tables; then they are the live ones.

The live tables answer and are kept up all the while. A switch has three conditions, and is given up and
tried again rather than keep anybody waiting for long:

* the new tables hold what the live ones hold: nobody moves either during the switch (`Store.turn`);
* every transaction sees all rows of the new tables: those that were open when the last row was written have
  ended. (The names of tables change for everybody at once, but rows show to later transactions only.)
* nobody is in the middle of reading the old ones (`Copy.switch` locks them for a moment).

One transaction then moves the tables, lets the views stand on them and drops the old ones. A rebuild that is
killed at any point before leaves live models that know nothing of it, and tables that the next one drops.
"""

from collections.abc import Sequence
from time import monotonic, sleep
from typing import Final, NamedTuple

from projections.errors import ModelStopped, RebuildBlocked, UnknownModel
from projections.models import MODELS
from projections.recorded import Model
from projections.runner import BATCH, Progress, advance, project, write
from projections.store import Store
from projections.store.copy import Copy

PATIENCE_SECONDS: Final = 300.0
"""How long to try, when there is always somebody's transaction open, before saying so."""

_FIRST_HOLD: Final = 0.25
_LONGEST_HOLD: Final = 8.0
"""Seconds for which runners are kept out while open transactions end, at the first try and at most."""

_LOOK_SECONDS: Final = 0.002


class Rebuilt(NamedTuple):
    """Which models have new tables, up to which position; and those left as they were, with the reason."""

    models: tuple[str, ...]
    position: int
    stopped: tuple[ModelStopped, ...]


def chosen(names: Sequence[str], models: Sequence[Model] = MODELS) -> Sequence[Model]:
    """The models of these names; all of them where none is named. Raises UnknownModel (`unknown_model`)."""
    known = {model.name: model for model in models}
    for name in names:
        if name not in known:
            raise UnknownModel(name, known)
    return [known[name] for name in dict.fromkeys(names)] or models


def rebuild(
    store: Store,
    models: Sequence[Model] = MODELS,
    progress: Progress | None = None,
    patience: float = PATIENCE_SECONDS,
    size: int = BATCH,
) -> Rebuilt:
    """Fill new tables of these models from the log, and put them in the place of the live ones.

    `progress` is told the position reached and the log's end, after every batch. A model that cannot apply an
    event keeps its live tables; the others go on. Raises RebuildRunning (`rebuild_running`), RebuildBlocked
    (`rebuild_blocked`), RebuildHindered (`rebuild_hindered`), StoreUnavailable: the live models are then what
    they were.
    """
    with store.copy(models) as copy:
        filling = _Filling(store, copy, models, progress, size)
        filling.to_the_end()
        copy.settle(filling.models)
        filling.to_the_end()
        if filling.models:
            _switch(filling, patience)
        return Rebuilt(
            tuple(model.name for model in filling.models), filling.position, tuple(filling.stopped)
        )


class _Filling:
    """How far the new tables have come, and for which models."""

    def __init__(
        self, store: Store, copy: Copy, models: Sequence[Model], progress: Progress | None, size: int
    ) -> None:
        self.store = store
        self.copy = copy
        self.models = list(models)
        self.stopped: list[ModelStopped] = []
        self.position = 0
        self._progress = progress
        self._size = size

    def to_the_end(self) -> None:
        """Up to the end of the log as it is now."""
        with self.store.snapshot() as moment:
            end = moment.log_end()
        while self.position < end and self.models:
            try:
                self._one_batch(min(self.position + self._size, end))
            except ModelStopped as stop:
                self.stopped.append(stop)
                self.models = [model for model in self.models if model.name != stop.model]
            else:
                if self._progress:
                    self._progress(self.position, end)

    def _one_batch(self, upto: int) -> None:
        with self.copy.writing() as new:
            write(new, self.models, project(self.models, new.log(self.position, upto)))
        self.position = upto


def _switch(filling: _Filling, patience: float) -> None:
    """Try until the new tables are the live ones, each time a little more insistently."""
    deadline = monotonic() + patience
    hold = _FIRST_HOLD
    while not _tried(filling, hold):
        if monotonic() > deadline:
            pids = sorted({transaction.pid for transaction in filling.copy.open_transactions()})
            raise RebuildBlocked(patience, pids)
        sleep(hold)
        hold = min(2 * hold, _LONGEST_HOLD)
        filling.to_the_end()


def _tried(filling: _Filling, hold: float) -> bool:
    """One try at switching, with the runners kept out for `hold` seconds at most, and a moment."""
    with filling.store.turn():
        filling.to_the_end()
        advance(filling.store, until=filling.position, models=filling.models)  # both copies stand there
        return _ended_within(hold, filling.copy) and filling.copy.switch(filling.models, filling.position)


def _ended_within(seconds: float, copy: Copy) -> bool:
    """Whether every transaction that is open now ends in that time."""
    deadline = monotonic() + seconds
    open_ones = copy.open_transactions()
    while open_ones and monotonic() < deadline:
        sleep(_LOOK_SECONDS)
        open_ones &= copy.open_transactions()
    return not open_ones
