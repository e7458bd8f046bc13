"""The calendar: what every month brings by itself, and the business of each day in between."""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import date

from scripts.generator.amounts import ALLOTMENT
from scripts.generator.city import ABSENT, CLOSED, City
from scripts.generator.insurance import Insurance
from scripts.generator.kinship import Kinship
from scripts.generator.mistakes import Mistakes
from scripts.generator.scene import BUSINESS_OPENS, Scene
from scripts.generator.settlements import Settlements

BUSY = 0.78  # lines of daily business for a person and month of thirty days
REPEATED = 0.004  # of the lines of daily business, how many are sent twice
ALLOTMENT_DAYS = (5, 6, 7)  # of each month; one third of the families on each
# The hours between which a ninth of a day's business falls, as seconds of the day.
HOURS = (BUSINESS_OPENS, 28800, 31800, 34500, 38400, 44100, 52200, 57000, 64800, 80400)
# Kinds of daily business and how many in ten thousand lines; the rest are charges on time.
SHARES = (
    ("late charge", 100), ("hold", 280), ("refund", 300), ("quote", 150), ("set limit", 70), ("reorder", 70),
    ("bind", 60), ("unbind", 60), ("grant quota", 50), ("release quota", 15), ("status", 20), ("close", 3),
    ("transfer", 5), ("adjust", 40), ("interest", 30), ("care premium", 10), ("mistake", 80),
)  # fmt: skip
AUTUMN = (9, 10, 11, 12)
AUTUMN_PREMIUMS = 400  # in ten thousand lines, on top


class Year:
    """Writes day after day. Request ids start with `R`, settlements with `S`, refunds with `F`."""

    def __init__(self, city: City, seed: int) -> None:
        self._city = city
        self._scene = Scene(city, "R", seed)
        self._settlements = Settlements(self._scene)
        kinship = Kinship(self._scene, self._settlements)
        insurance = Insurance(self._scene, self._settlements, kinship)
        kinds = {
            "late charge": self._settlements.late_charge,
            "hold": self._settlements.hold,
            "refund": self._settlements.refund,
            "quote": self._settlements.quote,
            "set limit": kinship.set_limit,
            "reorder": kinship.reorder,
            "bind": kinship.bind,
            "unbind": kinship.unbind,
            "grant quota": kinship.grant_quota,
            "release quota": kinship.release_quota,
            "status": insurance.change_status,
            "close": insurance.close,
            "transfer": insurance.transfer,
            "adjust": insurance.adjust,
            "interest": insurance.interest,
            "care premium": self._settlements.care_premium,
            "mistake": Mistakes(self._scene, self._settlements, kinship).line,
        }
        self._rare = tuple(kinds[name] for name, share in SHARES for _ in range(share))

    def days(self, months: int) -> Iterator[bytes]:
        """Every line from the opening day's business to the last day of the last month."""
        start = self._city.opening_day
        count = start.month - 1 + months
        end = date(start.year + count // 12, count % 12 + 1, 1)
        for ordinal in range(start.toordinal(), end.toordinal()):
            self._scene.turn_to(ordinal)
            yield from self._day(date.fromordinal(ordinal))

    def _day(self, today: date) -> Iterator[bytes]:
        if (today.month, today.day) == (1, 1) and today != self._city.opening_day:
            self._city.new_year()
            yield from self._close_year(today.year - 1, 1, 300)
        if today.day in ALLOTMENT_DAYS:
            yield from self._allotments(today.day - ALLOTMENT_DAYS[0])
        yield from self._business(today)
        if (today.month, today.day) == (12, 31):
            yield from self._close_year(today.year, 0, 82800)

    def _business(self, today: date) -> Iterator[bytes]:
        scene, settlements = self._scene, self._settlements
        random, charge = scene.random, settlements.charge
        window: deque[bytes] = deque(maxlen=200)
        kinds = self._kinds_of(today.month)
        count = int(self._city.people * BUSY / 30 * (0.6 if today.weekday() == 6 else 1.07) + random())
        for place in range(count):
            scene.set_second(_second((place + random()) / count))
            while settlements.due():
                yield settlements.settle_hold()
            chance = int(random() * 10000)
            line = kinds[chance]() if chance < len(kinds) else charge()
            yield line
            window.append(line)
            if random() < REPEATED:
                yield window[int(random() * len(window))]

    def _kinds_of(self, month: int) -> tuple[Callable[[], bytes], ...]:
        premiums = (self._settlements.premium,) * (AUTUMN_PREMIUMS if month in AUTUMN else 0)
        return self._rare + premiums

    def _allotments(self, third: int) -> Iterator[bytes]:
        """Money for employees of a third of the families; the sum is a person's own, month after month."""
        for person in self._employees(3, third, 7200, 3 * 3600, ABSENT):
            amount = ALLOTMENT[person * 7919 % len(ALLOTMENT)] + person * 104729 % 1900
            account = self._city.person_id(person)
            yield self._scene.line(
                "credit", f'"account":"{account}","amount_fen":{amount},"kind":"allotment"'
            )

    def _close_year(self, year: int, half: int, second: int) -> Iterator[bytes]:
        """One half of the families on New Year's Eve, the other after midnight."""
        for person in self._employees(2, half, second, 3000, CLOSED):
            yield self._scene.line("close_year", f'"account":"{self._city.person_id(person)}","year":{year}')

    def _employees(self, parts: int, part: int, second: int, lasts: int, absent: int) -> Iterator[int]:
        """The employees of every so-many-th family who are there, the clock moving on from `second`."""
        city, scene = self._city, self._scene
        for person in range(city.people):
            mine = city.family[person] % parts == part and not city.state[person] & absent
            if mine and city.member(person).insurance == "employee":
                scene.set_second(second + lasts * person // city.people)
                yield person


def _second(place: float) -> int:
    """The second of the day by which this share of the day's business is done."""
    ninth = place * (len(HOURS) - 1)
    step = int(ninth)
    return HOURS[step] + int((HOURS[step + 1] - HOURS[step]) * (ninth - step))
