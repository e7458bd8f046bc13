"""Bills that one side books together, and bills that nobody can tell apart.

Their lines carry no settlement id here: with one they would be other amounts of that settlement.
"""

from collections.abc import Callable, Sequence
from typing import Final

from scripts.generator.month.bills import Bill, Town
from scripts.generator.month.books import Books, later

Bundle = Callable[[Town, Books], int]
Figures = tuple[int, int, int]


def one_to_many(town: Town, books: Books) -> int:
    """They send two to six bills of three days as one; the number of bills."""
    bills = _bills(town, town.rng.randrange(2, 7), spread=3)
    line = _line(books, bills[-1], _sum(bills), visit=bills[0].visit if town.rng.random() < 0.5 else None)
    books.link("1:n", [books.here(bill) for bill in bills], [line])
    return len(bills)


def many_to_one(town: Town, books: Books) -> int:
    """They send one bill in two to six parts."""
    bill = _bills(town, 1)[0]
    parts = _parts(town, (bill.total, bill.fund, bill.account), town.rng.randrange(2, 7))
    lines = [_line(books, bill, part, visit=bill.visit) for part in parts]
    books.link("n:1" if len(lines) > 1 else "1:1", [books.here(bill)], lines)
    return 1


def many_to_many(town: Town, books: Books) -> int:
    """They cut the bills of one person and day into other pieces."""
    bills = _bills(town, town.rng.randrange(2, 5))
    parts = _parts(town, _sum(bills), town.rng.randrange(2, 5))
    lines = [_line(books, bills[0], part, visit=None) for part in parts]
    books.link("n:m", [books.here(bill) for bill in bills], lines)
    return len(bills)


def alike(town: Town, books: Books) -> int:
    """Two or three equal bills of one visit, hours apart; they have as many, or one less: which is which?"""
    bill = town.bill(day=town.early_day())
    count = town.rng.randrange(2, 4)
    bills = [bill] + [town.alike(bill, 4_500 * more) for more in range(1, count)]
    known = town.rng.choice(("visit", "person"))
    sent = count - (town.rng.random() < 0.3)
    ours = [books.here(one) for one in bills]
    books.broken("ambiguous", ours, [books.there(one, known=known) for one in bills[:sent]])
    return count


def _bills(town: Town, count: int, spread: int = 1) -> list[Bill]:
    """Bills of one person on so many consecutive days."""
    person, day = town.rng.choice(town.people), town.early_day()
    days = sorted(later(day, town.rng.randrange(spread)) for _ in range(count))
    return [town.bill(person, one) for one in days]


def _line(books: Books, bill: Bill, figures: Figures, visit: str | None) -> int:
    total, fund, account = figures
    return books.there(
        bill, known="person", visit=visit, total_fen=total, fund_fen=fund, account_fen=account, legs=None,
        clr_type=None,
    )  # fmt: skip


def _sum(bills: Sequence[Bill]) -> Figures:
    return (
        sum(bill.total for bill in bills),
        sum(bill.fund for bill in bills),
        sum(bill.account for bill in bills),
    )


def _parts(town: Town, figures: Figures, count: int) -> list[Figures]:
    """Pieces that sum to the figures, none of them empty."""
    rest, parts = list(figures), []
    for left in range(count, 1, -1):
        if rest[0] < 2 * left:
            break
        share = town.rng.randrange(10, 60)
        part = (max(1, rest[0] * share // 100 // left * 2), rest[1] * share // 100, rest[2] * share // 100)
        parts.append(part)
        rest = [whole - piece for whole, piece in zip(rest, part, strict=True)]
    return [*parts, (rest[0], rest[1], rest[2])]


RATES: Final[tuple[tuple[Bundle, int], ...]] = (
    (one_to_many, 50),
    (many_to_one, 40),
    (many_to_many, 30),
    (alike, 25),
)
"""Of ten thousand draws."""
