#!/usr/bin/env python3
"""Reconcile a whole day unattended: a folder of files in, reports out; for cron.

    reconcile.py --folder in/2026-03-07 --out reports/2026-03-07 --dsn "$DSN"
    reconcile.py --folder in --out reports --institution H51010400001 --from 2026-03-02 --to 2026-03-07 \\
                 --profile 3202-upload-8 --data copay-data

The folder may hold a manifest.yaml (scripts/README.md says what it has); flags win over it. A file's profile
is in the manifest, before `--` in its name, or that of --profile. Each form of the report is written into
--out. Running it again has no second effect. Every flag has a value:

    --folder DIR   --out DIR   --institution ID | --agency ID | --bank ID   --from DAY   --to DAY
    --profile NAME   --layout FILE (repeatable)   --dsn DSN | --data DIR   --policy FILE (repeatable)
    --lang zh|en

One JSON object on standard output. Exit status:

    0  all matched
    1  there are breaks: copay reconcile breaks lists them
    2  bad input: a file was refused (its lines are listed, and are breaks); bad usage; nothing could be done
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from scripts.reconciling.day import Day

_MANY: Final = ("--layout", "--policy")
_ONCE: Final = (
    "--folder", "--out", "--institution", "--agency", "--bank", "--from", "--to", "--profile", "--dsn",
    "--data", "--lang",
)  # fmt: skip
_IN_MANIFEST: Final = ("institution", "agency", "bank", "from", "to", "profile")
_BAD: Final = 2


def main(arguments: Sequence[str]) -> int:
    """Reconcile one folder and return the exit status."""
    from scripts.cli.failures import guarded
    from scripts.query import language

    if "--help" in arguments:
        print(__doc__)
        return 0
    lang = language(arguments)
    return guarded(lang, lambda: _run(arguments, lang))


def _run(arguments: Sequence[str], lang: str) -> int:
    from ledger.errors import LedgerError
    from scripts.cli.answers import print_json
    from scripts.cli.failures import say

    try:
        found = _day(_given(arguments))
    except LedgerError as error:
        say(error.text(lang))
        print_json({"error": {"code": error.code, "message": error.text(lang)}})
        return _BAD
    print_json(found.answer)
    return found.status


def _day(given: dict[str, Any]) -> "Day":
    from scripts.cli.back_office import at_the_desk, profiles
    from scripts.cli.failures import Usage
    from scripts.cli.settings import from_options
    from scripts.reconciling.day import day
    from scripts.reconciling.manifest import files, manifest
    from scripts.reconciling.party import party, period

    for flag in ("folder", "out"):
        if flag not in given:
            raise Usage(f"--{flag} is needed", f"缺少 --{flag}")
    folder, out = Path(given["folder"]), Path(given["out"])
    told = manifest(folder, {name: given[name] for name in _IN_MANIFEST if name in given})
    other = party(told.named("institution"), told.named("agency"), told.named("bank"))
    layouts = profiles([*(folder / name for name in told.layouts), *map(Path, given.get("layout", ()))])
    data = Path(given["data"]) if "data" in given else None
    options = {"data": data, "dsn": given.get("dsn"), "lang": given.get("lang")}
    settings = from_options({}, options | {"policy": [Path(file) for file in given.get("policy", ())]})
    incoming = list(files(folder, told))
    with at_the_desk(settings) as office:
        key = period(office.desk, other, told.first, told.last)
        try:
            return day(office, other, key, incoming, layouts, out)
        except OSError as error:
            where, why = error.filename or out, error.strerror
            raise Usage(f"{where} cannot be written: {why}", f"无法写入 {where}：{why}") from None


def _given(arguments: Sequence[str]) -> dict[str, Any]:
    """The flags by name; those that may be repeated as lists. Raises `Usage`."""
    from scripts.cli.failures import Usage
    from scripts.query import flags

    found: dict[str, Any] = {}
    for flag, value in flags(arguments):
        name = flag.removeprefix("--")
        if flag in _MANY:
            found.setdefault(name, []).append(value)
        elif flag not in _ONCE:
            raise Usage(f"there is no flag {flag!a}; see --help", f"没有参数 {flag!a}；参见 --help")
        elif name in found:
            raise Usage(f"{flag} is given twice", f"{flag} 重复")
        else:
            found[name] = value
    return found


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # the project, not this folder of it
    sys.exit(main(sys.argv[1:]))
