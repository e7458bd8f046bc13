"""Files of made-up people in the shipped layouts, for the tests of readers and writers."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from msgspec.structs import replace

from ledger.reconciliation.files.defects import Refused
from ledger.reconciliation.files.profile import Profile, load
from ledger.reconciliation.files.reading import Taken
from ledger.reconciliation.rows import Leg, Ours

Legs = tuple[Leg, ...]

PROFILES: Final = load()

DETAILS: Final = (
    ("LIN-S1", "LIN-V1", "LIN", "1000.00", "680.00", "320.00", "0", "null"),
    ("LIN-S2", "LIN-V2", "LIN", "88.60", "0.00", "80.00", "0", "null"),
    ("LIN-S2", "LIN-V2", "LIN", "-88.60", "0.00", "-80.00", "1", "冲销"),
    ("WEI-S1", "WEI-V1", "WEI", "45.00", "0.00", "45.00", "0", "null"),
)


def lines(rows: Iterable[Sequence[str]], separator: str = "\t", end: str = "\n") -> bytes:
    return "".join(separator.join(row) + end for row in rows).encode()


def profile(name: str, **changes: Any) -> Profile:
    return PROFILES[name].model_copy(update=changes)


def rows_of(read: Taken[Any] | Refused) -> list[Any]:
    assert isinstance(read, Taken), read
    return list(read.rows)


def bad_of(read: Taken[Any] | Refused) -> list[tuple[int, str | None, str]]:
    assert isinstance(read, Refused), read
    return [(one.line, one.column, one.code) for one in read.bad]


def ours(settlement: str, total_fen: int, fund_fen: int, legs: Legs, **fields: Any) -> Ours:
    """A settled row of Lin's with the national facts, mutual aid inside its account total."""
    day = fields.pop("day", date(2025, 5, 20))
    given: dict[str, Any] = {
        "settlement": settlement,
        "external": settlement,
        "direction": "forward",
        "person": "LIN",
        "at": datetime(day.year, day.month, day.day, 2, tzinfo=UTC),
        "day": day,
        "total_fen": total_fen,
        "fund_fen": fund_fen,
        "account_fen": sum(fen for _, _, fen in legs),
        "position": 1,
        "region": "510104",
        "service_class": "outpatient",
        "visit": f"V-{settlement}",
        "message": f"M-{settlement}",
        "insutype": "310",
        "clr_type": "11",
        "agency": "510100",
        "legs": legs,
    }
    return Ours(**given | fields)


def refunded(row: Ours, **fields: Any) -> Ours:
    """The whole of a row given back."""
    return replace(row, **{"direction": "reverse", "refund": f"{row.settlement}-R"} | fields)
