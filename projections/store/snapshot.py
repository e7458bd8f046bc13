"""Reading: one moment of the read models and of the log."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeVar

import psycopg
from psycopg import Cursor, sql
from psycopg.rows import scalar_row

from ledger.events.codec import decode
from projections.models import MODELS
from projections.recorded import Model, Recorded, Table
from projections.store.statements import statement

Row = TypeVar("Row")
Shape = TypeVar("Shape", bound=tuple[Any, ...])

EVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""No service time lies beyond it: the present is every question asked of this moment."""


class Place(NamedTuple):
    """How far a model has come, and the version of its tables."""

    model: str
    version: int
    position: int


class LogRow(NamedTuple):
    """An event as the log stores it."""

    notification_id: int
    originator_id: str
    originator_version: int
    topic: str
    state: bytes

    def recorded(self) -> Recorded[Any]:
        """The event, decoded. Raises `LogCorrupt`."""
        return Recorded(
            self.notification_id, self.originator_id, self.originator_version, decode(self.topic, self.state)
        )


class Snapshot:
    """Read models and log at one moment, through named statements."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._tracked: dict[str, Place] | None = None

    def upto(self, position: int | None, *models: Model) -> int:
        """The position an answer from these models is for: theirs, or the earlier one asked for."""
        if self._tracked is None:
            self._tracked = self.tracked()
        reached = min(self._tracked[model.name].position for model in models or MODELS)
        return reached if position is None else min(position, reached)

    def log_end(self) -> int:
        """The last position of the log; 0 when it is empty, or not there yet."""
        return self.value("log_end", int) if self.value("log_exists", bool) else 0

    def tracked(self) -> dict[str, Place]:
        """Where every model stands."""
        return {place.model: place for place in self.rows("tracking", Place)}

    def rows(self, name: str, shape: type[Shape], /, **parameters: object) -> list[Shape]:
        """The rows of a named statement; its columns are the fields of `shape`, in any order."""
        with self._connection.cursor(row_factory=_shaped(shape), binary=True) as cursor:
            return cursor.execute(statement(name), parameters).fetchall()

    def row(self, name: str, shape: type[Shape], /, **parameters: object) -> Shape:
        """The one row of a named statement that always has one."""
        (row,) = self.rows(name, shape, **parameters)
        return row

    def values(self, name: str, shape: type[Row], /, **parameters: object) -> list[Row]:
        """The one column of a named statement."""
        with self._connection.cursor(row_factory=scalar_row) as cursor:
            found: list[Any] = cursor.execute(statement(name), parameters).fetchall()
        return found

    def value(self, name: str, shape: type[Row], /, **parameters: object) -> Row:
        """The one value of a named statement."""
        (value,) = self.values(name, shape, **parameters)
        return value

    def streams(self, streams: Iterable[str], upto: int) -> list[Recorded[Any]]:
        """The events of these streams up to a position, in recorded order."""
        found = self.rows("log_streams", LogRow, streams=list(streams), upto=upto) if upto else []
        return [row.recorded() for row in found]

    def positions(self, positions: Sequence[int]) -> list[Recorded[Any]]:
        """The events at these positions, in recorded order."""
        found = self.rows("log_positions", LogRow, positions=list(positions)) if positions else []
        return [row.recorded() for row in found]

    def copied(self, table: Table, upto: int) -> Iterator[bytes]:
        """The rows of a table up to a position as PostgreSQL copies them out: text, a line each, sorted.

        The same bytes whatever the machine, its locale and settings, and the order in which rows lie.
        """
        columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
        collated = set(self.values("collated_columns", str, table=table.name))
        order = [
            sql.SQL("{} COLLATE {}").format(sql.Identifier(column), sql.Identifier("C"))
            if column in collated
            else sql.Identifier(column)
            for column in table.columns
        ]
        out = sql.SQL("COPY (SELECT {} FROM {} WHERE position <= {} ORDER BY {}) TO STDOUT").format(
            columns, sql.Identifier(table.name), sql.Literal(upto), sql.SQL(", ").join(order)
        )
        self._connection.execute(statement("plain_text"))
        with self._connection.cursor() as cursor, cursor.copy(out) as copy:
            yield from map(bytes, copy)


def _shaped(shape: type[Shape]) -> Callable[[Cursor[Any]], Callable[[Sequence[Any]], Shape]]:
    """Rows as named tuples: the columns are put in the order of the fields once, not for every row."""
    make: Callable[[Iterable[Any]], Shape] = shape._make  # type: ignore[attr-defined]  # a NamedTuple's own
    fields = tuple(shape.__annotations__)

    def factory(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], Shape]:
        columns = [column.name for column in cursor.description or ()]
        if columns == list(fields) or not columns:
            return make
        if set(columns) != set(fields):
            raise TypeError(f"the columns {columns} are not the fields {fields}")
        in_order = itemgetter(*map(columns.index, fields))
        return lambda values: make(in_order(values))

    return factory
