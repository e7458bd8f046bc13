"""The heaviest charge there is, for measuring: own account, then two binders, limits on, and nothing in cash.

A family has seven people. A brother and a sister bind their father, mother, two grandparents and a sister,
all employees. Each of the five is charged once: the own account gives all it has, the brother what his yearly
limit for that person leaves, and the sister the rest, below her own limit.
"""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from scripts.generator.writer import Writer, first_day, stamp

REGION = "510104"  # Chengdu: the national packs
BENEFICIARIES = (
    ("parent", 1955),
    ("parent", 1957),
    ("grandparent", 1932),
    ("grandparent", 1934),
    ("sibling", 1984),
)
OWN = 3000  # fen on each beneficiary's account; every bill is larger
FIRST_LIMIT = 4000  # fen a year from the brother for each; every bill is larger than both together
SECOND_LIMIT = 2_000_000
BINDER_MONEY = 10_000_000
SMALLEST_BILL, LARGEST_BILL = 7500, 27000  # fen


def _person(family: int, place: int) -> str:
    return f"K{REGION}{family * 7 + place:08d}"


def cascade_opening(charges: int, start: str) -> Iterator[bytes]:
    """Accounts, money and bindings with limits for so many charges. Request ids start with `KO`."""
    writer, day = Writer("KO"), first_day(start).isoformat()
    at = stamp(day, 0)
    for family in range(-(-charges // len(BENEFICIARIES))):
        for place in range(7):
            person = _person(family, place)
            born = 1980 if place < 2 else BENEFICIARIES[place - 2][1]
            money = BINDER_MONEY if place < 2 else OWN
            yield writer.line(
                "open_account",
                at,
                f'"account":"{person}","region":"{REGION}","insurance":"employee","born":"{born}-06-15"',
            )
            yield writer.line("credit", at, f'"account":"{person}","amount_fen":{money},"kind":"allotment"')
        for place, (relation, _) in enumerate(BENEFICIARIES, start=2):
            for binder, limit in ((0, FIRST_LIMIT), (1, SECOND_LIMIT)):
                yield writer.line(
                    "bind",
                    at,
                    f'"by":"desk-01","binder":"{_person(family, binder)}",'
                    f'"beneficiary":"{_person(family, place)}","relation":"{relation}",'
                    f'"authorisation":"face","limit_fen":{limit}',
                )


def cascade_charges(charges: int, seed: int, start: str) -> Iterator[bytes]:
    """So many charges on the day after the opening, three legs each, no cash. Request ids start with `KC`.

    One person of every family is charged before the second of any is.
    """
    writer, random = Writer("KC"), Random(seed).random
    day = (first_day(start) + timedelta(days=1)).isoformat()
    families = -(-charges // len(BENEFICIARIES))
    for number in range(charges):
        place, family = divmod(number, families)
        amount = SMALLEST_BILL + int(random() * (LARGEST_BILL - SMALLEST_BILL))
        yield writer.line(
            "charge",
            stamp(day, 86399 * number // charges),
            f'"settlement":"K{number:010d}","beneficiary":"{_person(family, place + 2)}",'
            f'"amount_fen":{amount},"med_type":"{41 if random() < 0.4 else 11}"',
        )
