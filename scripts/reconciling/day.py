"""A folder of files from end to end: taken, matched, reported. Run again it changes nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from ledger.events.periods import PeriodMatched
from ledger.reconciliation.desk import Desk
from ledger.reconciliation.files.defects import WHOLE_FILE, Refused
from ledger.reconciliation.files.profile import Profiles
from ledger.reconciliation.periods import PeriodKey
from ledger.reconciliation.rows import Unreadable
from ledger.reconciliation.running import Run
from ledger.reconciliation.taking import GivenFile
from scripts.cli.back_office import Office
from scripts.cli.reading import moment
from scripts.reconciling.incoming import Incoming, read
from scripts.reconciling.party import Party
from scripts.reconciling.plainly import Plain, days_of, plain
from scripts.reconciling.sides import check_alike, our_side, reading
from scripts.reconciling.told import reported
from scripts.reports.content import Report, content

MATCHED: Final = 0
BREAKS: Final = 1
BAD_INPUT: Final = 2
_LINES: Final = 100
"""So many bad lines of one file are breaks of their own; of more, the file is one."""


class Day(NamedTuple):
    """What became of a folder, and the exit status that says it."""

    status: int
    answer: Plain


def day(
    office: Office, party: Party, key: PeriodKey, incoming: Sequence[Incoming], profiles: Profiles, out: Path
) -> Day:
    """Take every file in, match, write the reports into a folder. A file that cannot be read opens breaks.

    Raises `Usage`, `ProfilesDiffer`, `Refused`; OSError where reports cannot be written.
    """
    found = [read(one, profiles) for one in incoming]
    refused = [one for one in found if isinstance(one, Refused)]
    files = [_take(office.desk, key, one, profiles) for one in found]
    report = _matched(office, party, key, profiles, list(_unreadable(refused)))
    run, written = report.run, _write(report, out)
    status = BAD_INPUT if refused else BREAKS if run.breaks else MATCHED
    answer = {
        **days_of(key),
        "outcome": {MATCHED: "matched", BREAKS: "breaks", BAD_INPUT: "bad_input"}[status],
        "files": files,
        "run": run.run,
        "position": run.upto,
        "here": plain(run.here),
        "there": plain(run.there),
        "left_here": plain(run.left_here),
        "left_there": plain(run.left_there),
        "classes": [
            {"class": one.break_class, "breaks": one.breaks, "effect": plain(one.effect)}
            for one in run.classes
        ],
        "breaks": len(run.breaks),
        "reports": [str(path) for path in written],
    }
    return Day(status, answer)


def _take(desk: Desk, key: PeriodKey, found: Any, profiles: Profiles) -> Plain:
    """One file, as the answer tells of it."""
    if isinstance(found, Refused):
        bad = [{"line": one.line, "column": one.column, "code": one.code} for one in found.bad]
        return {"name": found.name, "file": found.file, "outcome": "refused", "bad": bad}
    if not isinstance(found, GivenFile):
        (answer,) = found
        return {
            "name": answer.name,
            "file": answer.file,
            "outcome": "answered",
            "finding": answer.finding,
        }
    check_alike(desk, key, found, profiles)
    taken = desk.take_file(key, found)
    late = None if taken.late_for is None else str(taken.late_for)
    told = {"name": found.name, "file": found.file, "outcome": taken.outcome, "late_for": late}
    return told | {"rows": taken.sums.rows, "new_rows": taken.new.rows}


def _unreadable(refused: Sequence[Refused]) -> Iterator[Unreadable]:
    """Each bad line once; a file with very many is one break."""
    for file in refused:
        lines = {one.line: one for one in reversed(file.unreadable())}
        if len(lines) > _LINES:
            yield Unreadable(file.file, file.name, WHOLE_FILE, file.error().text())
        else:
            yield from lines.values()


def _matched(
    office: Office, party: Party, key: PeriodKey, profiles: Profiles, unreadable: list[Unreadable]
) -> Report:
    """The report of the day's run: a new one, or the last one where it would find the same."""
    desk = office.desk
    before = desk.office.periods(key.party).periods.get(key)
    last = None if before is None else before.matched
    how = reading(profiles, () if before is None else before.files, key)
    with moment(office.settings) as view:
        ours = our_side(view, desk.belonging(key), party, how).ours
        frozen = before is not None and before.signed is not None
        if last is not None and not frozen:
            frozen = _same(last, desk.match(key, ours, how.rules, unreadable, keep=False))
        if frozen:
            return reported(view, desk, party, key, profiles)
    run = desk.match(key, ours, how.rules, unreadable)
    return content(desk, desk.told_of(key, ours, run))


def _same(last: PeriodMatched, again: Run) -> bool:
    """Whether a run finds what the last one found, and would change no break."""
    fields = ("files", "here", "there", "left_here", "left_there", "rules", "classes", "breaks")
    changes = (*again.opened, *again.changed, *again.gone)
    return not changes and all(getattr(last, name) == getattr(again.event, name) for name in fields)


def _write(report: Report, out: Path) -> list[Path]:
    """Every form, under the name of the period."""
    from scripts.reports import as_csv, as_html, as_xlsx

    out.mkdir(parents=True, exist_ok=True)
    stem = str(report.key).replace(":", "_")
    page, book, told = (out / f"{stem}.{form}" for form in ("html", "xlsx", "json"))
    as_html.write(report, page)
    as_xlsx.write(report, book)
    told.write_bytes(orjson.dumps(report.plain(), option=orjson.OPT_APPEND_NEWLINE))
    return [page, book, told, *as_csv.write(report, out / stem, bom=True)]
