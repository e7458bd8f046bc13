"""`copay totals`: what an institution or agency reconciles, day by day."""

from typing import Annotated, Final

import typer

from scripts.cli.answers import Answer, Json, answer
from scripts.cli.settings import Settings, command
from scripts.cli.values import At, Position, day, instant

_AMOUNTS: Final = ("amount_fen", "own_fen", "shared_fen", "cash_fen")
_TOTALS: Final = (
    "business_day", "institution", "region", "insurance", "class", "op", "direction", "count", *_AMOUNTS,
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add `totals` to the program."""
    command(app, "totals", waits=True)(totals)


def totals(
    settings: Settings,
    *,
    institution: Annotated[
        str | None, typer.Option("--institution", metavar="NAME", help="Only of this one, as bills name it")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first day, included")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day, included")] = None,
    at: At = None,
    position: Position = None,
    json: Json = False,
) -> int:
    """Show what was settled and refunded per institution and business day.

    A captured hold counts on the day of the capture, a refund as a reverse entry on its own day; open and
    released holds do not count. Days are those of Shanghai, by service time: what is told late changes an
    earlier day, and --position shows what was known then.

    Examples:

    copay totals --institution "Qingyang Clinic" --from 2025-05-01 --to 2025-05-31

    copay totals --from 2025-05-20 --to 2025-05-20 --json
    """
    from projections import queries
    from scripts.cli.tables import Page

    start, end = day("--from", first), day("--to", last)
    then = instant("--at", at)

    def show(found: Answer) -> None:
        page = Page(settings.lang).title("settlement totals", "结算汇总")
        page.rows(found["totals"], _TOTALS, "nothing was settled", "没有结算")
        if found["totals"]:
            sums = [{"direction": direction, **amounts} for direction, amounts in found["sum"].items()]
            page.gap().rows(sums, ("direction", "count", *_AMOUNTS), "", "")
        page.as_of(found).show()

    return answer(
        settings,
        json,
        lambda view: queries.totals(
            view, institution=institution, first=start, last=end, at=then, position=position
        ),
        show,
    )
