"""`copay affected`: payments that a fact told late puts in doubt, and the money at stake."""

from typing import Annotated, Final

import typer

from scripts.cli.answers import Answer, Json, answer
from scripts.cli.settings import Settings, command

_PAYMENTS: Final = (
    "op", "account", "in_force", "told", "settlement", "beneficiary", "charged", "payer", "paid_fen",
    "refunded_fen", "at_stake_fen",
)  # fmt: skip
_PAYERS: Final = ("payer", "charges", "at_stake_fen")
_SCREEN: Final = 100


def register(app: typer.Typer) -> None:
    """Add `affected` to the program."""
    command(app, "affected", waits=True)(affected)


def affected(
    settings: Settings,
    *,
    since: Annotated[
        int, typer.Option("--since", metavar="N", min=0, help="Only facts recorded after this position")
    ] = 0,
    account: Annotated[
        str | None, typer.Option("--account", metavar="ID", help="Only facts about this account")
    ] = None,
    beneficiary: Annotated[
        str | None, typer.Option("--beneficiary", metavar="ID", help="Only payments for this person")
    ] = None,
    json: Json = False,
) -> int:
    """Show charges that were paid before a fact was recorded that had happened by then.

    An unbinding, a suspension or closing, a move, an adjustment, a new limit or order may be told late. The
    ledger rewrites nothing; here is what somebody should look at, and what each payer has at stake.

    Examples:

    copay affected

    copay affected --since 1200 --beneficiary LIN --json
    """
    from projections import queries

    return answer(
        settings,
        json,
        lambda view: queries.affected(view, since, account, beneficiary),
        lambda found: show(found, settings.lang),
    )


def show(found: Answer, lang: str) -> None:
    """The payments fact by fact, then what each payer has at stake."""
    from scripts.cli.tables import Page

    payments = [_row(fact, payment) for fact in found["facts"] for payment in fact["payments"]]
    page = Page(lang).title("payments in doubt, by the fact that came late", "存疑支付（按迟到事实）")
    page.rows(payments[:_SCREEN], _PAYMENTS, "no fact came late", "没有迟到的事实")
    if len(payments) > _SCREEN:
        page.line(
            f"there are {len(payments) - _SCREEN} more; --json has them all",
            f"另有 {len(payments) - _SCREEN} 条；使用 --json 查看全部",
        )
    if found["payers"]:
        total = {"payer": "∑", "charges": None, "at_stake_fen": found["at_stake_fen"]}
        page.gap().rows([*found["payers"], total], _PAYERS, "", "")
    page.as_of(found).show()


def _row(fact: Answer, payment: Answer) -> Answer:
    """`in_force`: since when the fact holds; `told`: the position at which it was recorded."""
    return {
        **payment,
        "op": fact["op"],
        "account": fact["account"] or fact["beneficiary"],
        "in_force": fact["at"],
        "told": fact["position"],
        "charged": payment["at"],
    }
