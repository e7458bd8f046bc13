"""A reader sees every documented view and nothing else, whatever becomes of the tables below."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege, ObjectNotInPrerequisiteState

from projections.errors import ReaderNotMade
from projections.models import MODELS
from projections.rebuild import rebuild
from projections.runner import catch_up
from projections.store import Store
from projections.store.readers import grant_reader
from tests.projections.desk import LIN, MEI, WEI, Desk
from tests.projections.page import views_told

VIEWS = sorted(views_told())
NO = (InsufficientPrivilege, ObjectNotInPrerequisiteState)
"""What PostgreSQL answers: it is not allowed, or no row of this view can be changed by anybody."""


@pytest.fixture
def family(desk: Desk) -> Desk:
    """Something in every view."""
    desk.opens(LIN, WEI, MEI, fen=300_00)
    desk.binds(WEI, LIN)
    desk.binds(MEI, LIN, quota_fen=100_00)
    desk.charges(LIN, 500_00, settlement="s-1")
    desk.does("refund", settlement="s-1", amount_fen=120_00)
    desk.does("reorder", beneficiary=LIN, order=[MEI, WEI])
    catch_up(desk.store)
    return desk


@pytest.fixture
def role(database: str) -> Iterator[str]:
    """The name of a role there is not yet; whatever became of it is undone."""
    name = f"reader_{uuid4().hex[:8]}"
    yield name
    with psycopg.connect(database, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,)).fetchone():
            connection.execute(f"DROP OWNED BY {name}".encode())
            connection.execute(f"DROP ROLE {name}".encode())


@pytest.fixture
def reader(family: Desk, role: str) -> str:
    """The DSN of an analyst at the family's database."""
    grant_reader(family.dsn, role)
    with psycopg.connect(family.dsn) as connection:
        connection.execute(f"ALTER ROLE {role} LOGIN".encode())
    return make_conninfo(family.dsn, user=role)


def rows(dsn: str, name: str) -> list[str]:
    """Every row of a view or table, as text."""
    with psycopg.connect(dsn) as connection:
        found = connection.execute(f"SELECT v::text FROM {name} v ORDER BY 1".encode()).fetchall()
        return [row for (row,) in found]


def refused(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn) as connection, pytest.raises(NO):
        connection.execute(statement.encode())


def test_a_reader_sees_in_every_view_what_its_owner_sees(family: Desk, reader: str) -> None:
    for view in VIEWS:
        seen = rows(reader, f"read_model.{view}")
        assert seen, view
        assert seen == rows(family.dsn, f"read_model.{view}")


def test_a_reader_reaches_no_table(family: Desk, reader: str) -> None:
    with psycopg.connect(family.dsn) as connection:
        tables = connection.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables"
            " WHERE schemaname IN ('ledger', 'read_model')"
        ).fetchall()
    assert len(tables) >= 4 + sum(len(model.tables) for model in MODELS)
    for (table,) in tables:
        refused(reader, f"SELECT FROM {table}")
        refused(reader, f"DELETE FROM {table}")


def test_a_reader_writes_nowhere(reader: str) -> None:
    for view in VIEWS:
        refused(reader, f"DELETE FROM read_model.{view}")
    refused(reader, "UPDATE read_model.positions SET position = 0")
    refused(reader, "INSERT INTO read_model.positions VALUES ('balances', 0)")
    refused(reader, "DROP VIEW read_model.positions")
    for schema in ("read_model", "ledger", "public"):
        refused(reader, f"CREATE TABLE {schema}.mine (n integer)")
    refused(
        reader,
        "SELECT ledger.append(0, '{}', 0, 0, '{}', '{a}', '{1}', '{t}', '{x}', '{}', '{}', '{}', '{}', '{}')",
    )
    refused(reader, "SELECT * FROM ledger.subjects")


