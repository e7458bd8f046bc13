"""A labelled month by seed."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from ledger.reconciliation.rows import Ours, Rules, Theirs
from scripts.generator.month import bundles, fates
from scripts.generator.month.bills import Town
from scripts.generator.month.books import Books, Broken, Linked

FIRST: Final = date(2025, 9, 1)
_DRAWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Month:
    """Both sides' rows, the rules to match them by, and the truth: places in `ours` and `theirs`."""

    ours: list[Ours]
    theirs: list[Theirs]
    rules: Rules
    links: list[Linked]
    breaks: list[Broken]


def month(
    settlements: int,
    seed: int,
    *,
    first: date = FIRST,
    days: int = 30,
    collisions: bool = False,
    without_ids: float = 0.15,
    status_told: bool = True,
) -> Month:
    """A month of at least so many settlements and the other side's lines: the same arguments, the same rows.

    `collisions`: one bill in five has amounts and day of another of its institution. `without_ids` is the
    share of their lines that carry no settlement id. `status_told`: some lines say that a settlement was
    released there, which a detail file cannot. ValueError: fewer than 10 days, or settlements below 1.
    """
    if days < 10 or settlements < 1:
        raise ValueError("a month has 10 days and a settlement at least")
    rng = Random(seed)
    town = Town(rng, first, days, settlements // 3, collisions)
    books = Books(rng, seed, without_ids, status_told=status_told)
    together = list(accumulate(rate for _, rate in bundles.RATES))
    alone = list(accumulate((rate for _, rate in fates.RATES), initial=together[-1]))[1:]
    made = 0
    while made < settlements:
        draw = rng.randrange(_DRAWS)
        if draw < together[-1]:
            made += next(fate for (fate, _), end in zip(bundles.RATES, together, strict=True) if draw < end)(
                town, books
            )
            continue
        fate = next(
            (one for (one, _), end in zip(fates.RATES, alone, strict=True) if draw < end), fates.agreed
        )
        fate(town, books, town.bill())
        made += 1
    books.file()
    rules = Rules(signed_through=first - timedelta(days=1), signed_position=500)
    return Month(books.ours, books.theirs, rules, books.links, books.breaks)
