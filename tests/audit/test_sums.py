"""Sums of entries that are not what the entries come to, or do not follow one another, are found."""

from collections.abc import Iterator

import psycopg
import pytest

from projections.audit.database import Database
from projections.audit.replay import replay, sums_apart
from projections.runner import catch_up
from projections.store import Store
from tests.audit.ledgers import copy_of
from tests.projections.runs import SHORT_RUNS

MIDDLE = (
    "WHERE (account, position) = (SELECT account, (array_agg(position ORDER BY position))[2]"
    " FROM read_model.entry_sums GROUP BY account HAVING count(*) > 2 ORDER BY account LIMIT 1)"
)


@pytest.fixture(scope="module")
def summed(history: str) -> Iterator[str]:
    with copy_of(history) as dsn:
        with psycopg.connect(dsn) as connection:
            connection.execute("DROP SCHEMA read_model CASCADE")
        with Store.open(dsn) as store:
            catch_up(store, models=SHORT_RUNS)
        yield dsn


def test_sums_of_a_sound_ledger_raise_no_alarm(summed: str) -> None:
    report = replay(summed)
    assert report.equal
    assert report.compared["entry_sums"] >= 4


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE read_model.entry_sums SET carried_fen = carried_fen + 1",
        "UPDATE read_model.entry_sums SET last_at = last_at - interval '1 year'",
        "DELETE FROM read_model.entry_sums",
        "INSERT INTO read_model.entry_sums SELECT * FROM read_model.entry_sums",
    ],
)
def test_a_sum_that_was_changed_taken_out_or_doubled_is_found(fault: str, summed: str) -> None:
    with copy_of(summed) as dsn:
        with psycopg.connect(dsn) as connection:
            connection.execute(f"{fault} {MIDDLE}".encode())
        with Database.opened(dsn) as database:
            found = sums_apart(database.sums())
    assert {(difference.kind, difference.place) for difference in found} == {("row_differs", "entry_sums")}


def test_a_replay_names_a_changed_sum(summed: str) -> None:
    with copy_of(summed) as dsn:
        with psycopg.connect(dsn) as connection:
            connection.execute(f"UPDATE read_model.entry_sums SET held_fen = held_fen + 1 {MIDDLE}".encode())
            row = connection.execute(
                f"SELECT position FROM read_model.entry_sums {MIDDLE}".encode()
            ).fetchone()
        (difference,) = replay(dsn).differences
    assert row == (difference.position,)
    assert (difference.kind, difference.place) == ("row_differs", "entry_sums")
