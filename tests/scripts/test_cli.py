"""The frame of the program: its options, its exit statuses, and one sentence for whatever goes wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.cli import failures
from scripts.cli.settings import from_options
from tests.scripts.conftest import ROOT, STORY, Copay, environment

QUERIES = (
    "balance", "debit-order", "limits", "members", "statement", "history", "totals", "explain", "list",
)  # fmt: skip
COMMANDS = (
    "apply", *QUERIES, "digest", "grant-reader", "keygen", "checkpoint", "cosign", "verify", "receipt",
    "prove", "export-log", "policies", "policy", "generate", "generate-month",
)  # fmt: skip


def is_one_sentence(err: str) -> bool:
    return err.startswith("copay: ") and err.count("\n") == 1 and "Traceback" not in err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_examples_and_the_options_of_every_command(
    copay: Copay, command: str
) -> None:
    said = copay(command, "--help")
    assert said.status == 0
    assert f"copay {command}" in said.out.split("Examples:")[1]
    assert all(option in said.out for option in ("--data", "--dsn", "--policy", "--lang"))


def test_help_comes_at_once() -> None:
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "scripts.copay", "--help"], cwd=ROOT, check=True, capture_output=True
    )
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no-such-command",),
        ("balance",),
        ("balance", "WEI", "--no-such-option"),
        ("balance", "WEI", "--position", "-1"),
        ("balance", "WEI", "--position", "many"),
        ("balance", "WEI", "--at", "2025-01-01"),
        ("balance", "WEI", "--at", "2025-01-01T10:00:00"),
        ("statement", "WEI", "--from", "yesterday"),
        ("statement", "WEI", "--to", "2025-02-30"),
        ("limits", "LIN"),
        ("limits", "LIN", "--year", "12"),
        ("policy", "33010", "2026-01-09"),
        ("policy", "330102", "9 January"),
        ("list", "everything"),
        ("list", "holds", "--region", "3301"),
        ("list", "bindings", "--region", "330"),
        ("apply", "file", "--batch", "0"),
        ("generate", "--people", "0"),
        ("generate", "--start", "2025"),
        ("generate-month", "month", "--without-ids", "2"),
        ("--lang", "fr", "policies"),
        ("policies", "--data", "here", "--dsn", "there"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_bad_usage_is_one_sentence_and_status_2(
    copay: Copay, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], lang: str
) -> None:
    monkeypatch.setenv("COPAY_LANG", lang)
    said = copay(*arguments)
    assert (said.status, said.out) == (2, "")
    assert is_one_sentence(said.err)


def test_options_stand_before_or_after_the_name(copay: Copay, family: str) -> None:
    before = copay("--dsn", family, "--lang", "zh", "balance", "WEI")
    after = copay("balance", "WEI", "--dsn", family, "--lang", "zh")
    assert before.status == 0
    assert "可用" in before.out
    assert before == after


def test_the_later_place_wins_and_policies_add_up() -> None:
    settings = from_options(
        {"data": Path("a"), "dsn": None, "policy": [Path("p")], "lang": "en"},
        {"data": Path("b"), "dsn": None, "policy": [Path("q")], "lang": "zh"},
    )
    assert (settings.folder, settings.policies, settings.lang) == (Path("b"), (Path("p"), Path("q")), "zh")


def test_the_environment_names_server_and_language(
    copay: Copay, family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPAY_DSN", family)
    monkeypatch.setenv("COPAY_LANG", "zh")
    said = copay("balance", "WEI")
    assert said.status == 0
    assert "可用" in said.out


def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPAY_DSN", "host=elsewhere")
    monkeypatch.setenv("COPAY_LANG", "zh")
    settings = from_options({"data": Path("here"), "lang": "en"}, {})
    assert (settings.dsn, settings.folder, settings.lang) == (None, Path("here"), "en")


def test_an_empty_environment_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPAY_DSN", "")
    monkeypatch.setenv("COPAY_LANG", "")
    settings = from_options({}, {})
    assert (settings.dsn, settings.folder, settings.lang) == (None, Path("copay-data"), "en")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("dsn", ["host=/nonexistent", "host=127.0.0.1 port=1 password=hush", "not a dsn"])
@pytest.mark.parametrize("command", [("apply", STORY), ("balance", "WEI", "--json"), ("policies",)])
def test_a_database_that_is_down_is_one_sentence_and_status_2(
    copay: Copay, command: tuple[object, ...], dsn: str, lang: str
) -> None:
    said = copay(*command, "--dsn", dsn, "--lang", lang)
    assert (said.status, said.out) == (2, "")
    assert is_one_sentence(said.err)
    assert "hush" not in said.err
    assert "Error@" not in said.err


def test_a_wrong_policy_is_refused_at_start_by_every_command(
    copay: Copay, family: str, tmp_path: Path
) -> None:
    pack = tmp_path / "ours.yaml"
    pack.write_text("name: ours\nregions: ['1']\neffective: 2025-01-01\nsource: a letter\ncertainty: C\n")
    for command in (("balance", "WEI"), ("policies",), ("apply", STORY)):
        said = copay(*command, "--dsn", family, "--policy", pack)
        assert (said.status, said.out) == (2, "")
        assert is_one_sentence(said.err)
        assert "ours.yaml" in said.err
        assert "regions" in said.err


def test_what_nobody_foresaw_is_a_code_and_never_data(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        return {"a": 1}["330106195001010010"]

    assert failures.guarded("en", work) == 2
    out, err = capfd.readouterr()
    assert (out, is_one_sentence(err)) == ("", True)
    assert "internal error KeyError@tests/scripts/test_cli.py:" in err
    assert "330106195001010010" not in err


def test_a_sentence_cannot_steer_the_terminal(copay: Copay) -> None:
    said = copay("apply", "no\x1b[2Jfile")
    assert "\x1b" not in said.err


def test_a_reader_that_leaves_early_ends_the_program_quietly(family: str) -> None:
    command = [sys.executable, "-m", "scripts.copay", "generate", "--people", "2000"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 141
        assert process.stderr.read() == b""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_is_one_sentence_and_the_printed_results_are_on_record(
    family: str, number: int, status: int
) -> None:
    command = [sys.executable, "-m", "scripts.copay", "apply", "-", "--dsn", family]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(STORY.read_bytes().splitlines(keepends=True)[0])
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["status"] == "duplicate"
        os.kill(process.pid, number)
        assert process.wait(60) == status
        assert is_one_sentence(process.stderr.read().decode())
