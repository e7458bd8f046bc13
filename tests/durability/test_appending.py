"""A batch goes into the log whole or not at all, a few events in one call and many by COPY."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError
from hypothesis import given
from hypothesis import strategies as st
from psycopg.rows import dict_row

from ledger.application import Ledger
from ledger.persistence.appending import MANY, Row, append
from ledger.persistence.arrays import Blobs, Dates, Integers, Texts
from ledger.persistence.log import Batch, RequestKey, Span
from tests.durability.story import LIN, credited, opened

SIZES = pytest.mark.parametrize("size", [3, MANY])
LINS = f"account:{LIN}"
STATE = '{"who":"林"}\x00\\'.encode()


@pytest.fixture
def log(database: str) -> Iterator[psycopg.Connection[Any]]:
    """Lin's account stands at version 2."""
    with Ledger.open(database) as ledger:
        ledger.submit([opened(LIN), credited(LIN, 100_00)])
    with psycopg.connect(database, autocommit=True, row_factory=dict_row) as connection:
        yield connection


def rows_of(size: int) -> list[Row]:
    return [(f"settlement:雨-{number}", 1, "SettlementDecided", STATE) for number in range(size)]


def count(log: psycopg.Connection[Any], table: str) -> int:
    (row,) = log.execute(f"SELECT count(*) FROM ledger.{table}".encode()).fetchall()
    return int(row["count"])


@SIZES
def test_events_keys_and_births_lie_there_as_given(log: psycopg.Connection[Any], size: int) -> None:
    keys = [RequestKey(f"r-{number}", bytes([number % 256]) * 16, number) for number in range(size)]
    born = {f"P{number}": date(1900 + number % 200, 2, 28) for number in range(size)}
    span = append(log, rows_of(size), Batch(since=2, keys=keys, births=born))
    assert span == Span(2, 2 + size)
    stored = log.execute("SELECT * FROM ledger.ledger_events WHERE notification_id > 2 ORDER BY 1").fetchall()
    assert [
        (r["originator_id"], r["originator_version"], r["topic"], bytes(r["state"])) for r in stored
    ] == rows_of(size)
    assert [r["notification_id"] for r in stored] == list(range(3, size + 3))
    found = log.execute("SELECT * FROM ledger.request_keys WHERE position > 2 ORDER BY position").fetchall()
    assert [(r["request_id"], bytes(r["digest"]), r["position"] - 3) for r in found] == [*map(tuple, keys)]
    known = log.execute("SELECT * FROM ledger.subjects WHERE account LIKE 'P%'").fetchall()
    assert {r["account"]: r["born"] for r in known} == born


@SIZES
@pytest.mark.parametrize(
    ("row", "batch"),
    [
        pytest.param((LINS, 2, "Credited", b"{}"), Batch(since=2), id="a version that is taken"),
        pytest.param(None, Batch(since=2, keys=[RequestKey("1", b"", 0)]), id="a request id that is taken"),
        pytest.param(None, Batch(since=1, reads=[LINS]), id="a stream that has changed since it was read"),
        pytest.param(None, Batch(since=2, absent=[LINS]), id="a stream that was taken to be empty"),
    ],
)
def test_a_batch_that_rests_on_what_is_no_longer_so_leaves_nothing(
    log: psycopg.Connection[Any], size: int, row: Row | None, batch: Batch
) -> None:
    taken = log.execute("SELECT request_id FROM ledger.request_keys LIMIT 1").fetchone()
    assert taken is not None
    batch = Batch(
        batch.since, batch.reads, batch.absent,
        keys=[RequestKey(taken["request_id"], key.digest, key.event) for key in batch.keys],
    )  # fmt: skip
    before = [count(log, table) for table in ("ledger_events", "request_keys", "subjects")]
    with pytest.raises(IntegrityError):
        append(log, [*rows_of(size), *([row] if row else [])], batch)
    assert [count(log, table) for table in ("ledger_events", "request_keys", "subjects")] == before


@given(
    st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))),
    st.lists(st.binary()),
    st.lists(st.integers(-(2**63), 2**63 - 1)),
    st.lists(st.dates()),
)
def test_arrays_say_what_was_put_into_them(
    server: str, texts: list[str], blobs: list[bytes], numbers: list[int], days: list[date]
) -> None:
    with psycopg.connect(server) as connection:
        row = connection.execute(
            "SELECT %b, %b, %b, %b", (Texts.of(texts), Blobs.of(blobs), Integers.of(numbers), Dates.of(days))
        ).fetchone()
    assert row == (texts, blobs, numbers, days)
