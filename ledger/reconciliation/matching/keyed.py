"""Rules that a key decides: the sender's message id; person, visit, total and day.

Rows of one key are joined where one stands against one. Where several do, equal amounts are looked at; what
is still equal then is a block for the clerk. Only rows of theirs without a settlement id come here, since
another one of ours would contradict it.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence

from ledger.reconciliation.matching.board import Block, Board, amounts
from ledger.reconciliation.matching.outcome import Rule
from ledger.reconciliation.rows import Ours, Theirs


def by_message(board: Board) -> None:
    """The message id of the settlement's request (`medins_setl_id`); a timeout leaves it on both sides."""
    _by_key(board, "message", _message, _message)


def by_bill(board: Board) -> None:
    """Person, visit, total and day."""
    _by_key(board, "bill", _bill, _bill)


def _message(row: Ours | Theirs) -> Hashable:
    return None if row.message is None else (row.message, row.direction)


def _bill(row: Ours | Theirs) -> Hashable:
    if row.person is None or row.visit is None or row.day is None:
        return None
    return row.person, row.visit, row.total_fen, row.day, row.direction


def _by_key(
    board: Board, rule: Rule, of_ours: Callable[[Ours], Hashable], of_theirs: Callable[[Theirs], Hashable]
) -> None:
    there = _table(board.unnumbered(), lambda place: of_theirs(board.theirs[place]))
    if not there:
        return
    here = _table(
        (place for place in board.free_ours()),
        lambda place: key if (key := of_ours(board.ours[place])) in there else None,
    )
    for key, ours in here.items():
        theirs = there[key]
        if len(ours) == len(theirs) == 1:
            board.join(rule, ours, theirs)
        else:
            _several(board, rule, ours, theirs)


def _table(places: Iterable[int], key: Callable[[int], Hashable]) -> dict[Hashable, list[int]]:
    table: dict[Hashable, list[int]] = {}
    for place in places:
        found = key(place)
        if found is not None:
            table.setdefault(found, []).append(place)
    return table


def _several(board: Board, rule: Rule, ours: Sequence[int], theirs: Sequence[int]) -> None:
    here = _table(ours, lambda place: amounts(board.ours[place]))
    there = _table(theirs, lambda place: amounts(board.theirs[place]))
    left, lines = set(ours), set(theirs)
    for figures, mine in here.items():
        others = there.get(figures, [])
        if len(mine) == len(others) == 1:
            board.join(rule, mine, others)
        if others:
            left -= set(mine)
            lines -= set(others)
            if len(mine) + len(others) > 2:
                board.blocks.append(Block(rule, tuple(mine), tuple(others)))
    if len(left) == len(lines) == 1:
        board.join(rule, sorted(left), sorted(lines))
    elif left and lines:
        board.blocks.append(Block(rule, tuple(sorted(left)), tuple(sorted(lines))))
