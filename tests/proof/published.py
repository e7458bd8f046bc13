"""Published vectors: `../shared/data/merkle_vectors.json` beside the repository, or COPAY_VECTORS."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FILE = Path(os.environ.get("COPAY_VECTORS") or ROOT.parent / "shared" / "data" / "merkle_vectors.json")

needs_vectors = pytest.mark.skipif(
    not FILE.is_file(),
    reason=f"the published vectors are not at {FILE}; name merkle_vectors.json in COPAY_VECTORS",
)


@cache
def vectors() -> dict[str, Any]:
    """The file's content."""
    read: dict[str, Any] = json.loads(FILE.read_bytes())
    return read


def hashes(texts: list[str]) -> list[bytes]:
    """Hashes from hex."""
    return [bytes.fromhex(text) for text in texts]
