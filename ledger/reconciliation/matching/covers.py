"""Sets of rows that come to exactly the same: one to one, one to several, several to one.

All three columns tie at once, all rows are of one person or one visit and of one direction, and the earliest
and the latest lie on at most so many consecutive days. Every such set is a candidate; which of them hold is
chosen elsewhere. A row whose visit or message id contradicts the other side's is only suggested.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledger.reconciliation.matching.board import Board, amounts
from ledger.reconciliation.matching.outcome import Rule
from ledger.reconciliation.rows import Ours, Theirs

Figures = tuple[int, int, int]


@dataclass(slots=True)
class Search:
    """Steps left. `over` once they are used up: what was found is not all there is."""

    left: int

    def step(self) -> bool:
        """Take one step; False when there is none left."""
        self.left -= 1
        return self.left >= 0

    @property
    def over(self) -> bool:
        """Whether the search was cut short."""
        return self.left < 0


class Candidate(NamedTuple):
    """Rows that could belong together. `apart` is how many days, in sum, they lie off each other."""

    rule: Rule
    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    apart: int


class _Item(NamedTuple):
    place: int
    figures: Figures
    day: int | None


def covers(
    search: Search, board: Board, ours: Sequence[int], theirs: Sequence[int]
) -> tuple[list[Candidate], list[Candidate]]:
    """Candidates among rows of one person or visit and one direction; and those contradicted by a number."""
    found: list[Candidate] = []
    doubtful: list[Candidate] = []
    window, size = board.rules.window_days, board.rules.set_size
    for candidate in _candidates(search, board, ours, theirs, window, size):
        mine = [board.ours[place] for place in candidate.ours]
        others = [board.theirs[place] for place in candidate.theirs]
        if all(_related(row, other) for row in mine for other in others):
            (doubtful if _contradicted(mine, others) else found).append(candidate)
    return found, doubtful


def sums_to(
    search: Search, board: Board, ours: Sequence[int], theirs: Sequence[int], size: int
) -> list[Candidate]:
    """The same among rows of one settlement id: nothing else need agree, and parts may be weeks apart."""
    return list(_candidates(search, board, ours, theirs, None, size))


def _candidates(
    search: Search, board: Board, ours: Sequence[int], theirs: Sequence[int], window: int | None, size: int
) -> Iterator[Candidate]:
    here = _items(board.ours, ours)
    there = _items(board.theirs, theirs)
    for target in there:
        for chosen in _subsets(search, here, target, window, size):
            rule: Rule = "one_to_one" if len(chosen) == 1 else "one_to_many"
            mine = tuple(sorted(item.place for item in chosen))
            yield Candidate(rule, mine, (target.place,), _apart(chosen, target))
    for target in here:
        for chosen in _subsets(search, there, target, window, size):
            if len(chosen) > 1:
                others = tuple(sorted(item.place for item in chosen))
                yield Candidate("many_to_one", (target.place,), others, _apart(chosen, target))


def _items(rows: Sequence[Ours] | Sequence[Theirs], places: Sequence[int]) -> list[_Item]:
    """Largest first, so that a sum is passed soon."""
    items = [
        _Item(place, amounts(rows[place]), day.toordinal() if (day := rows[place].day) else None)
        for place in places
    ]
    return sorted(items, key=lambda item: (-item.figures[0], item.place))


def _apart(chosen: Sequence[_Item], target: _Item) -> int:
    return sum(
        abs(item.day - target.day) for item in chosen if item.day is not None and target.day is not None
    )


def _subsets(
    search: Search, items: Sequence[_Item], target: _Item, window: int | None, size: int
) -> Iterator[list[_Item]]:
    """Every set of at most `size` items that comes to the target. One alone may be 0.00; in a set none is."""
    wanted = target.figures
    fitting: list[_Item] = []
    for item in items:
        if item.figures == wanted:
            if _close([item], target, window):
                yield [item]
        elif (
            0 < item.figures[0] < wanted[0] and item.figures[1] <= wanted[1] and item.figures[2] <= wanted[2]
        ):
            fitting.append(item)
    if len(fitting) < 2 or sum(item.figures[0] for item in fitting) < wanted[0]:
        return
    behind = [0] * (len(fitting) + 1)
    for index in range(len(fitting) - 1, -1, -1):
        behind[index] = behind[index + 1] + fitting[index].figures[0]
    for chosen in _grow(search, fitting, behind, 0, wanted, [], size):
        if _close(chosen, target, window):
            yield chosen


def _grow(
    search: Search,
    items: Sequence[_Item],
    behind: Sequence[int],
    start: int,
    missing: Figures,
    chosen: list[_Item],
    size: int,
) -> Iterator[list[_Item]]:
    for index in range(start, len(items)):
        if missing[0] > behind[index] or not search.step():
            return
        total, fund, account = items[index].figures
        if total > missing[0] or fund > missing[1] or account > missing[2]:
            continue
        rest = (missing[0] - total, missing[1] - fund, missing[2] - account)
        now = [*chosen, items[index]]
        if rest == (0, 0, 0):
            yield now
        elif rest[0] and len(now) < size:
            yield from _grow(search, items, behind, index + 1, rest, now, size)


def _close(chosen: Sequence[_Item], target: _Item, window: int | None) -> bool:
    """Whether first and last day lie in the window; rows without a day say nothing."""
    if window is None:
        return True
    days = [item.day for item in (*chosen, target) if item.day is not None]
    return max(days) - min(days) < window


def _related(row: Ours, other: Theirs) -> bool:
    """One person, or one visit."""
    return row.person == other.person or (row.visit is not None and row.visit == other.visit)


def _contradicted(ours: Sequence[Ours], theirs: Sequence[Theirs]) -> bool:
    """Whether both sides name messages, or one row and one row name visits, and none is the same."""
    messages = {row.message for row in ours if row.message}
    others = {row.message for row in theirs if row.message}
    if messages and others and not messages & others:
        return True
    if len(ours) > 1 or len(theirs) > 1:
        return False
    return None not in (ours[0].visit, theirs[0].visit) and ours[0].visit != theirs[0].visit
