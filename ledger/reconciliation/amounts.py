"""Sums of the three columns. One place adds them, and one says that an effect is theirs minus ours."""

from collections.abc import Iterable
from typing import Final

from ledger.events.reconciliation import Effect, Sums

NOTHING: Final = Sums()
NONE: Final = Effect()


def added(parts: Iterable[Sums]) -> Sums:
    """All of them together."""
    rows = total = fund = account = 0
    for part in parts:
        rows += part.rows
        total += part.total_fen
        fund += part.fund_fen
        account += part.account_fen
    return Sums(rows=rows, total_fen=total, fund_fen=fund, account_fen=account)


def together(parts: Iterable[Effect]) -> Effect:
    """The effect of all of them."""
    total = fund = account = 0
    for part in parts:
        total += part.total_fen
        fund += part.fund_fen
        account += part.account_fen
    return Effect(total_fen=total, fund_fen=fund, account_fen=account)


def difference(there: Sums, here: Sums) -> Effect:
    """Theirs minus ours."""
    return Effect(
        total_fen=there.total_fen - here.total_fen,
        fund_fen=there.fund_fen - here.fund_fen,
        account_fen=there.account_fen - here.account_fen,
    )


def less(effect: Effect, other: Effect) -> Effect:
    """What is left of an effect without another."""
    return Effect(
        total_fen=effect.total_fen - other.total_fen,
        fund_fen=effect.fund_fen - other.fund_fen,
        account_fen=effect.account_fen - other.account_fen,
    )
