"""`copay reconcile periods`, `breaks` and `show`: what stands, and one break down to the events behind it."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.back_office import (
    Asked,
    Item,
    Office,
    Side,
    at_the_desk,
)
from scripts.cli.settings import Settings

if TYPE_CHECKING:
    from ledger.reconciliation.items import ReconciliationItem
    from projections.store import Snapshot
    from scripts.cli.tables import Page

_PERIODS = ("period", "state", "files", "breaks", "open_items")
_BREAKS = ("item", "break_class", "effect_total_fen", "state", "owner", "age", "external", "proposed")
_FACTS = (
    "break_class", "side", "external", "state", "owner", "first_day", "age", "proposed", "cause",
    "cause_position", "how", "maker", "checker", "refund", "recorded",
)  # fmt: skip
_EFFECT = ("total_fen", "fund_fen", "account_fen")
_OURS = ("settlement", "state", "class", "at", "amount_fen", "paid", "cash_fen")
_THEIRS = ("settlement", "direction", "day", "total_fen", "fund_fen", "account_fen", "file", "line")
_EVENTS = ("position", "at", "type", "id", "data")


def periods(
    settings: Settings,
    *,
    side: Side,
    json: Json = False,
) -> int:
    """List the periods of an institution, an agency or a bank: how far each has come.

    Examples:

    copay reconcile periods --institution H1

    copay reconcile periods --agency 510100 --json
    """
    from scripts.reconciling.plainly import days_of

    def ask() -> Answer:
        with at_the_desk(settings) as office:
            found = office.desk.status(side.party.id)
        return {
            "periods": [
                {**days_of(one.key), "state": one.state, "files": one.files, "breaks": one.breaks,
                 "open_items": one.open_items}
                for one in found
            ]
        }  # fmt: skip

    def show(found: Answer) -> None:
        from scripts.cli.tables import Page
        from scripts.reports.words import STATES, said

        rows = [
            {
                **one,
                "period": f"{one['first']} – {one['last']}",
                "state": said(STATES, one["state"], settings.lang),
            }
            for one in found["periods"]
        ]
        nothing = ("nothing was taken in yet", "尚无数据")
        Page(settings.lang).rows(rows, _PERIODS, *nothing).show()

    return give(settings, json, ask, show)


def breaks(
    settings: Settings,
    *,
    asked: Asked,
    break_class: Annotated[
        str | None, typer.Option("--class", metavar="CLASS", help="Only this class: total, missing_here, …")
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="NUMBER", help="Only this staff number's; - is nobody's")
    ] = None,
    age: Annotated[
        int | None, typer.Option("--age", metavar="DAYS", min=0, help="Only those that are at least so old")
    ] = None,
    state: Annotated[Literal["open", "closed", "all"], typer.Option("--state", help="Only these")] = "open",
    json: Json = False,
) -> int:
    """List the breaks of a period and those carried into it, in order of first sight.

    Examples:

    copay reconcile breaks --institution H1

    copay reconcile breaks --institution H1 --class total --age 3 --owner S001 --json
    """
    from scripts.reconciling.plainly import days_of, described
    from scripts.reports.words import CLASSES

    if break_class is not None and break_class not in CLASSES:
        from scripts.cli.failures import Usage

        known = ", ".join(CLASSES)
        raise Usage(f"--class is one of {known}", f"--class 须为：{known}")

    def wanted(one: Answer) -> bool:
        return (
            (break_class is None or one["class"] == break_class)
            and (owner is None or (one["owner"] or "-") == owner)
            and (age is None or one["days"] >= age)
            and (state == "all" or (one["state"] == "closed") == (state == "closed"))
        )

    def ask() -> Answer:
        with at_the_desk(settings) as office:
            key = asked.period(office.desk)
            found = described(office.desk, office.desk.items(key))
        return days_of(key) | {"breaks": [one for one in found if wanted(one)]}

    def show(found: Answer) -> None:
        from scripts.cli.tables import Page

        period = f"{found['party']} {found['first']} – {found['last']}"
        rows = [_in_words(one, settings.lang) for one in found["breaks"]]
        page = Page(settings.lang).title(f"breaks of {period}", f"{period} 的差异")
        page.rows(rows, _BREAKS, "no such breaks", "没有符合条件的差异").show()

    return give(settings, json, ask, show)


def show(settings: Settings, *, item: Item, json: Json = False) -> int:
    """Show one break: the rows of both sides, the likely event and everything behind it, what is proposed.

    Examples:

    copay reconcile show brk-0123456789

    copay reconcile show brk-0123456789 --lang zh --json
    """
    from scripts.cli.reading import moment
    from scripts.reconciling.plainly import described

    def ask() -> Answer:
        with at_the_desk(settings) as office:
            state = office.desk.item(item)
            (told,) = described(office.desk, [state])
            with moment(office.settings) as view:
                behind = _behind(view, state)
            return told | {"there": _their_rows(office, state)} | behind

    return give(settings, json, ask, lambda found: show_item(settings, found))


def _behind(view: "Snapshot", state: "ReconciliationItem") -> Answer:
    """Our rows of a break, and every event of their settlements."""
    from projections import queries
    from projections.errors import NotFound

    settlements = dict.fromkeys(row.partition("/")[0] for row in state.seen.ours)
    if not settlements and state.opened.external is not None:
        settlements = {state.opened.external: None}
    rows, events = [], []
    for settlement in settlements:
        try:
            decided = queries.explain(view, settlement)
            found = queries.history(view, settlement, kind="settlement")["events"]
        except NotFound:
            continue
        rows.append(decided)
        events += found
    events.sort(key=lambda event: event["position"])
    return {"here": [_our_row(row) for row in rows], "events": events, "position": view.upto(None)}


def _our_row(decided: Answer) -> Answer:
    named = ("settlement", "state", "beneficiary", "class", "institution", "at", "amount_fen", "cash_fen")
    return {name: decided[name] for name in named} | {
        "legs": [{"payer": leg["payer"], "amount_fen": leg["amount_fen"]} for leg in decided["legs"]]
    }


def _their_rows(office: Office, state: "ReconciliationItem") -> list[Answer]:
    """The lines of theirs that a break is about, as they were read."""
    desk = office.desk.office
    book = desk.periods(state.opened.party)
    names = {file.file: file.name for period in book.periods.values() for file in period.files}
    found: list[Answer] = []
    for file in dict.fromkeys(row.file for row in state.seen.theirs):
        lines = {row.line for row in state.seen.theirs if row.file == file}
        rows = [row for row in desk.store.rows(file, names.get(file, "")) if row.line in lines]
        found += [
            {
                "settlement": row.settlement, "direction": row.direction,
                "day": None if row.day is None else row.day.isoformat(),
                "total_fen": row.total_fen, "fund_fen": row.fund_fen, "account_fen": row.account_fen,
                "visit": row.visit, "message": row.message, "receipt": row.receipt,
                "result": row.result, "file": row.name, "sha256": row.file, "line": row.line,
                "legs": [{"payer": payer, "amount_fen": fen} for payer, _, fen in row.legs or ()],
            }
            for row in rows
        ]  # fmt: skip
    return found


def show_item(settings: Settings, found: Answer) -> None:
    """A page about one break."""
    from scripts.cli.tables import Page, pairs

    lang = settings.lang
    page = Page(lang).title(
        f"break {found['item']} of {found['party']} {found['first']} – {found['last']}",
        f"差异 {found['item']}，{found['party']} {found['first']} – {found['last']}",
    )
    said = _in_words(found, lang)
    page.facts(said, [name for name in _FACTS if said[name] is not None])
    page.gap().line("theirs minus ours", "对方减本方").facts(found["effect"], _EFFECT)
    _rows(page, found)
    if "events" in found:
        events = [{**event, "data": pairs(event["data"], lang)} for event in found["events"]]
        page.gap().line("what happened here", "本方事件")
        page.rows(events, _EVENTS, "no event here is about it", "本方没有相关事件")
    show_proposal(page, found["proposal"], lang)
    page.show()


def _rows(page: "Page", found: Answer) -> None:
    from ledger.money import yuan

    if "here" not in found:
        return
    page.gap().line("in this ledger", "本方")
    mine = [
        {**row, "paid": ", ".join(f"{leg['payer']} {yuan(leg['amount_fen'])}" for leg in row["legs"])}
        for row in found["here"]
    ]
    page.rows(mine, _OURS, "nothing", "无")
    page.gap().line("on the other side", "对方")
    page.rows(found["there"], _THEIRS, "nothing", "无")


def show_proposal(page: "Page", waiting: Answer | None, lang: str) -> None:
    """What is proposed, and what an approval has to name."""
    from scripts.reports.words import HOW, said

    if waiting is None:
        return
    number, digest = waiting["proposal"], waiting["digest"]
    page.gap().line(f"proposal {number}, digest {digest}", f"第 {number} 号方案，摘要 {digest}")
    names = ("reason", "settlement", "refund_fen", "record_fen")
    told = {"how": said(HOW, waiting["action"], lang), "maker": waiting["by"]}
    told |= {name: waiting[name] for name in names}
    page.facts(told, told)


def _in_words(one: Answer, lang: str) -> Answer:
    from scripts.reports.words import CAUSES, CLASSES, HOW, PROPOSED, SIDES, STATES, said

    return {
        **one,
        "break_class": said(CLASSES, one["class"], lang),
        "side": said(SIDES, one["side"], lang),
        "state": said(STATES, one["state"], lang),
        "cause": said(CAUSES, one["cause"], lang),
        "proposed": said(PROPOSED, one["proposed"], lang),
        "how": said(HOW, one["how"], lang),
        "age": f"{one['days']} / {one['working_days']}",
        "effect_total_fen": one["effect"]["total_fen"],
    }
