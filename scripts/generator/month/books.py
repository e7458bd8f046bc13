"""The two sides' books while they are written, and what is true of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from random import Random
from typing import Any, Literal, NamedTuple

from msgspec.structs import replace

from ledger.reconciliation.rows import Direction, Ours, Theirs
from scripts.generator.month.bills import Bill

Shape = Literal["1:1", "1:n", "n:1", "n:m", "pair", "released"]


class Linked(NamedTuple):
    """Rows that belong together: places in `ours` and `theirs`, and whether a settlement id says so."""

    shape: Shape
    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    numbered: bool


class Broken(NamedTuple):
    """A break in truth: its class, and the rows it is about."""

    kind: str
    ours: tuple[int, ...]
    theirs: tuple[int, ...]


class Books:
    """Rows of both sides in the order they were made. `without_ids` is the share of their lines that carry no
    settlement id: of these some have the message id, some person, visit and day, some person and day
    alone."""

    def __init__(self, rng: Random, seed: int, without_ids: float, *, status_told: bool = True) -> None:
        self.rng = rng
        self.seed = seed
        self.without_ids = without_ids
        self.status_told = status_told
        self.ours: list[Ours] = []
        self.theirs: list[Theirs] = []
        self.places: list[int] = []
        self.links: list[Linked] = []
        self.breaks: list[Broken] = []
        self.copies: list[tuple[int, int]] = []

    def here(self, bill: Bill, direction: Direction = "forward", **changes: Any) -> int:
        """Write a row of ours; the place it has."""
        row = Ours(
            settlement=bill.settlement,
            external=bill.settlement,
            direction=direction,
            person=bill.person.number,
            at=bill.at,
            day=bill.day,
            total_fen=bill.total,
            fund_fen=bill.fund,
            account_fen=bill.account,
            position=1_000 + 3 * len(self.ours),
            region=bill.person.region,
            service_class=bill.service_class,
            refund=None if direction == "forward" else f"R{bill.number:09d}",
            visit=bill.visit,
            message=bill.message,
            institution=f"H{bill.person.institution:03d}",
            insutype=bill.person.insutype,
            clr_type=bill.clr_type,
            agency=bill.person.agency,
            med_type=bill.med_type,
            legs=bill.legs,
        )
        self.ours.append(replace(row, **changes) if changes else row)
        return len(self.ours) - 1

    def there(self, bill: Bill, direction: Direction = "forward", known: str = "any", **changes: Any) -> int:
        """Write a line of theirs, `known` by what `Books.known` says; the place it has."""
        by = self.known(known)
        row = Theirs(
            file="",
            line=0,
            direction=direction,
            total_fen=bill.total,
            fund_fen=bill.fund,
            account_fen=bill.account,
            settlement=bill.settlement if by == "id" else None,
            visit=bill.visit if by in ("id", "visit") else None,
            person=None if by == "message" else bill.person.number,
            message=bill.message if by == "message" else None,
            day=bill.day,
            clr_type=bill.clr_type,
            insutype=bill.person.insutype,
            agency=bill.person.agency,
            legs=bill.legs if by == "id" and self.rng.random() < 0.3 else None,
        )
        self.theirs.append(replace(row, **changes) if changes else row)
        self.places.append(bill.person.institution)
        return len(self.theirs) - 1

    def link(self, shape: Shape, ours: Sequence[int], theirs: Sequence[int]) -> None:
        """These belong together."""
        numbered = all(self.theirs[place].settlement is not None for place in theirs)
        self.links.append(Linked(shape, tuple(ours), tuple(theirs), numbered))

    def broken(self, kind: str, ours: Sequence[int], theirs: Sequence[int]) -> None:
        """This is wrong."""
        self.breaks.append(Broken(kind, tuple(ours), tuple(theirs)))

    def file(self) -> None:
        """Put their lines into files, shuffled; of equal lines the later is the copy.

        A detail file is of one institution, agency, clearing type and insurance type: no line says them.
        """
        order = list(range(len(self.theirs)))
        self.rng.shuffle(order)
        names = [self._file_of(place) for place in range(len(self.theirs))]
        lines: dict[str, int] = {}
        numbers: dict[int, int] = {}
        for place in order:
            lines[names[place]] = lines.get(names[place], 0) + 1
            numbers[place] = lines[names[place]]
        for first, copy in self.copies:
            numbers[first], numbers[copy] = sorted((numbers[first], numbers[copy]))
        for place, line in numbers.items():
            name = names[place]
            digest = sha256(f"{self.seed}/{name}".encode()).hexdigest()
            self.theirs[place] = replace(self.theirs[place], file=digest, name=name, line=line)

    def _file_of(self, place: int) -> str:
        row = self.theirs[place]
        scope = f"{row.agency}-{row.clr_type or 'any'}-{row.insutype}"
        return f"3202-H{self.places[place]:03d}-{scope}.txt"

    def copy(self, place: int) -> None:
        """Their file has this line a second time."""
        self.theirs.append(self.theirs[place])
        self.places.append(self.places[place])
        self.copies.append((place, len(self.theirs) - 1))
        self.broken("duplicate_there", [], [len(self.theirs) - 1])

    def known(self, known: str = "any") -> str:
        """By what a line can be found: `id`, `message`, `visit`, `person`. `joined` is one of the first two,
        `bill` one of the first three, `any` one of all, as the file happens to be."""
        if known not in ("any", "joined", "bill"):
            return known
        if self.rng.random() >= self.without_ids:
            return "id"
        if known == "joined":
            return "message"
        draw = self.rng.random() * (0.75 if known == "bill" else 1.0)
        return "message" if draw < 0.4 else "visit" if draw < 0.75 else "person"


def later(day: date, days: int) -> date:
    """So many days on."""
    return day + timedelta(days=days)
