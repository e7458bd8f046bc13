"""The ladder of rules: the first that gives a unique answer joins rows, and what is left is named.

    settlement id and amounts → settlement id → message id → person, visit, total, day
    → forward and reverse pair → covering sets → several to several of a day → tolerance

A weaker rule sees only what the stronger ones left, and never two rows whose settlement ids contradict. Rows
are sorted before anything else happens, so the order in which they come decides nothing.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from ledger.reconciliation.matching.board import Board
from ledger.reconciliation.matching.clusters import by_cover, by_day, by_tolerance
from ledger.reconciliation.matching.keyed import by_bill, by_message
from ledger.reconciliation.matching.numbered import by_settlement, mark_copies
from ledger.reconciliation.matching.outcome import Line, Match, Outcome
from ledger.reconciliation.matching.pairs import close_pairs
from ledger.reconciliation.matching.reporting import report
from ledger.reconciliation.rows import DEFAULT_RULES, Ours, Rules, Theirs, Unreadable

NO_DECISIONS: Final[Sequence[Match]] = ()


def match(
    ours: Iterable[Ours],
    theirs: Iterable[Theirs],
    rules: Rules = DEFAULT_RULES,
    *,
    unreadable: Iterable[Unreadable] = (),
    decided: Iterable[Match] = NO_DECISIONS,
) -> Outcome:
    """Match two sides and name every break.

    `decided` are matches that a person chose earlier: they hold before any rule, as far as their rows are
    here. Pure: the same rows give the same outcome, in whatever order they come. ValueError: two rows of one
    name.
    """
    board = Board(ours, theirs, rules)
    _decided(board, decided)
    mark_copies(board)
    by_settlement(board)
    by_message(board)
    by_bill(board)
    close_pairs(board, last=False)
    by_cover(board)
    by_day(board)
    by_tolerance(board)
    close_pairs(board, last=True)
    _close_the_rest(board)
    return report(board, sorted(unreadable))


def _decided(board: Board, decided: Iterable[Match]) -> None:
    choices = sorted(decided)
    if not choices:
        return
    here = {name: place for place, name in enumerate(board.ids)}
    there = {Line(row.file, row.line): place for place, row in enumerate(board.theirs)}
    for choice in choices:
        mine = [here[name] for name in choice.ours if name in here]
        lines = [there[line] for line in choice.theirs if line in there]
        complete = len(mine) == len(choice.ours) and len(lines) == len(choice.theirs)
        if (
            complete
            and all(board.is_free(True, place) for place in mine)
            and all(board.is_free(False, place) for place in lines)
        ):
            board.join("clerk", mine, lines)


def _close_the_rest(board: Board) -> None:
    """What never was money on the one side that knows it, and what a list of differences does not list."""
    blocks = board.live_blocks()
    asked = {place for block in blocks for place in block.ours}
    asked_there = {place for block in blocks for place in block.theirs}
    for place in board.free_ours():
        if place in asked:
            continue
        if board.ours[place].state == "released":
            board.join("released", (place,), ())
        elif board.rules.only_differences and board.ours[place].state != "held":
            board.join("not_listed", (place,), ())
    for place in board.free_theirs():
        if board.theirs[place].status == "released" and place not in asked_there:
            board.join("released", (), (place,))
