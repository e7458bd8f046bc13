"""What becomes of one bill on its way into both books. Most arrive alike; each way to break is a function.

The class that a fate is labelled with follows the order of words that decide a class: where two would fit,
the first. A fate that changes the total needs a line that says which settlement it is of, else nobody could
know.
"""

from collections.abc import Callable
from typing import Any, Final

from scripts.generator.month.bills import Bill, Town
from scripts.generator.month.books import Books, later

Fate = Callable[[Town, Books, Bill], None]


def agreed(_: Town, books: Books, bill: Bill) -> None:
    """Both sides have it alike."""
    books.link("1:1", [books.here(bill)], [books.there(bill)])


def refunded(_: Town, books: Books, bill: Bill) -> None:
    """Settled and refunded on both sides."""
    known = books.known()
    books.link("1:1", [books.here(bill)], [books.there(bill, known=known)])
    books.link("1:1", [books.here(bill, "reverse")], [books.there(bill, "reverse", known=known)])


def missing_there(_: Town, books: Books, bill: Bill) -> None:
    """Only we have it."""
    books.broken("missing_there", [books.here(bill)], [])


def missing_here(_: Town, books: Books, bill: Bill) -> None:
    """Only they have it."""
    books.broken("missing_here", [], [books.there(bill)])


def renumbered(_: Town, books: Books, bill: Bill) -> None:
    """They gave it another settlement id: nothing may join the two."""
    books.broken("missing_there", [books.here(bill)], [])
    other = books.there(bill, known="id", settlement=f"X{bill.number:09d}")
    books.broken("missing_here", [], [other])


def other_total(town: Town, books: Books, bill: Bill) -> None:
    """Their total differs, by 2 fen to some hundred yuan."""
    off = town.rng.choice((1, -1)) * town.rng.randrange(2, 30_000)
    total = bill.total + (off if bill.total + off - bill.fund > bill.account else abs(off))
    _joined(books, "total", bill, total_fen=total)


def other_split(town: Town, books: Books, bill: Bill) -> None:
    """The same total, but fund and account paid other parts of it."""
    moved = 2 + town.rng.randrange(bill.account)
    _joined(
        books,
        "split",
        bill,
        known="bill",
        fund_fen=bill.fund + moved,
        account_fen=max(0, bill.account - moved),
    )


def rounded(town: Town, books: Books, bill: Bill) -> None:
    """One fen off in one column or two."""
    fen = town.rng.choice((1, -1)) if bill.fund else 1
    total = bill.total + town.rng.choice((0, fen))
    _joined(books, "rounding", bill, total_fen=total, fund_fen=bill.fund + fen)


def other_payer(_: Town, books: Books, bill: Bill) -> None:
    """The platform took the money from somebody else in the family."""
    legs = bill.legs
    wrong = (f"{legs[0][0]}W", legs[0][1], legs[0][2])
    _joined(books, "wrong_payer", bill, known="id", legs=(wrong, *legs[1:]))


def other_region(town: Town, books: Books, bill: Bill) -> None:
    """Another clearing agency; or another area owes a payer's part."""
    if bill.legs and town.rng.random() < 0.5:
        moved = tuple((payer, "330106", fen) for payer, _, fen in bill.legs)
        _joined(books, "region", bill, known="id", legs=moved)
    else:
        _joined(books, "region", bill, known="any", agency="330100")


def other_class(_: Town, books: Books, bill: Bill) -> None:
    """Another clearing type."""
    _joined(books, "class", bill, known="any", clr_type="99")


def over_midnight(town: Town, books: Books, bill: Bill) -> None:
    """We have it seconds before midnight, they seconds after."""
    bill = town.bill(bill.person, town.early_day())
    _joined(books, "cut_off", bill, known="any", day=later(bill.day, 1))


def twice_there(_: Town, books: Books, bill: Bill) -> None:
    """Their file has the line twice."""
    known = books.known("joined")
    here, there = books.here(bill), books.there(bill, known=known)
    books.link("1:1", [here], [there])
    books.copy(there)


