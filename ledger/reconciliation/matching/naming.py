"""Words that decide a class: of several that fit, the first in the order of `BreakClass` names a break."""

from collections.abc import Sequence

from ledger.reconciliation.matching.board import Block, Board, Group, counts_here, counts_there
from ledger.reconciliation.matching.outcome import Amounts, BreakClass
from ledger.reconciliation.matching.twins import are_twins
from ledger.reconciliation.rows import Ours, Rules, Theirs


def late_here(row: Ours, rules: Rules) -> bool:
    """Recorded after its period was signed."""
    through, position = rules.signed_through, rules.signed_position
    return through is not None and position is not None and row.day <= through and row.position > position


def late_there(row: Theirs, rules: Rules) -> bool:
    """Of a day that was signed before the line came."""
    return rules.signed_through is not None and row.day is not None and row.day <= rules.signed_through


def is_plain(row: Ours, line: Theirs, rules: Rules) -> bool:
    """Whether a pair is alike in all that `of_group` and `wrong_payers` look at; most are."""
    return (
        row.total_fen == line.total_fen
        and row.fund_fen == line.fund_fen
        and row.account_fen == line.account_fen
        and (line.day == row.day or line.day is None)
        and (line.agency == row.agency or line.agency is None)
        and (line.clr_type == row.clr_type or line.clr_type is None)
        and (line.insutype == row.insutype or line.insutype is None)
        and (line.legs is None or line.legs == row.legs)
        and line.direction == row.direction
        and line.status in (None, "settled")
        and line.result in (None, "balanced")
        and counts_here(row)
        and (rules.signed_through is None or row.day > rules.signed_through)
    )


def of_group(board: Board, group: Group, effect: Amounts) -> BreakClass | None:
    """What is wrong with rows that were joined; None: nothing."""
    ours = [board.ours[place] for place in group.ours]
    theirs = [board.theirs[place] for place in group.theirs]
    if _late(ours, theirs, board.rules):
        return "late"
    if any(row.state == "held" for row in ours):
        return "in_doubt"
    if any(row.result == "institution_more" for row in theirs):
        return "missing_there"
    if any(counts_here(row) for row in ours) != any(counts_there(row) for row in theirs):
        return "status"
    if effect != (0, 0, 0):
        if max(map(abs, effect)) <= 1:
            return "rounding"
        return "total" if effect.total_fen else "split"
    if _other_region(ours, theirs):
        return "region"
    if _other_class(ours, theirs):
        return "class"
    days = {row.day for row in theirs}
    return "cut_off" if None not in days and days.isdisjoint(row.day for row in ours) else None


def of_block(board: Board, block: Block) -> BreakClass:
    """Rows with several equal answers: a bill that is booked twice here, or simply ambiguous."""
    ours = [board.ours[place] for place in block.ours]
    if _late(ours, [board.theirs[place] for place in block.theirs], board.rules):
        return "late"
    if any(row.state == "held" for row in ours):
        return "in_doubt"
    if len(ours) > len(block.theirs) and all(are_twins(board, ours[0], row) for row in ours[1:]):
        return "duplicate_here"
    return "ambiguous"


def of_ours(board: Board, place: int, twin: int | None) -> BreakClass:
    """A row that only we have; `twin` is a booking of the same bill that the other side knows."""
    row = board.ours[place]
    if late_here(row, board.rules):
        return "late"
    if row.state == "held":
        return "in_doubt"
    if twin is not None:
        return "duplicate_here"
    return "refund_without_pair" if row.direction == "reverse" else "missing_there"


def of_theirs(board: Board, place: int) -> BreakClass:
    """A line that only they have."""
    row = board.theirs[place]
    if late_there(row, board.rules):
        return "late"
    if place in board.copies:
        return "duplicate_there"
    return "refund_without_pair" if row.direction == "reverse" else "missing_here"


def wrong_payers(ours: Sequence[Ours], theirs: Sequence[Theirs]) -> tuple[tuple[str, int], ...]:
    """Theirs minus ours for each payer, where one paid more there and another less; else empty.

    The detail files name no payer, so this needs the regional or exchange form on every line.
    """
    if not theirs or any(row.legs is None for row in theirs):
        return ()
    paid: dict[str, int] = {}
    for mine in ours:
        for payer, _, fen in mine.legs:
            paid[payer] = paid.get(payer, 0) - fen
    for other in theirs:
        for payer, _, fen in other.legs or ():
            paid[payer] = paid.get(payer, 0) + fen
    wrong = tuple(sorted((payer, fen) for payer, fen in paid.items() if fen))
    return wrong if any(fen > 0 for _, fen in wrong) and any(fen < 0 for _, fen in wrong) else ()


def _late(ours: Sequence[Ours], theirs: Sequence[Theirs], rules: Rules) -> bool:
    if rules.signed_through is None:
        return False
    return any(late_there(row, rules) for row in theirs) or any(late_here(row, rules) for row in ours)


def _other_region(ours: Sequence[Ours], theirs: Sequence[Theirs]) -> bool:
    """Another clearing agency; or the same payers, but other regions owe their money."""
    if _differ({row.agency for row in ours}, {row.agency for row in theirs}):
        return True
    if any(row.legs is None for row in theirs):
        return False
    here = {(payer, region) for row in ours for payer, region, _ in row.legs if region is not None}
    there = {(payer, region) for row in theirs for payer, region, _ in row.legs or () if region is not None}
    both = {payer for payer, _ in here} & {payer for payer, _ in there}
    return {pair for pair in here if pair[0] in both} != {pair for pair in there if pair[0] in both}


def _other_class(ours: Sequence[Ours], theirs: Sequence[Theirs]) -> bool:
    """Another clearing type or insurance type."""
    return _differ({row.clr_type for row in ours}, {row.clr_type for row in theirs}) or _differ(
        {row.insutype for row in ours}, {row.insutype for row in theirs}
    )


def _differ(here: set[str | None], there: set[str | None]) -> bool:
    """Whether both sides say it, and say otherwise."""
    return None not in here and None not in there and here != there
