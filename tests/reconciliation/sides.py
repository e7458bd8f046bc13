"""Rows of both sides as a test says them: Lin's bills, unless something else is said."""

from datetime import date, datetime, timedelta
from typing import Any

from ledger.clock import SHANGHAI
from ledger.reconciliation.matching import Break, Line, Match, Outcome
from ledger.reconciliation.rows import Ours, Theirs
from tests.examples import LIN, SHIJIAZHUANG

DAY = date(2026, 9, 10)
FILE = "f" * 64


def at(clock: str, day: date = DAY) -> datetime:
    """A time of day in Shanghai, written HH:MM:SS."""
    hour, minute, second = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)


def ours(settlement: str, total_fen: int, **fields: Any) -> Ours:
    """A row of ours: half of it fund, the rest account, unless said otherwise."""
    day = fields.pop("day", DAY)
    row: dict[str, Any] = {
        "settlement": settlement,
        "external": settlement,
        "direction": "forward",
        "person": LIN,
        "visit": "V1",
        "at": at("10:00:00", day),
        "day": day,
        "total_fen": total_fen,
        "fund_fen": total_fen // 2,
        "account_fen": total_fen - total_fen // 2,
        "position": 1,
        "region": SHIJIAZHUANG,
        "service_class": "outpatient",
    }
    return Ours(**(row | fields))


def theirs(line: int, total_fen: int, settlement: str | None = None, **fields: Any) -> Theirs:
    """A line of theirs, likewise."""
    row: dict[str, Any] = {
        "file": FILE,
        "line": line,
        "direction": "forward",
        "settlement": settlement,
        "person": LIN,
        "visit": "V1",
        "day": DAY,
        "total_fen": total_fen,
        "fund_fen": total_fen // 2,
        "account_fen": total_fen - total_fen // 2,
    }
    return Theirs(**(row | fields))


def days_later(days: int) -> date:
    return DAY + timedelta(days=days)


def lines(*numbers: int) -> tuple[Line, ...]:
    return tuple(Line(FILE, number) for number in numbers)


def joined(outcome: Outcome) -> list[tuple[tuple[str, ...], tuple[int, ...], str]]:
    """What was matched without a person: ids of ours, lines of theirs, rule."""
    return [
        (one.ours, tuple(line.line for line in one.theirs), one.rule)
        for one in outcome.matches
        if one.automatic
    ]


def suggested(outcome: Outcome) -> list[Match]:
    return [one for one in outcome.matches if not one.automatic]


def kinds(outcome: Outcome) -> list[str]:
    """The classes of all breaks, in their order."""
    return [one.kind for one in outcome.breaks]


def only(outcome: Outcome) -> Break:
    """The one break there is."""
    (found,) = outcome.breaks
    return found