def twice_here(town: Town, books: Books, bill: Bill) -> None:
    """We booked it under two settlement ids: a repeated message, or the same bill within the hour."""
    here = books.here(bill)
    again = town.alike(bill, town.rng.randrange(30, 3_500))
    known = books.known("joined")
    message = bill.message if known == "message" or town.rng.random() < 0.5 else again.message
    second = books.here(again, message=message)
    there = books.there(bill, known=known)
    if known == "id":
        books.link("1:1", [here], [there])
        books.broken("duplicate_here", [second], [])
    else:
        books.broken("duplicate_here", [here, second], [there])


def refund_one_sided(town: Town, books: Books, bill: Bill) -> None:
    """One side refunded what the other still has."""
    here, there = books.here(bill), books.there(bill, known="id")
    books.link("1:1", [here], [there])
    if town.rng.random() < 0.5:
        books.broken("refund_without_pair", [books.here(bill, "reverse")], [])
    else:
        books.broken("refund_without_pair", [], [books.there(bill, "reverse", known="id")])


def pair_one_sided(town: Town, books: Books, bill: Bill) -> None:
    """Settled and refunded on one side only."""
    if town.rng.random() < 0.5:
        books.link("pair", [books.here(bill), books.here(bill, "reverse")], [])
    else:
        known = "id" if town.rng.random() < 0.7 else "visit"
        rows = [books.there(bill, known=known), books.there(bill, "reverse", known=known)]
        books.link("pair", [], rows)


def corrected(town: Town, books: Books, bill: Bill) -> None:
    """We refunded it in full and recorded it right, under the number that the other side knows."""
    right = town.alike(bill, town.rng.randrange(8_000, 9_000))
    payer, region, fen = bill.legs[-1]
    more: dict[str, Any] = {
        "total_fen": bill.total + 700,
        "account_fen": bill.account + 700,
        "legs": (*bill.legs[:-1], (payer, region, fen + 700)),
    }
    wrong = books.here(bill, **more)
    back = books.here(bill, "reverse", **more)
    books.link("pair", [wrong, back], [])
    here = books.here(right, external=bill.settlement, corrects=bill.settlement, message=bill.message)
    books.link("1:1", [here], [books.there(bill, known="id")])


def other_status(town: Town, books: Books, bill: Bill) -> None:
    """Settled on one side, released on the other."""
    if books.status_told and town.rng.random() < 0.5:
        _joined(books, "status", bill, known="any", status="released")
    else:
        here, there = books.here(bill, state="released"), books.there(bill, known="bill")
        books.link("1:1", [here], [there])
        books.broken("status", [here], [there])


def in_doubt(town: Town, books: Books, bill: Bill) -> None:
    """Our hold is open still; they have it or not."""
    here = books.here(bill, state="held")
    if town.rng.random() < 0.5:
        books.broken("in_doubt", [here], [])
        return
    there = books.there(bill, known="bill")
    books.link("1:1", [here], [there])
    books.broken("in_doubt", [here], [there])


def let_go(_: Town, books: Books, bill: Bill) -> None:
    """Held and released here, never heard of there: nothing is wrong."""
    books.link("released", [books.here(bill, state="released")], [])


def late(town: Town, books: Books, bill: Bill) -> None:
    """Of a signed day: their line comes now, or our row was recorded now."""
    day = later(town.first, -1 - town.rng.randrange(10))
    if town.rng.random() < 0.6:
        books.broken("late", [], [books.there(bill, known="id", day=day)])
    else:
        at = bill.at.replace(year=day.year, month=day.month, day=day.day)
        books.broken("late", [books.here(bill, day=day, at=at)], [])


def _joined(books: Books, kind: str, bill: Bill, known: str = "joined", **changes: Any) -> None:
    here, there = books.here(bill), books.there(bill, known=known, **changes)
    books.link("1:1", [here], [there])
    books.broken(kind, [here], [there])


RATES: Final[tuple[tuple[Fate, int], ...]] = (
    (refunded, 150), (missing_there, 40), (missing_here, 40), (renumbered, 10), (other_total, 40),
    (other_split, 40), (rounded, 30), (other_payer, 30), (other_region, 30), (other_class, 30),
    (over_midnight, 50), (twice_there, 30), (twice_here, 30), (refund_one_sided, 30), (pair_one_sided, 30),
    (corrected, 20), (other_status, 30), (in_doubt, 30), (let_go, 10), (late, 30),
)  # fmt: skip
"""Of ten thousand bills; the others agree."""
