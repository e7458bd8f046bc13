"""Which event of ours is most likely behind a break; or that there is none."""

from typing import assert_never

from ledger.reconciliation.matching.board import FREE, Board
from ledger.reconciliation.matching.outcome import Likely, What
from ledger.reconciliation.rows import Ours, Theirs

_NEAR_DAYS = 3


class Lookup:
    """Our rows by what a line of theirs may know of them. Built when the first line asks."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.tables: dict[tuple[object, ...], list[int]] | None = None

    def likely(self, ours: tuple[int, ...], theirs: tuple[int, ...]) -> Likely:
        """For rows of ours their own event; for lines alone the nearest thing to it that the ledger holds."""
        if ours:
            row = self.board.ours[ours[0]]
            return Likely(_event(row), row.position, self.board.ids[ours[0]])
        for what, *key in _asked(self.board.theirs[theirs[0]]):
            found = self._tables().get(tuple(key), [])
            if what == "same_person":
                found = [place for place in found if self._days(place, theirs[0]) <= _NEAR_DAYS]
            if found:
                place = min(found, key=lambda place: (self._days(place, theirs[0]), place))
                return self._at(what, place)
        return Likely("none")

    def twin(self, place: int) -> Likely:
        """The booking that another one repeats."""
        return self._at("twin", place)

    def _at(self, what: What, place: int) -> Likely:
        row = self.board.ours[place]
        return Likely(what, row.position, self.board.ids[place])

    def _days(self, place: int, other: int) -> int:
        day = self.board.theirs[other].day
        return 0 if day is None else abs((self.board.ours[place].day - day).days)

    def _tables(self) -> dict[tuple[object, ...], list[int]]:
        if self.tables is None:
            free = self.board.group_of_theirs
            lines = (line for line, group in zip(self.board.theirs, free, strict=True) if group == FREE)
            tables: dict[tuple[object, ...], list[int]] = {
                (kind, value): [] for line in lines for _, kind, value in _asked(line)
            }
            named = {value for _, value in tables}
            people = {value[0] for value in named if isinstance(value, tuple)}
            for place, row in enumerate(self.board.ours):
                keys: list[tuple[str, object]] = []
                if row.external in named:
                    keys.append(("settlement", row.external))
                if row.message in named:
                    keys.append(("message", row.message))
                if row.visit in named:
                    keys.append(("visit", row.visit))
                if row.person in people:
                    keys.append(("bill", (row.person, row.total_fen)))
                for key in keys:
                    if key in tables:
                        tables[key].append(place)
            self.tables = tables
        return self.tables


def _asked(line: Theirs) -> list[tuple[What, str, object]]:
    """What a line says of itself, the surest first."""
    asked: list[tuple[What, str, object]] = []
    if line.settlement is not None:
        asked.append(("other_direction", "settlement", line.settlement))
    if line.message is not None:
        asked.append(("same_message", "message", line.message))
    if line.visit is not None:
        asked.append(("same_visit", "visit", line.visit))
    if line.person is not None and line.day is not None:
        asked.append(("same_person", "bill", (line.person, line.total_fen)))
    return asked


def _event(row: Ours) -> What:
    if row.direction == "reverse":
        return "refund"
    match row.state:
        case "held":
            return "hold"
        case "released":
            return "release"
        case "charged" | "captured":
            return "settlement"
        case _:
            assert_never(row.state)
