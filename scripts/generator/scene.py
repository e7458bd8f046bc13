"""The moment the story has reached: what every kind of business shares while it writes its next line."""

from datetime import date
from random import Random

from scripts.generator.bills import Bills
from scripts.generator.city import City
from scripts.generator.writer import Writer, stamp

BUSINESS_OPENS = 6 * 3600 + 1800  # second of the day; nothing but the opening and batches is earlier
LATE_DAYS = 3


class Scene:
    """City, chance and clock. `at` is the time that the next line carries; `second` counts from midnight."""

    def __init__(self, city: City, prefix: str, seed: int) -> None:
        self.city = city
        self.rng = Random(seed)
        self.random = self.rng.random
        self.bills = Bills(self.random)
        self.writer = Writer(prefix)
        self.days: list[str] = []
        self.turn_to(city.opening_day.toordinal())

    def turn_to(self, ordinal: int) -> None:
        """Begin the day with this proleptic number; the few days before it are kept for late lines."""
        self.ordinal = ordinal
        self.day = date.fromordinal(ordinal).isoformat()
        self.days = [*self.days[-LATE_DAYS:], self.day]
        self.set_second(0)

    def set_second(self, second: int) -> None:
        """Move the clock within the day."""
        self.second = second
        self.at = stamp(self.day, second)

    @property
    def instant(self) -> int:
        """Seconds on one running count, for things that fall due."""
        return self.ordinal * 86400 + self.second

    def earlier(self) -> str:
        """A time that has passed: some hours ago, or on one of the days before."""
        random = self.random
        day = self.days[int(random() * len(self.days))]
        return stamp(day, BUSINESS_OPENS + int(random() * max(1, self.second - BUSINESS_OPENS)))

    def line(self, op: str, fields: str) -> bytes:
        """One command at the present moment; `fields` is the inside of a JSON object."""
        return self.writer.line(op, self.at, fields)
