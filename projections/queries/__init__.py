"""The questions people ask, one function each. Each reads one `Snapshot` and answers with plain JSON values.

Times are RFC 3339 with the Shanghai offset, money is fen, and `position` is the log position answered for.
"""

from projections.queries.affected import affected
from projections.queries.balance import balance
from projections.queries.debit_order import debit_order
from projections.queries.difference import When, difference
from projections.queries.explain import explain
from projections.queries.history import history
from projections.queries.limits import limits
from projections.queries.members import members
from projections.queries.our_side import Wanted, our_side
from projections.queries.statement import statement
from projections.queries.totals import totals
from projections.queries.waiting import bindings, exceptions, holds, refusals, reviews, suspense, unknown

__all__ = [
    "Wanted", "When", "affected", "balance", "bindings", "debit_order", "difference", "exceptions", "explain",
    "history", "holds", "limits", "members", "our_side", "refusals", "reviews", "statement", "suspense",
    "totals", "unknown",
]  # fmt: skip
