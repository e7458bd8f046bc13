"""`python -m scripts.audit_replay`: replay and archive for programs and schedulers.

The same functions as `copay replay` and `copay archive`, with long flags only, one JSON object on standard
output, and stable exit codes: 0 equal (or supported, supposed, archived), 1 something differs, 2 it could not
be done.

    python -m scripts.audit_replay --dsn "dbname=copay" --full
    python -m scripts.audit_replay --dsn "dbname=copay" --write-archive /backup/copay
    python -m scripts.audit_replay --archive /backup/copay
    python -m scripts.audit_replay --dsn "dbname=copay" --decide
    python -m scripts.audit_replay --archive /backup/copay --decide
    python -m scripts.audit_replay --dsn "dbname=copay" --order MEI,WEI --beneficiary LIN --year 2025
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ledger.errors import LedgerError
from scripts.cli.answers import print_json
from scripts.cli.failures import FAILED, Usage, guarded
from scripts.cli.settings import from_options
from scripts.commands import redecide, suppose
from scripts.commands.replay import DIFFERENT, EQUAL, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, run, print one object; the exit code says how it ended."""
    given = _parser().parse_args(arguments)
    return guarded(given.lang, lambda: _answer(given))


def _answer(given: argparse.Namespace) -> int:
    try:
        return _done(given)
    except LedgerError as error:
        print_json({"error": {"code": error.code, "message": error.text(given.lang)}})
        return FAILED


def _done(given: argparse.Namespace) -> int:
    options: dict[str, Any] = {
        "data": given.data, "dsn": given.dsn, "lang": given.lang, "policy": given.policy
    }  # fmt: skip
    settings = from_options({}, options)
    if given.write_archive is not None:
        if given.archive is not None:
            raise Usage(
                "give --archive or --write-archive, not both", "--archive 与 --write-archive 只能给一个"
            )
        from projections.audit.archive import archive

        with settings.database() as dsn:
            print_json(archive(dsn, given.write_archive).as_dict())
        return EQUAL
    if given.decide or given.own_facts:
        decided = redecide.run(settings, given.archive, own_facts=given.own_facts)
        print_json(redecide.as_object(decided, own_facts=given.own_facts))
        return DIFFERENT if decided.unsupported else EQUAL
    if given.policy or given.order is not None:
        changes = suppose.run(
            settings, given.archive, order=given.order, beneficiary=given.beneficiary, year=given.year
        )
        print_json(suppose.as_object(changes))
        return EQUAL
    report = run(settings, given.archive, full=given.full)
    print_json(report.as_dict())
    return EQUAL if report.equal else DIFFERENT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="audit_replay",
        description="Replay the log by a second way and compare; JSON on standard output.",
        epilog="Exit status: 0 equal or archived, 1 different, 2 it could not be done.",
        allow_abbrev=False,
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--data", type=Path, metavar="DIR", help="folder of the embedded database")
    where.add_argument("--dsn", metavar="DSN", help="a PostgreSQL server instead")
    parser.add_argument("--archive", type=Path, metavar="DIR", help="read the log from this archive")
    parser.add_argument(
        "--write-archive", type=Path, metavar="DIR", help="write or extend an archive, and stop"
    )
    parser.add_argument("--full", action="store_true", help="compare with every aggregate, not a sample")
    parser.add_argument("--decide", action="store_true", help="take every recorded decision again")
    parser.add_argument("--own-facts", action="store_true", help="the same, from each decision's own facts")
    parser.add_argument(
        "--policy", type=Path, action="append", metavar="FILE", help="suppose the packs of this file"
    )
    parser.add_argument("--order", metavar="A,B,C", help="suppose this debit order of --beneficiary")
    parser.add_argument("--beneficiary", metavar="ID", help="whose bills to replay")
    parser.add_argument("--year", type=int, metavar="Y", help="only bills of this year")
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language of sentences")
    return parser


if __name__ == "__main__":
    sys.exit(main())
