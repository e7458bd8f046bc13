"""`copay reconcile report`: every match and break of a period, on the screen, for programs, or as files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.back_office import (
    Asked,
    Layout,
    at_the_desk,
    profiles,
)
from scripts.cli.failures import Usage
from scripts.cli.meter import Meter
from scripts.cli.settings import Settings
from scripts.cli.texts import choose

if TYPE_CHECKING:
    from scripts.reports.content import Report

_TOTALS = ("side", "part", "rows", "total_fen", "fund_fen", "account_fen")
_BREAKS = ("item", "break_class", "effect_total_fen", "state", "owner", "days", "external", "ours", "theirs")
_SHOWN = 100


def report(
    settings: Settings,
    *,
    asked: Asked,
    layout: Layout = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="One page that opens offline and prints")
    ] = None,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", metavar="FILE", help="A workbook, a sheet for each table")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="DIR", help="A CSV file for each table")
    ] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin CSV files with a byte order mark, for old spreadsheets")
    ] = False,
    json: Json = False,
) -> int:
    """Tell the last run of a period again: every match, every break, totals, and the sign-off sheet.

    All forms are made from the same rows; --json gives everything to programs.

    Examples:

    copay reconcile report --institution H1

    copay reconcile report --institution H1 --html march.html --xlsx march.xlsx --csv march --bom

    copay reconcile report --institution H1 --from 2026-03-01 --to 2026-03-31 --json
    """
    from scripts.cli.reading import moment
    from scripts.reconciling.told import reported

    if bom and csv is None:
        raise Usage("--bom goes with --csv", "--bom 须与 --csv 一起使用")
    made: list[Report] = []

    def ask() -> Answer:
        with at_the_desk(settings) as office, Meter(choose(settings.lang, "report", "报告"), 4) as meter:
            meter.reach(0)
            key = asked.period(office.desk)
            with moment(office.settings) as view:
                meter.reach(1)
                found = reported(view, office.desk, asked.party, key, profiles(layout))
            meter.reach(2)
        write(found, html=html, xlsx=xlsx, csv=csv, bom=bom)
        made.append(found)
        return found.plain() if json else {}

    return give(settings, json, ask, lambda _: _show(settings, made[0]))


def write(
    report: "Report", *, html: Path | None, xlsx: Path | None, csv: Path | None, bom: bool = False
) -> None:
    """The forms that are wanted. Raises `Usage`, `TooLong`."""
    try:
        if html is not None:
            from scripts.reports import as_html

            as_html.write(report, html)
        if xlsx is not None:
            from scripts.reports import as_xlsx

            as_xlsx.write(report, xlsx)
        if csv is not None:
            from scripts.reports import as_csv

            as_csv.write(report, csv, bom=bom)
    except OSError as error:
        where, reason = error.filename or html or xlsx or csv, error.strerror or "?"
        raise Usage(f"{where} cannot be written: {reason}", f"无法写入 {where}：{reason}") from None


def _show(settings: Settings, found: "Report") -> None:
    from scripts.cli.tables import Page
    from scripts.reports.words import CLASSES, PARTS, SIDES, STATES, said

    lang = settings.lang
    tables = {table.name: table for table in found.tables}

    def rows(name: str, limit: int | None = None) -> list[Answer]:
        columns = [column for column, _ in tables[name].columns]
        return [dict(zip(columns, row, strict=True)) for row in tables[name].rows[:limit]]

    key = found.key
    page = Page(lang).title(
        f"{key.party} {key.first} – {key.last}, {said(STATES, found.state, lang)}, run {found.run.run}",
        f"{key.party} {key.first} – {key.last}，{said(STATES, found.state, lang)}，第 {found.run.run} 次对账",
    )
    totals = [
        {**row, "side": said(SIDES, row["side"], lang), "part": said(PARTS, row["part"], lang)}
        for row in rows("totals")
    ]
    page.rows(totals, _TOTALS, "", "")
    breaks = [
        {
            **row,
            "break_class": said(CLASSES, row["break_class"], lang),
            "state": said(STATES, row["state"], lang),
        }
        for row in rows("breaks", _SHOWN)
    ]
    page.gap().rows(breaks, _BREAKS, "no breaks", "没有差异")
    count, all_breaks = len(found.matches), len(found.breaks)
    page.gap().line(
        f"matches: {count:,}, breaks: {all_breaks:,}; --json, --html, --xlsx and --csv have them all",
        f"匹配 {count:,} 项，差异 {all_breaks:,} 项；--json、--html、--xlsx、--csv 列出全部",
    )
    page.as_of({"position": found.position}).show()
