"""What a board has come to, as an outcome: every row once, every difference named, in an order of its own."""

from collections.abc import Sequence
from itertools import compress
from typing import Final, get_args

from ledger.reconciliation.matching import naming
from ledger.reconciliation.matching.board import (
    FREE,
    Block,
    Board,
    Group,
    counts_here,
    counts_there,
    money_here,
    money_there,
    sign,
)
from ledger.reconciliation.matching.corrections import correction
from ledger.reconciliation.matching.keys import Keys
from ledger.reconciliation.matching.likely import Lookup
from ledger.reconciliation.matching.outcome import (
    NOTHING,
    Amounts,
    Balance,
    Break,
    BreakClass,
    Likely,
    Line,
    Match,
    Outcome,
    Side,
    Tally,
)
from ledger.reconciliation.matching.twins import known_twins
from ledger.reconciliation.rows import Ours, Theirs, Unreadable

_ONE_SIDED: Final = ("pair", "released", "not_listed")
_RANK: Final = {kind: rank for rank, kind in enumerate(get_args(BreakClass))}
_OPEN, _MATCHED, _BEYOND = range(3)


def report(board: Board, unreadable: Sequence[Unreadable]) -> Outcome:
    """Name what was found, and hold it to the input."""
    report = _Report(board)
    for group in board.ordered_groups():
        report.group(group)
    for choice in sorted(board.suggested):
        if report.is_open(choice):
            report.suggest(choice)
    blocks = sorted(board.live_blocks(), key=lambda block: (block.ours, block.theirs))
    for block in blocks:
        report.block(block)
    report.alone({place for block in blocks for place in block.ours}, True)
    report.alone({place for block in blocks for place in block.theirs}, False)
    for line in unreadable:
        report.unreadable(line)
    return report.outcome(sum(1 for block in blocks if not block.searched))


