"""A digest says whether two machines hold the same rows, and nothing else."""

import hashlib
from collections.abc import Iterator
from random import Random
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from projections.digest import ModelDigest, digests
from projections.models import MODELS
from projections.models.balances import BALANCES
from projections.models.limits import LIMITS
from projections.rebuild import rebuild
from projections.runner import catch_up
from projections.store import Store
from tests.projections.desk import Desk
from tests.projections.turmoil import Turmoil

ANY_LOCALE = """
SELECT collcollate FROM pg_collation
WHERE collprovider = 'c' AND collcollate NOT IN ('C', 'POSIX', 'C.utf8', 'C.UTF-8') LIMIT 1
"""
"""One that sorts unlike bytes do, where the machine has one."""


@pytest.fixture(scope="module")
def first(server: str) -> Iterator[str]:
    """A machine with a wild year, its read models filled as it went along."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE digests")
        dsn = make_conninfo(server, dbname="digests")
        with Desk(dsn) as desk:
            for number, command in enumerate(Turmoil(6).commands(400)):
                desk.sends(**command)
                if number % 90 == 0:
                    catch_up(desk.store)
            catch_up(desk.store)
        yield dsn
        connection.execute("DROP DATABASE digests WITH (FORCE)")


@pytest.fixture
def second(server: str, first: str) -> Iterator[str]:
    """Another: it sorts and prints by other customs, and has the log of the first."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        (locale,) = connection.execute(ANY_LOCALE).fetchone() or ("C",)
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 LOCALE '{locale}'".encode())
        connection.execute(f"ALTER DATABASE {name} SET DateStyle = 'SQL, DMY'".encode())
        connection.execute(f"ALTER DATABASE {name} SET TimeZone = 'America/New_York'".encode())
        dsn = make_conninfo(server, dbname=name)
        Desk(dsn).__exit__(None, None, None)
        with psycopg.connect(first) as here, psycopg.connect(dsn) as there:
            columns = "originator_id, originator_version, topic, state, notification_id"
            with (
                here.cursor().copy(f"COPY ledger.ledger_events ({columns}) TO STDOUT".encode()) as out,
                there.cursor().copy(f"COPY ledger.ledger_events ({columns}) FROM STDIN".encode()) as into,
            ):
                for part in out:
                    into.write(part)
        yield dsn
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def of(dsn: str, position: int | None = None) -> list[ModelDigest]:
    with Store.open(dsn) as store, store.snapshot() as moment:
        return digests(moment, position=position)


def test_two_machines_that_read_the_same_log_print_the_same_digests(first: str, second: str) -> None:
    """In batches of seven and in one go, on machines of different customs."""
    with Store.open(second) as store:
        catch_up(store, size=7)
    assert of(first) == of(second)
    assert all(digest.rows for digest in of(first))


def test_a_rebuilt_machine_prints_the_same_digests_and_so_does_one_whose_rows_lie_otherwise(
    first: str, second: str
) -> None:
    with Store.open(second) as store:
        catch_up(store)
        rebuild(store)
    assert of(first) == of(second)
    with psycopg.connect(second) as connection:
        for model in MODELS:
            for table in model.tables:
                shuffle(connection, table.name)
    assert of(first) == of(second)


def shuffle(connection: psycopg.Connection[tuple[object, ...]], table: str) -> None:
    """Write the rows anew, in an order of chance."""
    name = sql.Identifier("read_model", table)
    connection.execute(sql.SQL("CREATE TEMP TABLE rows AS SELECT * FROM {}").format(name))
    connection.execute(sql.SQL("TRUNCATE {}").format(name))
    connection.execute(sql.SQL("INSERT INTO {} SELECT * FROM rows ORDER BY random()").format(name))
    connection.execute("DROP TABLE rows")


def test_at_a_position_a_digest_is_that_of_a_machine_that_stood_there(first: str, second: str) -> None:
    random = Random(1)
    with Store.open(second) as store:
        for position in sorted(random.sample(range(1, of(first)[0].position), 5)):
            catch_up(store, until=position)
            assert of(second) == of(first, position)
            assert {digest.position for digest in of(first, position)} == {position}
            assert of(second, position + 1_000_000) == of(second)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET current_fen = current_fen + 1 WHERE position = %s",
        "UPDATE entries SET settlement = note, note = settlement WHERE position = %s",
        "UPDATE entries SET at = at + interval '1 microsecond' WHERE position = %s",
        "DELETE FROM entries WHERE position = %s",
        "INSERT INTO entries SELECT * FROM entries WHERE position = %s",
    ],
    ids=["a fen", "a text in another column", "a moment", "a row less", "a row twice"],
)
def test_any_change_changes_the_digest_of_its_model_from_there_on(
    first: str, second: str, change: str
) -> None:
    with Store.open(second) as store:
        catch_up(store)
    with psycopg.connect(second) as connection:
        connection.execute("SET search_path = read_model")
        charge = "SELECT max(position) FROM entries WHERE current_fen IS NOT NULL AND settlement IS NOT NULL"
        (position,) = connection.execute(charge).fetchone() or (0,)
        connection.execute(change.encode(), (position,))
    changed = {here.model for here, there in zip(of(first), of(second), strict=True) if here != there}
    assert changed == {BALANCES.name}
    assert of(first, position - 1) == of(second, position - 1)
    assert of(first, position) != of(second, position)


def test_a_digest_can_be_made_with_psql(first: str) -> None:
    """As the module says: a line per table, then what COPY writes."""
    with psycopg.connect(first) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        digest = hashlib.sha256()
        for table in LIMITS.tables:
            columns = ", ".join(table.columns)
            order = ", ".join(
                f'{name} COLLATE "C"' if name in ("beneficiary", "binder", "hold") else name
                for name in table.columns
            )
            digest.update("\t".join((table.name, *table.columns)).encode() + b"\n")
            query = f"COPY (SELECT {columns} FROM read_model.{table.name} ORDER BY {order}) TO STDOUT"
            with connection.cursor().copy(query.encode()) as copy:
                for part in copy:
                    digest.update(part)
    (found,) = (one for one in of(first) if one.model == LIMITS.name)
    assert found.sha256 == digest.hexdigest()
