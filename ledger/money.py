"""Money is a whole number of fen (1 yuan = 100 fen). No float ever touches it."""

from collections.abc import Iterable
from typing import Final

COMMAND_BOUND_FEN: Final = 10**13
"""No amount in a command lies beyond this, either way."""

BALANCE_BOUND_FEN: Final = 10**15
"""No bucket and no balance lies beyond this, either way (`balance_out_of_range`)."""


def yuan(fen: int) -> str:
    """An amount for people: `123456` fen is `1,234.56`; negative amounts carry a minus sign."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def split(amount_fen: int, rooms_fen: Iterable[int]) -> tuple[int, ...]:
    """Pour an amount into rooms in their order; what does not fit is left over.

    The one function that splits money: charges pour into buckets, refunds into what is left of each
    leg. Rooms below zero count as full. The shares are never negative and sum to at most the amount.

    >>> split(100, [30, -5, 50, 80])
    (30, 0, 50, 20)
    """
    shares: list[int] = []
    for room in rooms_fen:
        share = min(amount_fen, room) if room > 0 else 0
        shares.append(share)
        amount_fen -= share
    return tuple(shares)


def floor_zero(fen: int) -> int:
    """What can be spent of a figure: never below zero."""
    return max(0, fen)


def within_bounds(*balances_fen: int) -> bool:
    """Whether every one of these balances lies inside ±10^15 fen."""
    return all(-BALANCE_BOUND_FEN <= fen <= BALANCE_BOUND_FEN for fen in balances_fen)
