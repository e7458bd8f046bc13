"""The same attacks as a superuser makes them on tables of PostgreSQL: events, stored tree, read models."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger.application import Ledger
from ledger.persistence.leaves import read_leaves
from ledger.persistence.log_tree import LogTree
from ledger.persistence.postgres import PostgresLog
from ledger.proof.leaves import LogRow
from ledger.proof.outside import SignedDigest
from ledger.proof.verifying import StoredTree, Verdict, verify
from projections.digest import digests
from projections.models import MODELS
from projections.runner import catch_up
from projections.store import Store
from scripts.cli.verification import held_to_digests
from tests.proof.attacks import ATTACKS
from tests.proof.cities import City, founded
from tests.proof.test_attacks import trials
from tests.scripts.conftest import STORY
from tests.tampering import tampering

__all__ = ["trials"]

INTO = (
    "COPY ledger.ledger_events (notification_id, originator_id, originator_version, topic, state) FROM STDIN"
)
INDEX = (
    "SELECT indexname FROM pg_indexes WHERE schemaname = 'ledger' AND tablename = 'ledger_events'"
    " AND indexdef LIKE '%UNIQUE%(notification_id%'"
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return founded(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def fresh(server: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield make_conninfo(server, dbname=name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def database_of(fresh: str, city: City) -> Iterator[psycopg.Connection[Any]]:
    """The city's log in a table, with its stored tree."""
    PostgresLog(fresh).close()
    with tampering(fresh, autocommit=True) as connection:
        put(connection, city.rows)
        LogTree(connection).catch_up()
        yield connection


def put(connection: psycopg.Connection[Any], rows: Sequence[LogRow]) -> None:
    """Leave these rows in the table, in place of all that is there, past every program of ours."""
    connection.execute("DELETE FROM ledger.ledger_events")
    with connection.cursor().copy(INTO) as copy:
        for row in rows:
            copy.write_row(row)


def verified(connection: psycopg.Connection[Any], city: City, *, tree: bool = False) -> Verdict:
    """The log as it is now, held to the checkpoints; with the tree as it is stored."""
    row = connection.execute("SELECT coalesce(max(notification_id), 0) FROM ledger.ledger_events").fetchone()
    assert row is not None

    def read(after: int, upto: int) -> Iterator[bytes]:
        """Below a savepoint: to stop reading in the middle cancels the statement."""
        if upto > after:
            with connection.transaction():
                yield from read_leaves(connection, after, upto)

    there = {(level, number): bytes(data) for level, number, data in tiles_of(connection)} if tree else {}
    stored = StoredTree(len(city.rows), lambda tile: there[tile.level, tile.index]) if tree else None
    return verify(read, row[0], city.kept, city.tiles, stored)


