"""People of the vault's tests, a vault on a real database, and published identity numbers."""

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ledger.clock import Clock, system_clock
from ledger.persistence.postgres import PostgresLog
from ledger.vault.identity import Given, given
from ledger.vault.key_store import key_store
from ledger.vault.vault import Vault

ROOT = Path(__file__).parents[2]
FILE = Path(os.environ.get("COPAY_ID_NUMBERS") or ROOT.parent / "shared" / "data" / "id_number_vectors.json")
needs_numbers = pytest.mark.skipif(
    not FILE.is_file(),
    reason=f"the published numbers are not at {FILE}; name id_number_vectors.json in COPAY_ID_NUMBERS",
)

LIN_ID = "11010519491231002X"  # the example of GB 11643
WEI_ID = "44011320141005001X"
LIN: dict[str, Any] = {
    "person": "LIN", "name": "林小红", "citizen_id": LIN_ID, "phone": "13800138000", "born": "1949-12-31",
}  # fmt: skip
WEI: dict[str, Any] = {"person": "WEI", "name": "魏大明", "citizen_id": WEI_ID, "phone": "010-6512 3456"}
MEI: dict[str, Any] = {"person": "MEI", "name": "梅", "phone": "13800138000"}


def numbers() -> dict[str, Any]:
    """The published numbers, and what is to be said of each."""
    read: dict[str, Any] = json.loads(FILE.read_bytes())
    return read


def people(*said: dict[str, Any]) -> list[Given]:
    return [given(one) for one in said]


@contextmanager
def vault_of(dsn: str, keys: Path, clock: Clock = system_clock) -> Iterator[Vault]:
    """The vault of a ledger, its keys in this folder."""
    with (
        closing(PostgresLog(dsn)) as log,
        key_store(keys, make=True) as store,
        Vault(dsn, log, store, clock) as vault,
    ):
        yield vault
