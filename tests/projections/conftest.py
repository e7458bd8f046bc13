"""A desk that writes with the real ledger and reads with the real read models, on an empty database."""

from collections.abc import Iterator

import pytest

from tests.projections.desk import Desk


@pytest.fixture
def desk(database: str) -> Iterator[Desk]:
    with Desk(database) as desk:
        yield desk
