"""A ledger whose roles were made, and people at the database who play one part or another."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.persistence.roles import make_roles
from tests.scripts.conftest import copay

__all__ = ["copay"]

Login = Callable[..., str]


@pytest.fixture
def prefix(server: str) -> Iterator[str]:
    """What the names of a test's own roles begin with; all roles of that name are gone after it."""
    name = f"t{uuid4().hex[:8]}"
    yield name
    with psycopg.connect(server, autocommit=True) as admin:
        found = admin.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", (name,))
        for (role,) in found.fetchall():
            admin.execute(f"DROP ROLE {role}".encode())


@pytest.fixture
def database(prefix: str, database: str) -> str:
    """An empty database that is gone before the roles are."""
    return database


@pytest.fixture
def ruled(prefix: str, database: str) -> str:
    """The superuser's DSN of an empty ledger with its roles."""
    make_roles(database, prefix)
    return database


@pytest.fixture
def login(prefix: str, database: str) -> Login:
    """Makes somebody who may log in and plays these parts: a DSN."""

    def make(*parts: str, name: str = "somebody", attributes: str = "") -> str:
        role = f"{prefix}_{name}"
        with psycopg.connect(database, autocommit=True) as admin:
            admin.execute(f"CREATE ROLE {role} LOGIN {attributes}".encode())
            for part in parts:
                admin.execute(f"GRANT {prefix}_{part} TO {role}".encode())
        return make_conninfo(database, user=role)

    return make
