"""`copay init`: schemas and roles, told to people and programs; the embedded database has them by itself."""

import json
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from ledger.embedded import embedded_server
from ledger.persistence.roles import program_dsn
from tests.rights.conftest import Login, database, login, prefix
from tests.scripts.conftest import STORY, Copay

__all__ = ["database", "login", "prefix"]


def test_roles_are_made_once_and_shown(database: str, prefix: str, copay: Copay) -> None:
    said = copay("init", "--roles", "--prefix", prefix, "--dsn", database)
    assert said.status == 0
    assert f"{prefix}_checkpointer" in said.out
    assert "have a new owner or new rights" in said.out
    again = copay("init", "--dsn", database, "--lang", "zh")
    assert "所有者与权限均已正确" in again.out
    found = json.loads(copay("init", "--json", "--dsn", database).out)
    assert [role["part"] for role in found["roles"]][:2] == ["owner", "writer"]
    assert (found["changed"], {role["made"] for role in found["roles"]}) == ([], {False})


def test_without_roles_only_the_schemas_are_made(database: str, copay: Copay) -> None:
    said = copay("init", "--json", "--dsn", database)
    assert (said.status, json.loads(said.out)) == (0, {"roles": [], "changed": []})
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname IN ('ledger', 'proof', 'read_model')"
        ).fetchone()
    assert found is not None
    assert found[0] > 10


def test_who_may_not_make_roles_is_told_in_one_sentence(database: str, login: Login, copay: Copay) -> None:
    assert copay("init", "--dsn", database).status == 0
    said = copay("init", "--roles", "--dsn", login(attributes="NOINHERIT"))
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert "administrator" in said.err
    wrong = copay("init", "--prefix", "x", "--dsn", database)
    assert (wrong.status, wrong.err) == (2, "copay: --prefix goes with --roles only\n")
    wrong = copay("init", "--roles", "--prefix", "x", "--data", "/nonexistent/x")
    assert (wrong.status, "the embedded database belongs to one ledger" in wrong.err) == (2, True)


def test_the_program_cannot_change_the_log_of_its_own_database(tmp_path: Path, copay: Copay) -> None:
    data = tmp_path / "data"
    assert copay("apply", STORY, "--data", data).status == 1
    assert copay("balance", "WEI", "--data", data).status == 0
    assert copay("rebuild", "--data", data).status == 0
    assert copay("replay", "--data", data).status == 0
    assert copay("grant-reader", "analyst", "--data", data).status == 0
    with embedded_server(data) as dsn, psycopg.connect(program_dsn(dsn), autocommit=True) as connection:
        for statement in ("UPDATE ledger.ledger_events SET topic = 'x'", "TRUNCATE ledger.ledger_events"):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(statement)
