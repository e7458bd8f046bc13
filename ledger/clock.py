"""Time: the one module that reads a clock, and the business calendar (Asia/Shanghai).

Instants are aware datetimes in UTC. Years, months, days and ages are those of Shanghai.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_MODERN: Final = datetime(1992, 1, 1, tzinfo=UTC)
_EIGHT_HOURS: Final = timezone(timedelta(hours=8))


def system_clock() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def local(instant: datetime) -> datetime:
    """The instant on a Shanghai clock. Since 1992 that is UTC+8 with no summer time."""
    return instant.astimezone(_EIGHT_HOURS if instant >= _MODERN else SHANGHAI)


def business_date(instant: datetime) -> date:
    """The day an instant belongs to."""
    return local(instant).date()


def business_year(instant: datetime) -> int:
    """The calendar year an instant belongs to: the year whose limits it uses."""
    return local(instant).year


def business_month(instant: datetime) -> str:
    """The calendar month an instant belongs to, as `2026-01`."""
    here = local(instant)
    return f"{here.year:04d}-{here.month:02d}"


def age_on(born: date, day: date) -> int:
    """Full years of age on a day. Someone born on 29 February turns a year older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def for_people(instant: datetime) -> str:
    """The instant as RFC 3339 with the Shanghai offset, as every answer prints it."""
    return local(instant).isoformat()
