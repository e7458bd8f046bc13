"""Forgetting: refused while the law keeps somebody, whole after a kill, done again after a restore."""

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger.application import Ledger
from ledger.persistence.postgres import PostgresLog
from ledger.vault.asking import Decision, decision
from ledger.vault.errors import VaultRefused
from ledger.vault.key_store import key_store
from ledger.vault.retention import Rule, rules
from ledger.vault.vault import Vault
from tests.vault.people import LIN, LIN_ID, WEI, people, vault_of
from tests.vault.test_vault import WINDOW, log_of, refused

ALONE = Decision("window-3", "withdrew consent")
OPENED = (
    b'{"id":"open-LIN","op":"open_account","at":"2025-05-01T10:00:00+08:00","account":"LIN",'
    b'"region":"510104","insurance":"employee","born":"1949-12-31"}'
)
AGAIN = OPENED.replace(b"open-LIN", b"open-LIN-2")
OTHERS = OPENED.replace(b"open-LIN", b"open-LINDA").replace(b'"LIN"', b'"LINDA"')


def forced() -> Decision:
    return decision("window-3", "court order 2026-17", "head-1", forced=True)


def tombstones(dsn: str) -> list[dict[str, Any]]:
    return [state for _, topic, state in log_of(dsn) if topic == "SubjectForgotten"]


def digests(dsn: str) -> dict[str, bytes]:
    with psycopg.connect(dsn) as connection:
        return dict(connection.execute("SELECT request_id, digest FROM ledger.request_keys").fetchall())


def test_a_forgotten_person_is_nowhere_and_the_tombstone_says_who(database: str, tmp_path: Path) -> None:
    with vault_of(database, tmp_path / "keys") as vault:
        vault.put(people(LIN, WEI))
        vault.forget(["LIN"], ALONE, rules())
        for use in (
            lambda: vault.show("LIN"),
            lambda: vault.put(people(LIN)),
            lambda: vault.restrict("LIN", WINDOW),
            lambda: vault.release("LIN", WINDOW),
            lambda: vault.forget(["LIN"], ALONE, rules()),
        ):
            with refused("subject_forgotten"):
                use()
        with refused("subject_not_found"):
            vault.find("citizen_id", LIN_ID)
        assert vault.show("WEI").values["name"] == "魏**"
    (stone,) = tombstones(database)
    assert (stone["by"], stone["reason"]) == ("window-3", "withdrew consent")
    assert not {"second", "law", "retained_until"} & set(stone)


def test_while_the_law_keeps_a_person_forgetting_is_refused_with_the_day(
    database: str, tmp_path: Path
) -> None:
    with Ledger.open(database) as ledger:
        ledger.submit([OPENED])
    with vault_of(database, tmp_path / "keys") as vault:
        vault.put(people(LIN))
        with refused("retention_runs") as caught:
            vault.forget(["LIN"], ALONE, rules())
        assert "2057-01-01" in caught.value.message
        assert "第79号" in caught.value.message_zh
        vault.restrict("LIN", WINDOW)
        (found,) = vault.forget(["LIN"], forced(), rules())
    assert (found.law, found.retained_until) == ("accounting-archives", date(2057, 1, 1))
    (stone,) = tombstones(database)
    assert (stone["by"], stone["second"], stone["retained_until"]) == ("window-3", "head-1", "2057-01-01")


def test_after_its_term_a_person_is_forgotten_by_one(database: str, tmp_path: Path) -> None:
    with Ledger.open(database) as ledger:
        ledger.submit([OPENED])
    over = Rule(name="none", law="no law", years=0, regions=("99",), source="s", certainty="C")
    with vault_of(database, tmp_path / "keys") as vault:
        vault.put(people(LIN))
        vault.forget(["LIN"], ALONE, [over])
    assert len(tombstones(database)) == 1


@pytest.mark.parametrize(("by", "second"), [("A", "A"), ("A", None)])
def test_forcing_takes_two_different_names(by: str, second: str | None) -> None:
    with refused("two_names_needed"):
        decision(by, None, second, forced=True)


def test_the_birth_date_beside_the_log_goes_and_so_does_what_it_could_be_found_from(
    database: str, tmp_path: Path
) -> None:
    with Ledger.open(database) as ledger:
        ledger.submit([OPENED, AGAIN, OTHERS])
        before = digests(database)
        with vault_of(database, tmp_path / "keys") as vault:
            vault.forget(["LIN"], forced(), rules())
            with refused("subject_not_found"):
                vault.forget(["BAO"], forced(), rules())
        after = digests(database)
        assert {request for request in before if before[request] != after[request]} == {
            "open-LIN",
            "open-LIN-2",
        }
        assert after["open-LIN"] == bytes(16)
        with psycopg.connect(database) as connection:
            assert connection.execute("SELECT account FROM ledger.subjects").fetchall() == [("LINDA",)]
        (again,) = ledger.submit([OPENED])
        assert (again.status, again.code) == ("rejected", "request_conflict")
    assert b"1949" not in b"".join(json.dumps(state).encode() for _, _, state in log_of(database))


