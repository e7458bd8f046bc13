"""A plausible city as contract commands, for trying things out and for measuring.

Everything here yields command lines (UTF-8, one JSON object, ending in LF) one at a time: memory does not
grow with the number of lines, only by some twenty bytes a person. The same arguments give the same bytes
everywhere.

The figures behind the city: a shared payment averages about 138 yuan, nine in ten bills are outpatient or
pharmacy, most families live under the national packs, some lines arrive late or twice, and one line in two
hundred is refused, most of these on purpose. None is malformed. Person numbers start with `P`, so none is a
citizen-ID number.
"""

from collections.abc import Iterator
from datetime import timedelta

from scripts.generator.cascade import cascade_charges as _cascade_charges
from scripts.generator.cascade import cascade_opening as _cascade_opening
from scripts.generator.city import City
from scripts.generator.opening import opening as _opening
from scripts.generator.scene import Scene
from scripts.generator.settlements import Settlements
from scripts.generator.writer import first_day
from scripts.generator.year import Year

START = "2025-03"  # twelve months from here hold an autumn, a year's end and the reform of 2026-01-09


def lines(people: int, months: int, seed: int, start: str = START) -> Iterator[bytes]:
    """A city of `people` persons: its opening day, then `months` calendar months of everything that happens.

    `start` is the first month, `YYYY-MM`. No line is later than the end of the last month (Asia/Shanghai),
    which should be past, since commands in the future are refused. Opening takes about 2.4 lines a person, a
    month about 1.4. ValueError: `people` below 1, `months` below 0, or a `start` that is no month.
    """
    city = _city(people, seed, start)
    if months < 0:
        raise ValueError("months are counted from 0")
    return _city_and_year(city, months, seed)


def opening(people: int, seed: int, start: str = START) -> Iterator[bytes]:
    """Only the opening day of the same city: accounts, first money, first bindings. All of it is accepted."""
    return _opening(_city(people, seed, start), seed + 1)


def natural_charges(people: int, charges: int, seed: int, start: str = START) -> Iterator[bytes]:
    """So many charges in their natural mix on the thirty days after the opening: no other op, all accepted.

    To be applied after `opening` with the same `people`, `seed` and `start`.
    """
    return _natural_charges(_city(people, seed, start), charges, seed)


def cascade_opening(charges: int, start: str = START) -> Iterator[bytes]:
    """The families behind `cascade_charges`: seven persons and 24 lines for five charges, all accepted."""
    return _cascade_opening(charges, start)


def cascade_charges(charges: int, seed: int, start: str = START) -> Iterator[bytes]:
    """So many charges, one a beneficiary: the own account and two binders pay each, limits on, no cash.

    To be applied after `cascade_opening` with the same `charges` and `start`.
    """
    return _cascade_charges(charges, seed, start)


def _city(people: int, seed: int, start: str) -> City:
    return City(people, seed, first_day(start))


def _city_and_year(city: City, months: int, seed: int) -> Iterator[bytes]:
    yield from _opening(city, seed + 1)
    yield from Year(city, seed + 2).days(months)


def _natural_charges(city: City, charges: int, seed: int) -> Iterator[bytes]:
    scene = Scene(city, "C", seed + 3)
    settlements = Settlements(scene)
    first = city.opening_day + timedelta(days=1)
    for number in range(charges):
        day, place = divmod(number * 30, charges)
        if scene.ordinal != first.toordinal() + day:
            scene.turn_to(first.toordinal() + day)
        scene.set_second(23400 + 57000 * place // charges)
        yield settlements.charge()
