"""The rows that reconciliations read: every column is held against the log, there or in an archive."""

from pathlib import Path
from random import Random

import psycopg
import pytest
from psycopg import sql

from projections.audit.archive import archive
from projections.audit.copies import TABLES
from projections.audit.replay import replay, replay_archive
from tests.audit.faults import FAULTS
from tests.audit.ledgers import copy_of

CHANGES = {"BIGINT": "coalesce({0}, 0) + 1", "VARCHAR": "coalesce({0}, '') || '1'"}
OTHERS = {
    "at": "{0} + interval '1 second'",
    "payers": "array_append({0}, 'NOBODY')",
    "paid_fen": "array_append({0}, 1)",
}


@pytest.fixture(scope="module")
def archived(another: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archived")
    archive(another, folder)
    return folder


def test_the_histories_show_every_step_with_national_fields_and_without(another: str) -> None:
    with psycopg.connect(another) as connection:
        told = connection.execute(
            "SELECT array_agg(DISTINCT step), count(total_fen), count(*) FILTER (WHERE total_fen IS NULL),"
            " count(*) FILTER (WHERE hospital_fen < 0), count(visit) FILTER (WHERE step = 'facts'),"
            " count(corrects), count(*) FILTER (WHERE step = 'refunded' AND refundable_fen = 0),"
            " count(*) FILTER (WHERE step = 'refunded' AND refundable_fen > 0) FROM read_model.clearing_steps"
        ).fetchone()
    assert told is not None
    assert set(told[0]) == {"charge", "hold", "record", "captured", "released", "refunded", "facts"}
    assert all(told[1:]), told


def test_a_change_of_any_column_is_found_and_named(another: str) -> None:
    columns = {name: type_ for name, type_ in TABLES["clearing_steps"].columns.items() if name != "position"}
    with copy_of(another) as dsn:
        with psycopg.connect(dsn) as connection:
            rows = connection.execute(
                "SELECT position FROM read_model.clearing_steps ORDER BY position"
            ).fetchall()
            for (position,), (name, type_) in zip(rows, columns.items(), strict=False):
                change = sql.SQL(OTHERS.get(name) or CHANGES[type_]).format(sql.Identifier(name))
                connection.execute(
                    sql.SQL("UPDATE read_model.clearing_steps SET {} = {} WHERE position = %s").format(
                        sql.Identifier(name), change
                    ),
                    (position,),
                )
        report = replay(dsn)
    assert len(rows) >= len(columns)
    assert [(found.position, found.kind, found.place) for found in report.differences] == [
        (position, "row_differs", "clearing_steps") for (position,) in rows[: len(columns)]
    ]


@pytest.mark.parametrize("fault", [name for name in FAULTS if "clearing" in name])
def test_an_archive_finds_the_same(fault: str, another: str, archived: Path) -> None:
    with copy_of(another) as damaged:
        with psycopg.connect(damaged) as connection:
            planted = FAULTS[fault](connection, Random(1))
        (difference,) = replay_archive(archived, damaged).differences
    assert (difference.position, difference.place) == (planted.position, "clearing_steps")
    assert difference.kind in planted.kinds
