"""The national settlement's fields in `facts`: what their texts stand for. Amounts in whole fen.

The names are those of the national settlement result (domain c.2); amounts are texts with two decimals.
"""

import re
from typing import Final, Literal, NamedTuple

_AMOUNT: Final = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,2})?", re.ASCII)

TOTAL: Final = "medfee_sumamt"
FUND: Final = "fund_pay_sumamt"
ACCOUNT: Final = "acct_pay"
MUTUAL: Final = "acct_mulaid_pay"
CASH: Final = "psn_cash_pay"
HOSPITAL: Final = "hosp_part_amt"

Counting = Literal["inside", "outside"]
"""Whether `acct_mulaid_pay` lies inside `acct_pay` or beside it."""


def fen_of(text: str | None) -> int | None:
    """An amount of yuan with up to two decimals, in fen; none where there is none, or it is no amount."""
    if text is None or not _AMOUNT.fullmatch(text):
        return None
    whole, _, decimals = text.partition(".")
    return int(whole + decimals.ljust(2, "0"))


class Account(NamedTuple):
    """What the accounts paid of a settlement as the platform told it, with and without mutual aid."""

    all_fen: int
    own_fen: int


def counting(
    total_fen: int | None, fund_fen: int, account_fen: int, mutual_fen: int, cash_fen: int, hospital_fen: int
) -> Counting | None:
    """How a settlement counts mutual aid, by arithmetic: its parts make up the total fee one way only.

    None where they do neither way, where the total is not known, or where there is no mutual aid.
    """
    if total_fen is None or not mutual_fen:
        return None
    missing = total_fen - fund_fen - account_fen - cash_fen - hospital_fen
    return "inside" if missing == 0 else "outside" if missing == mutual_fen else None


def account_of(account_fen: int, mutual_fen: int, how: Counting) -> Account:
    """What all accounts paid, and what the patient's own did."""
    if how == "inside":
        return Account(account_fen, account_fen - mutual_fen)
    return Account(account_fen + mutual_fen, account_fen)
