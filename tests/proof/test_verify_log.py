"""The stand-alone verifier as an auditor runs it: alone, offline, on what somebody may have tampered with."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.proof.export import export_entries, export_log
from scripts import verify_log
from tests.proof.logs import LOG, ORIGIN, WITNESS, exported, proof_from, rows, seal
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
    assert said.count("NOT CHECKED") == 1, "the window after the checkpoint"
    assert "NOT CHECKED: what was recorded after position 700: this checkpoint is not of it" in said


def test_the_report_is_there_in_chinese_and_as_json(clean: Path, tell: Tell) -> None:
    status, said = tell(clean / "city", "--key", KEY, "--lang", "zh")
    assert status == 0
    assert "成立：读取并重新计算 700 个条目" in said
    status, said = tell(clean / "city", "--json")
    found = json.loads(said)
    assert (status, sorted(found), found["wrong"]) == (0, ["holds", "unchecked", "wrong"], [])
    assert found["unchecked"] == [
        "the signatures of checkpoint: no key was given",
        "what was recorded after position 700: this checkpoint is not of it",
    ]


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


def test_nothing_in_an_entry_steers_the_terminal(tmp_path: Path, tell: Tell) -> None:
    row = next(rows(1))._replace(stream="account:\x1b[2J")
    export_log(tmp_path / "city", [row], seal)
    (tmp_path / "one").write_text(str(proof_from(tmp_path / "city", row)))
    assert "account:?[2J" in tell(tmp_path / "one", "--key", KEY)[1]
