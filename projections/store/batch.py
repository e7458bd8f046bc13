"""Writing: rows of read models, and one turn at moving them. A turn ends with its transaction."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import psycopg
from psycopg import sql

from projections.errors import Remade
from projections.recorded import Model, Table
from projections.store.snapshot import Snapshot
from projections.store.statements import statement

LIVE: Final = "read_model"
"""The schema whose tables answer questions."""

LogTuple = tuple[int, str, int, str, bytes]
"""Position, stream, version, topic, state."""

_TYPES: Final[dict[Table, list[int]]] = {}


class Writing:
    """The log's events on one side, tables of one schema on the other."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        self._connection = connection
        self._schema = schema

    def log(self, after: int, upto: int) -> list[LogTuple]:
        """The log's events in that range, as stored, in position order."""
        with self._connection.cursor(binary=True) as cursor:
            return cursor.execute(statement("log_batch"), {"after": after, "upto": upto}).fetchall()

    def add(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Append rows to a table; where they are worked out by a statement, those that it finds due."""
        if table.worked_out_by is not None:
            self._work_out(statement(table.worked_out_by), table, rows)
            return
        types = self._types(table)
        into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
            sql.Identifier(self._schema, table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
        )
        with self._connection.cursor() as cursor, cursor.copy(into) as copy:
            copy.set_types(types)
            write = copy.write_row
            for row in rows:
                write(row)

    def _work_out(self, query: bytes, table: Table, due: Sequence[tuple[Any, ...]]) -> None:
        assert table.due is not None, "what is worked out is asked for"
        fields = tuple(table.due.__annotations__)
        self._connection.execute(statement("tables_of"), {"schema": self._schema})
        for row in due:
            self._connection.execute(query, dict(zip(fields, row, strict=True)))
        self._connection.execute(statement("tables_of"), {"schema": LIVE})

    def _types(self, table: Table) -> list[int]:
        """The types of its columns, the same in every database: all tables are of this version."""
        if table not in _TYPES:
            named = {"schema": self._schema, "table": table.name}
            types = dict(self._connection.execute(statement("column_types"), named).fetchall())
            _TYPES[table] = [types[column] for column in table.columns]
        return _TYPES[table]


class Batch(Writing):
    """Alone among all processes until the transaction ends: it takes the lock of the read models."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        super().__init__(connection, LIVE)
        connection.execute(statement("lock_read_models"))

    def positions(self, models: Iterable[Model]) -> dict[str, int]:
        """Where these models stand now. Raises Remade (`store_unavailable`): one is of another version."""
        tracked = Snapshot(self._connection).tracked()
        for model in models:
            if model.name not in tracked or tracked[model.name].version != model.version:
                raise Remade
        return {model.name: tracked[model.name].position for model in models}

    def reached(self, models: Iterable[Model], position: int) -> None:
        """These models hold all rows up to a position."""
        names = [model.name for model in models]
        self._connection.execute(statement("track"), {"models": names, "position": position})

    def start_over(self, model: Model) -> None:
        """The model's tables are empty."""
        fresh = {"model": model.name, "version": model.version}
        self._connection.execute(statement("track_from_start"), fresh)
