"""The page about read models, the tables and the code say the same."""

import re
from pathlib import Path

import psycopg
import pytest

from ledger.persistence.postgres import PostgresLog
from projections.models import MODELS
from projections.recorded import Table
from projections.store import Store
from projections.store.statements import statement, statement_names, tables

PAGE = Path(__file__).parents[2] / "projections" / "README.md"
TABLES = [table for model in MODELS for table in model.tables]


@pytest.fixture
def columns(database: str) -> dict[str, list[str]]:
    """The columns of every table and view of the schema, in their order."""
    PostgresLog(database).close()  # the view of the log needs a log
    Store.prepare(database)
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'read_model' ORDER BY table_name, ordinal_position"
        ).fetchall()
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(column)
    return found


def test_the_page_lists_every_table_and_view_with_every_column(columns: dict[str, list[str]]) -> None:
    sections = re.split(r"^#### `(\w+)`.*$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    told = {
        name: re.findall(r"^\| `(\w+)` \| \S", text, flags=re.MULTILINE)
        for name, text in zip(sections[1::2], sections[2::2], strict=True)
    }
    assert told == columns


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_has_the_columns_of_its_table(columns: dict[str, list[str]], table: Table) -> None:
    assert sorted(table.columns) == sorted(columns[table.name])


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
