"""Where refunded money goes: back where it came from, last source first (contract section 6).

Every interface that is known refunds against the original transaction; last in, first out equals cancelling
the settlement and settling the smaller amount again, as the national interface does (domain d 34).
"""

from collections.abc import Sequence

from ledger.money import split


def give_back(
    amount_fen: int, cash_left_fen: int, legs_left_fen: Sequence[int]
) -> tuple[int, tuple[int, ...]]:
    """How much goes to cash, and how much to each leg (in the legs' own order), in fen.

    Cash first, then the legs from the last to the first. `amount_fen` must not exceed what is left.
    """
    cash, *backwards = split(amount_fen, (cash_left_fen, *reversed(legs_left_fen)))
    return cash, tuple(reversed(backwards))
