"""`copay diff`: what made one balance of an account out of another."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from scripts.cli.answers import Answer, Json, answer
from scripts.cli.settings import Settings, command
from scripts.cli.values import instant
from scripts.commands.queries import Account

if TYPE_CHECKING:
    from projections.queries import When

_FIGURES: Final = ("figure", "before_fen", "after_fen", "change_fen")
_CAUSES: Final = (
    "op", "settlement", "beneficiary", "note", "events", "current_fen", "carried_fen", "suspense_fen",
    "reserved_fen", "held_fen",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add `diff` to the program."""
    command(app, "diff", waits=True)(diff)


def diff(
    settings: Settings,
    *,
    account: Account,
    first: Annotated[
        str, typer.Option("--from", metavar="N|TIME", help="The first moment: a log position, or a time")
    ] = "0",
    last: Annotated[
        str | None, typer.Option("--to", metavar="N|TIME", help="The last moment; the present if left out")
    ] = None,
    json: Json = False,
) -> int:
    """Show what changed an account's money between two moments, cause by cause.

    A position means what had been recorded up to it, a time what had happened by then. The causes sum to the
    difference of the two balances; what counts at the first moment only is taken off.

    Examples:

    copay diff WEI --from 6

    copay diff WEI --from 2025-03-31T23:59:59+08:00 --to 2025-06-30T23:59:59+08:00 --json
    """
    from projections import queries

    start, end = when("--from", first), when("--to", last)
    return answer(
        settings,
        json,
        lambda view: queries.difference(view, account, start, end),
        lambda found: show(found, settings.lang),
    )


def when(option: str, text: str | None) -> "When":
    """A log position where the text is digits, else a time; none is the present."""
    from projections.queries import When

    if text is not None and text.isascii() and text.isdigit() and len(text) <= 18:
        return When(position=int(text))
    return When(at=instant(option, text))


def show(found: Answer, lang: str) -> None:
    """The figures at both moments, then the causes."""
    from scripts.cli.tables import Page
    from scripts.cli.texts import label

    rows = [
        {
            "figure": label(name, lang),
            "before_fen": found["from"][name],
            "after_fen": found["to"][name],
            "change_fen": fen,
        }
        for name, fen in found["change"].items()
    ]
    causes = [_cause(cause, lang) for cause in found["causes"]]
    account = found["account"]
    page = Page(lang).title(f"what changed {account}", f"{account} 的变动原因")
    page.rows(rows, _FIGURES, "", "").gap()
    page.rows(causes, _CAUSES, "nothing moved", "没有资金变动").as_of(found).show()


def _cause(cause: Answer, lang: str) -> Answer:
    """Kinds of credit in words, and nothing where a figure did not move."""
    from scripts.cli.texts import word

    shown = {name: value or None if name.endswith("_fen") else value for name, value in cause.items()}
    return shown | {"note": word("kind", cause["note"], lang)} if cause["type"] == "Credited" else shown
