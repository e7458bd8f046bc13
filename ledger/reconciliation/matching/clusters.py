"""The rules that look at one person's or visit's rows together: covering sets, n to m, tolerance."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import NamedTuple

from ledger.reconciliation.matching.board import Block, Board, amounts
from ledger.reconciliation.matching.choosing import choose
from ledger.reconciliation.matching.covers import Candidate, Figures, Search, covers
from ledger.reconciliation.rows import Ours, Theirs


class Cluster(NamedTuple):
    """Free rows of one person (or visits of that person) and one direction."""

    ours: list[int]
    theirs: list[int]


def clusters(board: Board) -> Iterator[Cluster]:
    """Every person with free rows on both sides. Theirs belong to their person, else to their visit's."""
    theirs = board.unnumbered()
    if not theirs:
        return
    here: dict[tuple[str, str], list[int]] = {}
    person_of: dict[str, str] = {}
    for place in board.free_ours():
        row = board.ours[place]
        here.setdefault((row.person, row.direction), []).append(place)
        if row.visit is not None:
            person_of.setdefault(row.visit, row.person)
    there: dict[tuple[str, str], list[int]] = {}
    for place in theirs:
        line = board.theirs[place]
        for person in (line.person, person_of.get(line.visit or "")):
            if person is not None and (person, line.direction) in here:
                there.setdefault((person, line.direction), []).append(place)
                break
    for key, places in there.items():
        yield Cluster(here[key], places)


def by_cover(board: Board) -> None:
    """One to one over midnight, one to several, several to one."""
    for cluster in list(clusters(board)):
        search = Search(board.rules.search_budget)
        found, doubtful = covers(search, board, *cluster)
        _settle(board, cluster, found, search)
        board.suggested.extend(
            choice
            for choice in choose(doubtful, search).joined
            if all(board.is_free(True, place) for place in choice.ours)
            and all(board.is_free(False, place) for place in choice.theirs)
        )


def by_day(board: Board) -> None:
    """Several to several inside one person and day."""
    blocked = board.blocked()
    for cluster in list(clusters(board)):
        here = _by_day(board.ours, (place for place in cluster.ours if (True, place) not in blocked))
        there = _by_day(board.theirs, (place for place in cluster.theirs if (False, place) not in blocked))
        for day, ours in here.items():
            theirs = there.get(day, [])
            if len(ours) > 1 and len(theirs) > 1:
                search = Search(board.rules.search_budget)
                found = list(_many_to_many(search, board, ours, theirs))
                _settle(board, Cluster(ours, theirs), found, search)


def by_tolerance(board: Board) -> None:
    """Rows that differ by no more than the tolerance in any column; the difference stays a break."""
    if not board.rules.tolerance_fen:
        return
    blocked = board.blocked()
    for ours, theirs in list(clusters(board)):
        search = Search(board.rules.search_budget)
        found = [
            candidate
            for place in ours
            for other in theirs
            if (True, place) not in blocked and (False, other) not in blocked
            if (candidate := _near(board, place, other)) is not None
        ]
        _settle(board, Cluster(ours, theirs), found, search)


def _settle(board: Board, cluster: Cluster, found: Sequence[Candidate], search: Search) -> None:
    chosen = choose(found, search)
    for rule, ours, theirs in chosen.joined:
        board.join(rule, ours, theirs)
    board.blocks.extend(chosen.blocks)
    if search.over:
        board.blocks.append(Block("one_to_many", tuple(cluster.ours), tuple(cluster.theirs), searched=False))


def _by_day(rows: Sequence[Ours] | Sequence[Theirs], places: Iterable[int]) -> dict[date, list[int]]:
    days: dict[date, list[int]] = {}
    for place in places:
        if (day := rows[place].day) is not None:
            days.setdefault(day, []).append(place)
    return days


def _many_to_many(
    search: Search, board: Board, ours: Sequence[int], theirs: Sequence[int]
) -> Iterator[Candidate]:
    """Smallest sets, of two at least on each side, that come to the same; and the whole day, however many."""
    here = _sums(search, board.ours, ours, board.rules.set_size)
    there = _sums(search, board.theirs, theirs, board.rules.set_size)
    pairs = [
        (mine, others) for figures, sets in here.items() for mine in sets for others in there.get(figures, ())
    ]
    pairs.sort(key=lambda pair: (len(pair[0]) + len(pair[1]), pair))
    kept: list[tuple[frozenset[int], frozenset[int]]] = []
    for mine, others in pairs:
        if not search.step():
            return
        one, other = frozenset(mine), frozenset(others)
        if not any(less <= one and fewer <= other for less, fewer in kept):
            kept.append((one, other))
            yield Candidate("many_to_many", mine, others, 0)
    whole = not kept and max(len(ours), len(theirs)) > board.rules.set_size
    if whole and _sum(board.ours, ours) == _sum(board.theirs, theirs):
        yield Candidate("many_to_many", tuple(ours), tuple(theirs), 0)


def _sums(
    search: Search, rows: Sequence[Ours] | Sequence[Theirs], places: Sequence[int], size: int
) -> dict[Figures, list[tuple[int, ...]]]:
    found: dict[Figures, list[tuple[int, ...]]] = {}
    money = [place for place in places if rows[place].total_fen]
    for count in range(2, min(size, len(money)) + 1):
        for chosen in combinations(money, count):
            if not search.step():
                return found
            found.setdefault(_sum(rows, chosen), []).append(chosen)
    return found


def _sum(rows: Sequence[Ours] | Sequence[Theirs], places: Sequence[int]) -> Figures:
    total = fund = account = 0
    for place in places:
        row = rows[place]
        total += row.total_fen
        fund += row.fund_fen
        account += row.account_fen
    return total, fund, account


def _near(board: Board, place: int, other: int) -> Candidate | None:
    row, line = board.ours[place], board.theirs[other]
    apart = 0 if line.day is None else abs((row.day - line.day).days)
    if apart >= board.rules.window_days:
        return None
    off = [abs(one - two) for one, two in zip(amounts(row), amounts(line), strict=True)]
    if max(off) > board.rules.tolerance_fen:
        return None
    return Candidate("tolerance", (place,), (other,), sum(off))
