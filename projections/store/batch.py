"""Writing: one turn at moving the read models. The turn ends with the transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from projections.recorded import Model, Table
from projections.store.snapshot import Snapshot
from projections.store.statements import statement

LogTuple = tuple[int, str, int, str, bytes]
"""Position, stream, version, topic, state."""


class Batch:
    """Alone among all processes until the transaction ends: it takes the lock of the read models."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        connection.execute(statement("lock_read_models"))

    def positions(self) -> dict[str, int]:
        """Where every model stands now."""
        return {name: place.position for name, place in Snapshot(self._connection).tracked().items()}

    def log(self, after: int, upto: int) -> list[LogTuple]:
        """The log's events in that range, as stored, in position order."""
        with self._connection.cursor(binary=True) as cursor:
            return cursor.execute(statement("log_batch"), {"after": after, "upto": upto}).fetchall()

    def add(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Append rows to a table."""
        types = dict(self._connection.execute(statement("column_types"), {"table": table.name}).fetchall())
        into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
            sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
        )
        with self._connection.cursor() as cursor, cursor.copy(into) as copy:
            copy.set_types([types[column] for column in table.columns])
            for row in rows:
                copy.write_row(row)

    def reached(self, models: Iterable[Model], position: int) -> None:
        """These models hold all rows up to a position."""
        names = [model.name for model in models]
        self._connection.execute(statement("track"), {"models": names, "position": position})

    def start_over(self, model: Model) -> None:
        """The model's tables are empty and of the present version."""
        self._connection.execute(
            statement("track_from_start"), {"model": model.name, "version": model.version}
        )
