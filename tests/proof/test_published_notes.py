"""Every published note, checkpoint and tile, reproduced by the ledger and by the stand-alone verifier."""

from base64 import b64encode
from pathlib import Path

import pytest

from ledger.proof import tiles
from ledger.proof.checkpoints import Checkpoint, open_checkpoint
from ledger.proof.export import export_entries
from ledger.proof.notes import Note, SignerKey, VerifierKey, parse_note, sign_note
from ledger.proof.tree import CompactRange, leaf_hash
from scripts import verify_log
from tests.proof.judges import JUDGES, Judge, yes
from tests.proof.published import hashes, needs_vectors, vectors

pytestmark = needs_vectors
each_judge = pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.name)


@each_judge
def test_checkpoints_of_real_logs_give_size_and_root(judge: Judge) -> None:
    cases = [case for case in vectors()["real_logs"]["cases"] if "checkpoint" in case]
    unlike = []
    for case in cases:
        _, size, root = judge.checkpoint(parse_note(case["checkpoint"]).text)
        if (size, root) != (case["size"], bytes.fromhex(case["root"])):
            unlike.append(case["case"])
    assert len(cases) > len(unlike)
    assert all("checkpoint" in case and case.endswith("_fail") for case in unlike)


@each_judge
@pytest.mark.parametrize("number", range(13))
def test_signed_notes(judge: Judge, number: int) -> None:
    case = vectors()["signed_notes"]["cases"][number]
    assert yes(judge.signers, case["note"], case["vkeys"]) == case["want"], case.get("why")
    if case["want"]:
        assert judge.signers(case["note"], case["vkeys"]) == case.get("verified", 1)


def test_signing_gives_the_published_note() -> None:
    told = vectors()["signed_notes"]
    key, published = SignerKey.parse(told["skey_for_signing_test"]), told["cases"][0]
    assert str(key.verifier) == published["vkeys"][0]
    assert key.secret() == told["skey_for_signing_test"]
    assert str(sign_note(parse_note(published["note"]).text, key)) == published["note"]


@each_judge
def test_checkpoint_texts(judge: Judge) -> None:
    for case in vectors()["checkpoint_text"]["cases"]:
        assert yes(judge.checkpoint, case["text"]) == case["want"], case.get("why")
        if case["want"]:
            assert judge.checkpoint(case["text"]) == (
                case["origin"],
                case["size"],
                bytes.fromhex(case["root"]),
            )


def test_the_tiny_log_grows_through_its_signed_checkpoints() -> None:
    told, tree = vectors()["tiled_log"], CompactRange()
    key = VerifierKey.parse(told["vkey"])
    for size, note in enumerate(told["checkpoints_by_size"]):
        found = open_checkpoint(note, key).checkpoint
        assert (found.origin, found.size, found.root) == (key.name, size, tree.root())
        if size < 15:
            tree.append(leaf_hash(bytes.fromhex(told["entries_hex"][size])))


def tiny_log() -> tuple[list[bytes], Note]:
    told = vectors()["tiled_log"]
    return hashes(told["entries_hex"]), parse_note(told["checkpoints_by_size"][15])


def test_the_tiny_log_is_exported_byte_for_byte(tmp_path: Path) -> None:
    told, (entries, note) = vectors()["tiled_log"], tiny_log()
    export_entries(tmp_path / "log", entries, lambda *_: note)
    files = {str(path.relative_to(tmp_path / "log")) for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"checkpoint", "tile/0/000.p/15", "tile/entries/000.p/15"}
    assert (tmp_path / "log/checkpoint").read_text() == told["checkpoints_by_size"][15]
    assert (tmp_path / "log/tile/0/000.p/15").read_bytes().hex() == told["level0_tile_15_hex"]
    assert (tmp_path / "log/tile/entries/000.p/15").read_bytes().hex() == told["entry_bundle_15_hex"]
    assert tiles.read_bundle(bytes.fromhex(told["entry_bundle_15_hex"]), 15) == entries


def test_the_verifier_accepts_the_tiny_log_with_each_of_its_checkpoints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told, (entries, note) = vectors()["tiled_log"], tiny_log()
    export_entries(tmp_path / "log", entries, lambda *_: note)
    kept = []
    for size, checkpoint in enumerate(told["checkpoints_by_size"]):
        (tmp_path / f"kept-{size}").write_text(checkpoint)
        kept += ["--checkpoint", str(tmp_path / f"kept-{size}")]
    asked = [str(tmp_path / "log"), "--plain", "--key", told["vkey"]]
    assert verify_log.main([*asked, *kept]) == 0
    assert "begins with the 14 entries of" in capsys.readouterr().out
    for size in range(16):  # a root that is not the log's at that size
        other = told["checkpoints_by_size"][(size + 1) % 16].replace(f"\n{(size + 1) % 16}\n", f"\n{size}\n")
        (tmp_path / "kept").write_text(other)
        assert verify_log.main([*asked[:2], "--checkpoint", str(tmp_path / "kept")]) == 1


@each_judge
def test_the_tiny_logs_checkpoints_are_signed(judge: Judge) -> None:
    told = vectors()["tiled_log"]
    for note in told["checkpoints_by_size"]:
        assert judge.signers(note, [told["vkey"]]) == 1
        text, size, root = note.split("\n")[:3]
        forged = note.replace(f"\n{size}\n", f"\n{int(size) + 1}\n")
        assert not yes(judge.signers, forged, [told["vkey"]])
        assert b64encode(judge.checkpoint(f"{text}\n{size}\n{root}\n")[2]).decode() == root


def test_tiles_are_where_the_standard_puts_them() -> None:
    rules = vectors()["tiled_log"]["tile_rules"]
    assert tiles.Tile(0, 1234067).path() == f"tile/0/{rules['path_of_index_1234067']}"
    assert verify_log.numbered(1234067, 256) == rules["path_of_index_1234067"]
    for size in (70000, 256):
        told = rules[f"size_{size}"]
        found = list(tiles.tiles_of(size))
        for level in range(4):
            full = [tile for tile in found if tile.level == level and tile.width == 256]
            partial = [tile.width for tile in found if tile.level == level and tile.width < 256]
            assert len(full) == told.get(f"level{level}_full", 0)
            assert partial == [width for name, width in told.items() if name == f"level{level}_partial_width"]


def test_a_checkpoint_is_written_as_it_was_read() -> None:
    for note in vectors()["tiled_log"]["checkpoints_by_size"]:
        parsed = parse_note(note)
        assert str(parsed) == note
        assert Checkpoint.parse(parsed.text).text() == parsed.text
