"""What is left of yearly limits and caps (contract section 5, rule 2). Amounts in fen."""

from typing import Literal

from ledger.money import floor_zero

CapScope = Literal["beneficiary", "binding", "binder"]


def left(limit_fen: int | None, used_fen: int) -> int | None:
    """What is left of a limit, never below zero; none is no limit."""
    return None if limit_fen is None else floor_zero(limit_fen - used_fen)


def cap_left(
    cap_fen: int | None, scope: CapScope, *, by_beneficiary_fen: int, by_binding_fen: int, by_binder_fen: int
) -> int | None:
    """What is left of the policy's yearly cap, by whom it is counted.

    Beneficiary: all binders of one person together (Shenzhen's 8,000 yuan, domain a.3). Binding: one binder
    for one person. Binder: one binder for everyone.
    """
    match scope:
        case "beneficiary":
            return left(cap_fen, by_beneficiary_fen)
        case "binding":
            return left(cap_fen, by_binding_fen)
        case "binder":
            return left(cap_fen, by_binder_fen)