class _Report:
    """Takes what the board holds piece by piece; a row is open until something else is said of it."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.keys = Keys(board)
        self.lookup = Lookup(board)
        self.matches: list[Match] = []
        self.breaks: list[Break] = []
        self.ours = bytearray(len(board.ours))
        self.theirs = bytearray(len(board.theirs))
        self.unlisted = NOTHING

    def group(self, group: Group) -> None:
        """Rows that were joined: a match, and what differs between them."""
        rule, ours, theirs = group
        if self._is_beyond(ours, theirs):
            self._say(_BEYOND, ours, theirs)
            return
        if rule in _ONE_SIDED:
            self._match(group)
            if rule == "not_listed":
                self.unlisted = self.unlisted.plus(self._here(ours))
            return
        board = self.board
        if len(ours) == len(theirs) == 1 and naming.is_plain(
            board.ours[ours[0]], board.theirs[theirs[0]], board.rules
        ):
            self._match(group)
            return
        effect = self._there(theirs).minus(self._here(ours))
        kind = naming.of_group(board, group, effect)
        matched = kind != "missing_there"
        if matched:
            self._match(group)
        if kind is not None:
            self._break(kind, ours, theirs, effect, matched=matched)
        payers = naming.wrong_payers([board.ours[p] for p in ours], [board.theirs[p] for p in theirs])
        if payers:
            self._break("wrong_payer", ours, theirs, NOTHING, matched=matched, payers=payers)

    def is_open(self, group: Group) -> bool:
        """Whether nothing was joined to any of these after all."""
        board = self.board
        return all(board.is_free(True, place) for place in group.ours) and all(
            board.is_free(False, place) for place in group.theirs
        )

    def suggest(self, group: Group | Block) -> None:
        """Rows that may belong together, for a person to say."""
        names = tuple(self.board.ids[place] for place in group.ours)
        self.matches.append(Match(names, self._lines(group.theirs), group.rule, automatic=False))

    def block(self, block: Block) -> None:
        """Rows with several equal answers, as one break; the whole block is suggested."""
        effect = self._there(block.theirs).minus(self._here(block.ours))
        kind = naming.of_block(self.board, block)
        self._break(kind, block.ours, block.theirs, effect, searched=block.searched)
        self.suggest(block)

    def alone(self, asked: set[int], here: bool) -> None:
        """Rows of one side that nothing was joined to."""
        board = self.board
        groups = board.group_of_ours if here else board.group_of_theirs
        free = [place for place, group in enumerate(groups) if group == FREE and place not in asked]
        twins = known_twins(board, free) if here else {}
        for place in free:
            ours, theirs = ((place,), ()) if here else ((), (place,))
            if self._is_beyond(ours, theirs):
                self._say(_BEYOND, ours, theirs)
            elif here:
                twin = twins.get(place)
                kind = naming.of_ours(board, place, twin)
                likely = self.lookup.twin(twin) if kind == "duplicate_here" and twin is not None else None
                self._break(kind, ours, theirs, NOTHING.minus(self._here(ours)), likely=likely)
            else:
                self._break(naming.of_theirs(board, place), ours, theirs, self._there(theirs))

    def unreadable(self, line: Unreadable) -> None:
        """A line that is in no row."""
        self.breaks.append(
            Break(
                side="there",
                key=self.keys.of_line(line.file, line.line),
                kind="unreadable",
                effect=NOTHING,
                theirs=(Line(line.file, line.line),),
                correction=correction("unreadable", (), None),
                reason=line.reason,
            )
        )

    def outcome(self, not_searched: int) -> Outcome:
        """The whole, sorted, with its sums."""
        board = self.board
        ours = _balance(self.ours, board.ours, [counts_here(row) for row in board.ours])
        theirs = _balance(self.theirs, board.theirs, [counts_there(row) for row in board.theirs])
        taken_here = ours.matched.amounts.plus(ours.open.amounts)
        taken_there = theirs.matched.amounts.plus(theirs.open.amounts).plus(self.unlisted)
        return Outcome(
            matches=tuple(self.matches),
            breaks=tuple(sorted(self.breaks, key=lambda found: (_RANK[found.kind], found.key))),
            ours=ours,
            theirs=theirs,
            difference=taken_there.minus(taken_here),
            not_searched=not_searched,
        )

    def _break(
        self,
        kind: BreakClass,
        ours: tuple[int, ...],
        theirs: tuple[int, ...],
        effect: Amounts,
        *,
        likely: Likely | None = None,
        matched: bool = False,
        searched: bool = True,
        payers: tuple[tuple[str, int], ...] = (),
    ) -> None:
        board = self.board
        side: Side = "both" if ours and theirs else "here" if ours else "there"
        days = [board.ours[p].day for p in ours] + [day for p in theirs if (day := board.theirs[p].day)]
        likely = likely or self.lookup.likely(ours, theirs)
        self.breaks.append(
            Break(
                side=side,
                key=self.keys.of(kind, ours, theirs),
                kind=kind,
                effect=effect,
                ours=tuple(board.ids[place] for place in ours),
                theirs=self._lines(theirs),
                matched=matched,
                since=min(days, default=None),
                likely=likely,
                correction=correction(
                    kind, [board.ours[p] for p in ours], likely, [board.theirs[p] for p in theirs]
                ),
                payers=payers,
                searched=searched,
                refers=self.keys.refers(kind, ours, theirs),
            )
        )

    def _match(self, group: Group) -> None:
        ids = self.board.ids
        rule, ours, theirs = group
        names = (ids[ours[0]],) if len(ours) == 1 else tuple([ids[place] for place in ours])
        self.matches.append(Match(names, self._lines(theirs), rule))
        self._say(_MATCHED, ours, theirs)

    def _lines(self, places: Sequence[int]) -> tuple[Line, ...]:
        rows = self.board.theirs
        if len(places) == 1:
            row = rows[places[0]]
            return (Line(row.file, row.line),)
        return tuple([Line(rows[place].file, rows[place].line) for place in places])

    def _say(self, what: int, ours: Sequence[int], theirs: Sequence[int]) -> None:
        for place in ours:
            self.ours[place] = what
        for place in theirs:
            self.theirs[place] = what

    def _is_beyond(self, ours: Sequence[int], theirs: Sequence[int]) -> bool:
        """Whether every row is of a day outside the period; a line without a day is never."""
        first, last = self.board.rules.first_day, self.board.rules.last_day
        if first is None and last is None:
            return False
        days = [self.board.ours[p].day for p in ours] + [self.board.theirs[p].day for p in theirs]
        return all(
            day is not None and ((first is not None and day < first) or (last is not None and day > last))
            for day in days
        )

    def _here(self, places: Sequence[int]) -> Amounts:
        if len(places) == 1:
            return money_here(self.board.ours[places[0]])
        return _total([money_here(self.board.ours[place]) for place in places])

    def _there(self, places: Sequence[int]) -> Amounts:
        if len(places) == 1:
            return money_there(self.board.theirs[places[0]])
        return _total([money_there(self.board.theirs[place]) for place in places])


def _total(amounts: Sequence[Amounts]) -> Amounts:
    return Amounts(sum(a[0] for a in amounts), sum(a[1] for a in amounts), sum(a[2] for a in amounts))


def _balance(said: bytearray, rows: Sequence[Ours | Theirs], counts: Sequence[bool]) -> Balance:
    """Each row's money where it stands now; and all of it once more, from the rows alone."""
    total = [sign(row) * row.total_fen * money for row, money in zip(rows, counts, strict=True)]
    fund = [sign(row) * row.fund_fen * money for row, money in zip(rows, counts, strict=True)]
    account = [sign(row) * row.account_fen * money for row, money in zip(rows, counts, strict=True)]

    def of(what: int) -> Tally:
        chosen = [one == what for one in said]
        columns = (sum(compress(column, chosen)) for column in (total, fund, account))
        return Tally(sum(chosen), Amounts(*columns))

    given = Tally(len(rows), Amounts(sum(total), sum(fund), sum(account)))
    return Balance(given, of(_MATCHED), of(_OPEN), of(_BEYOND))
