"""A desk that writes with the real ledger and reads with the real read models, on an empty database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.projections.desk import Desk


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
