"""A month at the clinic: three bills here, of which the other side knows two."""

import pytest

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
