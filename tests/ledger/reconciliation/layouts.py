"""Files of made-up people in the shipped layouts, for the tests of readers and writers."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from ledger.reconciliation.files.defects import Refused
from ledger.reconciliation.files.profile import Profile, load
from ledger.reconciliation.files.reading import Taken

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
