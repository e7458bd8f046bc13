"""`copay reconcile import`: the other side's file taken in, whole and once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.cli.answers import Answer, Json, give, print_json
from scripts.cli.back_office import (
    Asked,
    DryRun,
    Layout,
    at_the_desk,
    profiles,
)
from scripts.cli.failures import FAILED, say, tell
from scripts.cli.meter import Meter
from scripts.cli.settings import Settings
from scripts.cli.texts import choose, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.reconciliation.files.answers import Answer as Finding
    from ledger.reconciliation.files.defects import Refused
    from ledger.reconciliation.taking import GivenFile

_SHOWN = 20
_SUMS = ("outcome", "file", "rows", "new_rows", "total_fen", "fund_fen", "account_fen")
_FINDINGS = {
    "balanced": ("both sides agree", "双方一致"),
    "centre_more": ("the centre has more", "中心多"),
    "institution_more": ("the institution has more", "机构多"),
    "amounts_differ": ("amounts differ", "金额不符"),
}


def take(  # noqa: PLR0913  every option is an argument
    settings: Settings,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As it came, zipped or not")],
    profile: Annotated[str, typer.Option("--profile", metavar="NAME", help="How FILE is laid out")],
    asked: Asked,
    clr_type: Annotated[
        str | None, typer.Option("--clr-type", metavar="CODE", help="The clearing type it is about")
    ] = None,
    insutype: Annotated[
        str | None, typer.Option("--insutype", metavar="CODE", help="The insurance type it is about")
    ] = None,
    clr_optins: Annotated[
        str | None, typer.Option("--clr-optins", metavar="CODE", help="The clearing agency it is about")
    ] = None,
    legs: Annotated[
        Path | None, typer.Option("--legs", metavar="FILE", help="What each payer gave, as the platform says")
    ] = None,
    legs_profile: Annotated[
        str, typer.Option("--legs-profile", metavar="NAME", help="How the legs are laid out")
    ] = "legs-exchange",
    layout: Layout = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Take a file of the other side in: a detail or result file of 3202, a bank's, or the answer to 3201.

    A file with a bad line is refused whole, with every bad line; exit status 2. The same file again, renamed,
    zipped anew, reordered or split has no second effect. An answer to 3201 is shown and not kept. A file for
    a signed period goes into the next one as late.

    Examples:

    copay reconcile import day.zip --profile 3202-upload-8 --institution H1 --from 2026-03-02 --to 2026-03-02

    copay reconcile import day.csv --profile bank-sample --bank ICBC --from 2026-03-02 --to 2026-03-02 --json

    copay reconcile import details.txt --profile 3202-upload-8 --legs legs.tsv --institution H1 --dry-run
    """
    from ledger.reconciliation.files.defects import Refused
    from ledger.reconciliation.files.details import Scope
    from ledger.reconciliation.taking import GivenFile
    from scripts.reconciling.incoming import Incoming, read

    incoming = Incoming(file, profile, Scope(clr_type, insutype, clr_optins), legs, legs_profile)
    with Meter(choose(settings.lang, "read", "读取"), 1) as meter:
        found = read(incoming, profiles(layout))
        meter.reach(1)
    if isinstance(found, Refused):
        return refuse(found, settings.lang, as_json=json)
    if not isinstance(found, GivenFile):
        findings = found
        return give(settings, json, lambda: _answered(findings), lambda told: _show(settings, told))
    given = found
    return give(
        settings,
        json,
        lambda: _taken(settings, asked, given, layout, dry_run=dry_run),
        lambda told: _show(settings, told),
    )


def refuse(refused: "Refused", lang: str, *, as_json: bool) -> int:
    """Say what is wrong with a file. Returns the exit status."""
    if as_json:
        bad = [
            {"line": one.line, "column": one.column, "code": one.code, "reason": one.text(lang)}
            for one in refused.bad
        ]
        error = {"code": "file_unreadable", "message": refused.error().text(lang)}
        print_json({"error": {**error, "file": refused.file, "name": refused.name, "bad": bad}})
        return FAILED
    say(refused.error().text(lang))
    for one in refused.bad[:_SHOWN]:
        tell(printable(f"  {one.text(lang)}"))
    if len(refused.bad) > _SHOWN:
        more = len(refused.bad) - _SHOWN
        tell(
            choose(lang, f"  … and {more:,} more; --json lists all", f"  …另有 {more:,} 处；--json 列出全部")
        )
    return FAILED


def _taken(
    settings: Settings,
    asked: Asked,
    given: "GivenFile",
    layout: list[Path] | None,
    *,
    dry_run: bool,
) -> Answer:
    from scripts.reconciling.plainly import days_of
    from scripts.reconciling.sides import check_alike

    with at_the_desk(settings, dry_run=dry_run) as office:
        key = asked.period(office.desk, begun=False)
        check_alike(office.desk, key, given, profiles(layout))
        taken = office.desk.take_file(key, given)
    late = None if taken.late_for is None else str(taken.late_for)
    return {
        "outcome": taken.outcome,
        "kept": not dry_run,
        **days_of(taken.period),
        "late_for": late,
        "file": given.file,
        "name": given.name,
        "profile": given.profile,
        "rows": taken.sums.rows,
        "new_rows": taken.new.rows,
        "total_fen": taken.sums.total_fen,
        "fund_fen": taken.sums.fund_fen,
        "account_fen": taken.sums.account_fen,
    }


def _answered(findings: "Sequence[Finding]") -> Answer:
    (found,) = findings
    return {
        "outcome": "answered",
        "kept": False,
        "file": found.file,
        "name": found.name,
        "finding": found.finding,
        "description": found.description,
        "agency": found.agency,
        "clr_type": found.clr_type,
    }


def _show(settings: Settings, told: Answer) -> None:
    from scripts.cli.tables import Page

    page = Page(settings.lang)
    if told["outcome"] == "answered":
        english, chinese = _FINDINGS[told["finding"]]
        page.line(f"{told['name']}: {english}", f"{told['name']}：{chinese}").show()
        return
    period = f"{told['party']} {told['first']} – {told['last']}"
    page.title(f"{told['name']} for {period}", f"{told['name']}，{period}")
    page.facts({**told, "outcome": _outcome(told, settings.lang)}, _SUMS)
    if told["late_for"] is not None:
        page.line(f"it is late: {told['late_for']} is signed", f"迟到：{told['late_for']} 已签结，计入下一期")
    if not told["kept"]:
        page.line("dry run: nothing was kept", "试运行：未保存任何内容")
    page.show()


def _outcome(told: Answer, lang: str) -> str:
    if told["outcome"] == "known":
        return choose(lang, "was taken before, nothing changes", "此前已收，无变化")
    return choose(lang, "taken", "已收")
