"""What the log states of its own checkpoints: held to the folder outside, and the folder to it."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger.clock import system_clock
from ledger.events.checkpoint import CheckpointSigned
from ledger.events.codec import decode
from ledger.persistence.stored_log import PostgresStoredLog
from ledger.proof.notes import SignerKey
from ledger.proof.outside import OutsideFolder
from projections.audit.replay import replay
from scripts import verify_log
from scripts.cli.signing import anything_new, lacks_digests, sign
from tests.scripts.conftest import Copay
from tests.scripts.test_cli_checkpoint import Office, office
from tests.tampering import tampering

__all__ = ["office"]

EDIT = (
    "UPDATE ledger.ledger_events"
    " SET state = convert_to(replace(convert_from(state, 'UTF8'), '{}', '{}'), 'UTF8')"
)
STATED = " WHERE originator_id = 'checkpoints' AND originator_version = {}"


def stated(dsn: str) -> list[tuple[int, CheckpointSigned]]:
    """The checkpoint events with their positions."""
    with PostgresStoredLog(dsn) as log:
        found = [(row.position, decode(row.topic, row.state)) for row in log.before(["checkpoints"], 10_000)]
    assert all(isinstance(event, CheckpointSigned) for _, event in found)
    return [(position, event) for position, event in found if isinstance(event, CheckpointSigned)]


def kinds(found: dict[str, Any]) -> set[str]:
    return {one["what"] for one in found["wrong"]}


def the_key(office: Office) -> SignerKey:
    return SignerKey.parse((office.folder / "log.key").read_text().strip())


def test_each_checkpoint_becomes_an_event_that_says_what_was_signed(office: Office) -> None:
    first, second = (json.loads(office.checkpoint("--json").out) for _ in range(2))
    (one, earlier), (other, later) = stated(office.dsn)
    assert (one, other) == (first["told"], second["told"])
    assert (earlier.size, later.size) == (one - 1, other - 1) == (first["position"], second["position"])
    assert earlier.note == next((office.kept / "checkpoints").rglob(f"{earlier.size:012d}")).read_text()
    assert later.note == (office.kept / "checkpoint").read_text()
    assert (earlier.root, earlier.origin) == (first["root"], "copay.example/city")
    assert {model.position for model in earlier.digests} == {earlier.size}
    status, found = office.verified()
    assert (status, [one["told"] for one in found["checkpoints"]]) == (0, [other, one, other])


def test_an_event_of_a_checkpoint_is_nothing_new(office: Office) -> None:
    folder = OutsideFolder(office.kept)
    assert anything_new(office.dsn, folder)
    sign(office.dsn, the_key(office), folder, digests=False)
    assert not anything_new(office.dsn, folder)
    assert lacks_digests(folder), "so that a day does not end with it"
    office.checkpoint()
    assert not lacks_digests(folder)
    office.apply(30)
    assert anything_new(office.dsn, folder)


def test_with_a_key_alone_the_log_is_held_to_what_it_states(office: Office) -> None:
    office.checkpoint()
    key = office.folder / "log.key.vkey"
    said = office.copay("verify", "--key", key, "--dsn", office.dsn, "--json")
    found = json.loads(said.out)
    ((position, _),) = stated(office.dsn)
    assert (said.status, [one["file"] for one in found["checkpoints"]]) == (0, [f"position {position}"])
    office.attack("UPDATE ledger.ledger_events SET topic = 'Adjusted' WHERE notification_id = 7")
    said = office.copay("verify", "--key", key, "--dsn", office.dsn, "--json")
    assert (said.status, kinds(json.loads(said.out))) == (1, {"changed"})


def test_an_event_that_says_something_else_is_found(office: Office) -> None:
    office.checkpoint()
    ((position, _),) = stated(office.dsn)
    office.attack("CREATE TABLE as_it_was AS SELECT state FROM ledger.ledger_events" + STATED.format(1))
    for edit in (
        EDIT.format('"size":', '"size":1'),
        EDIT.format("read-model balances", "read-model bilances"),
        "UPDATE ledger.ledger_events SET state = '{}'",
        "UPDATE ledger.ledger_events SET state = set_byte(state, 9, 200)",
    ):
        office.attack(edit + STATED.format(1))
        status, found = office.verified()
        assert status == 1
        assert ("checkpoint_event", position) in {(one["what"], one["position"]) for one in found["wrong"]}
        office.attack(
            "UPDATE ledger.ledger_events SET state = (SELECT state FROM as_it_was)" + STATED.format(1)
        )
    assert office.verified()[0] == 0


def test_an_event_of_a_checkpoint_that_nobody_signed_is_found(office: Office) -> None:
    office.checkpoint()
    office.attack(
        "INSERT INTO ledger.ledger_events SELECT notification_id + 1, 2, originator_id, topic, state"
        " FROM ledger.ledger_events" + STATED.format(1)
    )
    office.attack(EDIT.format("\\n2026", "\\n2027") + STATED.format(2))
    status, found = office.verified()
    assert (status, kinds(found)) == (1, {"old_checkpoint"}), "stated a second time"
    office.attack(EDIT.format("time 20", "time 19") + STATED.format(2))
    status, found = office.verified()
    assert (status, kinds(found)) == (1, {"checkpoint_event"})


def test_a_checkpoint_that_the_log_does_not_state_is_found_unless_it_is_fresh(
    office: Office,
) -> None:
    office.checkpoint()
    office.attack("DELETE FROM ledger.ledger_events WHERE originator_id = 'checkpoints'")
    assert office.verified()[0] == 0, "its event may be on its way"
    for file in (office.kept / "checkpoint", *(office.kept / "checkpoints").rglob("0*")):
        file.unlink()
    OutsideFolder(office.kept).sign(the_key(office), (), datetime(2026, 1, 5, 3, tzinfo=UTC))
    status, found = office.verified()
    assert (status, "not_in_log" in kinds(found)) == (1, True)


def test_a_signer_that_was_stopped_before_the_event_makes_up_for_it(office: Office) -> None:
    office.checkpoint()
    office.attack("DELETE FROM ledger.ledger_events WHERE originator_id = 'checkpoints'")
    office.checkpoint()
    before, after = (event.size for _, event in stated(office.dsn))
    assert after == before + 1
    status, found = office.verified()
    assert (status, [one["told"] is None for one in found["checkpoints"]]) == (0, [False] * 3)


def test_a_folder_put_back_as_a_whole_is_older_than_what_the_log_states(
    office: Office, tmp_path: Path
) -> None:
    office.checkpoint()
    shutil.copytree(office.kept, tmp_path / "backup")
    office.apply(30)
    office.checkpoint()
    shutil.rmtree(office.kept)
    shutil.copytree(tmp_path / "backup", office.kept)
    status, found = office.verified()
    assert (status, kinds(found)) == (1, {"old_checkpoint"})
    assert "an event of the log signed" in office.verify("--json").out


def test_readers_of_the_log_pass_over_checkpoints(office: Office) -> None:
    copay: Copay = office.copay
    office.checkpoint()
    office.apply(22)
    office.checkpoint()
    office.apply(30)
    assert replay(office.dsn).equal
    assert copay("replay", "--dsn", office.dsn).status == 0
    said = copay("replay", "--decide", "--dsn", office.dsn, "--json")
    assert (said.status, json.loads(said.out)["unsupported"]) == (0, 0)
    order = ("--order", "MEI,WEI", "--beneficiary", "LIN")
    assert copay("replay", *order, "--dsn", office.dsn).status == 0
    assert copay("rebuild", "--dsn", office.dsn).status == 0
    assert copay("history", "LIN", "--dsn", office.dsn).status == 0
    before = copay("balance", "LIN", "--dsn", office.dsn, "--json").out
    office.checkpoint()
    after = copay("balance", "LIN", "--dsn", office.dsn, "--json").out
    assert {**json.loads(before), "position": 0} == {**json.loads(after), "position": 0}


def test_an_archive_of_a_log_with_checkpoints_replays(office: Office, tmp_path: Path) -> None:
    office.checkpoint()
    office.apply(30)
    office.checkpoint()
    assert office.copay("archive", tmp_path / "kept-log", "--dsn", office.dsn).status == 0
    assert office.copay("replay", "--archive", tmp_path / "kept-log", "--dsn", office.dsn).status == 0


def test_a_checkpoint_may_be_recorded_between_two_batches_stamped_earlier(office: Office) -> None:
    office.checkpoint()
    with tampering(office.dsn) as connection:
        connection.execute(
            "UPDATE ledger.ledger_events SET state = convert_to(regexp_replace(convert_from(state, 'UTF8'),"
            """ '"recorded_at":"....', '"recorded_at":"2099'), 'UTF8')""" + STATED.format(1)
        )
    office.apply(30)
    assert replay(office.dsn).equal
    assert system_clock().year < 2099


def test_the_window_is_shown_beside_a_receipt_a_proof_and_a_digest(office: Office) -> None:
    said = office.copay("receipt", "7", "--dsn", office.dsn)
    assert "no checkpoint: nobody has signed for any of" in said.out
    office.checkpoint()
    ((position, _),) = stated(office.dsn)
    office.apply(30)
    to = office.folder / "7.tlog-proof"
    for asked in (
        ("receipt", "7"),
        ("digest",),
        ("prove", "7", "--checkpoint", office.kept / "checkpoint", "--to", to),
    ):
        found = json.loads(office.copay(*asked, "--dsn", office.dsn, "--json").out)["window"]
        assert (found["after"], found["since"] is None) == (position - 1, False)
        said = office.copay(*asked, "--dsn", office.dsn)
        assert f"at position {position - 1}: {found['events']} events that nobody has signed for" in said.out


def test_an_export_with_checkpoints_in_it_holds_for_the_stand_alone_verifier(office: Office) -> None:
    office.checkpoint()
    office.apply(30)
    office.checkpoint()
    folder, key = office.folder / "export", office.folder / "log.key.vkey"
    shown = ("--checkpoint", office.kept / "checkpoint")
    assert office.copay("export-log", folder, *shown, "--dsn", office.dsn).status == 0
    older = min((office.kept / "checkpoints").rglob("0*"))
    assert verify_log.main([str(folder), "--key", str(key), "--checkpoint", str(older)]) == 0
