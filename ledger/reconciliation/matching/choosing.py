"""Which candidates hold: the best assignment of all that touch each other, and only if there is one best.

A candidate that shares no row with another holds. Of several that do, those hold that together use every row
of theirs and ours exactly once; of several such ways the one in more and smaller pieces, then the one whose
days lie closer. If two are equally good, or no way uses every row, nothing is joined and a person chooses.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.reconciliation.matching.board import Block, Group
from ledger.reconciliation.matching.covers import Candidate, Search

Row = tuple[bool, int]


class Chosen(NamedTuple):
    """What holds, and what a person must choose among."""

    joined: list[Group]
    blocks: list[Block]


def choose(candidates: Sequence[Candidate], search: Search) -> Chosen:
    """Decide among candidates. A search cut short decides nothing: what it did not see might be better."""
    chosen = Chosen([], [])
    for family in _families(candidates):
        ours = tuple(sorted({place for candidate in family for place in candidate.ours}))
        theirs = tuple(sorted({place for candidate in family for place in candidate.theirs}))
        best = None if search.over else _best(family, len(ours), len(theirs), search)
        if best is None:
            chosen.blocks.append(Block(family[0].rule, ours, theirs, not search.over))
        else:
            chosen.joined.extend(Group(one.rule, one.ours, one.theirs) for one in best)
    return chosen


def _rows(candidate: Candidate) -> list[Row]:
    return [(True, place) for place in candidate.ours] + [(False, place) for place in candidate.theirs]


def _families(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Candidates that share rows, directly or through others."""
    family_of: dict[Row, int] = {}
    families: dict[int, list[Candidate]] = {}
    for number, candidate in enumerate(candidates):
        touched = sorted({family_of[row] for row in _rows(candidate) if row in family_of})
        members = [candidate]
        for old in touched:
            members = families.pop(old) + members
        families[number] = members
        for member in members:
            for row in _rows(member):
                family_of[row] = number
    return list(families.values())


def _best(family: list[Candidate], ours: int, theirs: int, search: Search) -> list[Candidate] | None:
    """The one best way to use every row once, if there is one."""
    if len(family) == 1:
        return family
    rows = sorted({row for candidate in family for row in _rows(candidate)})
    by_row: dict[Row, list[Candidate]] = {row: [] for row in rows}
    for candidate in family:
        for row in _rows(candidate):
            by_row[row].append(candidate)
    finder = _Finder(by_row, min(ours, theirs), search)
    finder.look(frozenset(), [])
    return None if search.over or finder.tied else finder.best


class _Finder:
    """Exact cover by trying, row by row, the row with the fewest ways first."""

    def __init__(self, by_row: dict[Row, list[Candidate]], most: int, search: Search) -> None:
        self.by_row = by_row
        self.most = most
        self.search = search
        self.best: list[Candidate] | None = None
        self.worth: tuple[int, int] = (0, 0)
        self.tied = False

    @property
    def settled(self) -> bool:
        """Two ways, and none can be better: looking on is of no use."""
        return self.tied and self.worth == (self.most, 0)

    def look(self, used: frozenset[Row], taken: list[Candidate]) -> None:
        """Try every way to use the rows that are left."""
        if not self.search.step() or self.settled:
            return
        ways: list[Candidate] | None = None
        for row, candidates in self.by_row.items():
            if row not in used:
                free = [one for one in candidates if used.isdisjoint(_rows(one))]
                if ways is None or len(free) < len(ways):
                    ways = free
        if ways is None:
            self._keep(taken)
            return
        for candidate in ways:
            self.look(used.union(_rows(candidate)), [*taken, candidate])

    def _keep(self, taken: list[Candidate]) -> None:
        worth = (len(taken), -sum(candidate.apart for candidate in taken))
        if self.best is None or worth > self.worth:
            self.best, self.worth, self.tied = taken, worth, False
        elif worth == self.worth:
            self.tied = True
