"""The opening day: accounts, the money people bring along, and the first bindings, family by family."""

from collections.abc import Iterator
from random import Random

from scripts.generator.amounts import OPENING_BALANCE, draw
from scripts.generator.city import City
from scripts.generator.writer import Writer, stamp

OPENS_AT = 0
LASTS = 6 * 3600  # seconds: business starts when everyone is in
LIMITS = ("null", "20000", "50000", "100000", "300000", "800000")


def opening(city: City, seed: int) -> Iterator[bytes]:
    """Every line of the opening day, times rising from midnight to six. Request ids start with `O`."""
    writer, rng = Writer("O"), Random(seed)
    day = city.opening_day.isoformat()
    for family in range(city.families):
        at = stamp(day, OPENS_AT + LASTS * family // city.families)
        yield from _accounts(city, family, at, writer, rng)
        for tie in city.standing(family):
            yield writer.line("bind", at, binding(city, family, tie, city.opening_day.toordinal(), rng))
        if rng.random() < 0.04:
            yield from _proxy(city, family, at, writer)


def binding(city: City, family: int, tie: int, day: int, rng: Random) -> str:
    """The fields of a bind that the rules accept on a day number."""
    random, ties = rng.random, city.household(family).ties
    beneficiary = city.beneficiary(family, ties[tie])
    certificate = "birth_certificate" if random() < 0.4 else "household_register"
    fields = (
        f'"by":"desk-{int(random() * 40):02d}","binder":"{city.person_id(city.binder(family, ties[tie]))}",'
        f'"beneficiary":"{city.person_id(beneficiary)}","relation":"{ties[tie].relation}",'
        f'"authorisation":"{city.authorisation(beneficiary, day, certificate)}"'
    )
    if random() < 0.15:
        fields += f',"limit_fen":{LIMITS[int(random() * len(LIMITS))]}'
    if random() < 0.05:
        fields += f',"evidence":[{{"type":"household_register","sha256":"{rng.getrandbits(256):064x}"}}]'
    return fields


def _accounts(city: City, family: int, at: str, writer: Writer, rng: Random) -> Iterator[bytes]:
    region = city.region_of(family).code
    first = city.first[family]
    for place, member in enumerate(city.household(family).members):
        person = city.person_id(first + place)
        born = city.born_on(first + place)
        tail = f',"born":"{born}"' if born else ""
        yield writer.line(
            "open_account",
            at,
            f'"account":"{person}","region":"{region}","insurance":"{member.insurance}"{tail}',
        )
        amount = draw(OPENING_BALANCE, rng.random) if member.insurance == "employee" else 0
        if amount:
            yield writer.line(
                "credit",
                at,
                f'"account":"{person}","amount_fen":{amount},"bucket":"carried","kind":"transfer_in"',
            )


def _proxy(city: City, family: int, at: str, writer: Writer) -> Iterator[bytes]:
    """The first tie once more as a proxy credential: it shows a relative's code and never pays."""
    ties = city.household(family).ties
    if not ties:
        return
    beneficiary = city.beneficiary(family, ties[0])
    yield writer.line(
        "bind",
        at,
        f'"binder":"{city.person_id(city.binder(family, ties[0]))}",'
        f'"beneficiary":"{city.person_id(beneficiary)}","relation":"{ties[0].relation}","kind":"proxy_credential",'
        f'"authorisation":"{city.authorisation(beneficiary, city.opening_day.toordinal())}"',
    )
