"""A view that people ask is what this program makes, or a replay names it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from projections.rebuild import rebuild
from projections.store import Store
from scripts.audit.views import NO_EVENT, definitions, views_apart
from scripts.cli.settings import Settings
from scripts.commands.replay import replay, run, show
from tests.audit.ledgers import copy_of

Connection = psycopg.Connection[Any]


@pytest.fixture
def connection(history: str) -> Iterator[Connection]:
    """Of a ledger that stays as it is: whatever a test does there is taken back."""
    with psycopg.connect(history) as connection, connection.transaction(force_rollback=True):
        yield connection


def edit(connection: Connection, view: str) -> None:
    """The same columns and, for now, the same rows: only the definition tells."""
    row = connection.execute("SELECT pg_get_viewdef(%s::regclass)", (f"read_model.{view}",)).fetchone()
    assert row is not None
    connection.execute(
        sql.SQL("CREATE OR REPLACE VIEW {} AS SELECT * FROM ({}) edited LIMIT 1000000").format(
            sql.Identifier("read_model", view), sql.SQL(row[0].rstrip(";"))
        )
    )


def named(connection: Connection) -> set[tuple[str, str]]:
    compared, differences = views_apart(connection)
    assert compared == len(definitions())
    assert {difference.position for difference in differences} <= {NO_EVENT}
    return {(difference.kind, difference.place) for difference in differences}


def test_the_views_of_a_sound_ledger_are_those_this_program_makes(connection: Connection) -> None:
    made = connection.execute("SELECT count(*) FROM pg_views WHERE schemaname = 'read_model'").fetchone()
    assert made == (len(definitions()),)
    assert named(connection) == set()
    left = connection.execute("SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()")
    assert left.fetchone() == (0,)


@pytest.mark.parametrize("view", definitions())
def test_every_view_that_was_replaced_is_named_and_no_other(view: str, connection: Connection) -> None:
    edit(connection, view)
    assert named(connection) == {("view_differs", view)}


def test_a_view_of_another_table_with_the_same_name_is_named(connection: Connection) -> None:
    connection.execute("CREATE TABLE public.quota_entries (LIKE read_model.quota_entries)")
    connection.execute(
        "CREATE OR REPLACE VIEW read_model.quotas AS SELECT beneficiary, binding, binder,"
        " sum(delta_fen)::bigint AS quota_fen FROM public.quota_entries"
        " GROUP BY beneficiary, binding, binder"
    )
    assert named(connection) == {("view_differs", "quotas")}


def test_a_view_that_is_gone_is_named_with_those_that_stood_on_it(connection: Connection) -> None:
    connection.execute("DROP VIEW read_model.bindings CASCADE")
    _, differences = views_apart(connection)
    assert {(difference.place, difference.found) for difference in differences} == {
        (view, "no such view") for view in ("bindings", "debit_orders", "limits")
    }


def test_the_first_line_that_differs_is_shown(connection: Connection) -> None:
    connection.execute(
        "CREATE OR REPLACE VIEW read_model.quotas AS SELECT beneficiary, binding, binder,"
        " (sum(delta_fen) + 1)::bigint AS quota_fen FROM read_model.quota_entries"
        " GROUP BY beneficiary, binding, binder"
    )
    _, (difference,) = views_apart(connection)
    assert difference.expected == "(sum(delta_fen))::bigint AS quota_fen"
    assert difference.found == "((sum(delta_fen) + (1)::numeric))::bigint AS quota_fen"


def test_a_rebuild_keeps_views_ours_and_an_edited_one_edited_until_all_are_made_anew(history: str) -> None:
    with copy_of(history) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        edit(connection, "limits")
        with Store.open(dsn) as store:
            for _ in range(2):
                rebuild(store)
        assert named(connection) == {("view_differs", "limits")}
        connection.execute("COMMENT ON SCHEMA read_model IS NULL")
        Store.prepare(dsn)
        assert named(connection) == set()


def test_an_edited_view_makes_a_replay_differ_and_the_page_says_which(
    history: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with copy_of(history) as dsn:
        with psycopg.connect(dsn) as connection:
            edit(connection, "balances")
        assert replay(Settings(dsn=dsn, lang="zh")) == 1
    (line,) = (line for line in capfd.readouterr().out.splitlines() if "视图与本程序建立的不一致" in line)
    assert "balances" in line


def test_who_may_make_no_temporary_view_is_told_that_none_was_compared(
    history: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with copy_of(history) as dsn:
        with psycopg.connect(dsn) as connection:
            name = sql.Identifier(connection.info.dbname)
            connection.execute(
                sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name)
            )
        report = run(Settings(dsn=dsn), None, full=False)
    assert report.equal
    assert report.views == 0
    show(report, "en")
    assert "the views were not compared" in capfd.readouterr().out
