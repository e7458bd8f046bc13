"""What every stored event has in common.

Stored names are for ever. A field that is `None` is left out of the stored bytes, so a new optional
field never changes the bytes of an old event; anything else is a new `class_version` with an upcast.
"""

from datetime import datetime
from typing import ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """A part of an event: frozen, exact, nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Event(Fact):
    """An event: `at` is when it happened (service time), `recorded_at` when it was written, both UTC;
    `request` is the id of the command that caused it, `by` the actor (a staff or channel number)."""

    topic: ClassVar[str]
    class_version: ClassVar[int] = 1

    at: datetime
    recorded_at: datetime
    request: str
    by: str | None = None


class StreamEvent(NamedTuple):
    """An event at its place: the stream, its version there (from 1), and the fact itself."""

    originator_id: str
    originator_version: int
    event: Event
