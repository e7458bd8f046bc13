"""`copay explain`: whose money was taken for a settlement, and why."""

from typing import Annotated

import typer

from scripts.cli.answers import Answer, Json, answer
from scripts.cli.settings import Settings, command

_SOURCES = ("rank", "payer", "available_fen", "bound_by", "taken_fen")
_HEADER = (
    "beneficiary", "region", "class", "institution", "at", "policy", "digest", "order", "exceptions",
    "corrects", "external", "corrected_by",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add `explain` to the program."""
    command(app, "explain", waits=True)(explain)


def explain(
    settings: Settings,
    *,
    settlement: Annotated[
        str, typer.Argument(metavar="SETTLEMENT", help="The id of a charge, hold, premium or record")
    ],
    json: Json = False,
) -> int:
    """Show whose money was taken for a settlement, and why: the payers asked, and what limited each.

    Examples:

    copay explain LIN-S3

    copay --lang zh explain LIN-S3
    """
    from projections import queries

    return answer(
        settings,
        json,
        lambda view: queries.explain(view, settlement),
        lambda found: show(found, settings.lang),
    )


def show(found: Answer, lang: str) -> None:
    """One screen: the bill, a table of its sources, and a sentence for each."""
    from ledger.money import yuan
    from scripts.cli.tables import Page, cell
    from scripts.commands import sentences

    amount, state = yuan(found["amount_fen"]), cell("state", found["state"], lang)
    page = Page(lang).title(
        f"settlement {found['settlement']}: {amount} yuan, {state}",
        f"结算 {found['settlement']}：{amount} 元，{state}",
    )
    page.facts({**found, "digest": found["digest"][:16]}, (name for name in _HEADER if found[name])).gap()
    page.rows(found["sources"], _SOURCES, "nobody was asked", "未向任何人扣款").gap()
    for source in found["sources"]:
        page.point(sentences.of_source(source, found, lang))
    for sentence in sentences.of_the_rest(found, lang):
        page.point(sentence)
    for sentence in sentences.of_elsewhere(found, lang):
        page.point(sentence)
    for refund in found["refunds"]:
        page.point(sentences.of_refund(refund, lang))
    page.gap().as_of(found).show()
