"""One bill booked here under two settlement ids: one message id, or person, visit and total in an hour."""

from collections.abc import Hashable, Sequence
from datetime import timedelta

from ledger.reconciliation.matching.board import FREE, Board
from ledger.reconciliation.rows import Ours


def are_twins(board: Board, row: Ours, other: Ours) -> bool:
    """Whether two rows of ours look like one bill booked twice. A correction is no twin of the corrected."""
    if row.external == other.external or row.direction != other.direction:
        return False
    if row.message is not None and row.message == other.message:
        return True
    close = abs(row.at - other.at) <= timedelta(minutes=board.rules.twice_minutes)
    return close and row.visit is not None and _bill(row) == _bill(other)


def known_twins(board: Board, places: Sequence[int]) -> dict[int, int]:
    """For each of these rows that has one: the first twin that is joined to a line of theirs."""
    wanted: dict[Hashable, list[int]] = {}
    people: set[str] = set()
    for place in places:
        people.add(board.ours[place].person)
        for key in _keys(board.ours[place]):
            wanted.setdefault(key, []).append(place)
    twins: dict[int, int] = {}
    for known, row in enumerate(board.ours):
        if row.person not in people and ("message", row.message) not in wanted:
            continue
        number = board.group_of_ours[known]
        if number != FREE and board.groups[number].theirs:
            for key in _keys(row):
                for place in wanted.get(key, ()):
                    if place not in twins and are_twins(board, board.ours[place], row):
                        twins[place] = known
    return twins


def _bill(row: Ours) -> Hashable:
    return row.person, row.visit, row.total_fen


def _keys(row: Ours) -> list[Hashable]:
    keys: list[Hashable] = []
    if row.message is not None:
        keys.append(("message", row.message))
    if row.visit is not None:
        keys.append(("bill", _bill(row)))
    return keys
