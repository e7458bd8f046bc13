"""`copay grant-reader`: the role it names, and what the program says of it."""

import json
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from tests.projections.page import views_told
from tests.scripts.conftest import Copay


@pytest.fixture
def role(database: str) -> Iterator[str]:
    name = f"analyst_{uuid4().hex[:8]}"
    yield name
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {name}".encode())
        connection.execute(f"DROP ROLE {name}".encode())


def test_a_program_is_told_which_views_the_role_may_read(copay: Copay, database: str, role: str) -> None:
    copay("list", "holds", "--dsn", database)
    copay("apply", "-", "--dsn", database)  # the log is there from here on
    said = copay("grant-reader", role, "--dsn", database, "--json")
    assert (said.status, said.err) == (0, "")
    assert json.loads(said.out) == {
        "role": role, "made": True, "may_log_in": False, "views": sorted(views_told())
    }  # fmt: skip
    assert json.loads(copay("grant-reader", role, "--dsn", database, "--json").out)["made"] is False


def test_people_are_told_how_the_role_can_log_in(copay: Copay, database: str, role: str) -> None:
    said = copay("grant-reader", role, "--dsn", database)
    assert (said.status, said.err) == (0, "")
    assert "balances" in said.out
    assert "LOGIN" in said.out
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {role} LOGIN".encode())
    assert "LOGIN" not in copay("grant-reader", role, "--dsn", database, "--lang", "zh").out


def test_a_name_that_no_role_can_have_is_one_sentence(copay: Copay, database: str) -> None:
    said = copay("grant-reader", "public", "--dsn", database)
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert "cannot be made a reader" in said.err
