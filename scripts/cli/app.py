"""The program's frame: its commands and their order, and what happens to bad usage."""

import os
import re
import signal
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import typer

from ledger.ids import holds_citizen_id
from scripts.cli.failures import Usage, guarded, terminate
from scripts.cli.settings import before_the_name
from scripts.commands import (
    affected,
    apply,
    archive,
    checkpoint,
    cosign,
    diff,
    digest,
    explain,
    export_log,
    follow,
    generate,
    generate_month,
    grant_reader,
    importing,
    init,
    keygen,
    lists,
    person,
    policies,
    prove,
    queries,
    rebuild,
    receipt,
    reconcile,
    records,
    replay,
    staff,
    totals,
    verify,
)

_WORD: Final = re.compile(r"[a-z-]+|.")
"""What may be repeated of a command line: a command's name, a choice, a letter."""
_HELP: Final = """
An event-sourced ledger of family mutual aid between personal medical-insurance accounts.

Exit status: 0 done; 1 a rule said no, or what was asked for does not exist; 2 nothing could be done.

Examples:

copay apply commands.jsonl

copay balance LIN --json

copay --data city --lang zh explain LIN-S3
"""


def program() -> typer.Typer:
    """The program with every command, in the order of its help."""
    app = typer.Typer(
        name="copay",
        help=_HELP,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    before_the_name(app)
    for module in (
        apply, importing, queries, records, totals, diff, affected, explain, lists, policies,
        follow, rebuild, digest, replay, archive, init, grant_reader,
        person, staff, reconcile, keygen, checkpoint, cosign, verify, receipt, prove, export_log, generate,
        generate_month,
    ):  # fmt: skip
        module.register(app)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status."""
    signal.signal(signal.SIGTERM, terminate)
    signal.signal(signal.SIGHUP, terminate)
    return guarded(_lang(arguments), lambda: _invoke(arguments))


def _invoke(arguments: Sequence[str]) -> int:
    if sys.stdout is None:
        raise Usage("standard output is closed", "标准输出已关闭")
    try:
        status = program()(list(arguments), prog_name="copay", standalone_mode=False)
    except typer.TyperException as error:
        said = " ".join(error.format_message().split()).rstrip(".")
        said = _without_values(_harmless(said, arguments), arguments)
        english = f"{said[:1].lower()}{said[1:]}; see copay --help"
        raise Usage(english, f"用法有误（{said}）；参见 copay --help") from None
    return int(status or 0)


def _harmless(said: str, arguments: Sequence[str]) -> str:
    """What is said of bad usage, without what a person's name or number may have been typed as."""
    return said.partition(" (")[0] if "person" in arguments or holds_citizen_id(said) else said


def _without_values(said: str, arguments: Sequence[str]) -> str:
    """Bad usage without the values that were given: who typed them knows them, and a log need not."""
    given = {part.lstrip("-") for argument in arguments for part in argument.partition("=")}
    for value in sorted(given, key=len, reverse=True):
        if value and not _WORD.fullmatch(value):
            said = said.replace(value, "…")
    return said


def _lang(arguments: Sequence[str]) -> str:
    """The language for what goes wrong before the options are understood."""
    for before, after in pairwise(("", *arguments, "")):
        if before == "--lang" or after.startswith("--lang="):
            return after.removeprefix("--lang=")
    return os.environ.get("COPAY_LANG", "en")
