"""`copay receipt`, `prove` and `export-log`: what others hold the log to."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from ledger.persistence.leaves import read_leaves
from ledger.proof.tree import leaf_hash
from tests.scripts.conftest import ROOT, STORY, Copay, Said
from tests.tampering import tampering


@pytest.fixture
def key(copay: Copay, tmp_path: Path) -> Path:
    """The log's key."""
    copay("keygen", "copay.example/city", tmp_path / "log.key")
    return tmp_path / "log.key"


def auditor(what: Path, *arguments: object) -> Said:
    """The stand-alone verifier."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "verify_log.py", what, *map(str, arguments)],
        capture_output=True,
        check=False,
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_receipt_gives_position_and_leaf_hash_of_a_request(copay: Copay, family: str) -> None:
    found = json.loads(copay("receipt", "lin-18", "--dsn", family, "--json").out)
    with psycopg.connect(family) as connection:
        (leaf,) = read_leaves(connection, found["position"] - 1, found["position"])
    assert found["leaf_hash"] == leaf_hash(leaf).hex()
    assert found["stream"] == "settlement:LIN-S3"
    assert json.loads(copay("receipt", found["position"], "--dsn", family, "--json").out) == found
    assert found["leaf_hash"] in copay("receipt", "lin-18", "--dsn", family, "--lang", "zh").out


@pytest.mark.parametrize("event", ["0", "99999", "nobody-asked", "9" * 40, "lin 18"])
def test_an_event_that_is_not_there_has_no_receipt(copay: Copay, family: str, event: str) -> None:
    said = copay("receipt", event, "--dsn", family)
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1)
    found = json.loads(copay("receipt", event, "--dsn", family, "--json").out)
    assert found["error"]["code"] == "no_event"


def test_an_export_and_a_proof_are_accepted_by_the_auditors_program(
    copay: Copay, family: str, key: Path, tmp_path: Path
) -> None:
    city, proof = tmp_path / "city", tmp_path / "lin-18.tlog-proof"
    found = json.loads(copay("export-log", city, "--key", key, "--dsn", family, "--json").out)
    assert found["signed"] is True
    assert found["added"] == found["events"] > 50
    checked = auditor(city, "--key", f"{key}.vkey")
    assert (checked.status, checked.err) == (0, "")
    said = copay("prove", "lin-18", "--checkpoint", city / "checkpoint", "--to", proof, "--dsn", family)
    assert (said.status, said.err) == (0, "")
    checked = auditor(proof, "--key", f"{key}.vkey")
    assert checked.status == 0
    assert "settlement:LIN-S3" in checked.out


def test_a_proof_may_lead_to_a_checkpoint_signed_now(
    copay: Copay, family: str, key: Path, tmp_path: Path
) -> None:
    file = tmp_path / "1.tlog-proof"
    assert copay("prove", "1", "--key", key, "--to", file, "--dsn", family).status == 0
    assert auditor(file, "--key", f"{key}.vkey").status == 0


def test_a_proof_needs_a_checkpoint_that_covers_the_event(
    copay: Copay, family: str, key: Path, tmp_path: Path
) -> None:
    said = copay("prove", "1", "--dsn", family)
    assert (said.status, "give one of --checkpoint and --key" in said.err) == (2, True)
    said = copay("prove", "1", "--dsn", family, "--checkpoint", tmp_path / "nowhere")
    assert (said.status, "cannot be read" in said.err) == (2, True)
    said = copay("prove", "1", "--dsn", family, "--checkpoint", f"{key}.vkey")
    assert (said.status, "no signed note" in said.err) == (2, True)
    witness = tmp_path / "witness.key"
    copay("keygen", "audit.example/w1", witness, "--witness")
    said = copay("prove", "1", "--dsn", family, "--key", witness)
    assert (said.status, "the log's own key is needed" in said.err) == (2, True)


def test_an_older_export_is_gone_on_with_and_gives_what_a_new_one_gives(
    copay: Copay, database: str, key: Path, tmp_path: Path
) -> None:
    lines = STORY.read_bytes().splitlines(keepends=True)
    for part, upto in enumerate((10, 20, 30)):
        (tmp_path / "part.jsonl").write_bytes(b"".join(lines[:upto]))
        copay("apply", tmp_path / "part.jsonl", "--dsn", database)
        found = json.loads(copay("export-log", tmp_path / "city", "--dsn", database, "--json").out)
        assert (found["signed"], found["added"] > 0) == (False, True), part
    copay("export-log", tmp_path / "city", "--key", key, "--dsn", database)
    copay("export-log", tmp_path / "new", "--key", key, "--dsn", database)
    assert auditor(tmp_path / "city", "--key", f"{key}.vkey").status == 0
    names = {path.relative_to(tmp_path / "new") for path in (tmp_path / "new").rglob("*") if path.is_file()}
    for name in names:
        assert (tmp_path / "city" / name).read_bytes() == (tmp_path / "new" / name).read_bytes()
    assert json.loads(copay("export-log", tmp_path / "city", "--dsn", database, "--json").out)["added"] == 0


def test_a_log_that_was_cut_or_changed_is_not_added_to_an_export(
    copay: Copay, database: str, key: Path, tmp_path: Path
) -> None:
    copay("apply", STORY, "--dsn", database)
    copay("export-log", tmp_path / "city", "--key", key, "--dsn", database)
    with tampering(database, autocommit=True) as connection:
        connection.execute("UPDATE ledger.ledger_events SET state = state || ' ' WHERE notification_id = 7")
        given = ("--checkpoint", tmp_path / "city" / "checkpoint", "--dsn", database)
        said = copay("export-log", tmp_path / "changed", *given)
        assert (said.status, "was changed since it was signed" in said.err) == (2, True)
        said = copay("prove", "7", *given, "--to", tmp_path / "7.tlog-proof")
        assert (said.status, "is not in the log" in said.err) == (2, True)
        connection.execute("DELETE FROM ledger.ledger_events WHERE notification_id > 20")
    said = copay("export-log", tmp_path / "city", "--key", key, "--dsn", database)
    assert (said.status, "it was cut or rolled back" in said.err) == (2, True)
    assert not (tmp_path / "changed").exists()


def test_an_export_that_was_damaged_or_is_another_logs_is_refused(
    copay: Copay, family: str, key: Path, tmp_path: Path
) -> None:
    city, other = tmp_path / "city", tmp_path / "other.key"
    copay("export-log", city, "--key", key, "--dsn", family)
    copay("keygen", "copay.example/town", other)
    said = copay("export-log", city, "--key", other, "--dsn", family)
    assert (said.status, "no known key has signed" in said.err) == (2, True)
    tile = next(path for path in (city / "tile" / "0").rglob("*") if path.is_file())
    tile.write_bytes(bytes(len(tile.read_bytes())))
    said = copay("export-log", city, "--key", key, "--dsn", family)
    assert (said.status, "were changed or damaged" in said.err) == (2, True)
