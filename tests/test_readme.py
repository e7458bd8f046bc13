"""The README's story, run: every command in it, and what it prints."""

import os
import re
import shutil
from pathlib import Path

import pytest

from scripts.cli.app import run

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def told() -> list[tuple[str, str]]:
    """Every command of the README with the output printed below it."""
    lines = "".join(_BLOCK.findall(README.read_text())).split("$ copay ")[1:]
    return [(command, output.strip("\n")) for command, _, output in (part.partition("\n") for part in lines)]


def test_the_readme_shows_what_the_program_prints(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "scripts" / "sample", tmp_path / "scripts" / "sample")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COPAY_DSN", database)
    monkeypatch.setenv("COLUMNS", "110")
    shown = [(command, _printed(command, capfd)) for command, _ in told()]
    if os.environ.get("WRITE_README"):
        _rewrite(shown)
    assert shown == told()


def _printed(command: str, capfd: pytest.CaptureFixture[str]) -> str:
    """The output of one command; `| sed -n` with line numbers is understood, nothing else of a shell."""
    words, _, pipe = command.partition(" | ")
    capfd.readouterr()
    run(words.split())
    printed = capfd.readouterr().out
    if pipe.startswith("sed -n "):
        wanted = [int(number) for number in re.findall(r"(\d+)p", pipe)]
        printed = "\n".join(printed.splitlines()[number - 1] for number in wanted)
    return "\n".join(line.rstrip() for line in printed.strip("\n").split("\n"))


def _rewrite(shown: list[tuple[str, str]]) -> None:
    """Put today's output into the README (set WRITE_README=1), to be read before it is committed."""
    text, outputs = README.read_text(), iter(shown)

    def block(found: re.Match[str]) -> str:
        commands = found.group(1).count("$ copay ")
        again = "\n".join("$ copay {}\n{}".format(*next(outputs)) for _ in range(commands))
        return f"```console\n{again}\n```"

    README.write_text(_BLOCK.sub(block, text))
