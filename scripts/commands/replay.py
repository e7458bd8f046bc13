"""`copay replay`: the whole log again by a second way, and whether everything agrees with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scripts.cli.answers import Json, print_json
from scripts.cli.failures import Usage
from scripts.cli.settings import Settings, command
from scripts.commands.redecide import Decide, OwnFacts, decide_again
from scripts.commands.suppose import Beneficiary, Order, Year, suppose

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


def replay(  # noqa: PLR0913  one parameter for each flag
    settings: Settings,
    *,
    archive: Annotated[
        Path | None,
        typer.Option("--archive", metavar="DIR", help="Read the log from an archive; no database is needed"),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Compare with every aggregate instead of a sample of 400")
    ] = False,
    decide: Decide = False,
    own_facts: OwnFacts = False,
    order: Order = None,
    beneficiary: Beneficiary = None,
    year: Year = None,
    json: Json = False,
) -> int:
    """Compute every figure from the log alone, by a second way, and compare it with the read models.

    Balances, quotas, holds, limits, debit orders and totals are folded from the stored bytes by code that
    shares nothing with the ledger's. The log itself is checked on the way. Every difference is listed with
    the first position at which it arose; a view that was replaced, with position 0. Nothing is written.

    With --decide every recorded decision is taken again instead, with the policy packs that the log holds:
    what its recorded facts do not support is listed. With --policy or --order bills are replayed under other
    packs, or in another debit order, and what would have changed is shown, fen by fen. All of it works from
    an archive, too.

    Exit status: 0 all equal or supported; 1 something differs or is not supported; 2 it could not run.

    Examples:

    copay replay

    copay replay --full --json

    copay replay --archive /backup/copay

    copay replay --decide

    copay replay --decide --archive /backup/copay

    copay replay --order MEI,WEI --beneficiary LIN --year 2025

    copay replay --policy reform.yaml --beneficiary LIN --json
    """
    deciding, narrowed = decide or own_facts, beneficiary is not None or year is not None
    _one_kind(full, deciding, order is not None or narrowed)
    if deciding:
        return decide_again(settings, archive, own_facts=own_facts, json=json)
    if order is not None or (settings.policies and not full):
        return suppose(settings, archive, order=order, beneficiary=beneficiary, year=year, json=json)
    if narrowed:
        raise Usage(
            "--beneficiary and --year go with --policy or --order",
            "--beneficiary 与 --year 须与 --policy 或 --order 同用",
        )
    report = run(settings, archive, full=full)
    if json:
        print_json(report.as_dict())
    else:
        show(report, settings.lang)
    return EQUAL if report.equal else DIFFERENT


def _one_kind(*asked: bool) -> None:
    """A replay compares, or decides again, or supposes something: three questions, one at a time."""
    if sum(asked) > 1:
        raise Usage(
            "--full compares, --decide decides again, --order supposes: one at a time",
            "--full 用于比对，--decide 用于重新决定，--order 用于假设：每次只能用一类",
        )


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
    from scripts.cli.texts import choose

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
    if report.views:
        compared.append({"table": "views", "rows": report.views})
    page.rows(compared, _COMPARED, "no read models to compare with", "没有可比较的读模型").gap()
    if report.models and not report.views:
        page.point(
            choose(
                lang,
                "the views were not compared: that takes the right to make temporary ones (on no standby)",
                "视图未比较：需要建立临时视图的权限（备用服务器不可）",
            )
        ).gap()
    differences = [
        {**difference.as_dict(), "what": KINDS[difference.kind][lang == "zh"]}
        for difference in report.differences[:_SHOWN]
    ]
    page.rows(differences, _DIFFERENCES, "no differences", "没有差异")
    more = len(report.differences) - _SHOWN
    if more > 0:
        page.line(f"and {more:,} more; --json lists all", f"另有 {more:,} 项；用 --json 查看全部")
    page.as_of({"position": report.position}).show()
