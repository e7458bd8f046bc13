"""`copay replay --decide`: every recorded decision taken again, and what does not come out as recorded."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scripts.cli.answers import print_json
from scripts.cli.logs import log_of
from scripts.cli.settings import Settings
from scripts.cli.texts import choose

if TYPE_CHECKING:
    from ledger.redeciding.findings import Finding, Report

SUPPORTED: Final = 0
NOT_SUPPORTED: Final = 1

Decide = Annotated[
    bool, typer.Option("--decide", help="Take every recorded decision again, with the packs in the log")
]
OwnFacts = Annotated[
    bool,
    typer.Option("--own-facts", help="With --decide: only from what stands in each charge, hold and premium"),
]

_PROCESSES: Final = 4
"""More would mostly follow the log, each for itself."""

_SHOWN: Final = 100
_COUNTS: Final = ("decisions", "supported", "undecidable", "unsupported")
_COLUMNS: Final = ("position", "about", "finding", "field", "recorded", "by_the_rules")

SAID: Final[Mapping[str, tuple[str, str]]] = {
    "unreadable": ("the bytes are no event", "字节不是任何事件"),
    "missing": ("the log has no event there", "日志在此处缺少事件"),
    "out_of_place": ("cannot have come after what stands before it", "不可能接在此前的记录之后"),
    "not_a_command": ("answers no command that can be asked", "不是对任何有效指令的答复"),
    "request": ("the request id was used before", "该请求号此前已使用"),
    "policy": ("rests on another policy", "所依据的政策不符"),
    "refused": ("recorded as accepted, but the rules refuse it", "记为已受理，但按规则应拒绝"),
    "accepted": ("recorded as refused, but the rules accept it", "记为已拒绝，但按规则应受理"),
    "refusal": ("refused for another reason", "拒绝的理由或数据不符"),
    "content": ("the content is not what was asked for", "内容与请求不符"),
    "class": ("the class is another one", "医疗类别不符"),
    "year": ("the year is another one", "年度不符"),
    "order": ("the debit order was another one", "扣款顺序不符"),
    "figures": ("the figures it saw were others", "所依据的数据不符"),
    "amounts": ("the amounts are others", "金额不符"),
    "bound_by": ("something else limited it", "限制因素不符"),
    "events": ("its events are others", "所写事件不符"),
    "facts": ("what it says is something else", "记录的事实不符"),
    "bytes": ("the same facts in bytes that no ledger writes", "事实相同，但字节不是账本所写"),
}
"""What is wrong, by the kind of a finding, in English and Chinese."""


def decide_again(settings: Settings, archive: Path | None = None, *, own_facts: bool, json: bool) -> int:
    """Take every decision of a log again and print what does not come out as recorded. Exit status 0 or 1."""
    report = run(settings, archive, own_facts=own_facts)
    if json:
        print_json(as_object(report, own_facts=own_facts))
    else:
        show(report, settings.lang)
    return NOT_SUPPORTED if report.unsupported else SUPPORTED


def run(settings: Settings, archive: Path | None = None, *, own_facts: bool) -> "Report":
    """Every decision of the database's log, or of an archive's, taken again, with progress on a terminal.

    Raises `StoreUnavailable`, ArchiveDamaged (`archive_damaged`), NothingToReplay (`nothing_to_replay`).
    """
    from ledger.redeciding.redecide import redecide_from_facts
    from ledger.redeciding.together import collect_garbage_seldom, redecide_together
    from scripts.cli.meter import Meter

    collect_garbage_seldom()
    meter = Meter(choose(settings.lang, "decisions", "决定"))
    with log_of(settings, archive) as opening, meter:
        if not own_facts:
            return redecide_together(opening, min(os.cpu_count() or 1, _PROCESSES), meter.reach)
        with opening() as log:
            return redecide_from_facts(log, meter.reach)


def as_object(report: "Report", *, own_facts: bool) -> dict[str, Any]:
    """The report for programs. `by_the_rules` is what the facts give; findings are listed up to 1,000."""
    return {
        "position": report.position,
        "from": "own_facts" if own_facts else "log",
        **{name: getattr(report, name) for name in _COUNTS},
        "by_op": dict(sorted(report.by_op.items())),
        "by_kind": dict(sorted(report.by_kind.items())),
        "findings": [_finding(finding) for finding in report.findings],
    }


def _finding(finding: "Finding") -> dict[str, Any]:
    return {
        "position": finding.position,
        "kind": finding.kind,
        "contradicts": "own_facts" if finding.rests == "own" else "log",
        "op": finding.op,
        "id": finding.request,
        "stream": finding.stream,
        "settlement": _settlement(finding),
        "differences": [
            {"field": one.where, "recorded": one.recorded, "by_the_rules": one.given}
            for one in finding.differences
        ],
    }


def _settlement(finding: "Finding") -> str | None:
    kind, _, name = finding.stream.partition(":")
    return name if kind == "settlement" else None


def show(report: "Report", lang: str) -> None:
    """One page: how many decisions, and those that are not supported."""
    from scripts.cli.tables import Page

    page = Page(lang).title("decisions taken again", "重新作出的决定")
    page.facts({name: f"{getattr(report, name):,}" for name in _COUNTS}, _COUNTS).gap()
    rows = [_row(finding, lang) for finding in report.findings[:_SHOWN]]
    page.rows(rows, _COLUMNS, "every decision is supported", "所有决定均有依据")
    if report.unsupported > len(rows):
        more = report.unsupported - len(rows)
        page.line(f"… and {more:,} more", f"…… 另有 {more:,} 项")
    if report.undecidable:
        page.point(
            choose(
                lang,
                f"{report.undecidable:,} rest on a birth date, which is not in the log",
                f"{report.undecidable:,} 项取决于出生日期，日志中没有",
            )
        )
    page.gap().as_of({"position": report.position}).show()


def _row(finding: "Finding", lang: str) -> dict[str, Any]:
    from scripts.cli.tables import cell

    row: dict[str, Any] = {
        "position": finding.position,
        "about": _settlement(finding) or finding.request or finding.stream,
        "finding": choose(lang, *SAID[finding.kind]),
    }
    if finding.differences:
        first = finding.differences[0]
        name = first.where.rpartition(".")[2]
        shown = (cell(name, first.recorded, lang), cell(name, first.given, lang))
        row |= {"field": first.where.partition(".")[2] or first.where}
        row |= dict(zip(("recorded", "by_the_rules"), shown, strict=True))
    return row
