"""The rows of one run laid out: what is joined so far, and what could not be decided."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from ledger.reconciliation.matching.outcome import Amounts, Rule
from ledger.reconciliation.rows import Ours, Rules, Theirs

FREE = -1


class Group(NamedTuple):
    """Rows that belong together, by their places on the board."""

    rule: Rule
    ours: tuple[int, ...]
    theirs: tuple[int, ...]


class Block(NamedTuple):
    """Rows among which a rule saw several equal answers, or (not `searched`) had to stop looking."""

    rule: Rule
    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    searched: bool = True


class Board:
    """Both sides in a fixed order. A row is joined once, for good; `copies` says what a copy repeats."""

    def __init__(self, ours: Iterable[Ours], theirs: Iterable[Theirs], rules: Rules) -> None:
        """ValueError: two rows of one name."""
        self.rules = rules
        self.ours = sorted(ours, key=attrgetter("settlement", "position", "direction"))
        self.ids = [row.id for row in self.ours]
        self.theirs = sorted(theirs, key=attrgetter("file", "line"))
        self.group_of_ours = [FREE] * len(self.ours)
        self.group_of_theirs = [FREE] * len(self.theirs)
        self.groups: list[Group] = []
        self.blocks: list[Block] = []
        self.suggested: list[Group] = []
        self.copies: dict[int, int] = {}
        if len(set(self.ids)) < len(self.ids):
            raise ValueError("two rows of ours have one id")
        if len({(row.file, row.line) for row in self.theirs}) < len(self.theirs):
            raise ValueError("two rows of theirs are one line of one file")

    def join(self, rule: Rule, ours: Sequence[int], theirs: Sequence[int]) -> None:
        """These belong together."""
        number = len(self.groups)
        self.groups.append(Group(rule, tuple(ours), tuple(theirs)))
        for place in ours:
            self.group_of_ours[place] = number
        for place in theirs:
            self.group_of_theirs[place] = number

    def ordered_groups(self) -> Iterator[Group]:
        """Every group once: by its first row of ours, then those of theirs alone by their first line."""
        done = bytearray(len(self.groups))
        for number in chain(self.group_of_ours, self.group_of_theirs):
            if number != FREE and not done[number]:
                done[number] = 1
                yield self.groups[number]

    def is_free(self, here: bool, place: int) -> bool:
        """Whether nothing has joined a row, of ours (`here`) or theirs."""
        return (self.group_of_ours if here else self.group_of_theirs)[place] == FREE

    def blocked(self) -> set[tuple[bool, int]]:
        """Rows that wait for a person, as (ours?, place)."""
        return {
            row
            for block in self.blocks
            for row in (*((True, place) for place in block.ours), *((False, place) for place in block.theirs))
        }

    def live_blocks(self) -> list[Block]:
        """What waits for a person in the end: blocks still free on both sides, those that overlap as one."""
        merged: dict[int, Block] = {}
        block_of: dict[tuple[bool, int], int] = {}
        for number, block in enumerate(self.blocks):
            rule, searched = block.rule, block.searched
            rows = [(True, place) for place in block.ours if self.is_free(True, place)]
            rows += [(False, place) for place in block.theirs if self.is_free(False, place)]
            if {here for here, _ in rows} != {True, False}:
                continue
            for old in sorted({block_of[row] for row in rows if row in block_of}):
                before = merged.pop(old)
                rule, searched = before.rule, searched and before.searched
                rows += [(True, place) for place in before.ours] + [(False, place) for place in before.theirs]
            block_of.update(dict.fromkeys(rows, number))
            mine = tuple(sorted({place for here, place in rows if here}))
            merged[number] = Block(rule, mine, tuple(sorted({p for h, p in rows if not h})), searched)
        return list(merged.values())

    def free_ours(self) -> list[int]:
        """Rows of ours that nothing has joined."""
        return [place for place, group in enumerate(self.group_of_ours) if group == FREE]

    def free_theirs(self) -> list[int]:
        """Rows of theirs that nothing has joined and that repeat no other."""
        copies = self.copies
        return [
            place for place, group in enumerate(self.group_of_theirs) if group == FREE and place not in copies
        ]

    def unnumbered(self) -> list[int]:
        """Free rows of theirs that no settlement id keeps from a weaker rule."""
        if self.rules.settlement_is_receipt:
            return self.free_theirs()
        return [place for place in self.free_theirs() if self.theirs[place].settlement is None]


def amounts(row: Ours | Theirs) -> tuple[int, int, int]:
    """The three columns as they stand, unsigned."""
    return row.total_fen, row.fund_fen, row.account_fen


def counts_here(row: Ours) -> bool:
    """Whether a row of ours is money: a hold is none yet, a released one none any more."""
    return row.state in ("charged", "captured")


def counts_there(row: Theirs) -> bool:
    """Whether a row of theirs is money there: not what they released, nor what only the institution has."""
    return row.status != "released" and row.result != "institution_more"


def sign(row: Ours | Theirs) -> int:
    """The one place that gives a row's amounts their sign."""
    return 1 if row.direction == "forward" else -1


def signed(row: Ours | Theirs) -> Amounts:
    """A row's amounts with their sign."""
    way = sign(row)
    return Amounts(way * row.total_fen, way * row.fund_fen, way * row.account_fen)


def money_here(row: Ours) -> Amounts:
    """What a row of ours adds to our totals."""
    return signed(row) if counts_here(row) else Amounts()


def money_there(row: Theirs) -> Amounts:
    """What a row of theirs adds to their totals."""
    return signed(row) if counts_there(row) else Amounts()
