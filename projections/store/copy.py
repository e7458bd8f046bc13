"""Replacing: new tables of some models, filled beside the live ones, take their place in one step.

Nobody is ever shown a half: the rows of the new tables are older than every transaction that may still look
at them (`open_transactions`), and one that has looked at the old tables keeps the switch waiting.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.errors import DependentObjectsStillExist, LockNotAvailable, QueryCanceled
from psycopg.rows import class_row

from projections.errors import RebuildHindered
from projections.recorded import Model, Table
from projections.store.batch import LIVE, Batch, Writing
from projections.store.snapshot import Snapshot
from projections.store.statements import statement

NEXT: Final = "read_model_next"
PREVIOUS: Final = "read_model_previous"
"""Where the live tables go for the moment until they are dropped, in the same transaction."""

LOCK_MS: Final = 500
"""How long the switch may wait for readers: less than the second after which PostgreSQL would end one of them
as part of a deadlock."""


_LOOK_SECONDS: Final = 0.001


class Grant(NamedTuple):
    """What a role may do with a table; role null is everybody."""

    role: str | None
    privilege: str
    grantable: bool


class View(NamedTuple):
    """A view as the database has it; a view stands on those with an earlier `place` only."""

    place: int
    schema: str
    name: str
    options: list[str]
    definition: str

    def made_again(self) -> sql.Composed:
        """The same on the tables that have these names now; its rights and what stands on it stay."""
        options = sql.SQL("WITH ({})").format(sql.SQL(", ").join(map(sql.SQL, self.options)))
        return sql.SQL("CREATE OR REPLACE VIEW {} {} AS {}").format(
            sql.Identifier(self.schema, self.name),
            options if self.options else sql.SQL(""),
            sql.SQL(self.definition),  # PostgreSQL's own words
        )


class Transaction(NamedTuple):
    """A transaction of somebody else, and the server process it runs in."""

    transaction: str
    pid: int


class Copy:
    """The tables that will be. Only the program that holds the lock of rebuilding has one."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def begin(self, models: Sequence[Model]) -> None:
        """Make them, empty, with the types, indexes and names of the live ones."""
        with self._connection.transaction():
            drop_next(self._connection)
            self._make_schema(NEXT)
            for table in _tables(models):
                self._connection.execute(
                    sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(
                        sql.Identifier(NEXT, table.name), sql.Identifier(LIVE, table.name)
                    )
                )

    def drop(self) -> None:
        """Give them up; after the switch there is nothing left to drop."""
        drop_next(self._connection)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Add rows: all of the block's, or none."""
        self._connection.isolation_level, self._connection.read_only = IsolationLevel.READ_COMMITTED, False
        with self._connection.transaction():
            yield Writing(self._connection, NEXT)

    def settle(self, models: Sequence[Model]) -> None:
        """Tell the database what the tables hold, so that the first questions are as quick as later ones."""
        for table in _tables(models):
            self._connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(NEXT, table.name)))

    def open_transactions(self) -> set[Transaction]:
        """Those of others: any of them may see the database as it was before the newest rows."""
        with self._connection.cursor(row_factory=class_row(Transaction)) as cursor:
            return set(cursor.execute(statement("transactions")).fetchall())

    def switch(self, models: Sequence[Model], position: int) -> bool:
        """Put the new tables in the place of the live ones, which are dropped; at `position`, in one step.

        False, and nothing has changed, when readers did not let it through at once. Raises Remade
        (`store_unavailable`) and RebuildHindered (`rebuild_hindered`).
        """
        self._connection.isolation_level, self._connection.read_only = IsolationLevel.READ_COMMITTED, False
        try:
            with self._connection.transaction():
                views = self._views(models)
                self._alone(models, views)
                self._replace(models, views, position)
        except (LockNotAvailable, QueryCanceled):
            return False
        except DependentObjectsStillExist as error:
            raise RebuildHindered((error.diag.message_detail or "").partition("\n")[0]) from error
        return True

    def _views(self, models: Sequence[Model]) -> list[View]:
        names = [table.name for table in _tables(models)]
        return Snapshot(self._connection).rows("views_on", View, tables=names)

    def _alone(self, models: Sequence[Model], views: Sequence[View]) -> None:
        """Wait, but not for long, until nobody reads; who comes now waits for the new tables."""
        names = [
            *((view.schema, view.name) for view in views),
            *((LIVE, table.name) for table in _tables(models)),
        ]
        lock = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(
            sql.SQL(", ").join(sql.Identifier(*name) for name in names)
        )
        self._patience(LOCK_MS)
        self._connection.execute(statement("close_the_gate"))
        if not self._free_moment(lock):
            self._connection.execute(lock)
        self._patience(0)

    def _free_moment(self, lock: sql.Composed) -> bool:
        """Look for a moment at which nobody else reads. Waiting for one table with others in hand would stop
        readers of several tables halfway, and so never end."""
        deadline = monotonic() + LOCK_MS / 1000
        while monotonic() < deadline:
            with suppress(LockNotAvailable), self._connection.transaction():
                self._connection.execute(sql.SQL("{} NOWAIT").format(lock))
                return True
            sleep(_LOOK_SECONDS)
        return False

    def _patience(self, milliseconds: int) -> None:
        waits = {"lock_ms": milliseconds, "statement_ms": milliseconds, "local": True}
        self._connection.execute(statement("patience"), waits)

    def _replace(self, models: Sequence[Model], views: Sequence[View], position: int) -> None:
        batch = Batch(self._connection)
        batch.positions(models)
        self._make_schema(PREVIOUS)
        for table in _tables(models):
            self._grant(table)
            self._move(table, LIVE, PREVIOUS)
            self._move(table, NEXT, LIVE)
        for view in views:
            self._connection.execute(view.made_again())
        for table in _tables(models):
            self._connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(PREVIOUS, table.name)))
        batch.reached(models, position)

    def _make_schema(self, name: str) -> None:
        """Schemas stay, empty, once they are there: who owns the read models may not be able to make any."""
        if not Snapshot(self._connection).value("schema_exists", bool, schema=name):
            self._connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))

    def _move(self, table: Table, before: str, after: str) -> None:
        self._connection.execute(
            sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(
                sql.Identifier(before, table.name), sql.Identifier(after)
            )
        )

    def _grant(self, table: Table) -> None:
        """Whoever may read the live table may read the new one."""
        for grant in Snapshot(self._connection).rows("grants", Grant, table=table.name):
            self._connection.execute(
                sql.SQL("GRANT {} ON {} TO {}{}").format(
                    sql.SQL(grant.privilege),  # a keyword, from PostgreSQL itself
                    sql.Identifier(NEXT, table.name),
                    sql.SQL("PUBLIC") if grant.role is None else sql.Identifier(grant.role),
                    sql.SQL(" WITH GRANT OPTION" if grant.grantable else ""),
                )
            )


def drop_next(connection: psycopg.Connection[Any]) -> None:
    """Drop whatever new tables somebody has left behind, or is still filling."""
    for name in Snapshot(connection).values("next_tables", str):
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(NEXT, name)))


def _tables(models: Sequence[Model]) -> Iterator[Table]:
    return (table for model in models for table in model.tables)
