#!/usr/bin/env python3
"""Ask the read models from a script: long flags only, one JSON object on standard output, stable exit status.

    query.py --question balance --account WEI --at 2025-12-31T23:59:59+08:00
    query.py --question limits --beneficiary LIN --year 2025 --dsn "$DSN"
    query.py --question diff --account WEI --from 6 --to 56
    query.py --question list --what holds --limit 20

Every flag has a value, and every option of the command `copay QUESTION` is a flag here; what that takes as
its argument is named by a flag, too (see --help). Exit status:

    0  answered: the object, with the log position it answers for
    1  there is no such thing: {"error": {"code", "message"}}
    2  bad usage, or it could not be answered: one sentence on standard error
"""

import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

QUESTIONS: Final[dict[str, str | None]] = {
    "affected": None,
    "balance": "--account",
    "debit-order": "--beneficiary",
    "diff": "--account",
    "digest": None,
    "explain": "--settlement",
    "history": "--id",
    "limits": "--beneficiary",
    "list": "--what",
    "members": "--binder",
    "statement": "--account",
    "totals": None,
}
"""Question → the flag for what the command of that name takes as its argument."""


def main(arguments: Sequence[str]) -> int:
    """Answer one question and return the exit status."""
    from scripts.cli.app import run
    from scripts.cli.failures import guarded

    if "--help" in arguments:
        print(__doc__)
        for question, flag in QUESTIONS.items():
            print(f"    --question {question}" + (f" {flag} VALUE" if flag else ""))
        return 0
    return guarded(language(arguments), lambda: run(command_line(arguments)))


def command_line(arguments: Sequence[str]) -> list[str]:
    """The same question to `copay`. Raises Usage (`usage`): a flag without a value, or no such question."""
    from scripts.cli.failures import Usage

    given = flags(arguments)
    questions = [value for flag, value in given if flag == "--question"]
    if len(questions) != 1 or questions[0] not in QUESTIONS:
        known = ", ".join(QUESTIONS)
        raise Usage(f"give one --question of: {known}", f"请给出一个 --question：{known}")
    (question,) = questions
    named = QUESTIONS[question]
    subject = [value for flag, value in given if flag == named]
    if named is not None and len(subject) != 1:
        raise Usage(f"--question {question} needs one {named}", f"--question {question} 需要一个 {named}")
    others = [f"{flag}={value}" for flag, value in given if flag not in ("--question", named)]
    return [question, "--json", *others, "--", *subject]


def flags(arguments: Sequence[str]) -> list[tuple[str, str]]:
    """`--flag value` or `--flag=value`, in the order given."""
    from scripts.cli.failures import Usage

    found: list[tuple[str, str]] = []
    rest = iter(arguments)
    for argument in rest:
        flag, equals, value = argument.partition("=")
        if not flag.startswith("--") or len(flag) == 2:
            raise Usage("give long flags only, each with its value", "只接受长参数，且每个参数都要带值")
        if not equals and (value := next(rest, "")) == "":
            raise Usage(f"{flag} needs a value", f"{flag} 需要一个值")
        found.append((flag, value))
    return found


def language(arguments: Sequence[str]) -> str:
    """The language that the flags name."""
    chinese = "--lang=zh" in arguments or ("--lang", "zh") in pairwise(arguments)
    return "zh" if chinese else "en"


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # the project, not this folder of it
    sys.exit(main(sys.argv[1:]))
