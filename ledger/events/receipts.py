"""The answer to a command, read from the first event it wrote.

First answers and repeated ones come from here alike, so a repeat says what the first one said.
"""

from collections.abc import Sequence
from typing import Any

from ledger.events.account import (
    AccountConfirmed,
    AccountOpened,
    AccountTransferred,
    Adjusted,
    Credited,
    QuotaGranted,
    QuotaReleased,
    StatusChanged,
    YearClosed,
)
from ledger.events.envelope import Event
from ledger.events.family import Bound, LimitSet, PriorityReordered, TimelineAdvanced, Unbound
from ledger.events.request import BindApproved, BindRejected, BindRequested
from ledger.events.settlement import (
    Leg,
    SettlementCaptured,
    SettlementDecided,
    SettlementRefunded,
    SettlementReleased,
)


def result_of(event: Event, decided: SettlementDecided | None = None) -> dict[str, Any]:
    """The `result` of contract section 3. `decided` is the settlement of a capture or release."""
    match event:
        case SettlementDecided(op="record"):
            return legs_result(event, event.legs) | {"exceptions": list(event.exceptions)}
        case SettlementDecided():
            return legs_result(event, event.legs)
        case SettlementCaptured() | SettlementReleased():
            assert decided is not None, "a capture or release answers with its settlement"
            return legs_result(decided, event.legs)
        case SettlementRefunded():
            restored = [
                {"payer": r.payer, "bucket": r.bucket, "amount_fen": r.amount_fen} for r in event.restored
            ]
            return {"restored": restored, "cash_fen": event.cash_fen, "refundable_fen": event.refundable_fen}
        case Credited() | Adjusted():
            return {"balance_fen": event.balance_fen}
        case YearClosed():
            return {"moved_fen": event.moved_fen}
        case StatusChanged() | AccountTransferred():
            return {"changed": True, "unbound": [list(entry) for entry in event.unbound]}
        case AccountConfirmed():
            return {"changed": False, "unbound": []}
        case Bound():
            return {"rank": event.rank, "state": "bound"}
        case BindRequested():
            return {"rank": None, "state": "pending"}
        case BindApproved():
            return {"rank": event.rank, "state": "bound"}
        case BindRejected():
            return {"rank": None, "state": "rejected"}
        case PriorityReordered() | LimitSet():
            return {"changed": True}
        case TimelineAdvanced():
            return {"changed": False}
        case QuotaGranted():
            return {"quota_fen": event.quota_fen}
        case QuotaReleased():
            return {"released_fen": event.released_fen}
        case AccountOpened() | Unbound():
            return {}
        case _:
            raise AssertionError(f"{event.topic} answers no command")


def legs_result(decided: SettlementDecided, legs: Sequence[Leg]) -> dict[str, Any]:
    """Legs in debit order, and what own money, binders and cash come to (fen)."""
    own = sum(leg.amount_fen for leg in legs if leg.rank == 0)
    return {
        "legs": [
            {"payer": leg.payer, "rank": leg.place, "bucket": leg.bucket, "amount_fen": leg.amount_fen}
            for leg in legs
        ],
        "own_fen": own,
        "shared_fen": sum(leg.amount_fen for leg in legs) - own,
        "cash_fen": decided.cash_fen,
        "class": decided.service_class,
        "review": decided.service_class == "unknown",
    }
