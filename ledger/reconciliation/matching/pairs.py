"""A settlement and its refund that only one side has: closed as a pair, nothing is owed."""

from collections.abc import Hashable, Iterable
from datetime import date

from ledger.reconciliation.matching.board import Board, amounts
from ledger.reconciliation.rows import Ours, Theirs


def close_pairs(board: Board, *, last: bool) -> None:
    """Close forward and reverse rows of one settlement and the same amounts, ours or theirs.

    Before the last time, a pair is left alone where the other side has a free row like its forward one: a
    rule that comes later may join them.
    """
    ours, theirs = board.free_ours(), board.free_theirs()
    numbered = not board.rules.settlement_is_receipt
    loose = [place for place in theirs if not numbered or board.theirs[place].settlement is None]
    like = set() if last else {key for place in loose for key in _alike(board.theirs[place])}
    for forward, reverse in _pairs((_booked(board.ours[place]), board.ours[place], place) for place in ours):
        if like.isdisjoint(_alike(board.ours[forward])):
            board.join("pair", (forward, reverse), ())
    like = set() if last else {key for place in ours for key in _alike(board.ours[place])}
    keyed = ((_named(board.theirs[place], numbered), board.theirs[place], place) for place in theirs)
    for forward, reverse in _pairs(keyed):
        row = board.theirs[forward]
        if (numbered and row.settlement is not None) or like.isdisjoint(_alike(row)):
            board.join("pair", (), (forward, reverse))


def _booked(row: Ours) -> Hashable:
    return row.settlement, amounts(row)


def _named(row: Theirs, numbered: bool) -> Hashable:
    if row.settlement is not None and numbered:
        return row.settlement, amounts(row)
    if row.person is None and row.visit is None:
        return None
    return row.person, row.visit, amounts(row)


def _alike(row: Ours | Theirs) -> list[Hashable]:
    """What a later rule could know a row by: its person or its visit, with amounts."""
    named = (("person", row.person), ("visit", row.visit))
    return [(kind, name, row.direction, amounts(row)) for kind, name in named if name is not None]


def _pairs(rows: Iterable[tuple[Hashable, Ours | Theirs, int]]) -> list[tuple[int, int]]:
    """Forward and reverse rows of one key; several of both only where they are as many."""
    forward: dict[Hashable, list[int]] = {}
    reverse: dict[Hashable, list[int]] = {}
    days: dict[int, date] = {}
    for key, row, place in rows:
        if key is not None:
            (forward if row.direction == "forward" else reverse).setdefault(key, []).append(place)
            days[place] = row.day or date.min
    found: list[tuple[int, int]] = []
    for key, backs in reverse.items():
        outs = forward.get(key, [])
        if len(outs) == len(backs) or len(backs) == 1:
            outs = sorted(outs, key=lambda place: (days[place], place))
            found.extend(zip(outs, sorted(backs, key=lambda place: (days[place], place)), strict=False))
    return found
