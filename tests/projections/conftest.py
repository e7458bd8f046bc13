"""A desk that writes with the real ledger and reads with the real read models, on an empty database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from projections.runner import catch_up
from projections.store import Store
from tests.projections.desk import Desk, Log, log_of
from tests.projections.turmoil import Turmoil


@pytest.fixture
def desk(database: str) -> Iterator[Desk]:
    with Desk(database) as desk:
        yield desk


@pytest.fixture
def careful(tmp_path: Path) -> Path:
    """A policy file: binds in Hebei wait for a review."""
    path = tmp_path / "careful.yaml"
    pack = {
        "name": "careful", "regions": ["13"], "effective": "2020-01-01", "source": "a test", "certainty": "I",
        "mutual_aid": {"review": "required"},
    }  # fmt: skip
    path.write_text(yaml.safe_dump(pack), encoding="utf-8")
    return path


@pytest.fixture
def seed() -> int:
    return 2


@pytest.fixture
def year(seed: int, database: str) -> Iterator[tuple[Log, Store]]:
    """A family's wild year in the database: its log, and the read models of it."""
    with Desk(database) as desk:
        for command in Turmoil(seed).commands(600):
            desk.sends(**command)
        catch_up(desk.store, size=100)
        yield log_of(database), desk.store