def test_no_view_knows_a_birth_date(family: Desk, reader: str) -> None:
    for _ in range(2):  # the second is refused
        family.sends("open_account", account="OLD", region="510104", insurance="employee", born="1951-10-28")
    catch_up(family.store)
    assert any("1951-10-28" in row for row in rows(family.dsn, "ledger.subjects"))
    for view in VIEWS:
        assert not any("1951" in row or "born" in row for row in rows(reader, f"read_model.{view}"))
    assert any("account_exists" in row for row in rows(reader, "read_model.history"))


def test_a_rebuild_and_an_upgrade_leave_a_reader_what_it_may_see(family: Desk, reader: str) -> None:
    before = {view: rows(reader, f"read_model.{view}") for view in VIEWS}
    rebuild(family.store)
    assert {view: rows(reader, f"read_model.{view}") for view in VIEWS} == before
    with psycopg.connect(family.dsn) as connection:  # tables of an older program
        connection.execute("UPDATE read_model.tracking SET version = 0")
    with Store.open(family.dsn) as store:
        catch_up(store)
    assert {view: rows(reader, f"read_model.{view}") for view in VIEWS} == before
    refused(reader, "SELECT FROM read_model.entries")


def test_views_of_another_program_are_made_anew_and_readers_see_them(family: Desk, reader: str) -> None:
    with psycopg.connect(family.dsn) as connection:
        connection.execute("DROP VIEW read_model.totals")
        connection.execute("CREATE VIEW read_model.odd AS SELECT 1 AS one")
        connection.execute("COMMENT ON SCHEMA read_model IS 'views of yesterday'")
    Store.prepare(family.dsn)
    assert rows(reader, "read_model.totals") == rows(family.dsn, "read_model.totals") != []
    with psycopg.connect(family.dsn) as connection:
        assert connection.execute("SELECT to_regclass('read_model.odd')").fetchone() == (None,)


def test_the_view_of_the_log_appears_with_the_log(database: str) -> None:
    Store.prepare(database)
    with Desk(database) as desk:
        desk.opens(LIN)
        assert len(rows(database, "read_model.history")) == 1


def test_making_the_same_reader_twice_changes_nothing(family: Desk, role: str) -> None:
    first, second = grant_reader(family.dsn, role), grant_reader(family.dsn, role)
    assert (first.made, second.made) == (True, False)
    assert first.views == second.views == tuple(VIEWS)
    assert not first.may_log_in


def test_who_may_use_the_schema_no_longer_sees_nothing(family: Desk, reader: str, role: str) -> None:
    with psycopg.connect(family.dsn) as connection:
        connection.execute(f"REVOKE USAGE ON SCHEMA read_model FROM {role}".encode())
    refused(reader, "SELECT FROM read_model.balances")


@pytest.mark.parametrize("name", ["", "public", "pg_reader", "ä" * 40, "zero\0"])
def test_a_name_that_no_role_can_have_is_one_sentence(desk: Desk, name: str) -> None:
    with pytest.raises(ReaderNotMade, match="cannot be made a reader") as refusal:
        grant_reader(desk.dsn, name)
    assert refusal.value.code == "reader_not_made"
    assert "只读角色" in refusal.value.text("zh")


def test_who_may_not_make_roles_is_told_whom_to_ask(family: Desk, role: str) -> None:
    with psycopg.connect(family.dsn) as connection:  # owns what the owner owns, but makes no roles
        connection.execute(f"CREATE ROLE {role} LOGIN IN ROLE copay".encode())
    with pytest.raises(ReaderNotMade, match="administrator"):
        grant_reader(make_conninfo(family.dsn, user=role), "another")


def test_who_owns_the_read_models_may_let_in_a_role_there_is(family: Desk, reader: str, role: str) -> None:
    with psycopg.connect(family.dsn) as connection:
        connection.execute(f"CREATE ROLE {role}_keeper LOGIN IN ROLE copay".encode())
    try:
        dsn = make_conninfo(family.dsn, user=f"{role}_keeper")
        assert grant_reader(dsn, role).views == tuple(VIEWS)
    finally:
        with psycopg.connect(family.dsn) as connection:
            connection.execute(f"DROP OWNED BY {role}_keeper".encode())
            connection.execute(f"DROP ROLE {role}_keeper".encode())
