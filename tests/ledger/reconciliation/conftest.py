"""A month at the clinic: three bills here, two known to the other side; and a database to list staff in."""

from collections.abc import Iterator

import pytest

from ledger.persistence.postgres import PostgresLog
from ledger.reconciliation.staff import Connection, connect
from tests.ledger.reconciliation.back_office import BackOffice, theirs


@pytest.fixture
def office() -> BackOffice:
    """Bills of 100.00, 150.00 and 61.00 here; they know the first two."""
    office = BackOffice()
    for settlement, amount_fen in (("S-1", 100_00), ("S-2", 150_00), ("S-3", 61_00)):
        office.charged(settlement, amount_fen)
    office.told(theirs("S-1", 100_00), theirs("S-2", 150_00))
    return office


@pytest.fixture
def item(office: BackOffice) -> str:
    """The bill of 61.00 that they miss."""
    (item,) = office.matched().opened
    return item


@pytest.fixture
def owner(database: str) -> Iterator[Connection]:
    """Whoever has the database; the tables are there, and nobody is listed."""
    PostgresLog(database).close()
    with connect(database) as connection:
        yield connection
