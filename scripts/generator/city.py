"""The people of the city: families, ages, and which bindings stand, in a few bytes a person."""

from array import array
from collections.abc import Callable
from datetime import date
from random import Random

from scripts.generator.households import (
    ALONE,
    COMMON,
    COUPLE,
    HOUSEHOLDS,
    REGIONS,
    SETTLED,
    Household,
    Member,
    Region,
    Tie,
)

FACE_AGE = 16  # contract section 7, the default of every pack

# What `City.state` keeps of a person, one bit each.
CLOSED = 1
SUSPENDED = 2
PREMIUM_PAID = 4
ABSENT = CLOSED | SUSPENDED


class City:
    """`people` persons in families of one kind each, decided by `seed` alone.

    Persons and families are numbers from 0. A family's members are consecutive persons, in the order of its
    household. Only what later commands must agree with is kept: whether a binding stands, which binder comes
    first, who is closed.
    """

    def __init__(self, people: int, seed: int, opening_day: date) -> None:
        if people < 1:
            raise ValueError("a city has at least one person")
        self.people = people
        self.opening_day = opening_day
        self.first = array("I")
        self.kind = bytearray()
        self.region = bytearray()
        self.bound = bytearray()  # one bit a tie of the household
        self.later_first = bytearray()  # one bit a tie: the partner, a later tie, is debited first
        self.dissolved = bytearray()  # families that a closing or transfer took apart: left alone ever after
        self.family = array("I", bytes(4 * people))
        self.born = array("i", bytes(4 * people))  # proleptic day number; 0: unknown to the scheme
        self.state = bytearray(people)
        self._settle(Random(seed))

    @property
    def families(self) -> int:
        """How many families there are."""
        return len(self.first)

    def household(self, family: int) -> Household:
        """What kind of family this is."""
        return HOUSEHOLDS[self.kind[family]]

    def region_of(self, family: int) -> Region:
        """Where a family lived on the opening day."""
        return REGIONS[self.region[family]]

    def person_id(self, person: int) -> str:
        """The scheme's person number: P, six digits of region, eight of count; never a citizen-ID number."""
        return f"P{REGIONS[self.region[self.family[person]]].code}{person:08d}"

    def member(self, person: int) -> Member:
        """A person's place in the family."""
        family = self.family[person]
        return self.household(family).members[person - self.first[family]]

    def born_on(self, person: int) -> str | None:
        """A birth date as `YYYY-MM-DD`, or None where the scheme does not know it."""
        day = self.born[person]
        return date.fromordinal(day).isoformat() if day else None

    def binder(self, family: int, tie: Tie) -> int:
        """The person who pays."""
        return self.first[family] + tie.binder

    def beneficiary(self, family: int, tie: Tie) -> int:
        """The person who is paid for."""
        return self.first[family] + tie.beneficiary

    def standing(self, family: int) -> list[int]:
        """The ties of a family that are bound now."""
        mask = self.bound[family]
        return [tie for tie in range(len(self.household(family).ties)) if mask >> tie & 1]

    def allowed(self, family: int, tie: int) -> bool:
        """Whether the region lets this tie be bound beside the one that stands for the same beneficiary."""
        partner = self.household(family).partner(tie)
        if partner is None or not self.bound[family] >> partner & 1:
            return True
        return self.region_of(family).two_binders

    def untie(self, family: int, tie: int) -> None:
        """A binding ends; the binder left over is the only one, so first."""
        self.bound[family] &= ~(1 << tie)
        partner = self.household(family).partner(tie)
        if partner is not None:
            self.later_first[family] &= ~(1 << min(tie, partner))

    def new_year(self) -> None:
        """Nobody has paid a premium yet."""
        for person in range(self.people):
            self.state[person] &= ABSENT

    def authorisation(self, person: int, day: int, certificate: str = "household_register") -> str:
        """What this beneficiary must show on a day number (contract section 4, check 9)."""
        if not self.born[person]:
            return "face"
        birth, today = date.fromordinal(self.born[person]), date.fromordinal(day)
        age = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
        return "face" if age >= FACE_AGE else certificate

    def patient(self, random: Callable[[], float]) -> int:
        """Someone who falls ill: not closed, unless nearly everyone is."""
        for _ in range(20):
            family = int(random() * len(self.first))
            person = self.first[family] + HOUSEHOLDS[self.kind[family]].patients[int(random() * 8)]
            if not self.state[person] & CLOSED:
                break
        return person

    def _settle(self, rng: Random) -> None:
        random, person = rng.random, 0
        while person < self.people:
            kind = _fitting(COMMON[int(random() * len(COMMON))], self.people - person)
            family = len(self.first)
            self.first.append(person)
            self.kind.append(kind)
            self.region.append(SETTLED[int(random() * len(SETTLED))])
            self.bound.append(0)
            self.later_first.append(0)
            self.dissolved.append(0)
            self._tie(family, random)
            for member in HOUSEHOLDS[kind].members:
                self.family[person] = family
                self.born[person] = self._birthday(member, random)
                person += 1

    def _tie(self, family: int, random: Callable[[], float]) -> None:
        for tie in range(len(self.household(family).ties)):
            if random() < 0.92 and self.allowed(family, tie):
                self.bound[family] |= 1 << tie

    def _birthday(self, member: Member, random: Callable[[], float]) -> int:
        days = member.youngest * 366 + int(random() * 365 * (member.oldest - member.youngest + 1))
        return 0 if random() < 0.01 else self.opening_day.toordinal() - days


def _fitting(kind: int, left: int) -> int:
    if len(HOUSEHOLDS[kind].members) <= left:
        return kind
    return HOUSEHOLDS.index(COUPLE if left > 1 else ALONE)
