"""A binary COPY of PostgreSQL gives each row as its leaf, byte for byte, whatever stands in the row."""

from collections.abc import Iterator, Sequence

import psycopg
import pytest

from ledger.persistence.leaves import read_leaves
from ledger.persistence.postgres import PostgresLog
from ledger.proof.errors import LogBroken
from ledger.proof.leaves import LogRow, leaf_bytes
from tests.proof.logs import rows
from tests.proof.test_export import LONG

STATES = [
    b"",
    b"\x00\xff" * 40,
    b'{"recorded_at":"2026-01-05T02:00:01Z"}',
    b'{"class_version":2,"at":"2026-01-05T02:00:00Z","recorded_at":"2026-01-05T02:00:01.5Z","n":1}',
    b'{"recorded_at":""}',
    b'{"recorded_at":"2026',
    b'{"recorded_at":"' + b"x" * 63 + b'"}',
    b'{"recorded_at":"' + b"x" * 64 + b'"}',
    b" " * 241 + b'"recorded_at":"now"',
    b" " * 242 + b'"recorded_at":"now"',
    b'{"recorded_at":"\xff\xfe"}',
    b"x" * 65_536,
    LONG.state,
]
ODD = [LogRow(at, f"request:林-{at}", at, "Credited", state) for at, state in enumerate(STATES, 1)]


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """A database with an empty log."""
    PostgresLog(database).close()
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def store(connection: psycopg.Connection, log: Sequence[LogRow]) -> None:
    """Put rows into the table, past every program of ours."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO ledger.ledger_events"
            " (notification_id, originator_id, originator_version, topic, state) VALUES (%s, %s, %s, %s, %s)",
            log,
        )


def test_every_row_comes_as_its_leaf(connection: psycopg.Connection) -> None:
    store(connection, ODD)
    assert list(read_leaves(connection, 0, len(ODD))) == [leaf_bytes(*row) for row in ODD]


def test_a_part_of_the_log_may_be_read_and_the_connection_used_again(connection: psycopg.Connection) -> None:
    store(connection, list(rows(30)))
    expected = [leaf_bytes(*row) for row in rows(30)]
    assert list(read_leaves(connection, 10, 20)) == expected[10:20]
    assert next(read_leaves(connection, 0, 30)) == expected[0]
    assert list(read_leaves(connection, 30, 30)) == []
    assert list(read_leaves(connection, 29, 30)) == expected[29:]


@pytest.mark.parametrize(("lost", "position"), [(1, 1), (17, 17), (30, 30)])
def test_a_missing_event_is_named_by_its_position(
    connection: psycopg.Connection, lost: int, position: int
) -> None:
    store(connection, [row for row in rows(30) if row.position != lost])
    with pytest.raises(LogBroken, match=f"no event at position {position}") as caught:
        list(read_leaves(connection, 0, 30))
    assert caught.value.position == position


def test_a_position_that_is_there_twice_is_named(connection: psycopg.Connection) -> None:
    connection.execute("DROP INDEX IF EXISTS ledger.ledger_events_notification_id_idx")
    log = list(rows(6))
    try:
        store(connection, [*log[:4], log[4]._replace(position=4), log[5]])
    except psycopg.errors.UniqueViolation:
        pytest.fail("the index on positions has another name now: drop it here as an attacker would")
    with pytest.raises(LogBroken, match="gives position 4 again"):
        list(read_leaves(connection, 0, 6))
