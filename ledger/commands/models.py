"""Every command by its op: one model each, in the order of the tables of contract sections 3 and 9."""

from typing import Final

from ledger.commands.accounts import Adjust, CloseYear, Credit, OpenAccount, SetStatus, Transfer
from ledger.commands.bills import (
    Bill,
    Capture,
    Charge,
    Cost,
    Hold,
    PayPremium,
    Quote,
    Record,
    Refund,
    Release,
)
from ledger.commands.command import Command
from ledger.commands.families import Bind, GrantQuota, ReleaseQuota, Reorder, Review, SetLimit, Unbind

__all__ = [
    "MODELS",
    "NULLABLE",
    "Adjust",
    "AnyCommand",
    "Bill",
    "Bind",
    "Capture",
    "Charge",
    "CloseYear",
    "Command",
    "Cost",
    "Credit",
    "GrantQuota",
    "Hold",
    "OpenAccount",
    "PayPremium",
    "Quote",
    "Record",
    "Refund",
    "Release",
    "ReleaseQuota",
    "Reorder",
    "Review",
    "SetLimit",
    "SetStatus",
    "Transfer",
    "Unbind",
]

AnyCommand = (
    OpenAccount | Credit | Adjust | CloseYear | Transfer | SetStatus | Bind | Review | Unbind | Reorder
    | SetLimit | GrantQuota | ReleaseQuota | Charge | Hold | Record | Capture | Release | PayPremium | Refund
    | Quote
)  # fmt: skip

MODELS: Final[dict[str, type[AnyCommand]]] = {
    model.op: model
    for model in (
        OpenAccount, Credit, Adjust, CloseYear, Transfer, SetStatus, Bind, Review, Unbind, Reorder,
        SetLimit, GrantQuota, ReleaseQuota, Charge, Hold, Record, Capture, Release, PayPremium, Refund, Quote,
    )
}  # fmt: skip

NULLABLE: Final = frozenset({"limit_fen"})
"""Optional fields are left out, never null; only these may be null."""
