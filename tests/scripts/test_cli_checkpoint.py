"""`copay checkpoint`, `cosign` and `verify`: what is signed outside, and what that finds."""

import json
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from scripts.commands.checkpoint import day_ends_in
from tests.scripts.conftest import ROOT, STORY, Copay, Said, environment
from tests.tampering import tampering


class Office:
    """The family's story on record, the two keys, and the folder outside."""

    def __init__(self, copay: Copay, dsn: str, folder: Path) -> None:
        self.copay, self.dsn, self.folder = copay, dsn, folder
        self.kept, self.seen = folder / "kept", folder / "witness"
        copay("keygen", "copay.example/city", folder / "log.key")
        copay("keygen", "audit.example/w1", folder / "witness.key", "--witness")

    def apply(self, upto: int) -> None:
        """Put the first lines of the story on record."""
        lines = STORY.read_bytes().splitlines(keepends=True)
        (self.folder / "part.jsonl").write_bytes(b"".join(lines[:upto]))
        self.copay("apply", self.folder / "part.jsonl", "--dsn", self.dsn)

    def checkpoint(self, *more: object) -> Said:
        given = ("--key", self.folder / "log.key", "--to", self.kept, "--once", "--dsn", self.dsn)
        return self.copay("checkpoint", *given, *more)

    def cosign(self, *more: object) -> Said:
        keys = ("--key", self.folder / "witness.key", "--log", self.folder / "log.key.vkey")
        return self.copay("cosign", self.kept, *keys, "--state", self.seen, *more)

    def verify(self, *more: object) -> Said:
        given = ("--outside", self.kept, "--key", self.folder / "log.key.vkey", "--dsn", self.dsn)
        return self.copay("verify", *given, *more)

    def verified(self, *more: object) -> tuple[int, dict[str, Any]]:
        said = self.verify("--json", *more)
        return said.status, json.loads(said.out)

    def attack(self, statement: str) -> None:
        """What a superuser of the database may do."""
        with tampering(self.dsn, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture
def office(copay: Copay, database: str, tmp_path: Path) -> Office:
    made = Office(copay, database, tmp_path)
    made.apply(15)
    return made


def test_a_log_that_nobody_changed_holds_and_what_nobody_signed_is_shown(office: Office) -> None:
    first = json.loads(office.checkpoint("--json").out)
    assert first["position"] == first["added"] > 11
    office.apply(30)
    status, found = office.verified()
    assert (status, found["holds"], found["wrong"]) == (0, True, [])
    assert found["window"]["after"] == first["position"]
    assert found["window"]["events"] == found["position"] - first["position"] > 0
    assert all(model["holds"] for model in found["read_models"])
    assert found["read_models"]
    office.checkpoint()
    status, found = office.verified()
    assert (status, found["window"]["events"], len(found["checkpoints"])) == (0, 1, 3), (
        "the event of the last"
    )
    assert found["window"]["since"] is None
    assert "nothing is wrong" in office.verify().out
    assert "未发现问题" in office.verify("--lang", "zh").out


@pytest.mark.parametrize(
    ("statement", "kind", "position"),
    [
        ("UPDATE ledger.ledger_events SET topic = 'Adjusted' WHERE notification_id = 7", "changed", 7),
        ("DELETE FROM ledger.ledger_events WHERE notification_id = 9", "missing", 9),
        ("DELETE FROM ledger.ledger_events WHERE notification_id > 11", "cut", 12),
        ("TRUNCATE ledger.ledger_events", "cut", 1),
    ],
)
def test_a_changed_log_is_wrong_at_a_position(
    office: Office, statement: str, kind: str, position: int
) -> None:
    office.checkpoint()
    office.attack(statement)
    status, found = office.verified()
    assert (status, found["holds"]) == (1, False)
    first = next(one for one in found["wrong"] if one["position"])
    assert (first["what"], first["position"]) == (kind, position)
    said = office.verify("--lang", "zh")
    assert (said.status, "位置" in said.out) == (1, True)


def test_without_tiles_the_interval_between_two_checkpoints_is_named(office: Office, tmp_path: Path) -> None:
    notes = []
    for upto in (15, 22, 30):
        office.apply(upto)
        notes.append(json.loads(office.checkpoint("--json").out)["position"])
        shutil.copy(office.kept / "checkpoint", tmp_path / f"kept-{upto}")
    office.attack(f"UPDATE ledger.ledger_events SET state = state || ' ' WHERE notification_id = {notes[1]}")
    kept = [part for upto in (15, 22, 30) for part in ("--checkpoint", tmp_path / f"kept-{upto}")]
    key = tmp_path / "log.key.vkey"
    said = office.copay("verify", *kept, "--key", key, "--dsn", office.dsn, "--json")
    found = json.loads(said.out)
    assert said.status == 1
    (between,) = (one for one in found["wrong"] if one["what"] == "changed")
    assert (between["position"], between["upto"]) == (notes[0] + 1, notes[1])
    assert [one["holds"] for one in found["checkpoints"]] == [True, False, False]


def test_an_edited_row_of_a_read_model_is_found(office: Office) -> None:
    office.checkpoint()
    office.attack(
        "UPDATE read_model.entries SET current_fen = 1"
        " WHERE ctid = (SELECT ctid FROM read_model.entries LIMIT 1)"
    )
    status, found = office.verified()
    assert status == 1
    assert {one["what"] for one in found["wrong"]} == {"read_model"}
    assert [model["model"] for model in found["read_models"] if not model["holds"]]


def test_an_edited_node_of_the_stored_tree_is_found(office: Office) -> None:
    office.checkpoint()
    office.attack("UPDATE proof.tiles SET hashes = set_byte(hashes, 70, 255 - get_byte(hashes, 70))")
    status, found = office.verified()
    assert (status, found["wrong"][0]["what"], found["wrong"][0]["position"]) == (1, "stored_tree", 3)


def test_an_old_checkpoint_put_back_is_found(office: Office, tmp_path: Path) -> None:
    office.checkpoint()
    shutil.copy(office.kept / "checkpoint", tmp_path / "old")
    office.apply(30)
    office.checkpoint()
    shutil.copy(tmp_path / "old", office.kept / "checkpoint")
    status, found = office.verified()
    assert (status, found["wrong"][0]["what"]) == (1, "old_checkpoint")


def test_events_under_no_checkpoint_for_too_long_are_told_of(office: Office) -> None:
    office.checkpoint()
    office.apply(30)
    time.sleep(2.1)
    status, found = office.verified("--window", "1")
    assert (status, found["wrong"][0]["what"]) == (1, "overdue")
    assert office.verified("--window", "600")[0] == 0


def test_a_checkpoint_of_another_key_is_wrong(office: Office, tmp_path: Path) -> None:
    office.checkpoint()
    office.copay("keygen", "copay.example/city", tmp_path / "forger.key")
    shutil.copy(tmp_path / "forger.key.vkey", tmp_path / "log.key.vkey")
    status, found = office.verified()
    assert (status, {one["what"] for one in found["wrong"]}) == (1, {"not_signed", "checkpoint_event"})


def test_it_cannot_be_checked_without_a_key_or_a_checkpoint(office: Office, tmp_path: Path) -> None:
    office.checkpoint()
    said = office.copay("verify", "--outside", office.kept, "--dsn", office.dsn)
    assert (said.status, "give --key FILE.vkey" in said.err) == (2, True)
    key = tmp_path / "log.key.vkey"
    said = office.copay("verify", "--outside", tmp_path / "no", "--key", key, "--dsn", office.dsn)
    assert (said.status, "holds no checkpoint" in said.err) == (2, True)
    said = office.copay("verify", "--dsn", office.dsn)
    assert (said.status, "nothing shows that the past was not changed" in said.out) == (0, True)


def test_nothing_is_signed_that_does_not_go_on_from_what_was(office: Office) -> None:
    office.checkpoint()
    before = (office.kept / "checkpoint").read_bytes()
    office.attack(
        "UPDATE ledger.ledger_events SET topic = 'Adjusted' WHERE notification_id = 7;"
        " DROP SCHEMA proof CASCADE"
    )
    said = office.checkpoint()
    assert (said.status, "are not those that were signed" in said.err) == (2, True)
    office.attack("DELETE FROM ledger.ledger_events WHERE notification_id > 5; DROP SCHEMA proof CASCADE")
    said = office.checkpoint()
    assert (said.status, "it was cut or rolled back" in said.err) == (2, True)
    assert (office.kept / "checkpoint").read_bytes() == before


def test_a_witness_cosigns_what_goes_on_and_nothing_else(office: Office, tmp_path: Path) -> None:
    for upto in (15, 22, 30):
        office.apply(upto)
        office.checkpoint()
        found = json.loads(office.cosign("--json").out)
        assert found["size"] > 0
    given = ("--checkpoint", office.kept / "checkpoint.cosigned", "--witness", tmp_path / "witness.key.vkey")
    status, found = office.verified(*given)
    assert status == 0
    assert ["audit.example/w1"] in [one["cosigned"] for one in found["checkpoints"]]
    assert office.cosign().status == 0, "the same checkpoint may be cosigned again"
    old = min((office.kept / "checkpoints").glob("*/*"))
    shutil.copy(old, office.kept / "checkpoint")
    said = office.cosign()
    assert (said.status, "it was cut or rolled back" in said.err) == (2, True)


def test_a_witness_does_not_cosign_a_second_history(office: Office, copay: Copay, tmp_path: Path) -> None:
    office.checkpoint()
    office.cosign()
    office.attack("UPDATE ledger.ledger_events SET topic = 'Adjusted' WHERE notification_id = 7")
    office.attack("DROP SCHEMA proof CASCADE")
    shutil.rmtree(office.kept)
    office.apply(30)
    assert office.checkpoint().status == 0, "with the folder gone, the log's own key signs anything"
    said = office.cosign()
    assert (said.status, "does not go on from" in said.err) == (2, True)


def test_following_signs_while_there_is_something_new_and_once_more_at_its_end(
    office: Office, tmp_path: Path
) -> None:
    place = ("--to", office.kept, "--dsn", office.dsn)
    arguments = ("--key", tmp_path / "log.key", *place, "--every", "1", "--json")
    with subprocess.Popen(
        [sys.executable, "-m", "scripts.copay", "checkpoint", *map(str, arguments)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        office.apply(30)
        process.send_signal(signal.SIGTERM)
        last = [json.loads(line) for line in process.stdout.read().splitlines()]
        assert process.wait() == 0
    assert last[-1]["position"] > first["position"]
    assert office.verified()[0] == 0


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        ("2026-01-05T15:59:58+00:00", 2.0),
        ("2026-01-05T16:00:00+00:00", 86_400.0),
        ("2026-01-05T04:00:00+00:00", 43_200.0),
    ],
)
def test_a_day_ends_at_midnight_in_shanghai(now: str, seconds: float) -> None:
    assert day_ends_in(datetime.fromisoformat(now)) == seconds
