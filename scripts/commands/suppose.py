"""`copay replay --policy FILE` and `--order A,B,C`: what another rule would have changed, fen by fen."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scripts.cli.answers import print_json
from scripts.cli.failures import NOT_FOUND, Missing, Usage
from scripts.cli.logs import log_of
from scripts.cli.settings import Settings
from scripts.cli.texts import choose
from scripts.cli.values import shown

if TYPE_CHECKING:
    from ledger.persistence.stored_log import StoredLog
    from ledger.redeciding.alternative import Alternative
    from ledger.redeciding.changes import Bill, Changes, Line

Order = Annotated[
    str | None,
    typer.Option("--order", metavar="A,B,C", help="Suppose this debit order; needs --beneficiary"),
]
Beneficiary = Annotated[
    str | None,
    typer.Option("--beneficiary", metavar="ID", help="With --policy or --order: whose bills are replayed"),
]
Year = Annotated[
    int | None,
    typer.Option(
        "--year", metavar="Y", min=1900, max=2999, help="With --policy or --order: only bills of this year"
    ),
]

_DONE: Final = 0
_SHOWN: Final = 100
_COLUMNS: Final = ("settlement", "payer", "recorded_fen", "would_be_fen", "difference_fen", "note")
_TOTALS: Final = ("payer", "recorded_fen", "would_be_fen", "difference_fen")


def suppose(
    settings: Settings,
    archive: Path | None = None,
    *,
    order: str | None,
    beneficiary: str | None,
    year: int | None,
    json: bool,
) -> int:
    """Replay bills under other packs or in another debit order, and print what would have changed. Exit
    status 0, or 1 when the beneficiary does not exist."""
    try:
        changes = run(settings, archive, order=order, beneficiary=beneficiary, year=year)
    except Missing as error:
        if not json:
            raise
        print_json({"error": {"code": error.code, "message": error.text(settings.lang)}})
        return NOT_FOUND
    if json:
        print_json(as_object(changes))
    else:
        show(changes, settings.lang)
    return _DONE


def run(
    settings: Settings,
    archive: Path | None = None,
    *,
    order: str | None,
    beneficiary: str | None,
    year: int | None,
) -> "Changes":
    """What the packs of `settings.policies`, or an order, would have changed, with progress on a terminal.

    Raises `Usage` for an order without a beneficiary or with somebody who was never bound, `Missing`
    (`beneficiary_not_found`), `PolicyError` for a wrong pack, `StoreUnavailable` without a database,
    ArchiveDamaged and NothingToReplay for an archive.
    """
    from ledger.redeciding.together import collect_garbage_seldom
    from ledger.redeciding.what_if import what_if
    from scripts.cli.meter import Meter

    collect_garbage_seldom()
    meter = Meter(choose(settings.lang, "bills", "账单"))
    with log_of(settings, archive) as opening, opening() as log:
        alternative = _alternative(settings, log, order, beneficiary, year)
        with meter:
            return what_if(log, alternative, meter.reach)


def _alternative(
    settings: Settings, log: "StoredLog", order: str | None, beneficiary: str | None, year: int | None
) -> "Alternative":
    from ledger.redeciding.alternative import Alternative
    from ledger.redeciding.what_if import binders_of

    named = tuple(order.split(",")) if order is not None else ()
    if order is not None and beneficiary is None:
        raise Usage(
            "--order needs --beneficiary: an order is one person's", "--order 必须与 --beneficiary 同用"
        )
    binders = frozenset() if beneficiary is None else binders_of(log, beneficiary)
    if binders is None:
        name = shown(beneficiary or "")
        raise Missing("beneficiary_not_found", f"there is no beneficiary {name}", f"没有使用人 {name}")
    if len(set(named)) != len(named) or not binders.issuperset(named):
        known = ", ".join(sorted(binders)) or "–"
        raise Usage(
            f"--order names each once, of those who were ever bound: {known}",
            f"--order 中每人只能出现一次，且须曾经绑定：{known}",
        )
    if settings.policies:
        supposed = Alternative.of_files(settings.policies, log, beneficiary, year)
        return Alternative(beneficiary, year, supposed.packs, named)
    return Alternative(beneficiary, year, order=named)


def as_object(changes: "Changes") -> dict[str, Any]:
    """The changes for programs: every bill that differs, and the totals of all bills looked at."""
    return {
        "position": changes.position,
        "bills": len(changes.bills),
        "changed": [_bill(bill) for bill in changes.changed()],
        "totals": [_line(line) for line in changes.totals()],
        "short": [{"account": who, "lacking_fen": fen} for who, fen in sorted(changes.short.items())],
    }


def _bill(bill: "Bill") -> dict[str, Any]:
    from ledger.clock import for_people

    return {
        "settlement": bill.settlement,
        "beneficiary": bill.beneficiary,
        "op": bill.op,
        "position": bill.position,
        "at": for_people(bill.at),
        "amount_fen": bill.amount_fen,
        "policy": {"recorded": bill.recorded.policy, "would_be": bill.would_be.policy},
        "class": {"recorded": bill.recorded.service_class, "would_be": bill.would_be.service_class},
        "refused": {"recorded": bill.recorded.refused, "would_be": bill.would_be.refused},
        "payers": [_line(line) for line in bill.lines()],
    }


def _line(line: "Line") -> dict[str, Any]:
    """A payer's fen; the payer of cash is null. The difference is that of the net amounts."""
    difference = line.would_be_net_fen - line.recorded_net_fen
    return {**line._asdict(), "difference_fen": difference}


