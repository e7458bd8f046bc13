"""Names of breaks that last: the same break has the same key in every run that sees it.

By the first row of ours, else by the settlement id of theirs (with a number where it has several), else by
file and line. The prefix keeps the kinds of names apart.
"""

from ledger.reconciliation.matching.board import FREE, Board
from ledger.reconciliation.matching.outcome import BreakClass


class Keys:
    """Gives out keys in the board's order; no two breaks of a run get the same."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.given: dict[str, int] = {}

    def of(self, kind: BreakClass, ours: tuple[int, ...], theirs: tuple[int, ...]) -> str:
        """The key of a break with these rows."""
        if ours:
            return f"{'payer' if kind == 'wrong_payer' else 'ours'}:{self.board.ids[ours[0]]}"
        row = self.board.theirs[theirs[0]]
        if row.settlement is None or self.board.rules.settlement_is_receipt:
            return self.of_line(row.file, row.line)
        key = f"theirs:{row.settlement}:{row.direction}"
        number = self.given[key] = self.given.get(key, 0) + 1
        return key if number == 1 else f"{key}:{number}"

    def of_line(self, file: str, line: int) -> str:
        """The key of what has no settlement id."""
        return f"line:{file}:{line}"

    def refers(self, kind: BreakClass, ours: tuple[int, ...], theirs: tuple[int, ...]) -> str | None:
        """What a break goes with: a copy with what it repeats, a late line with the row it is of."""
        board = self.board
        if kind == "duplicate_there":
            first = board.copies[theirs[0]]
            number = board.group_of_theirs[first]
            if number != FREE and board.groups[number].ours:
                return f"ours:{board.ids[board.groups[number].ours[0]]}"
            return self.of_line(board.theirs[first].file, board.theirs[first].line)
        if kind == "late" and not ours and (number_there := board.theirs[theirs[0]].settlement) is not None:
            return f"ours:{number_there}"
        return None
