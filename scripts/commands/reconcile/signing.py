"""`copay reconcile sign`: the sheet of a period; proposed by one person, signed by another."""

from typing import TYPE_CHECKING, Annotated

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.back_office import Asked, DryRun, at_the_desk
from scripts.cli.failures import Usage
from scripts.cli.settings import Settings

if TYPE_CHECKING:
    from ledger.events.periods import NamedRest
    from ledger.reconciliation.desk import Desk
    from ledger.reconciliation.periods import PeriodKey

_TOTALS = ("part", "side", "rows", "total_fen", "fund_fen", "account_fen")
_CLASSES = ("break_class", "breaks", "open_items", "age", "total_fen", "fund_fen", "account_fen")
_CORRECTED = ("item", "external", "how", "maker", "checker", "refund", "recorded")
_FILES = ("file", "profile", "rows", "new_rows", "sha256")


def sign(  # noqa: PLR0913  every option is an argument
    settings: Settings,
    *,
    asked: Asked,
    propose: Annotated[bool, typer.Option("--propose", help="Ask for a signature")] = False,
    rest: Annotated[
        list[str] | None,
        typer.Option(
            "--rest",
            metavar="FEN,FEN,FEN=REASON",
            help="Name a part (total, fund, account) no break explains",
        ),
    ] = None,
    approve: Annotated[
        int | None, typer.Option("--approve", metavar="N", min=1, help="Sign proposal N of another person")
    ] = None,
    refuse: Annotated[
        int | None, typer.Option("--refuse", metavar="N", min=1, help="Do not sign proposal N")
    ] = None,
    digest: Annotated[
        str | None, typer.Option("--digest", metavar="HEX", help="The digest of the sheet you looked at")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why it is refused")] = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Show the sheet of a period, propose it, or sign what another person proposed. What is signed is frozen.

    On both sides opening + movements = closing; theirs minus ours is explained by breaks and a named rest, to
    the fen, or nothing can be proposed.

    Examples:

    copay reconcile sign --institution H1

    copay reconcile sign --institution H1 --propose

    copay reconcile sign --institution H1 --approve 1 --digest "$DIGEST" --json
    """
    if [propose, approve is not None, refuse is not None].count(True) > 1:
        raise Usage(
            "give one of --propose, --approve and --refuse", "--propose、--approve、--refuse 只能给一个"
        )
    if (approve is not None or refuse is not None) and digest is None:
        raise Usage("--approve and --refuse go with --digest", "--approve 与 --refuse 须同时给出 --digest")
    if (refuse is not None) != (reason is not None):
        raise Usage("--refuse and --reason go together", "--refuse 与 --reason 须同时给出")
    named = tuple(map(_rest, rest or ()))
    if named and not propose:
        raise Usage("--rest goes with --propose", "--rest 须与 --propose 一起使用")

    def ask() -> Answer:
        with at_the_desk(settings, dry_run=dry_run) as office:
            key = asked.period(office.desk)
            if propose:
                office.desk.propose_sign_off(key, named)
            elif approve is not None:
                office.desk.sign(key, approve, digest or "")
            elif refuse is not None:
                office.desk.refuse_sign_off(key, refuse, digest or "", reason or "")
            return _standing(office.desk, key) | {"kept": not dry_run}

    return give(settings, json, ask, lambda found: _show(settings, found))


def _rest(text: str) -> "NamedRest":
    from ledger.events.periods import NamedRest
    from ledger.events.reconciliation import Effect

    figures, _, reason = text.partition("=")
    try:
        total, fund, account = (int(figure) for figure in figures.split(","))
    except ValueError:
        raise Usage(
            "--rest is three whole numbers of fen and a reason: -100,0,-100=by letter of 1 April",
            "--rest 须为三个整数（分）和原因：-100,0,-100=四月一日来函",
        ) from None
    return NamedRest(reason=reason, effect=Effect(total_fen=total, fund_fen=fund, account_fen=account))


def _standing(desk: "Desk", key: "PeriodKey") -> Answer:
    """The sheet, and where its signature stands."""
    from scripts.reconciling.plainly import full

    period = desk.period(key)
    sheet = desk.statement(key)
    waiting, signed = period.proposal, period.signed
    found: Answer = {"sheet": full(sheet), "proposal": None, "signed": None}
    if signed is not None:
        names = ("proposal", "digest", "maker", "by", "position")
        found["signed"] = {name: getattr(signed, name) for name in names}
    elif waiting is not None:
        found["proposal"] = {"proposal": waiting.proposal, "digest": waiting.digest, "by": waiting.by}
    return found


def _show(settings: Settings, found: Answer) -> None:
    from scripts.cli.tables import Page
    from scripts.reports.sheet import balances, corrections, open_by_class
    from scripts.reports.words import CLASSES, HOW, PARTS, SIDES, said

    sheet, lang = found["sheet"], settings.lang
    period = f"{sheet['party']} {sheet['first']} – {sheet['last']}"
    page = Page(lang).title(f"sign-off sheet of {period}", f"{period} 签结单")
    rows = [
        {**row, "part": said(PARTS, row["part"], lang), "side": said(SIDES, row["side"], lang)}
        for row in balances(sheet)
    ]
    page.rows(rows, _TOTALS, "", "")
    classes = [
        {**row, "break_class": said(CLASSES, row["break_class"], lang)} for row in open_by_class(sheet)
    ]
    page.gap().rows(classes, _CLASSES, "no breaks", "没有差异")
    done = [{**row, "how": said(HOW, row["how"], lang)} for row in corrections(sheet)]
    page.gap().rows(done, _CORRECTED, "nothing was corrected", "没有更正")
    files = [
        {"file": file["name"], "profile": file["profile"], "sha256": file["file"]}
        | {"rows": file["sums"]["rows"], "new_rows": file["new"]["rows"]}
        for file in sheet["files"]
    ]
    page.gap().rows(files, _FILES, "no files", "没有文件")
    signed, waiting = found["signed"], found["proposal"]
    page.gap()
    if signed is not None:
        at = signed["position"]
        page.line(
            f"signed by {signed['maker']} and {signed['by']}, digest {signed['digest']}, log position {at}",
            f"经办 {signed['maker']}，复核 {signed['by']}，摘要 {signed['digest']}，日志位置 {at}",
        )
    elif waiting is not None:
        number, digest = waiting["proposal"], waiting["digest"]
        page.line(
            f"proposal {number} by {waiting['by']}, digest {digest}, waits for another person",
            f"第 {number} 号签结申请（{waiting['by']}），摘要 {digest}，待他人复核",
        )
    else:
        page.line("not proposed for signature", "尚未申请签结")
    if not found["kept"]:
        page.line("dry run: nothing was kept", "试运行：未保存任何内容")
    page.show()
