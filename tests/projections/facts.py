"""Events for tests of pure projections: each with the same stamp, on the stream it belongs to."""

from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from ledger.events.envelope import Event
from projections.recorded import Recorded

E = TypeVar("E", bound=Event)

AT: Final = datetime(2026, 3, 10, 2, tzinfo=UTC)
RECORDED_AT: Final = datetime(2026, 3, 11, 2, tzinfo=UTC)
POSITION: Final = 7


def recorded(stream: str, cls: type[E], **fields: Any) -> Recorded[E]:
    """The event at position 7, version 1."""
    stamp: dict[str, Any] = {"at": AT, "recorded_at": RECORDED_AT, "request": "r-1"}
    return Recorded(POSITION, stream, 1, cls(**stamp | fields))
