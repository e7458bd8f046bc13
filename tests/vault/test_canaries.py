"""A thousand people planted, looked at and forgotten: found nowhere, and the past is what it was.

On a PostgreSQL of its own, told to write every statement of the vault with its parameters into its log, and
not to compress its write-ahead log. Its whole folder is searched, and whatever leaves the ledger.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.application import Ledger
from ledger.embedded import embedded_server
from ledger.embedded.folder import programs
from ledger.ids import citizen_check_digit
from ledger.persistence.leaves import read_leaves
from ledger.persistence.log_tree import LogTree
from ledger.proof.proofs import check_inclusion
from ledger.proof.tree import leaf_hash
from ledger.vault.asking import Asked, Decision
from ledger.vault.errors import VaultRefused
from ledger.vault.identity import FIELDS
from ledger.vault.retention import rules
from projections.digest import digests
from projections.runner import catch_up
from projections.store import Store
from tests.scripts.conftest import ROOT, Copay, Said
from tests.vault.people import vault_of

PLANTED: Final = 1000
WITH_ACCOUNT: Final = 50
WHO: Final = Asked("window-3", "a look")
FORCED: Final = Decision("window-3", "planted", "head-1", forced=True)

MARK: Final = "龘靐"
NAMES: Final = re.compile(
    b"|".join(re.escape(MARK.encode(form)) for form in ("utf-8", "gb18030", "utf-16-le"))
)
NUMBERS: Final = re.compile(rb"99[0-9]{4}29[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9Xx]")
PHONES: Final = re.compile(rb"(?<![0-9])19900[0-9]{6}(?![0-9])")
DAYS: Final = re.compile(rb"29[0-9]{2}-[01][0-9]-[0-3][0-9]")
"""No person is called so, is born in the thirtieth century, or has a number of region 99."""


def canary(number: int) -> dict[str, Any]:
    born = date(2901, 1, 1) + timedelta(days=number)
    digits = f"99{number:04}{born:%Y%m%d}{number % 1000:03}"
    return {
        "person": f"CANARY-{number:04}", "name": f"{MARK}{chr(0x4E00 + number)}",
        "citizen_id": digits + citizen_check_digit(digits), "phone": f"19900{number:06}",
        "born": born.isoformat(),
    }  # fmt: skip


CANARIES: Final = [canary(number) for number in range(PLANTED)]


GIVEN: Final = {one[field].encode() for one in CANARIES for field in ("citizen_id", "phone")}
"""Ciphertext in hexadecimal digits may look like some number, though hardly like one of these."""


def found_in(data: bytes) -> list[bytes]:
    numbers = [found for kind in (NUMBERS, PHONES) for found in kind.findall(data) if found in GIVEN]
    return [*NAMES.findall(data), *numbers, *DAYS.findall(data)]


def found_below(folder: Path) -> dict[str, list[bytes]]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path): found for path in files if (found := found_in(path.read_bytes()))}


class City:
    """A ledger with canaries, its keys, and what was kept of it on the way."""

    def __init__(self, folder: Path, dsn: str, copay: Copay) -> None:
        self.folder, self.dsn, self._copay = folder, dsn, copay
        self.keys, self.out = folder / "keys", folder / "out"
        self.out.mkdir()
        self.said = b""

    def copay(self, *arguments: object) -> Said:
        """The program; everything it says is kept."""
        said = self._copay(*arguments, "--dsn", self.dsn)
        self.said += said.out.encode() + said.err.encode()
        return said

    def sql(self, statement: str) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement)

    def tool(self, program: str, *arguments: str) -> bytes:
        """One of PostgreSQL's own programs."""
        given = conninfo_to_dict(self.dsn)
        place = ("-h", str(given["host"]), "-p", str(given["port"]), "-U", str(given["user"]))
        done = subprocess.run([programs() / program, *place, *arguments], capture_output=True, check=True)
        return done.stdout

    def past(self, size: int) -> tuple[bytes, list[tuple[str, str]], list[list[bytes]]]:
        """What must not change: the root, every read model and every proof, as of a size of the log."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            tree = LogTree(connection)
            tree.catch_up()
            root = tree.root(size)
            proofs = [tree.inclusion(position, size) for position in range(1, size + 1)]
            leaves = list(read_leaves(connection, 0, size))
        for index, (leaf, proof) in enumerate(zip(leaves, proofs, strict=True)):
            check_inclusion(leaf_hash(leaf), index, size, proof, root)
        with Store.open(self.dsn) as store:
            catch_up(store)
            with store.snapshot() as moment:
                models = [(one.model, one.sha256) for one in digests(moment, position=size)]
        return root, models, proofs


def opening(number: int) -> list[bytes]:
    one, at = canary(number), f"2026-01-05T10:00:{number % 60:02}+08:00"
    head = {"at": at, "account": one["person"]}
    opened = {
        **head,
        "id": f"open-{number}",
        "op": "open_account",
        "region": "510104",
        "insurance": "employee",
    }
    credited = {**head, "id": f"credit-{number}", "op": "credit", "amount_fen": 100 + number}
    return [json.dumps({**opened, "born": one["born"]}).encode(), json.dumps(credited).encode()]


@pytest.fixture
def city(copay: Copay) -> Iterator[City]:
    folder = Path(tempfile.mkdtemp(prefix="copay-canaries-"))
    with embedded_server(folder / "data") as dsn:
        made = City(folder, dsn, copay)
        with Ledger.open(dsn) as ledger:
            ledger.submit([line for number in range(WITH_ACCOUNT) for line in opening(number)])
        for setting in ("wal_compression = off", "log_statement = 'all'", "log_parameter_max_length = -1"):
            made.sql(f"ALTER SYSTEM SET {setting}")
        made.sql("SELECT pg_reload_conf()")
        file = folder / "planted.jsonl"
        file.write_text("".join(f"{json.dumps(one)}\n" for one in CANARIES))
        assert made.copay("person", "put", "--from", file, "--keys", made.keys).status == 0
        file.unlink()
        yield made
    shutil.rmtree(folder, ignore_errors=True)


def test_the_search_finds_what_it_is_to_find() -> None:
    planted = CANARIES[7]
    for form in ("utf-8", "gb18030"):
        found = found_in("\t".join(planted.values()).encode(form))
        assert len(found) == len(planted) - 1
    assert found_in(b"CANARY-0007 2026-01-05 13800138000") == []


def test_a_thousand_forgotten_people_are_found_nowhere_and_the_past_is_what_it_was(city: City) -> None:
    with psycopg.connect(city.dsn) as connection:
        size = connection.execute("SELECT max(notification_id) FROM ledger.ledger_events").fetchone()
    assert size is not None
    before = city.past(size[0])
    look_at_some(city)
    assert found_below(city.folder / "data") == {}, "ciphertext only, even before anybody is forgotten"
    shutil.copytree(city.keys, city.folder / "keys-before")
    dump = city.tool("pg_dump", "copay")

    with vault_of(city.dsn, city.keys) as vault:
        assert len(vault.forget([one["person"] for one in CANARIES], FORCED, rules())) == PLANTED
    city.sql("VACUUM FULL vault.people")
    city.sql("VACUUM")
    city.sql("CHECKPOINT")

    assert city.past(size[0]) == before
    leave_the_ledger(city)
    assert found_below(city.folder / "data") == {}, "tables, indexes, write-ahead log, server log"
    assert found_below(city.keys) == {}
    assert found_below(city.out) == {}
    assert found_in(city.tool("pg_dump", "copay")) == found_in(city.said) == []
    assert b"COPY vault.people" in dump
    births = [one["born"].encode() for one in CANARIES[:WITH_ACCOUNT]]
    assert found_in(dump) == births, "of before: birth dates that were given to the ledger itself"
    log = (city.folder / "data" / "server.log").read_text()
    assert 'FROM vault.people WHERE "citizen_id_mac" = ' in log, "statements are written there"
    old_backup_opens_nothing(city, dump)


def look_at_some(city: City) -> None:
    """By the program, masked and in full; what is shown in full is all that holds a value."""
    first, other = CANARIES[0], CANARIES[1]
    keys = ("--keys", city.keys)
    assert city.copay("person", "show", first["person"], *keys).status == 0
    assert city.copay("person", "find", "--citizen-id", first["citizen_id"], *keys).status == 0
    assert (
        city.copay("person", "put", *keys, other["person"], "--phone", "no phone " + other["phone"]).status
        == 2
    )
    assert city.copay("person", "find", *keys, "--citizen-id", other["citizen_id"][:-1]).status == 2
    with vault_of(city.dsn, city.keys) as vault:
        for one in CANARIES[::20]:
            shown = vault.find("citizen_id", one["citizen_id"], WHO)[0]
            assert shown.values == {field: one[field] for field in FIELDS}


def leave_the_ledger(city: City) -> None:
    """Everything that can be carried away: an export that an auditor accepts, an archive, a replay."""
    export, key = city.out / "export", city.folder / "log.key"
    city.copay("keygen", "copay.example/city", key)
    assert city.copay("export-log", export, "--key", key).status == 0
    assert city.copay("archive", city.out / "archive").status == 0
    assert city.copay("replay", "--json").status == 0
    checked = subprocess.run(
        [sys.executable, ROOT / "scripts" / "verify_log.py", export, "--key", f"{key}.vkey"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0
    city.said += checked.stdout + checked.stderr


def old_backup_opens_nothing(city: City, dump: bytes) -> None:
    """The dump from before, restored: nothing opens with the keys of now, everything with those of then."""
    city.sql("CREATE DATABASE restored")
    subprocess.run(
        [programs() / "psql", "-q", "-v", "ON_ERROR_STOP=1", make_conninfo(city.dsn, dbname="restored")],
        input=dump, check=True, capture_output=True,
    )  # fmt: skip
    restored = make_conninfo(city.dsn, dbname="restored")
    with vault_of(restored, city.folder / "keys-before") as vault:
        assert vault.show(CANARIES[3]["person"], WHO).values["name"] == CANARIES[3]["name"]
    with vault_of(restored, city.keys) as vault:
        rows = vault._store.people([one["person"] for one in CANARIES])
        assert len(rows) == PLANTED
        assert [row for row in rows.values() if vault._keys.key(row.person, row.key_id)] == []
        assert vault.sweep() == PLANTED
        assert vault._store.people([one["person"] for one in CANARIES]) == {}
        with pytest.raises(VaultRefused):
            vault.show(CANARIES[3]["person"])