def tiles_of(connection: psycopg.Connection[Any]) -> list[tuple[int, int, bytes]]:
    return connection.execute("SELECT level, number, hashes FROM proof.tiles ORDER BY 1, 2").fetchall()


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_the_table_is_found_and_its_first_position_named(
    database_of: psycopg.Connection[Any], city: City, name: str, trials: int
) -> None:
    for seed in range(trials // 25):
        rows, position = ATTACKS[name](city.rows, Random(f"{name} {seed}"))
        with database_of.transaction(force_rollback=True):
            if name == "a position said twice":
                for (index,) in database_of.execute(INDEX).fetchall():
                    database_of.execute(sql.SQL("DROP INDEX ledger.{}").format(sql.Identifier(index)))
            put(database_of, rows)
            if name == "recomputed after an edit":
                database_of.execute("TRUNCATE proof.tiles")
                database_of.execute("UPDATE proof.tree SET size = 0")
                LogTree(database_of).catch_up()
            found = verified(database_of, city, tree=name == "recomputed after an edit").findings
        assert found[0].position == position, (seed, found)
    assert verified(database_of, city, tree=True).findings == []


def test_an_edited_node_of_the_tables_tree_is_found(
    database_of: psycopg.Connection[Any], city: City, trials: int
) -> None:
    for seed in range(trials // 10):
        random = Random(seed)
        level, number, data = random.choice(tiles_of(database_of))
        at = random.randrange(len(data))
        with database_of.transaction(force_rollback=True):
            database_of.execute(
                "UPDATE proof.tiles SET hashes = set_byte(hashes, %s, 255 - get_byte(hashes, %s))"
                " WHERE (level, number) = (%s, %s)",
                (at, at, level, number),
            )
            (found,) = verified(database_of, city, tree=True).findings
        assert (found.kind, found.position) == ("stored_tree", ((number * 256 + at // 32) << 8 * level) + 1)


# Read models: a row edited, taken out or put in, below the position whose digest was signed.

CHANGES = {
    "bigint": "{0} + 1",
    "integer": "{0} + 1",
    "smallint": "{0} + 1",
    "text": "{0} || 'x'",
    "boolean": "NOT {0}",
    "date": "{0} + 1",
    "timestamp with time zone": "{0} + interval '1 second'",
}
COLUMNS = (
    "SELECT column_name, data_type FROM information_schema.columns"
    " WHERE table_schema = 'read_model' AND table_name = %s ORDER BY 1"
)


class Desk:
    """A family's read models with their signed digests, and a superuser who edits rows and puts them back."""

    def __init__(self, dsn: str, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.edited = ""
        with Ledger.open(dsn) as ledger:
            ledger.submit(STORY.read_bytes().splitlines())
        self.store = Store.open(dsn)
        self.position = catch_up(self.store)
        with self.store.snapshot() as view:
            found = digests(view, position=self.position)
        self.signed = [SignedDigest(one.model, one.version, one.position, one.sha256) for one in found]
        self.tables = {
            table.name: model.name
            for model in MODELS
            for table in model.tables
            if connection.execute(query("SELECT FROM {live} LIMIT 1", table.name)).rowcount
        }
        for name in self.tables:
            connection.execute(query("CREATE TABLE {true} AS TABLE {live}", name))

    def edit(self, random: Random) -> str:
        """Edit one row somewhere; returns the model it belongs to."""
        while True:
            table = random.choice(sorted(self.tables))
            way = random.choice((self._changed, self._changed, self._taken_out, self._put_in))
            try:
                if way(table, random):
                    return self.tables[table]
            except psycopg.errors.IntegrityError:
                continue  # a row that the table itself refuses

    def put_back(self) -> None:
        for name, model in self.tables.items():
            if model == self.edited:
                self.connection.execute(query("DELETE FROM {live}", name))
                self.connection.execute(query("INSERT INTO {live} TABLE {true}", name))

    def wrong(self) -> set[str]:
        """The models that verification names."""
        with self.store.snapshot() as view:
            return {one["model"] for one in held_to_digests(view, self.signed) if not one["holds"]}

    def _changed(self, table: str, random: Random) -> int:
        named = self.connection.execute(COLUMNS, (table,)).fetchall()
        column, kind = random.choice([(name, kind) for name, kind in named if kind in CHANGES])
        change = sql.SQL(CHANGES[kind]).format(sql.Identifier(column))
        statement = sql.SQL("UPDATE {} SET {} = {} WHERE {} IS NOT NULL AND ctid = {}").format(
            sql.Identifier("read_model", table), sql.Identifier(column), change, sql.Identifier(column),
            self._any(table, random),
        )  # fmt: skip
        return self.connection.execute(statement).rowcount

    def _taken_out(self, table: str, random: Random) -> int:
        statement = sql.SQL("DELETE FROM {} WHERE ctid = {}")
        name = sql.Identifier("read_model", table)
        return self.connection.execute(statement.format(name, self._any(table, random))).rowcount

    def _put_in(self, table: str, random: Random) -> int:
        statement = sql.SQL("INSERT INTO {0} SELECT * FROM {0} WHERE ctid = {1}")
        name = sql.Identifier("read_model", table)
        return self.connection.execute(statement.format(name, self._any(table, random))).rowcount

    def _any(self, table: str, random: Random) -> sql.Composed:
        rows = self.connection.execute(query("SELECT ctid::text FROM {live} ORDER BY ctid", table)).fetchall()
        return sql.SQL("{}::tid").format(sql.Literal(random.choice(rows)[0]))


def query(text: LiteralString, table: str) -> sql.Composed:
    """A statement about a table of the read models, and the true copy beside it."""
    live, true = sql.Identifier("read_model", table), sql.Identifier(f"true_{table}")
    return sql.SQL(text).format(live=live, true=true)


@pytest.fixture
def desk(database: str) -> Iterator[Desk]:
    with psycopg.connect(database, autocommit=True) as connection:
        desk = Desk(database, connection)
        yield desk
        desk.store.close()


def test_an_edited_row_of_a_read_model_is_found_and_no_true_one(desk: Desk, trials: int) -> None:
    for seed in range(trials):
        desk.edited = desk.edit(Random(seed))
        assert desk.wrong() == {desk.edited}, seed
        desk.put_back()
        assert desk.wrong() == set(), seed
