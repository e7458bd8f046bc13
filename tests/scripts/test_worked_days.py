"""The two worked days of scripts/README.md, run: every command, what it prints, and what it leaves behind."""

import os
import re
import shlex
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from scripts import reconcile
from scripts.cli.app import run
from tests.scripts.conftest import ROOT
from tests.spec import instant

README = ROOT / "scripts" / "README.md"
SAMPLE = ROOT / "scripts" / "sample" / "reconciliation"
_STORY = re.compile(r"## Two worked days\n(.*?)\n## ", re.DOTALL)
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_QUIET = " > /dev/null"
_WORD = "correct horse battery"


def on_the_ninth() -> datetime:
    return instant("2026-03-09T18:00:00+08:00")


@pytest.fixture
def clinic(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample's folder, two clerks who are signed in, and the evening of 9 March."""
    monkeypatch.chdir(shutil.copytree(SAMPLE, tmp_path / "sample"))
    (tmp_path / "word").write_text(f"{_WORD}\n")
    monkeypatch.setenv("COPAY_STAFF_SECRET", str(tmp_path / "word"))
    monkeypatch.setenv("COPAY_DSN", database)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setattr("scripts.cli.back_office.system_clock", on_the_ninth)
    for staff in ("A001", "S001", "S002"):
        monkeypatch.setenv("COPAY_SIGN_IN", str(tmp_path / "A001"))
        assert run(["staff", "add", staff, "--secret"]) == 0
        monkeypatch.setenv("COPAY_SIGN_IN", str(tmp_path / staff))
        assert run(["staff", "sign-in", staff]) == 0
    return tmp_path


def test_the_worked_days_print_what_the_readme_shows(
    clinic: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    parts = [part for block in blocks() for part in parts_of(block)]
    shown = []
    for command, _ in parts:
        if command.startswith("# as "):
            monkeypatch.setenv("COPAY_SIGN_IN", str(clinic / command.removeprefix("# as ")))
            shown.append((command, ""))
        else:
            shown.append((command, printed(command, capfd)))
    if os.environ.get("WRITE_README"):
        rewrite(shown)
    assert shown == [part for block in blocks() for part in parts_of(block)]
    assert "壹拾柒万壹仟壹佰柒拾捌元贰角整" in Path("six-days.html").read_text(encoding="utf-8")
    assert Path("six-days/matches.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def blocks() -> list[str]:
    """Every console block of the story."""
    story = _STORY.search(README.read_text(encoding="utf-8"))
    assert story is not None
    return _BLOCK.findall(story.group(1))


def parts_of(block: str) -> list[tuple[str, str]]:
    """Commands and identities of a block, each with what is printed below it."""
    parts: list[tuple[str, list[str]]] = []
    for line in block.rstrip("\n").split("\n"):
        if line.startswith(("$ ", "# as ")):
            parts.append((line.removeprefix("$ "), []))
        else:
            parts[-1][1].append(line)
    return [(command, "\n".join(lines).strip("\n")) for command, lines in parts]


def printed(command: str, capfd: pytest.CaptureFixture[str]) -> str:
    """What one command prints, on both streams; `sed -n 'Np'` and `> /dev/null` are understood."""
    words, _, line = command.removesuffix(_QUIET).partition(" | sed -n ")
    program, *arguments = shlex.split(words)
    capfd.readouterr()
    {"copay": run, "reconcile.py": reconcile.main}[program](arguments)
    out, err = capfd.readouterr()
    if command.endswith(_QUIET):
        return ""
    lines = (out if line else out + err).strip("\n").split("\n")
    if line:
        lines = [lines[int(line.strip("'p")) - 1]]
    return "\n".join(line.rstrip() for line in lines)


def rewrite(shown: list[tuple[str, str]]) -> None:
    """Put today's output into the README (set WRITE_README=1), to be read before it is committed."""
    text, outputs = README.read_text(encoding="utf-8"), iter(shown)
    for block in blocks():
        again = []
        for _ in parts_of(block):
            command, output = next(outputs)
            again.append(command if command.startswith("#") else f"$ {command}\n{output}".rstrip("\n"))
        text = text.replace(f"```console\n{block}```", "```console\n" + "\n".join(again) + "\n```", 1)
    README.write_text(text, encoding="utf-8")
