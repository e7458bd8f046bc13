"""People, their visits and bills: the month as it truly was."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from ledger.clock import SHANGHAI
from scripts.generator.amounts import INPATIENT, OUTPATIENT, PHARMACY, draw

INSTITUTIONS = 24
_KINDS = (
    ("11", "outpatient", "11", OUTPATIENT),
    ("41", "pharmacy", "41", PHARMACY),
    ("14", "outpatient", "11", OUTPATIENT),
    ("21", "inpatient", "21", INPATIENT),
)
_MIX = (0,) * 45 + (1,) * 40 + (2,) * 12 + (3,) * 3
_REGIONS = ("510104", "510107", "510105", "320106")
_AGENCIES = ("510100", "510100", "510100", "320100")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody insured: where, how, and who pays beside the own account (nobody, one or two binders)."""

    number: str
    region: str
    agency: str
    insutype: str
    institution: int
    binders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bill:
    """One settlement as it truly was; amounts in fen, `second` of the day in Shanghai."""

    number: int
    person: Person
    visit: str
    day: date
    second: int
    total: int
    fund: int
    account: int
    med_type: str
    service_class: str
    clr_type: str
    legs: tuple[tuple[str, str | None, int], ...]

    @property
    def settlement(self) -> str:
        """Its id on both sides."""
        return f"S{self.number:09d}"

    @property
    def message(self) -> str:
        """The sender message id of its request."""
        return f"M{self.number:09d}"

    @property
    def at(self) -> datetime:
        """When it was settled."""
        midnight = datetime(self.day.year, self.day.month, self.day.day, tzinfo=SHANGHAI)
        return midnight + timedelta(seconds=self.second)


@dataclass
class _Visit:
    name: str
    day: date
    second: int
    totals: set[int] = field(default_factory=set)


class Town:
    """Draws bills of a month. Three in ten stay within a visit; one in fifty comes again for the same.

    With `collisions` one bill in five takes amounts and day of another bill of the same institution.
    """

    def __init__(self, rng: Random, first: date, days: int, people: int, collisions: bool) -> None:
        self.rng = rng
        self.first = first
        self.days = days
        self.collisions = collisions
        self.people = [self._person(number) for number in range(max(people, 12))]
        self.number = 0
        self.visits = 0
        self._open: dict[str, _Visit] = {}
        self._seen: dict[tuple[int, date], list[Bill]] = {}
        self._regular: dict[str, Bill] = {}

    def bill(self, person: Person | None = None, day: date | None = None) -> Bill:
        """The next bill; of somebody, on some day, unless that is said."""
        rng = self.rng
        who = person or rng.choice(self.people)
        visit = self._visit(who, day)
        kind = _KINDS[rng.choice(_MIX)]
        total, fund, account = self._amounts(who, visit, kind[3])
        while total in visit.totals:
            total, account = total + 1, account + 1
        visit.totals.add(total)
        return self._book(who, visit, (total, fund, account), kind)

    def alike(self, bill: Bill, seconds: int) -> Bill:
        """Another bill of the same visit and amounts, so many seconds later."""
        self.number += 1
        return Bill(
            self.number, bill.person, bill.visit, bill.day, bill.second + seconds, bill.total, bill.fund,
            bill.account, bill.med_type, bill.service_class, bill.clr_type, bill.legs,
        )  # fmt: skip

    def early_day(self) -> date:
        """A day with room before midnight and before the end of the month."""
        return self.first + timedelta(days=self.rng.randrange(2, self.days - 4))

    def _visit(self, who: Person, day: date | None) -> _Visit:
        rng, now = self.rng, self._open.get(who.number)
        if now is not None and day is None and now.second < 60_000 and rng.random() < 0.3:
            now.second += rng.randrange(5_400, 9_000)
            return now
        self.visits += 1
        when = day or self.first + timedelta(days=rng.randrange(self.days))
        visit = _Visit(f"V{self.visits:09d}", when, rng.randrange(27_000, 66_000))
        self._open[who.number] = visit
        return visit

    def _amounts(self, who: Person, visit: _Visit, curve: tuple[int, ...]) -> tuple[int, int, int]:
        rng = self.rng
        if self.collisions and rng.random() < 0.2:
            others = self._seen.get((who.institution, visit.day))
            if others:
                other = rng.choice(others)
                return other.total, other.fund, other.account
        regular = self._regular.get(who.number)
        if regular is not None and regular.visit != visit.name:
            return regular.total, regular.fund, regular.account
        share = draw(curve, rng.random)
        fund = share * rng.randrange(0, 300) // 100
        account = share if rng.random() < 0.8 else share * rng.randrange(1, 100) // 100
        return share + fund, fund, max(account, 1)

    def _book(
        self, who: Person, visit: _Visit, amounts: tuple[int, int, int], kind: tuple[str, str, str, object]
    ) -> Bill:
        self.number += 1
        total, fund, account = amounts
        bill = Bill(
            self.number, who, visit.name, visit.day, visit.second, total, fund, account, kind[0], kind[1],
            kind[2], self._legs(who, account),
        )  # fmt: skip
        self._seen.setdefault((who.institution, visit.day), []).append(bill)
        if self.rng.random() < 0.02:
            self._regular[who.number] = bill
        return bill

    def _legs(self, who: Person, account: int) -> tuple[tuple[str, str | None, int], ...]:
        payers = ([] if who.insutype == "390" else [who.number]) + list(who.binders)
        legs: list[tuple[str, str | None, int]] = []
        for place, payer in enumerate(payers):
            last = place == len(payers) - 1
            paid = account if last or self.rng.random() < 0.6 else account * self.rng.randrange(10, 90) // 100
            if paid:
                legs.append((payer, who.region, paid))
                account -= paid
        return tuple(legs)

    def _person(self, number: int) -> Person:
        rng = self.rng
        place = rng.randrange(len(_REGIONS))
        region = _REGIONS[place]
        insutype = "390" if rng.random() < 0.35 else "310"
        binders = rng.randrange(1 if insutype == "390" else 0, 3)
        return Person(
            f"P{region}{number:07d}",
            region,
            _AGENCIES[place],
            insutype,
            rng.randrange(INSTITUTIONS),
            tuple(f"B{region}{number:07d}{letter}" for letter in "AB"[:binders]),
        )
