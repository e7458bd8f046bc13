"""The scripted door `scripts/query.py`: the same answers as the program's, asked for by long flags."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.query import QUESTIONS, main
from tests.scripts.conftest import ROOT, Copay, Said, environment

ASKED = {
    "affected": ("--since", "3"),
    "balance": ("--account", "WEI", "--position", "40"),
    "debit-order": ("--beneficiary", "LIN", "--at", "2025-05-20T10:00:00+08:00"),
    "diff": ("--account=WEI", "--from=6", "--to=56"),
    "digest": (),
    "explain": ("--settlement", "LIN-S3"),
    "history": ("--id", "LIN", "--kind", "beneficiary"),
    "limits": ("--beneficiary", "LIN", "--year", "2025"),
    "list": ("--what", "refusals", "--limit", "1"),
    "members": ("--binder", "WEI", "--year", "2025"),
    "statement": ("--account", "WEI", "--from", "2025-04-16"),
    "totals": ("--from", "2025-05-20"),
}
ARGUMENTS = {
    "affected": ("--since", "3"),
    "balance": ("WEI", "--position", "40"),
    "debit-order": ("LIN", "--at", "2025-05-20T10:00:00+08:00"),
    "diff": ("WEI", "--from", "6", "--to", "56"),
    "digest": (),
    "explain": ("LIN-S3",),
    "history": ("LIN", "--kind", "beneficiary"),
    "limits": ("LIN", "--year", "2025"),
    "list": ("refusals", "--limit", "1"),
    "members": ("WEI", "--year", "2025"),
    "statement": ("WEI", "--from", "2025-04-16"),
    "totals": ("--from", "2025-05-20"),
}


@pytest.fixture
def query(copay: Copay, capfd: pytest.CaptureFixture[str]) -> Copay:
    """The door, opened inside this process."""

    def call(*arguments: str) -> Said:
        capfd.readouterr()
        handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
        try:
            status = main(arguments)
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        return Said(status, *capfd.readouterr())

    return call


def script(*arguments: str, folder: Path = ROOT) -> Said:
    """The door as a process of its own."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "query.py"), *arguments],
        capture_output=True, check=False, cwd=folder, env=environment(),
    )  # fmt: skip
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_answered_as_the_program_answers_it(
    copay: Copay, query: Copay, family: str, question: str
) -> None:
    said = query("--question", question, *ASKED[question], "--dsn", family)
    assert (said.status, said.err, said.out.count("\n")) == (0, "", 1)
    assert said.out == copay(question, *ARGUMENTS[question], "--dsn", family, "--json").out


def test_as_a_program_it_works_from_any_folder_with_its_three_statuses(family: str, tmp_path: Path) -> None:
    asked = ("--question=balance", f"--dsn={family}")
    found = script(*asked, "--account", "WEI", folder=tmp_path)
    assert (found.status, found.err, json.loads(found.out)["balance_fen"]) == (0, "", 18_000)
    nobody = script(*asked, "--account", "NOBODY")
    assert (nobody.status, nobody.err) == (1, "")
    assert json.loads(nobody.out)["error"]["code"] == "account_not_found"
    assert script(*asked)[:2] == (2, "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "give one --question of"),
        (("--question", "weather"), "give one --question of"),
        (("--question", "balance"), "--question balance needs one --account"),
        (("--question", "balance", "WEI"), "long flags only"),
        (("--question", "balance", "-a", "WEI"), "long flags only"),
        (("--question", "balance", "--account", "WEI", "--at"), "--at needs a value"),
        (("--question", "balance", "--account", "WEI", "--at", "noon"), "--at "),
        (("--question", "balance", "--account", "WEI", "--colour", "red"), "no such option: --colour"),
        (("--question", "balance", "--account", "WEI", "--dsn", "host=/nowhere"), "cannot be reached"),
    ],
)
def test_bad_usage_and_no_database_are_one_sentence_and_status_2(
    query: Copay, arguments: tuple[str, ...], sentence: str
) -> None:
    said = query(*arguments)
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert sentence in said.err


def test_its_sentences_are_chinese_too_and_its_help_names_every_question(query: Copay) -> None:
    assert "请给出一个 --question" in query("--lang", "zh").err
    said = query("--help")
    assert said.status == 0
    assert all(f"--question {question}" in said.out for question in QUESTIONS)
