"""Who lives together: the kinds of family in the city, and the regions they live in.

Binder limits follow the regional packs: where they let one binder share with a person, people have one,
so that refused bindings stay the exception they are in life.
"""

from dataclasses import dataclass
from typing import Literal

Insurance = Literal["employee", "resident"]


@dataclass(frozen=True, slots=True)
class Member:
    """One place in a family: insurance, and ages in whole years on the opening day, both ends included."""

    insurance: Insurance
    youngest: int
    oldest: int


@dataclass(frozen=True, slots=True)
class Tie:
    """A binding the family may have: two places, and what the beneficiary is to the binder."""

    binder: int
    beneficiary: int
    relation: str


@dataclass(frozen=True, slots=True)
class Household:
    """A kind of family. `patients` has eight places: who is ill more often stands there more often."""

    name: str
    members: tuple[Member, ...]
    ties: tuple[Tie, ...]
    patients: tuple[int, ...]
    elder: int | None = None

    def partner(self, tie: int) -> int | None:
        """The other tie of the same beneficiary, if there is one (never more than one)."""
        for other, candidate in enumerate(self.ties):
            if other != tie and candidate.beneficiary == self.ties[tie].beneficiary:
                return other
        return None


@dataclass(frozen=True, slots=True)
class Region:
    """A district: its code, whether a person may have two binders, whether the national packs rule it."""

    code: str
    two_binders: bool
    national: bool


def _employee(youngest: int, oldest: int) -> Member:
    return Member("employee", youngest, oldest)


def _resident(youngest: int, oldest: int) -> Member:
    return Member("resident", youngest, oldest)


ALONE = Household("alone", (_employee(22, 80),), (), (0,) * 8)

COUPLE = Household(
    "couple",
    (_employee(24, 70), _employee(24, 70)),
    (Tie(0, 1, "spouse"), Tie(1, 0, "spouse")),
    (0, 0, 0, 0, 1, 1, 1, 1),
)

PARENTS_AND_CHILD = Household(
    "parents and child",
    (_employee(30, 52), _employee(30, 50), _resident(10, 20)),
    (Tie(0, 2, "child"), Tie(1, 2, "child")),
    (0, 1, 2, 2, 2, 2, 2, 2),
)

ONE_EARNER = Household(
    "one earner",
    (_employee(30, 55), _resident(28, 55), _resident(8, 19)),
    (Tie(0, 1, "spouse"), Tie(0, 2, "child")),
    (0, 1, 1, 1, 2, 2, 2, 2),
)

GRANDMOTHER = Household(
    "grandmother, son and daughter",
    (_employee(62, 88), _employee(35, 60), _employee(33, 58)),
    (Tie(1, 0, "parent"), Tie(2, 0, "parent")),
    (0, 0, 0, 0, 0, 0, 1, 2),
    elder=0,
)

THREE_GENERATIONS = Household(
    "three generations",
    (_resident(62, 88), _employee(34, 56), _employee(32, 54), _resident(10, 20)),
    (Tie(1, 0, "parent"), Tie(1, 3, "child"), Tie(2, 3, "child")),
    (0, 0, 0, 0, 1, 2, 3, 3),
    elder=0,
)

FIVE = Household(
    "five",
    (_employee(64, 90), _resident(60, 86), _employee(34, 56), _employee(32, 54), _resident(10, 20)),
    (Tie(2, 0, "parent"), Tie(2, 1, "parent"), Tie(0, 1, "spouse"), Tie(2, 4, "child"), Tie(3, 4, "child")),
    (0, 0, 1, 1, 1, 2, 4, 4),
    elder=0,
)

SINGLE_MOTHER = Household(
    "single mother",
    (_employee(30, 50), _resident(12, 19), _resident(6, 16)),
    (Tie(0, 1, "child"), Tie(0, 2, "child")),
    (0, 1, 1, 1, 2, 2, 2, 2),
)

SIBLINGS = Household(
    "siblings",
    (_employee(28, 62), _resident(26, 64)),
    (Tie(0, 1, "sibling"),),
    (0, 1, 1, 1, 1, 1, 1, 1),
)

GRANDFATHER = Household(
    "grandfather and grandchild",
    (_employee(60, 82), _resident(12, 18)),
    (Tie(0, 1, "grandchild"),),
    (0, 0, 0, 1, 1, 1, 1, 1),
)

GROWN_CHILD = Household(
    "grown child",
    (_employee(48, 64), _employee(22, 32)),
    (Tie(0, 1, "child"), Tie(1, 0, "parent")),
    (0, 0, 0, 0, 0, 1, 1, 1),
)

HOUSEHOLDS = (
    ALONE,
    COUPLE,
    PARENTS_AND_CHILD,
    ONE_EARNER,
    GRANDMOTHER,
    THREE_GENERATIONS,
    FIVE,
    SINGLE_MOTHER,
    SIBLINGS,
    GRANDFATHER,
    GROWN_CHILD,
)

# How often each kind is met, out of 32: an index into HOUSEHOLDS each.
COMMON = (
    (1,) * 3
    + (2,) * 6
    + (3,) * 4
    + (4,) * 4
    + (5,) * 4
    + (6,) * 3
    + (7,) * 2
    + (8,) * 2
    + (9,) * 2
    + (10,) * 2
)

REGIONS = (
    Region("510104", two_binders=True, national=True),  # Chengdu
    Region("320106", two_binders=True, national=True),  # Nanjing
    Region("420106", two_binders=True, national=True),  # Wuhan
    Region("130102", two_binders=True, national=True),  # Shijiazhuang
    Region("330106", two_binders=False, national=False),  # Hangzhou
    Region("110105", two_binders=True, national=False),  # Beijing
    Region("440106", two_binders=True, national=False),  # Guangzhou
    Region("440305", two_binders=True, national=False),  # Shenzhen
    Region("442000", two_binders=True, national=False),  # Zhongshan
    Region("441900", two_binders=True, national=False),  # Dongguan
    Region("450502", two_binders=False, national=False),  # Beihai
    Region("341802", two_binders=False, national=False),  # Xuancheng
    Region("370811", two_binders=False, national=False),  # Jining
)

# Where families live, out of 32: an index into REGIONS each. Most live under the national packs.
SETTLED = (0,) * 7 + (1,) * 5 + (2,) * 5 + (3,) * 2 + (4,) * 3 + (5,) * 3 + (6, 7, 8, 9, 10, 11, 12)
