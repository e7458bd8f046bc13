"""The stand-alone verifier as an auditor runs it: alone, offline, on what somebody may have tampered with."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
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
from scripts import verify_log
from tests.proof.logs import LOG, ORIGIN, WITNESS, exported, proof_from, rows, seal, sealed_and_seen
from tests.proof.test_export import LONG

PROGRAM = Path(verify_log.__file__)
KEY, WITNESS_KEY = str(LOG.verifier), str(WITNESS.verifier)
SIZE = 700

Tell = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export, with checkpoints of 300 and 520 events kept elsewhere."""
    folder = tmp_path_factory.mktemp("clean")
    exported(folder / "city", SIZE)
    for size in (300, 520):
        exported(folder / f"city-{size}", size)
        shutil.copy(folder / f"city-{size}" / "checkpoint", folder / f"kept-{size}")
    return folder


@pytest.fixture
def city(clean: Path, tmp_path: Path) -> Path:
    """A copy to tamper with."""
    shutil.copytree(clean / "city", tmp_path / "city")
    return tmp_path / "city"


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Run the verifier: its exit status and what it prints."""

    def run(*arguments: object) -> tuple[int, str]:
        capsys.readouterr()
        status = verify_log.main([str(one) for one in arguments])
        return status, capsys.readouterr().out

    return run


def kept(clean: Path) -> list[object]:
    return ["--checkpoint", clean / "kept-300", "--checkpoint", clean / "kept-520"]


def test_it_stands_alone_in_three_hundred_lines_of_the_standard_library() -> None:
    source = PROGRAM.read_text()
    assert len(source.splitlines()) <= 300
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(source))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - sys.stdlib_module_names == {"cryptography"}
    assert not imported & {"socket", "ssl", "urllib", "http", "subprocess"}


def test_a_whole_export_holds_and_the_report_can_be_quoted(clean: Path, tell: Tell) -> None:
    status, said = tell(clean / "city", "--key", KEY, "--witness", WITNESS_KEY, *kept(clean))
    assert status == 0
    assert said.splitlines()[:2] == [
        "holds: checkpoint is signed by copay.example/city",
        "holds: checkpoint is signed by audit.example/w1 2026-10-26T07:33:20Z",
    ]
    assert "holds: 700 entries were read and hashed anew" in said
    assert "its version in one of 3 streams: none is missing or twice there" in said
    assert f"holds: the log begins with the 520 entries of {clean / 'kept-520'}" in said
    assert "so nothing here was changed, removed, inserted or reordered" in said
    assert "NOT CHECKED" not in said


def test_the_report_is_there_in_chinese_and_as_json(clean: Path, tell: Tell) -> None:
    status, said = tell(clean / "city", "--key", KEY, "--lang", "zh")
    assert status == 0
    assert "成立：读取并重新计算 700 个条目" in said
    status, said = tell(clean / "city", "--json")
    found = json.loads(said)
    assert (status, sorted(found), found["wrong"]) == (0, ["holds", "unchecked", "wrong"], [])
    assert found["unchecked"] == ["the signatures of checkpoint: no key was given"]


def test_every_sentence_has_both_languages_with_the_same_places() -> None:
    for sentence in verify_log.SAY.values():
        english, chinese = sentence.split(" | ")
        places = [{place for place in "0123" if f"{{{place}}}" in text} for text in (english, chinese)]
        assert places[0] == places[1]
        assert english.isascii()
        assert not chinese.isascii()


def test_without_a_key_it_says_that_signatures_were_not_checked(clean: Path, tell: Tell) -> None:
    status, said = tell(clean / "city")
    assert status == 0
    assert "NOT CHECKED: the signatures of checkpoint: no key was given" in said
    assert "whether that is genuine, only its signatures can show" in said


def test_without_the_package_it_says_so_and_checks_everything_else(clean: Path, tmp_path: Path) -> None:
    """In a Python of its own, without site packages: as bare as an auditor's machine may be."""
    (tmp_path / "cryptography.py").write_text("raise ImportError\n")
    asked = [sys.executable, "-S", str(PROGRAM), str(clean / "city"), "--key", KEY]
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)}
    ran = subprocess.run(asked, env=bare, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (
        "NOT CHECKED: the signatures of checkpoint: the Python package cryptography is not installed"
        in ran.stdout
    )
    assert "holds: 700 entries were read" in ran.stdout


def test_it_shows_examples_and_exit_statuses() -> None:
    ran = subprocess.run([sys.executable, str(PROGRAM), "--help"], capture_output=True, text=True, check=True)
    assert "examples:\n  verify_log.py city-export --key log.vkey" in ran.stdout
    assert "exit status: 0 all that was checked holds; 1 something is wrong; 2" in ran.stdout


def test_a_key_may_stand_in_a_file(clean: Path, tmp_path: Path, tell: Tell) -> None:
    (tmp_path / "log.vkey").write_text(f"{KEY}\n")
    assert tell(clean / "city", "--key", tmp_path / "log.vkey")[0] == 0


@pytest.mark.parametrize("key", ["LIN", KEY[:-3], KEY.replace("city", "town"), KEY.replace("+AQ", "+BQ")])
def test_what_is_no_key_is_refused_with_status_2(clean: Path, tell: Tell, key: str) -> None:
    with pytest.raises(SystemExit) as caught:
        tell(clean / "city", "--key", key)
    assert caught.value.code == 2


def test_what_is_not_there_cannot_be_checked(clean: Path, tmp_path: Path, tell: Tell) -> None:
    status, said = tell(tmp_path / "nowhere")
    assert status == 2
    assert said.startswith(f"CANNOT BE CHECKED: {tmp_path / 'nowhere'} cannot be read: it is missing")


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


def test_a_long_state_is_checked_where_it_lies(tmp_path: Path, tell: Tell) -> None:
    export_log(tmp_path / "city", [*rows(4), LONG], seal)
    assert tell(tmp_path / "city", "--key", KEY)[0] == 0
    for wrong in (b"", LONG.state[:-1], LONG.state.replace(b"xx", b"yy")):
        (tmp_path / "city/states/5").write_bytes(wrong)
        status, said = tell(tmp_path / "city", "--key", KEY)
        assert status == 1
        assert "WRONG: states/5 cannot be read: it is missing, damaged" in said
    (tmp_path / "city/states/5").unlink()
    assert tell(tmp_path / "city", "--key", KEY)[0] == 1


def test_entries_that_are_no_events_need_to_be_called_so(tmp_path: Path, tell: Tell) -> None:
    export_entries(tmp_path / "any", [b"one", b"", b"\x01" * 40], seal)
    assert tell(tmp_path / "any", "--plain", "--key", KEY)[0] == 0
    status, said = tell(tmp_path / "any", "--key", KEY)
    assert (status, "#1 cannot be read" in said) == (1, True)


def test_an_empty_log_is_a_log(tmp_path: Path, tell: Tell) -> None:
    exported(tmp_path / "city", 0)
    assert tell(tmp_path / "city", "--key", KEY)[0] == 0


def test_a_proof_file_holds_and_tells_the_event(clean: Path, tmp_path: Path, tell: Tell) -> None:
    for row in list(rows(SIZE))[::97]:
        (tmp_path / "one.tlog-proof").write_text(str(proof_from(clean / "city", row)))
        status, said = tell(tmp_path / "one.tlog-proof", "--key", KEY, "--witness", WITNESS_KEY)
        assert status == 0
        assert f"the entry stands at position {row.position} of the 700 in the log of {ORIGIN}" in said
        assert (
            f"it is Credited, version {row.version} of {row.stream}, recorded at 2026-01-05T02:00:01." in said
        )


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


def test_nothing_in_an_entry_steers_the_terminal(tmp_path: Path, tell: Tell) -> None:
    row = next(rows(1))._replace(stream="account:\x1b[2J")
    export_log(tmp_path / "city", [row], seal)
    (tmp_path / "one").write_text(str(proof_from(tmp_path / "city", row)))
    assert "account:?[2J" in tell(tmp_path / "one", "--key", KEY)[1]
