"""`copay balance`: what an account holds, and what of it can be spent."""

from datetime import datetime
from typing import NamedTuple

from ledger.money import floor_zero
from projections.models.accounts import ACCOUNTS
from projections.models.balances import BALANCES
from projections.queries.answer import Answer, known_account
from projections.store import Snapshot
from projections.store.snapshot import EVER


class _Sums(NamedTuple):
    current_fen: int
    carried_fen: int
    reserved_fen: int
    held_fen: int
    suspense_fen: int


def balance(
    moment: Snapshot, account: str, at: datetime | None = None, position: int | None = None
) -> Answer:
    """The account's figures: now, as of service time `at`, as of log position `position`, or both.

    `available_fen` = max(0, balance - reserved - held). Raises NotFound (`account_not_found`).
    """
    upto, until = moment.upto(position, ACCOUNTS, BALANCES), at or EVER
    found = known_account(moment, account, upto, until)
    return {
        "account": account,
        **found._asdict(),
        **figures(moment, account, upto, until),
        "position": upto,
    }


def figures(moment: Snapshot, account: str, upto: int, until: datetime) -> dict[str, int]:
    """What an account, known or not, holds by then: seven figures in fen, in the order they are shown."""
    sums = moment.row("balance", _Sums, account=account, upto=upto, at=until)
    balance_fen = sums.current_fen + sums.carried_fen
    return {
        "current_fen": sums.current_fen,
        "carried_fen": sums.carried_fen,
        "balance_fen": balance_fen,
        "reserved_fen": sums.reserved_fen,
        "held_fen": sums.held_fen,
        "available_fen": floor_zero(balance_fen - sums.reserved_fen - sums.held_fen),
        "suspense_fen": sums.suspense_fen,
    }
