"""Age in calendar days and in working days, by the calendar the State Council announces for each year."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import yaml

_WEEKEND: Final = 5  # Saturday


class Age(NamedTuple):
    """Days since a first day: of the calendar, and those worked. `unknown_years` are years on the way whose
    holidays no notice gives: only their weekends count as free."""

    days: int
    working_days: int
    unknown_years: tuple[int, ...] = ()


class Workdays(NamedTuple):
    """Free days and weekend days worked, for the years that are known; `sources` names their notices."""

    sources: Mapping[int, str]
    free: frozenset[date]
    worked: frozenset[date]

    def is_worked(self, day: date) -> bool:
        """Whether people work on this day; in a year that is not known, from Monday to Friday."""
        if day in self.worked:
            return True
        return day.weekday() < _WEEKEND and day not in self.free

    def age(self, first: date, today: date) -> Age:
        """How old something is that was first seen on a day: 0 on that day; never below 0."""
        days = max(0, (today - first).days)
        passed = [first + timedelta(days=n) for n in range(1, days + 1)]
        unknown = {day.year for day in passed} - set(self.sources)
        return Age(days, sum(map(self.is_worked, passed)), tuple(sorted(unknown)))


@cache
def china() -> Workdays:
    """The calendar that comes with the program (`policies/workdays/china.yaml`)."""
    stored = files("ledger.policies").joinpath("workdays/china.yaml").read_text(encoding="utf-8")
    years: dict[int, dict[str, Any]] = yaml.safe_load(stored)
    return Workdays(
        {year: str(notice["source"]) for year, notice in years.items()},
        frozenset(day for notice in years.values() for day in _days(notice["free"])),
        frozenset(day for notice in years.values() for day in notice["worked"]),
    )


def _days(stretches: list[date | list[date]]) -> Iterator[date]:
    for stretch in stretches:
        first, last = (stretch, stretch) if isinstance(stretch, date) else stretch
        for n in range((last - first).days + 1):
            yield first + timedelta(days=n)
