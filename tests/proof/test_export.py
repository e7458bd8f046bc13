"""An export and a proof file: written whole or not at all, and made of nothing but the log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.proof.checkpoints import open_checkpoint
from ledger.proof.errors import ExportRefused, LogBroken, NotProven, NotReadable
from ledger.proof.export import export_entries, export_log
from ledger.proof.leaves import LogRow, leaf_bytes
from ledger.proof.notes import Note
from ledger.proof.proof_file import ProofFile
from ledger.proof.tiles import Tile, read_bundle, tiles_of
from ledger.proof.tree import leaf_hash, root_of
from tests.proof.logs import LOG, WITNESS, exported, proof_from, rows, seal

LONG = LogRow(
    5, "policies", 1, "PolicyRecorded", b'{"recorded_at":"2026-01-05T02:00:01Z","p":"' + b"x" * 70_000 + b'"}'
)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 1000])
def test_an_export_holds_the_checkpoint_every_tile_and_every_entry(tmp_path: Path, size: int) -> None:
    note = exported(tmp_path / "city", size)
    tiles = list(tiles_of(size))
    bundles = {tile.bundle_path(): tile for tile in tiles if tile.level == 0}
    assert files(tmp_path / "city") == {"checkpoint", *(tile.path() for tile in tiles), *bundles}
    assert (tmp_path / "city/checkpoint").read_text() == str(note)
    entries = [
        entry
        for path, tile in bundles.items()
        for entry in read_bundle((tmp_path / "city" / path).read_bytes(), tile.width)
    ]
    assert entries == [leaf_bytes(*row) for row in rows(size)]
    found = open_checkpoint(str(note), LOG.verifier, [WITNESS.verifier]).checkpoint
    assert (found.size, found.root) == (size, root_of(map(leaf_hash, entries)))


def test_the_same_log_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        exported(tmp_path / name, 600)
    names = files(tmp_path / "one")
    assert names == files(tmp_path / "two")
    assert all(
        (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names
    )


def test_a_state_too_long_for_a_bundle_stands_beside_the_tiles(tmp_path: Path) -> None:
    export_log(tmp_path / "city", [*rows(4), LONG], seal)
    assert (tmp_path / "city/states/5").read_bytes() == LONG.state
    assert [path.name for path in (tmp_path / "city/states").iterdir()] == ["5"]


def test_an_entry_too_long_for_a_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="65536 bytes fits no bundle"):
        export_entries(tmp_path / "city", [b"LIN", bytes(65_536)], seal)
    assert not list(tmp_path.iterdir())


def gap() -> Iterator[LogRow]:
    yield from list(rows(700))[:300]
    yield list(rows(700))[301]


def refuse(size: int, root: bytes) -> Note:
    raise NotProven("the checkpoint has another root", "检查点的根不同")


def test_nothing_is_left_of_an_export_that_failed(tmp_path: Path) -> None:
    with pytest.raises(LogBroken, match="no event at position 301"):
        export_log(tmp_path / "city", gap(), seal)
    with pytest.raises(NotProven, match="another root"):
        export_log(tmp_path / "city", rows(300), refuse)
    assert not list(tmp_path.iterdir())


def test_an_empty_folder_is_taken_and_a_used_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    exported(tmp_path / "city", 3)
    with pytest.raises(ExportRefused, match="exists already") as caught:
        exported(tmp_path / "city", 3)
    assert "已存在" in caught.value.text("zh")
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportRefused, match="exists already"):
        exported(tmp_path / "file", 3)


def test_an_export_under_way_keeps_another_out(tmp_path: Path) -> None:
    (tmp_path / "city.unfinished").mkdir()
    with pytest.raises(ExportRefused, match=r"city\.unfinished is left of an export"):
        exported(tmp_path / "city", 3)
    assert not (tmp_path / "city").exists()
    assert (tmp_path / "city.unfinished").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportRefused, match=r"cannot be written to .*file/city"):
        exported(tmp_path / "file" / "city", 3)


def test_a_proof_file_is_written_read_and_holds(tmp_path: Path) -> None:
    exported(tmp_path / "city", 700)
    for row in list(rows(700))[::37]:
        proof = proof_from(tmp_path / "city", row)
        assert ProofFile.parse(str(proof).encode()) == proof
        attested = proof.check(leaf_bytes(*row), LOG.verifier, WITNESS.verifier)
        assert (attested.checkpoint.size, list(attested.cosigned)) == (700, [WITNESS.name])


def test_a_proof_without_its_leaf_or_of_the_only_entry_is_one_too(tmp_path: Path) -> None:
    exported(tmp_path / "city", 1)
    only = next(rows(1))
    proof = proof_from(tmp_path / "city", only)
    bare = ProofFile(proof.index, proof.hashes, proof.note)
    assert ProofFile.parse(str(bare)) == bare
    assert "extra" not in str(bare)
    bare.check(leaf_bytes(*only), LOG.verifier)


def test_a_proof_holds_for_no_other_leaf_and_no_other_key(tmp_path: Path) -> None:
    exported(tmp_path / "city", 20)
    one, other = list(rows(20))[3:5]
    proof = proof_from(tmp_path / "city", one)
    with pytest.raises(NotProven, match="another entry than the one"):
        proof.check(leaf_bytes(*other), LOG.verifier)
    with pytest.raises(NotProven, match="is not in the log"):
        ProofFile(proof.index, proof.hashes, proof.note).check(leaf_bytes(*other), LOG.verifier)
    with pytest.raises(NotProven, match="no known key"):
        proof.check(leaf_bytes(*one), WITNESS.verifier.__class__("copay.example/town", 1, bytes(32)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("tlog-proof@v1", "tlog-proof@v2", "its first line"),
        ("index 3", "index 03", "the index of the entry"),
        ("index 3", "number 3", "the index of the entry"),
        ("extra ", "extra !", "is not base64"),
        ("index 3\n", "index 3\nAAAA\n", "no SHA-256 in base64"),
        ("index 3\n", "index 3\n" + "AAAA\n" * 64, "too many hashes"),
        ("\n\ncopay", "\ncopay", "no SHA-256 in base64"),
    ],
)
def test_a_proof_file_out_of_form_is_refused_with_the_reason(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    exported(tmp_path / "city", 20)
    text = str(proof_from(tmp_path / "city", list(rows(20))[3]))
    with pytest.raises(NotReadable, match=said) as caught:
        ProofFile.parse(text.replace(old, new, 1))
    assert "证明文件" in caught.value.text("zh")


@pytest.mark.parametrize(
    "raw", [b"", b"\xff", b"c2sp.org/tlog-proof@v1", b"c2sp.org/tlog-proof@v1\nextra AAAA"]
)
def test_what_is_no_proof_file_at_all_is_refused(raw: bytes) -> None:
    with pytest.raises(NotReadable, match="no tlog-proof"):
        ProofFile.parse(raw)


def test_a_tile_of_a_higher_level_has_no_entries() -> None:
    with pytest.raises(AssertionError, match="level 0"):
        Tile(1, 0).bundle_path()
