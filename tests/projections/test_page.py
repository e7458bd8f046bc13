"""The page about read models, the tables and the code say the same."""

import re

import psycopg
import pytest

from ledger.persistence.postgres import PostgresLog
from projections.models import MODELS
from projections.recorded import Table
from projections.store import Store
from projections.store.statements import statement, statement_names, tables
from tests.projections.page import PAGE, tables_told, views_told

TABLES = [table for model in MODELS for table in model.tables]
TIMES = {"at", "recorded_at", "opened_at", "from_at", "until_at", "first_at", "last_at", "since"}

Columns = dict[str, dict[str, str]]
"""The columns of every view or table of the schema, in their order, with their types."""


@pytest.fixture
def database_with_a_log(database: str) -> str:
    PostgresLog(database).close()  # the view of the log needs one
    Store.prepare(database)
    return database


def columns_of(dsn: str, kind: str) -> Columns:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema = 'read_model' AND table_type = %s ORDER BY table_name, ordinal_position",
            (kind,),
        ).fetchall()
    found: Columns = {}
    for table, column, data_type in rows:
        found.setdefault(table, {})[column] = data_type
    return found


@pytest.fixture
def views(database_with_a_log: str) -> Columns:
    return columns_of(database_with_a_log, "VIEW")


@pytest.fixture
def tables_made(database_with_a_log: str) -> Columns:
    return columns_of(database_with_a_log, "BASE TABLE")


def test_the_page_lists_every_view_with_every_column(views: Columns) -> None:
    assert views_told() == {name: list(columns) for name, columns in views.items()}


def test_the_page_lists_every_table_with_every_column(tables_made: Columns) -> None:
    assert tables_told() == {name: list(columns) for name, columns in tables_made.items()}


def test_columns_are_in_the_units_that_the_page_gives_for_their_names(
    views: Columns, tables_made: Columns
) -> None:
    """Fen are whole, times are instants, days are dates; and nothing else is."""
    for columns in (views | tables_made).values():
        for name, data_type in columns.items():
            assert data_type in {"bigint", "ARRAY"} or not name.endswith("_fen"), name
            assert (data_type == "timestamp with time zone") == (name in TIMES), name
            assert (data_type == "date") == name.endswith("_day"), name
            assert data_type not in {"numeric", "double precision", "real", "money"}, name


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_has_the_columns_of_its_table(tables_made: Columns, table: Table) -> None:
    assert sorted(table.columns) == sorted(tables_made[table.name])


def test_every_model_has_tables_of_its_own() -> None:
    assert len({table.name for table in TABLES}) == len({table.row for table in TABLES}) == len(TABLES)
    for model in MODELS:
        created = re.findall(rb"^CREATE TABLE (\w+)", tables(model.name), flags=re.MULTILINE)
        assert [name.decode() for name in created] == [table.name for table in model.tables]


def test_no_two_statements_have_one_name() -> None:
    sql = "".join(path.read_text("utf-8") for path in PAGE.parent.rglob("queries/*.sql"))
    assert sorted(re.findall(r"^-- name: (\w+)$", sql, flags=re.MULTILINE)) == statement_names()


def test_every_statement_is_one_statement_and_is_asked_for_somewhere() -> None:
    code = "".join(path.read_text("utf-8") for path in PAGE.parent.rglob("*.py"))
    for name in statement_names():
        assert statement(name).count(b";\n") == 0
        assert f'"{name}"' in code