def show(changes: "Changes", lang: str) -> None:
    """One page: who would have paid what, bill by bill and in all."""
    from ledger.money import yuan
    from ledger.redeciding.changes import Line
    from scripts.cli.tables import Page

    changed = list(changes.changed())
    page = Page(lang).title(
        f"{len(changed):,} of {len(changes.bills):,} bills would have gone otherwise",
        f"{len(changes.bills):,} 笔账单中有 {len(changed):,} 笔结果会不同",
    )
    rows = [row for bill in changed[:_SHOWN] for row in _rows(bill, lang)]
    page.rows(rows, _COLUMNS, "every fen would have gone the same way", "每一分钱的去向都不变").gap()
    if len(changed) > _SHOWN:
        page.line(
            f"… and {len(changed) - _SHOWN:,} more bills", f"…… 另有 {len(changed) - _SHOWN:,} 笔"
        ).gap()
    *payers, cash = changes.totals() or [Line(None, 0, 0, 0, 0)]
    payers = [line for line in payers if _differs(line)]
    page.rows([_total(line, lang) for line in (*payers[:_SHOWN], cash)], _TOTALS, "", "")
    if len(payers) > _SHOWN:
        more = len(payers) - _SHOWN
        page.line(f"… and {more:,} more payers; --json lists all", f"…… 另有 {more:,} 人；用 --json 查看全部")
    for account, fen in sorted(changes.short.items()):
        page.point(
            choose(
                lang,
                f"{account} would have lacked {yuan(fen)} for other people's bills, which stay as recorded",
                f"{account} 支付他人账单（保持原记录）时会缺 {yuan(fen)} 元",
            )
        )
    page.point(
        choose(
            lang,
            "totals are of those who would pay otherwise, net of refunds and releases; nothing was written",
            "合计仅列支付会不同者，已扣除退款与释放；未写入任何内容",
        )
    )
    page.gap().as_of({"position": changes.position}).show()


def _rows(bill: "Bill", lang: str) -> list[dict[str, Any]]:
    """A line per payer whose fen would be others; the bill's fate stands in the first."""
    lines = [line for line in bill.lines() if line.recorded_fen != line.would_be_fen or _differs(line)]
    rows: list[dict[str, Any]] = [
        {
            "settlement": bill.settlement,
            "payer": _payer(line, lang),
            "recorded_fen": line.recorded_fen,
            "would_be_fen": line.would_be_fen,
            "difference_fen": line.would_be_fen - line.recorded_fen,
        }
        for line in lines
    ]
    fates = [
        (bill.recorded.refused, "refused: {}", "记录为拒绝：{}"),
        (bill.would_be.refused, "would be refused: {}", "会被拒绝：{}"),
    ]
    said = [choose(lang, english, chinese).format(code) for code, english, chinese in fates if code]
    rows = rows or [{"settlement": bill.settlement, "payer": ""}]
    rows[0]["note"] = "; ".join(said)
    return rows


def _total(line: "Line", lang: str) -> dict[str, Any]:
    net = {"recorded_fen": line.recorded_net_fen, "would_be_fen": line.would_be_net_fen}
    return {**_line(line), **net, "payer": _payer(line, lang)}


def _differs(line: "Line") -> bool:
    return line.recorded_net_fen != line.would_be_net_fen


def _payer(line: "Line", lang: str) -> str:
    return line.payer if line.payer is not None else choose(lang, "(cash)", "（现金）")
