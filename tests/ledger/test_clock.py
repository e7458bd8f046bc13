"""The business calendar is Shanghai's, whatever offset a time was written with."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.clock import (
    age_on,
    business_date,
    business_month,
    business_year,
    for_people,
    local,
    system_clock,
)

NEW_YORK = timezone(timedelta(hours=-5))


def test_the_system_clock_knows_its_offset() -> None:
    assert system_clock().utcoffset() == timedelta(0)


def test_the_day_turns_at_midnight_in_shanghai() -> None:
    before = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
    after = before + timedelta(seconds=1)
    assert (business_date(before), business_date(after)) == (date(2026, 12, 31), date(2027, 1, 1))
    assert (business_month(before), business_month(after)) == ("2026-12", "2027-01")
    assert (business_year(before), business_year(after)) == (2026, 2027)


def test_the_offset_a_time_was_written_with_does_not_matter() -> None:
    written = datetime(2026, 12, 31, 11, 30, tzinfo=NEW_YORK)
    assert business_date(written) == date(2027, 1, 1)
    assert for_people(written) == "2027-01-01T00:30:00+08:00"


def test_people_see_fractions_of_a_second_where_there_are_any() -> None:
    assert for_people(datetime(2026, 1, 5, 2, 0, 0, 120, tzinfo=UTC)) == "2026-01-05T10:00:00.000120+08:00"


def test_summer_time_counts_in_the_years_that_had_it() -> None:
    assert for_people(datetime(1988, 7, 1, 0, 0, tzinfo=UTC)) == "1988-07-01T09:00:00+09:00"
    assert business_date(datetime(1988, 6, 30, 15, 30, tzinfo=UTC)) == date(1988, 7, 1)


@given(st.integers(min_value=0, max_value=1007 * 365 * 86_400))
def test_since_1992_shanghai_is_eight_hours_ahead(seconds: int) -> None:
    instant = datetime(1992, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert local(instant).utcoffset() == timedelta(hours=8)
    assert local(instant) == instant


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2009, 9, 10), date(2025, 9, 9), 15),
        (date(2009, 9, 10), date(2025, 9, 10), 16),
        (date(2008, 2, 29), date(2024, 2, 28), 15),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2026, 1, 5), date(2026, 1, 5), 0),
        (date(2026, 1, 5), date(2026, 1, 4), -1),
    ],
)
def test_age_is_full_years_on_a_day(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age
