"""What happened: `statement`, line by line of an account, and `history`, event by event of anything."""

from typing import Annotated, Literal

import typer

from scripts.cli.answers import Answer, Json, answer
from scripts.cli.settings import Settings, command
from scripts.cli.values import At, Position, day, instant
from scripts.commands.queries import Account

_STATEMENT = (
    "position", "at", "type", "bucket", "amount_fen", "balance_fen", "settlement", "beneficiary", "note"
)  # fmt: skip
_HISTORY = ("position", "at", "kind", "type", "by", "id", "data")


def register(app: typer.Typer) -> None:
    """Add `statement` and `history` to the program."""
    command(app, "statement", waits=True)(statement)
    command(app, "history", waits=True)(history)


def statement(
    settings: Settings,
    *,
    account: Account,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first day, included")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day, included")] = None,
    at: At = None,
    position: Position = None,
    json: Json = False,
) -> int:
    """Show every movement of an account's money, in the order it was recorded.

    Examples:

    copay statement WEI

    copay statement WEI --from 2025-04-01 --to 2025-06-30 --json

    copay statement WEI --at 2025-06-30T23:59:59+08:00 --position 40
    """
    from projections import queries
    from scripts.cli.tables import Page
    from scripts.cli.texts import word

    start, end, then = day("--from", first), day("--to", last), instant("--at", at)

    def show(found: Answer) -> None:
        lines = [
            {**line, "note": word("kind", line["note"], settings.lang)}
            if line["type"] == "Credited"
            else line
            for line in found["lines"]
        ]
        page = Page(settings.lang).title(f"statement of {account}", f"{account} 的账户明细")
        page.rows(lines, _STATEMENT, "no movements", "没有资金变动").as_of(found).show()

    return answer(
        settings,
        json,
        lambda view: queries.statement(view, account, start, end, at=then, position=position),
        show,
    )


def history(
    settings: Settings,
    *,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="An account, beneficiary or settlement")],
    kind: Annotated[
        Literal["account", "beneficiary", "settlement"] | None,
        typer.Option("--kind", help="Only as one of these"),
    ] = None,
    json: Json = False,
) -> int:
    """Show every event that concerns an account, a beneficiary or a settlement, refusals included.

    The table cuts long contents short; --json has them whole.

    Examples:

    copay history LIN --kind beneficiary

    copay history LIN-S3 --json
    """
    from projections import queries
    from scripts.cli.tables import Page, pairs

    def show(found: Answer) -> None:
        events = [{**event, "data": pairs(event["data"], settings.lang)} for event in found["events"]]
        page = Page(settings.lang).title(f"history of {identifier}", f"{identifier} 的历史")
        page.rows(events, _HISTORY, "no events", "没有事件").as_of(found).show()

    return answer(settings, json, lambda view: queries.history(view, identifier, kind=kind), show)
