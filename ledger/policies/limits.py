"""What is left of yearly limits and caps (contract section 5, rule 2). Amounts in fen."""

from typing import Literal, overload

from ledger.money import floor_zero

CapScope = Literal["beneficiary", "binding", "binder"]
"""Whose use a yearly cap counts. Beneficiary: all binders of one person together (Shenzhen's 8,000 yuan,
domain a.3). Binding: one binder for one person. Binder: one binder for everyone."""


@overload
def left(limit_fen: int, used_fen: int) -> int: ...
@overload
def left(limit_fen: int | None, used_fen: int) -> int | None: ...
def left(limit_fen: int | None, used_fen: int) -> int | None:
    """What is left of a limit, never below zero; none is no limit."""
    return None if limit_fen is None else floor_zero(limit_fen - used_fen)
