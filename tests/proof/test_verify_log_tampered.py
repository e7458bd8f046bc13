"""The stand-alone verifier on exports and proofs that somebody has tampered with."""

import re
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.proof.checkpoints import Checkpoint
from ledger.proof.export import export_entries, export_log
from ledger.proof.leaves import LogRow, leaf_bytes
from ledger.proof.notes import ED25519, SignerKey
from ledger.proof.proof_file import ProofFile
from ledger.proof.tiles import bundle, read_bundle
from tests.proof.logs import LOG, ORIGIN, exported, proof_from, rows, seal, sealed_and_seen
from tests.proof.test_verify_log import KEY, SIZE, WITNESS_KEY, Tell, clean, kept, tell

__all__ = ["clean", "tell"]


@pytest.fixture
def city(clean: Path, tmp_path: Path) -> Path:
    """A copy to tamper with."""
    shutil.copytree(clean / "city", tmp_path / "city")
    return tmp_path / "city"


# Each of these is what an attacker with the export in hand, but without the keys, might do to it.


def edit(file: Path, change: Callable[[bytes], bytes]) -> None:
    before = file.read_bytes()
    file.write_bytes(change(before))
    assert file.read_bytes() != before


def with_entries(city: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change the entries of positions 257 to 512."""
    edit(city / "tile/entries/001", lambda data: bundle(change(read_bundle(data, 256))))


def swapped(entries: list[bytes]) -> list[bytes]:
    return [*entries[:9], entries[10], entries[9], *entries[11:]]


ATTACKS: dict[str, tuple[Callable[[Path], None], str]] = {
    "amount": (
        lambda city: edit(city / "tile/entries/001", lambda data: data.replace(b'fen":100', b'fen":900', 1)),
        r"positions 1 to 700 are not those of checkpoint \(tile/0/001 #257\)",
    ),
    "a bit": (
        lambda city: edit(city / "tile/entries/002.p/188", lambda data: data[:-1] + bytes((data[-1] ^ 1,))),
        r"positions 1 to 700 are not those of checkpoint \(tile/0/002.p/188 #700\)",
    ),
    "time": (
        lambda city: edit(city / "tile/entries/001", lambda data: data.replace(b"01.000300Z", b"01.000301Z")),
        r"\(tile/0/001 #300\)",
    ),
    "time in one place only": (
        lambda city: edit(
            city / "tile/entries/001", lambda data: data.replace(b"01.000300Z", b"01.000301Z", 1)
        ),
        "#300 cannot be read",
    ),
    "topic": (
        lambda city: edit(city / "tile/entries/001", lambda data: data.replace(b"Credited", b"Adjusted", 1)),
        r"\(tile/0/001 #257\)",
    ),
    "stream": (
        lambda city: edit(city / "tile/entries/001", lambda data: data.replace(b":MEI", b":LIN", 1)),
        "the entry at position 258 says it is position 258, version 86 of account:LIN",
    ),
    "swapped": (
        lambda city: with_entries(city, swapped),
        "the entry at position 266 says it is position 267",
    ),
    "one missing": (lambda city: with_entries(city, lambda some: some[1:]), "the entry at position 257 says"),
    "one too many": (lambda city: with_entries(city, lambda some: [*some, some[0]]), "001 cannot be read"),
    "a leaf hash": (
        lambda city: edit(city / "tile/0/001", lambda data: data[:64] + bytes(32) + data[96:]),
        r"a tile is not theirs \(tile/0/001 #259\)",
    ),
    "a node": (
        lambda city: edit(city / "tile/1/000.p/2", lambda data: data[:32] + bytes(32)),
        r"a tile is not theirs \(tile/1/000.p/2 #257\)",
    ),
    "a tile too long": (
        lambda city: edit(city / "tile/0/002.p/188", lambda data: data + bytes(32)),
        "a tile is not theirs",
    ),
    "a bundle gone": (
        lambda city: (city / "tile/entries/001").unlink(),
        "tile/entries/001 cannot be read: it is missing",
    ),
    "a tile gone": (lambda city: (city / "tile/0/001").unlink(), "tile/0/001 cannot be read: it is missing"),
    "size": (
        lambda city: edit(city / "checkpoint", lambda note: note.replace(b"\n700\n", b"\n512\n")),
        "the signature of copay.example/city does not hold",
    ),
    "no signature": (
        lambda city: edit(city / "checkpoint", lambda note: note.split(b"\n\n")[0] + b"\n"),
        "note cannot be read",
    ),
    "no checkpoint": (
        lambda city: (city / "checkpoint").unlink(),
        "checkpoint cannot be read: it is missing",
    ),
    "no text": (lambda city: edit(city / "checkpoint", lambda note: b"\xff" + note), "cannot be read"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_export_that_was_tampered_with_is_found_out(city: Path, tell: Tell, name: str) -> None:
    attack, said = ATTACKS[name]
    attack(city)
    status, report = tell(city, "--key", KEY)
    assert status == 1
    assert_said(report, said)
    assert "so nothing here was changed" not in report


def assert_said(report: str, said: str) -> None:
    assert re.search(said, report), report
    assert re.search("^WRONG: ", report, re.MULTILINE), report


def test_a_log_that_was_written_anew_is_found_between_two_kept_checkpoints(
    clean: Path, tmp_path: Path, tell: Tell
) -> None:
    def changed() -> Iterator[LogRow]:
        for row in rows(SIZE):
            yield row._replace(state=row.state.replace(b"100}", b"900}")) if row.position == 400 else row

    export_log(tmp_path / "city", changed(), seal)
    assert tell(tmp_path / "city", "--key", KEY)[0] == 0, "alone, a log written anew with the key looks whole"
    status, said = tell(tmp_path / "city", "--key", KEY, *kept(clean))
    assert status == 1
    assert f"positions 301 to 520 are not those of {clean / 'kept-520'}" in said


def test_a_log_that_was_cut_or_rolled_back_is_found_by_a_kept_checkpoint(
    clean: Path, tmp_path: Path, tell: Tell
) -> None:
    exported(tmp_path / "city", 400)
    status, said = tell(tmp_path / "city", "--key", KEY, *kept(clean))
    assert status == 1
    assert f"positions 401 to 520 are not those of {clean / 'kept-520'}" in said


def test_a_log_signed_by_another_key_or_under_another_name_is_found(
    clean: Path, tmp_path: Path, tell: Tell
) -> None:
    forger = SignerKey(ORIGIN, ED25519, bytes(32))
    export_log(tmp_path / "one", rows(9), lambda size, root: Checkpoint(ORIGIN, size, root).sign(forger))
    status, said = tell(tmp_path / "one", "--key", KEY)
    assert (status, "checkpoint, of log copay.example/city, is not signed by copay.example/city" in said) == (
        1,
        True,
    )
    export_log(tmp_path / "two", rows(9), lambda size, root: Checkpoint("town", size, root).sign(LOG))
    assert tell(tmp_path / "two", "--key", KEY)[0] == 1
    export_log(tmp_path / "three", rows(9), seal)
    assert tell(tmp_path / "three", "--key", KEY, "--witness", WITNESS_KEY)[0] == 1


def test_a_proof_file_that_was_tampered_with_is_found_out(clean: Path, tmp_path: Path, tell: Tell) -> None:
    row = list(rows(SIZE))[299]
    proof = proof_from(clean / "city", row)
    text, other = str(proof), leaf_bytes(*row._replace(state=row.state.replace(b"100}", b"900}")))
    moved = leaf_bytes(*row._replace(position=301))
    wrong = {
        "amount": str(ProofFile(proof.index, proof.hashes, proof.note, other)),
        "index": text.replace("index 299", "index 298"),
        "leading zero": text.replace("index 299", "index 0299"),
        "moved": str(ProofFile(proof.index, proof.hashes, proof.note, moved)),
        "a hash": str(ProofFile(proof.index, (bytes(32), *proof.hashes[1:]), proof.note, proof.extra)),
        "too short": str(ProofFile(proof.index, proof.hashes[1:], proof.note, proof.extra)),
        "too long": str(ProofFile(proof.index, (*proof.hashes, bytes(32)), proof.note, proof.extra)),
        "no hash": text.replace("index 299\n", f"index 299\n{b64encode(bytes(31)).decode()}\n"),
        "no leaf": str(ProofFile(proof.index, proof.hashes, proof.note)),
        "size": text.replace("\n700\n", "\n701\n"),
        "no text": "\x00" + text,
        "nothing": "",
    }
    for name, changed in wrong.items():
        (tmp_path / "one.tlog-proof").write_text(changed)
        status, said = tell(tmp_path / "one.tlog-proof", "--key", KEY)
        assert (status, "WRONG: " in said, "so nothing here" in said) == (1, True, False), name


def test_a_proof_of_an_entry_that_names_another_place_is_refused(tmp_path: Path, tell: Tell) -> None:
    row = next(rows(1))._replace(position=2)
    export_entries(tmp_path / "city", [leaf_bytes(*row)], sealed_and_seen)
    proof = proof_from(tmp_path / "city", row._replace(position=1))
    (tmp_path / "one").write_text(str(ProofFile(0, proof.hashes, proof.note, leaf_bytes(*row))))
    status, said = tell(tmp_path / "one", "--key", KEY)
    assert (status, "the entry at position 1 says it is position 2" in said) == (1, True)
