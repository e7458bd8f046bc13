"""The first two rules: settlement ids. And copies, which settlement ids show.

Rows of theirs that are equal in settlement id, direction and amounts are copies: one is the candidate (as
many as ours stand against them, where a corrected bill is the same amount again), the others repeat it. Rows
without a settlement id are copies if they are equal in all they have, and a message id or receipt is in it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from ledger.reconciliation.matching.board import FREE, Block, Board, amounts
from ledger.reconciliation.matching.choosing import choose
from ledger.reconciliation.matching.covers import Search, sums_to
from ledger.reconciliation.rows import Direction, Theirs


def mark_copies(board: Board) -> None:
    """Find the copies among theirs: from here on they are candidates no more."""
    first: dict[tuple[object, ...], int] = {}
    repeated: dict[tuple[object, ...], list[int]] = {}
    receipts = board.rules.settlement_is_receipt
    for place, row in enumerate(board.theirs):
        key = _content(row, receipts)
        if key is not None and first.setdefault(key, place) != place:
            repeated.setdefault(key, [first[key]]).append(place)
    if not repeated:
        return
    numbers = {board.theirs[places[0]].settlement for places in repeated.values()}
    here = Counter(
        (row.external, row.direction, amounts(row)) for row in board.ours if row.external in numbers
    )
    there = Counter(
        (row.settlement, row.direction, amounts(row)) for row in board.theirs if row.settlement in numbers
    )
    for places in repeated.values():
        row = board.theirs[places[0]]
        number, figures = row.settlement, amounts(row)
        allowed = 1
        if number is not None and not receipts:
            back: Direction = "reverse" if row.direction == "forward" else "forward"
            taken_back = max(0, here[number, back, figures] - there[number, back, figures])
            allowed = max(1, here[number, row.direction, figures] - taken_back)
        for copy in places[allowed:]:
            board.copies[copy] = places[0]


def _content(row: Theirs, receipts: bool) -> tuple[object, ...] | None:
    if row.settlement is not None and not receipts:
        return row.settlement, row.direction, row.total_fen, row.fund_fen, row.account_fen
    if row.message is None and row.receipt is None and row.settlement is None:
        return None
    numbers = (row.settlement, row.receipt, row.message, row.person, row.visit, row.day)
    return *numbers, row.direction, row.total_fen, row.fund_fen, row.account_fen


def by_settlement(board: Board) -> None:
    """Join rows of one settlement id: those whose amounts agree, then what is left if it is one and one."""
    if board.rules.settlement_is_receipt:
        return
    here = _Numbers((board.ours[place].external, place) for place in board.free_ours())
    there = _Numbers((board.theirs[place].settlement, place) for place in board.free_theirs())
    for number, other in there.first.items():
        place = here.first.get(number)
        if place is None:
            continue
        if number in here.all or number in there.all:
            _several(board, here.all.get(number, [place]), there.all.get(number, [other]))
        else:
            _one_and_one(board, place, other)


class _Numbers:
    """Places by settlement id: the first of each, and all of those that have several. Most have one."""

    def __init__(self, numbered: Iterable[tuple[str | None, int]]) -> None:
        self.first: dict[str, int] = {}
        self.all: dict[str, list[int]] = {}
        for number, place in numbered:
            if number is not None and (first := self.first.setdefault(number, place)) != place:
                self.all.setdefault(number, [first]).append(place)


def _one_and_one(board: Board, place: int, other: int) -> None:
    row, line = board.ours[place], board.theirs[other]
    if row.direction == line.direction:
        equal = (
            row.total_fen == line.total_fen
            and row.fund_fen == line.fund_fen
            and row.account_fen == line.account_fen
        )
        board.join("settlement_and_amounts" if equal else "settlement", (place,), (other,))


def _several(board: Board, ours: Sequence[int], theirs: Sequence[int]) -> None:
    _equal_amounts(board, ours, theirs)
    for direction in ("forward", "reverse"):
        left = [
            place
            for place in ours
            if board.group_of_ours[place] == FREE and board.ours[place].direction == direction
        ]
        there = [
            place
            for place in theirs
            if board.group_of_theirs[place] == FREE and board.theirs[place].direction == direction
        ]
        standing = [place for place in left if not _taken_back(board, place, ours)] or left
        if len(standing) == len(there) == 1:
            board.join("settlement", standing, there)
        elif standing and there:
            _together(board, standing, there)


def _equal_amounts(board: Board, ours: Sequence[int], theirs: Sequence[int]) -> None:
    """As many as both sides have; of ours, those that were not taken back before those that were."""
    lines: dict[tuple[str, tuple[int, int, int]], list[int]] = defaultdict(list)
    for place in theirs:
        lines[board.theirs[place].direction, amounts(board.theirs[place])].append(place)
    rows: dict[tuple[str, tuple[int, int, int]], list[int]] = defaultdict(list)
    for place in ours:
        rows[board.ours[place].direction, amounts(board.ours[place])].append(place)
    for key in sorted(lines, key=lambda key: key[0] == "forward"):
        mine = sorted(rows.get(key, ()), key=lambda place: _taken_back(board, place, ours))
        for place, other in zip(mine, lines[key], strict=False):
            board.join("settlement_and_amounts", (place,), (other,))


def _taken_back(board: Board, place: int, ours: Sequence[int]) -> bool:
    """Whether ours has the opposite of this row, for the same amounts, and nothing has joined that."""
    row = board.ours[place]
    return any(
        board.group_of_ours[other] == FREE
        and board.ours[other].settlement == row.settlement
        and board.ours[other].direction != row.direction
        and amounts(board.ours[other]) == amounts(row)
        for other in ours
    )


def _together(board: Board, ours: Sequence[int], theirs: Sequence[int]) -> None:
    """Several rows of one id: refunds in parts there and whole here, or the other way about."""
    search = Search(board.rules.search_budget)
    found = sums_to(search, board, ours, theirs, board.rules.set_size)
    chosen = choose(found, search)
    for rule, mine, others in chosen.joined:
        board.join(rule, mine, others)
    board.blocks.append(Block("settlement", tuple(ours), tuple(theirs), not search.over))
