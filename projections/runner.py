"""Catching up: the log's events, in order, into every read model, each event exactly once.

A batch of events is decoded once, projected by all models that stand at the same position, and written by
COPY; rows and positions are kept in one transaction. Runners take turns (one lock for all processes) and read
the positions again after getting theirs, so two at once do each batch once.

The library's tracking recorder writes one event's rows at a time, on connections of its own, and cannot COPY
inside that transaction; so the positions are kept here, in `read_model.tracking`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from ledger.errors import LogCorrupt
from ledger.events.codec import TOPICS, decode
from projections.errors import ModelStopped
from projections.models import MODELS
from projections.recorded import Model, Recorded
from projections.store import Store
from projections.store.batch import LogTuple, Writing

BATCH: Final = 5_000
"""Events a transaction: enough for COPY to pay, few enough that memory stays flat and others get a turn."""

Progress = Callable[[int, int], object]
Rows = dict[type[tuple[Any, ...]], list[tuple[Any, ...]]]


class Reached(NamedTuple):
    """Where the models stand now, but for those that have stopped before an event they cannot apply."""

    position: int
    stopped: tuple[ModelStopped, ...] = ()


def catch_up(
    store: Store,
    until: int | None = None,
    progress: Progress | None = None,
    models: Sequence[Model] = MODELS,
    size: int = BATCH,
) -> int:
    """Bring the models to the end of the log as found now (or to `until`): the position they stand at.

    `progress` is told the position reached and the one aimed for, after every batch. A model that cannot
    apply an event stays before it; when all others have arrived, `ModelStopped` is raised for the first.
    """
    reached = advance(store, until, progress, models, size)
    if reached.stopped:
        raise reached.stopped[0]
    return reached.position


def advance(
    store: Store,
    until: int | None = None,
    progress: Progress | None = None,
    models: Sequence[Model] = MODELS,
    size: int = BATCH,
    asked_to_stop: Callable[[], bool] = lambda: False,
) -> Reached:
    """The same, and every model that stopped is told of instead of raised. It can be asked to leave early."""
    with store.snapshot() as moment:
        end = moment.log_end() if until is None else min(until, moment.log_end())
        if all(moment.upto(None, model) >= end for model in models):
            return Reached(end)
    targets = {model.name: end for model in models}
    stopped: list[ModelStopped] = []
    while True:
        try:
            reached = _one_batch(store, models, targets, size)
        except ModelStopped as stop:
            stopped.append(stop)
            targets[stop.model] = stop.position - 1
            continue
        if reached is None:
            return Reached(end, tuple(stopped))
        if progress:
            progress(reached, end)
        if asked_to_stop():
            return Reached(reached, tuple(stopped))


def _one_batch(store: Store, models: Sequence[Model], targets: dict[str, int], size: int) -> int | None:
    """Move those furthest behind by one batch: the position reached, or None when all have arrived."""
    with store.batch() as batch:
        positions = batch.positions(models)
        behind = [model for model in models if positions[model.name] < targets[model.name]]
        if not behind:
            return None
        after = min(positions[model.name] for model in behind)
        together = [model for model in behind if positions[model.name] == after]
        upto = min(after + size, *(targets[model.name] for model in together))
        write(batch, together, project(together, batch.log(after, upto)))
        batch.reached(together, upto)
        return upto


def write(into: Writing, models: Iterable[Model], rows: Rows) -> None:
    """Add projected rows to the tables of these models."""
    for table in (table for model in models for table in model.tables):
        if table.projected in rows:
            into.add(table, rows[table.projected])


def project(models: Sequence[Model], log: Iterable[LogTuple]) -> Rows:
    """The rows that these models add for stored events, by kind of row. Pure.

    Raises ModelStopped (`model_stopped`) for the first model that cannot apply an event.
    """
    readers = {topic: [model for model in models if cls in model.reads] for topic, cls in TOPICS.items()}
    rows: Rows = defaultdict(list)
    for position, stream, version, topic, state in log:
        reading = readers.get(topic, models)  # an unknown topic may concern every model
        if not reading:
            continue
        model = reading[0]
        try:
            recorded = Recorded(position, stream, version, decode(topic, state))
            for model in reading:
                for row in model.project(recorded):
                    rows[type(row)].append(row)
        except LogCorrupt as error:
            raise ModelStopped(model.name, position, topic, error.message) from error
        except Exception as error:  # whatever it is, the other models must go on
            raise ModelStopped(model.name, position, topic, f"{type(error).__name__}: {error}") from error
    return rows