# Kills -----------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The program is gone."""


STEPS = ("decide", "destroy", "remove", "_set_down", "done")


def stumbling(vault: Vault, step: str, *, after: bool) -> None:
    """Let the program end right before, or right after, one of the steps of a forgetting."""

    def stopped(work: Callable[..., object]) -> Callable[..., object]:
        def stop(*given: Any, **more: Any) -> object:
            if after:
                work(*given, **more)
            raise Killed

        return stop

    owner: Any = {"remove": vault._store, "_set_down": vault}.get(step, vault._keys)
    setattr(owner, step, stopped(getattr(owner, step)))


def test_a_kill_leaves_nothing_forgotten_or_what_the_next_use_completes(
    database: str, tmp_path: Path
) -> None:
    moments = [(step, after) for step in STEPS for after in (False, True)]
    names = [f"LIN-{step}-{after}" for step, after in moments]
    with vault_of(database, tmp_path / "keys") as vault:
        vault.put(people(WEI, *({**LIN, "person": name} for name in names)))
    for (step, after), name in zip(moments, names, strict=True):
        with vault_of(database, tmp_path / "keys") as vault:
            stumbling(vault, step, after=after)
            with pytest.raises(Killed):
                vault.forget([name], ALONE, rules())
    with vault_of(database, tmp_path / "keys") as vault:
        assert vault._keys.pending() == {}
        assert [note["person"] for note in vault._keys.forgotten()] == names[1:]
        assert [one.person for one in vault.find("citizen_id", LIN_ID)] == names[:1]
        for name in names[1:]:
            with refused("subject_forgotten"):
                vault.show(name)
    assert [stream for stream, _, _ in log_of(database)] == [f"subject:{name}" for name in names[1:]]
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT person FROM vault.people ORDER BY person").fetchall()
    assert rows == [(names[0],), ("WEI",)]


# Restores --------------------------------------------------------------------------------------------------


def restored(server: str, dsn: str, name: str) -> str:
    """A copy of a database as it is now: what a backup of it gives when it is restored."""
    source = psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")
    return psycopg.conninfo.make_conninfo(server, dbname=name)


def test_a_database_from_before_a_forgetting_opens_nothing_and_a_sweep_forgets_again(
    server: str, database: str, tmp_path: Path
) -> None:
    with Ledger.open(database) as ledger:
        ledger.submit([OPENED])
    with vault_of(database, tmp_path / "keys") as vault:
        vault.put(people(LIN, WEI))
    before = restored(server, database, "before_forgetting")
    shutil.copytree(tmp_path / "keys", tmp_path / "keys-before")
    with vault_of(database, tmp_path / "keys") as vault:
        vault.forget(["LIN"], forced(), rules())
    with vault_of(before, tmp_path / "keys-before") as vault:
        assert vault.show("LIN", WINDOW).values["name"] == "林小红", "with the keys of before it would open"
    with vault_of(before, tmp_path / "keys") as vault:
        row = vault._store.people(["LIN"])["LIN"]
        assert row.name is not None
        assert vault._keys.key("LIN", row.key_id) is None
        assert vault.sweep() == 1
        with refused("subject_forgotten"):
            vault.show("LIN")
        assert vault.show("WEI").values["name"] == "魏**"
    with psycopg.connect(before) as connection:
        assert connection.execute("SELECT FROM ledger.subjects").fetchall() == []
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE before_forgetting WITH (FORCE)")


def test_a_key_store_from_before_a_forgetting_forgets_again_by_the_log(database: str, tmp_path: Path) -> None:
    with vault_of(database, tmp_path / "keys") as vault:
        vault.put(people(LIN))
        key_id = vault._store.people(["LIN"])["LIN"].key_id
    shutil.copytree(tmp_path / "keys", tmp_path / "old")
    with vault_of(database, tmp_path / "keys") as vault:
        vault.forget(["LIN"], ALONE, rules())
    with key_store(tmp_path / "old", make=False) as old, closing(PostgresLog(database)) as log:
        assert old.key("LIN", key_id) is not None
        with Vault(database, log, old) as vault:
            assert vault.sweep() == vault.sweep() == 1
        assert old.key("LIN", key_id) is None
        assert [note["person"] for note in old.forgotten()] == ["LIN"]
    assert len(tombstones(database)) == 1


def test_a_refusal_reads_the_same_in_both_languages_and_names_the_way_out() -> None:
    error = VaultRefused("retention_runs", person="LIN", law="L", until="2057-01-01")
    assert "--force" in error.text("en")
    assert "--force" in error.text("zh")
