"""Two histories for all tests that only read them, or take a copy to damage."""

from collections.abc import Iterator

import pytest

from tests.audit.ledgers import copy_of, empty, moves_of_lan, write


@pytest.fixture(scope="package")
def history(server: str) -> Iterator[str]:
    """A ledger with its read models caught up, for every test here: nobody changes it."""
    with empty(server) as dsn:
        write(dsn, seed=3, happenings=60, also=moves_of_lan())
        yield dsn


@pytest.fixture(scope="package")
def another(server: str) -> Iterator[str]:
    """A longer one, in which every kind of step happens; nobody changes it either."""
    with empty(server) as dsn:
        write(dsn, seed=8, happenings=90)
        yield dsn


@pytest.fixture
def town(history: str) -> Iterator[str]:
    """A copy of `history` for one test, to do with what it likes."""
    with copy_of(history) as dsn:
        yield dsn
