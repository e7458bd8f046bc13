"""`copay replay`: the whole log again by a second way, and whether everything agrees with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scripts.cli.answers import Json, print_json
from scripts.cli.settings import Settings, command

if TYPE_CHECKING:
    from projections.audit.findings import Report

EQUAL: Final = 0
DIFFERENT: Final = 1

_FIGURES: Final = ("name", "rows", "digest")
_COMPARED: Final = ("table", "rows")
_DIFFERENCES: Final = ("position", "what", "place", "subject", "expected", "found")
_SHOWN: Final = 100


def register(app: typer.Typer) -> None:
    """Add `replay` to the program."""
    command(app, "replay")(replay)


def replay(
    settings: Settings,
    *,
    archive: Annotated[
        Path | None,
        typer.Option("--archive", metavar="DIR", help="Read the log from an archive; no database is needed"),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Compare with every aggregate instead of a sample of 400")
    ] = False,
    json: Json = False,
) -> int:
    """Compute every figure from the log alone, by a second way, and compare it with the read models.

    Balances, quotas, holds, limits, debit orders and totals are folded from the stored bytes by code that
    shares nothing with the ledger's. The log itself is checked on the way. Every difference is listed with
    the first position at which it arose. Nothing is written.

    Exit status: 0 all equal; 1 something differs; 2 it could not run.

    Examples:

    copay replay

    copay replay --full --json

    copay replay --archive /backup/copay
    """
    report = run(settings, archive, full=full)
    if json:
        print_json(report.as_dict())
    else:
        show(report, settings.lang)
    return EQUAL if report.equal else DIFFERENT


def run(settings: Settings, archive: Path | None, *, full: bool) -> "Report":
    """The replay that the options ask for. An archive is read without a database unless one is named."""
    from projections.audit.replay import replay, replay_archive
    from scripts.audit.aggregates import beside
    from scripts.cli.meter import Meter
    from scripts.cli.texts import choose

    with Meter(choose(settings.lang, "replay", "回放")) as meter:
        if archive is not None and settings.data is None and settings.dsn is None:
            return replay_archive(archive, progress=meter.reach)
        with settings.database() as dsn:
            also = beside(dsn, full=full)
            if archive is not None:
                return replay_archive(archive, dsn, meter.reach, also)
            return replay(dsn, meter.reach, also)


def show(report: "Report", lang: str) -> None:
    """One page: what was compared, the figures' digests, and what differs."""
    from projections.audit.findings import KINDS
    from scripts.cli.tables import Page

    page = Page(lang)
    page.title(f"replay of {report.events:,} events", f"回放 {report.events:,} 个事件")
    figures = [
        {"name": name, "rows": figure.rows, "digest": figure.digest[:16]}
        for name, figure in report.figures.items()
    ]
    page.rows(figures, _FIGURES, "", "").gap()
    page.facts(dict(report.totals), report.totals).gap()
    compared: list[dict[str, Any]] = [{"table": name, "rows": rows} for name, rows in report.compared.items()]
    if report.aggregates:
        compared.append({"table": "aggregates", "rows": report.aggregates})
    page.rows(compared, _COMPARED, "no read models to compare with", "没有可比较的读模型").gap()
    differences = [
        {**difference.as_dict(), "what": KINDS[difference.kind][lang == "zh"]}
        for difference in report.differences[:_SHOWN]
    ]
    page.rows(differences, _DIFFERENCES, "no differences", "没有差异")
    more = len(report.differences) - _SHOWN
    if more > 0:
        page.line(f"and {more:,} more; --json lists all", f"另有 {more:,} 项；用 --json 查看全部")
    page.as_of({"position": report.position}).show()
