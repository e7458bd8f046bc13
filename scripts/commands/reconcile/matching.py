"""`copay reconcile match`: both sides of a period held against each other."""

from typing import TYPE_CHECKING, Any

from scripts.cli.answers import Answer, Json, give
from scripts.cli.back_office import (
    Asked,
    DryRun,
    Layout,
    at_the_desk,
    how_to_read,
)
from scripts.cli.meter import Meter
from scripts.cli.settings import Settings
from scripts.cli.texts import choose

if TYPE_CHECKING:
    from ledger.reconciliation.running import Run
    from scripts.reconciling.sides import Side

BREAKS = 1
_TOTALS = ("side", "part", "rows", "total_fen", "fund_fen", "account_fen")
_RULES = ("rule", "matches", "here_rows", "there_rows", "here_total_fen", "there_total_fen")
_CLASSES = ("break_class", "breaks", "total_fen", "fund_fen", "account_fen")


def match(
    settings: Settings,
    *,
    asked: Asked,
    layout: Layout = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Match our settlements with the rows of the files taken in, and open a break for every difference.

    Matching again is safe at any time: what is gone is closed, what is new is opened. Exit status 0 when all
    is matched, 1 when there are breaks. Settlements without the national fields are listed and take no part.

    Examples:

    copay reconcile match --institution H1

    copay reconcile match --institution H1 --from 2026-03-01 --to 2026-03-31 --dry-run

    copay reconcile match --agency 510100 --json
    """
    from scripts.cli.reading import moment
    from scripts.reconciling.plainly import days_of
    from scripts.reconciling.sides import our_side

    def ask() -> Answer:
        with at_the_desk(settings) as office:
            key = asked.period(office.desk, begun=False)
            how = how_to_read(office, key, layout)
            with Meter(choose(settings.lang, "match", "对账"), 3) as meter:
                meter.reach(0)
                with moment(office.settings) as view:
                    side = our_side(view, office.desk.belonging(key), asked.party, how)
                meter.reach(1)
                run = office.desk.match(key, side.ours, how.rules, keep=not dry_run)
                meter.reach(3)
        return days_of(key) | summary(run, side, kept=not dry_run)

    told: list[Answer] = []

    def noted() -> Answer:
        told.append(ask())
        return told[0]

    status = give(settings, json, noted, lambda found: _show(settings, found))
    return BREAKS if status == 0 and told[0]["breaks"] else status


def summary(run: "Run", side: "Side", *, kept: bool) -> Answer:
    """What a run came to, as plain values."""
    from ledger.reconciliation.amounts import difference
    from scripts.reconciling.plainly import plain

    event = run.event
    return {
        "run": event.run,
        "position": event.upto,
        "kept": kept,
        "here": plain(event.here),
        "there": plain(event.there),
        "left_here": plain(event.left_here),
        "left_there": plain(event.left_there),
        "difference": plain(difference(event.there, event.here)),
        "rules": [
            {"rule": rule.rule, "matches": rule.matches, "here": plain(rule.here), "there": plain(rule.there)}
            for rule in event.rules
        ],
        "classes": [
            {"class": one.break_class, "breaks": one.breaks, "effect": plain(one.effect)}
            for one in event.classes
        ],
        "breaks": len(event.breaks),
        "opened": list(run.opened),
        "changed": list(run.changed),
        "gone": list(run.gone),
        "not_searched": run.outcome.not_searched,
        "lacking": [_missing(row) for row in side.lacking],
        "partly": [_missing(row) for row in side.partly],
    }


def _missing(row: Any) -> dict[str, Any]:
    return {name: row[name] for name in ("settlement", "refund", "institution", "position")} | {
        "missing": row.get("missing", [])
    }


def _show(settings: Settings, found: Answer) -> None:
    from scripts.cli.tables import Page
    from scripts.reports.words import CLASSES, PARTS, RULES, SIDES, said

    lang = settings.lang
    period = f"{found['party']} {found['first']} – {found['last']}"
    page = Page(lang).title(f"{period}, run {found['run']}", f"{period}，第 {found['run']} 次对账")
    totals: list[dict[str, Any]] = []
    for side, left in (("here", "left_here"), ("there", "left_there")):
        name = said(SIDES, side, lang)
        totals.append({"side": name, "part": said(PARTS, "movements", lang), **found[side]})
        totals.append({"side": "", "part": said(PARTS, "open", lang), **found[left]})
    totals.append({"side": said(PARTS, "difference", lang), "part": "", **found["difference"]})
    page.rows(totals, _TOTALS, "", "")
    rules = [
        {
            "rule": said(RULES, rule["rule"], lang),
            "matches": rule["matches"],
            **{
                f"{side}_{name}": rule[side][name]
                for side in ("here", "there")
                for name in ("rows", "total_fen")
            },
        }
        for rule in found["rules"]
    ]
    page.gap().rows(rules, _RULES, "nothing was matched", "没有匹配")
    classes = [
        {"break_class": said(CLASSES, one["class"], lang), "breaks": one["breaks"], **one["effect"]}
        for one in found["classes"]
    ]
    page.gap().rows(classes, _CLASSES, "no breaks", "没有差异")
    page.gap()
    opened, gone = len(found["opened"]), len(found["gone"])
    page.line(
        f"breaks: {found['breaks']}, new {opened}, otherwise {len(found['changed'])}, gone {gone}",
        f"差异 {found['breaks']} 项：新增 {opened}，变化 {len(found['changed'])}，消除 {gone}",
    )
    if found["lacking"] or found["partly"]:
        lacking, partly = len(found["lacking"]), len(found["partly"])
        page.line(
            f"left out: {lacking} without national fields, {partly} given back in part; --json lists them",
            f"未参与对账：缺少国家字段 {lacking} 笔，部分退款 {partly} 笔；--json 列出",
        )
    if not found["kept"]:
        page.line("dry run: nothing was kept", "试运行：未保存任何内容")
    page.as_of(found).show()
