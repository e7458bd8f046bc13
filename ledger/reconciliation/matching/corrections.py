"""What would put a break right. A proposal for a clerk, who may do otherwise; nothing is done by itself."""

from collections.abc import Sequence
from typing import assert_never

from ledger.reconciliation.matching.board import counts_here, counts_there
from ledger.reconciliation.matching.outcome import BreakClass, Correction, Likely
from ledger.reconciliation.rows import Ours, Theirs


def correction(
    kind: BreakClass, ours: Sequence[Ours], likely: Likely | None, theirs: Sequence[Theirs] = ()
) -> Correction:
    """The proposal for a class of break; it works on the first row of ours, or on what the lookup found."""
    row = ours[0].id if ours else likely.row if likely is not None else None
    match kind:
        case "unreadable":
            return Correction("ask_for_file")
        case "late":
            return Correction("link", row)
        case "in_doubt":
            settled = any(counts_there(other) for other in theirs)
            return Correction("capture" if settled else "query", row)
        case "duplicate_there":
            return Correction("ask_to_remove", row)
        case "duplicate_here":
            return Correction("choose" if theirs else "refund", row)
        case "status":
            return Correction("refund" if any(counts_here(mine) for mine in ours) else "record", row)
        case "refund_without_pair":
            return Correction("report_again" if ours else "refund", row)
        case "rounding":
            return Correction("accept", row)
        case "total" | "split" | "wrong_payer":
            return Correction("refund_and_record", row)
        case "region" | "class":
            return Correction("correct_facts", row)
        case "cut_off":
            return Correction("wait", row)
        case "ambiguous":
            return Correction("choose", row)
        case "missing_there":
            return Correction("report_again", row)
        case "missing_here":
            return Correction("record")
        case _:
            assert_never(kind)
