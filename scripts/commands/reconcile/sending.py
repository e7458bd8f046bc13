"""`copay reconcile export`: the totals for 3201 and the detail file of 3202, from our side."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.back_office import Agency, DryRun, First, Institution, Last, Layout, profiles
from scripts.cli.failures import Usage
from scripts.cli.settings import Settings
from scripts.cli.values import day

_CALLS = (
    "clr_type",
    "insutype",
    "agency",
    "number",
    "total_fen",
    "fund_fen",
    "account_fen",
    "request",
    "details",
)
_UNSENT = ("settlement", "reason")
_SHOWN = 20


def export(  # noqa: PLR0913  every option is an argument
    settings: Settings,
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go; it is made")],
    profile: Annotated[
        str, typer.Option("--profile", metavar="NAME", help="A layout of 3201, or of 3202 details")
    ],
    institution: Institution = None,
    agency: Agency = None,
    first: First = None,
    last: Last = None,
    clr_type: Annotated[
        str | None, typer.Option("--clr-type", metavar="CODE", help="Only this clearing type")
    ] = None,
    insutype: Annotated[
        str | None, typer.Option("--insutype", metavar="CODE", help="Only this insurance type")
    ] = None,
    file_number: Annotated[
        str | None,
        typer.Option("--file-number", metavar="NO", help="What 9101 answered for the uploaded file"),
    ] = None,
    layout: Layout = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Write the totals of 3201, or the details of 3202: a call for each agency, clearing and insurance type.

    Sums are signed: a refund counts on its own day. What cannot be sent is listed with its reason; exit
    status 1.

    Examples:

    copay reconcile export out --profile 3201-national --institution H1 --from 2026-03-01 --to 2026-03-31

    copay reconcile export out --profile 3202-upload-8 --agency 5101 --from 2026-03-01 --to 2026-03-31 --json
    """
    from scripts.cli.reading import asked as looked
    from scripts.reconciling.outgoing import Order, sent

    start, end = day("--from", first), day("--to", last)
    if start is None or end is None:
        raise Usage("give --from and --to", "请给出 --from 与 --to")
    order = Order(start, end, institution, agency, clr_type, insutype, file_number)
    told: list[Answer] = []

    def ask() -> Answer:
        layouts = profiles(layout)
        found = looked(
            settings, lambda view: sent(view, layouts, profile, order, None if dry_run else folder)
        )
        told.append(found | {"kept": not dry_run})
        return told[0]

    status = give(settings, json, ask, lambda found: _show(settings, found))
    return 1 if status == 0 and told[0]["unsent"] else status


def _show(settings: Settings, found: Answer) -> None:
    from scripts.cli.tables import Page

    page = Page(settings.lang)
    page.rows(found["calls"], _CALLS, "nothing to be sent", "没有可发送的数据")
    if found["unsent"]:
        count = len(found["unsent"])
        page.gap().line(f"{count} cannot be sent", f"{count} 笔无法发送")
        page.rows(found["unsent"][:_SHOWN], _UNSENT, "", "")
    if not found["kept"]:
        page.line("dry run: nothing was written", "试运行：未写入任何文件")
    page.as_of(found).show()
