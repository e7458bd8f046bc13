"""What every stored event has in common.

Stored names are for ever, and so are defaults: a field that has its default is left out of the stored bytes,
so a new optional field never changes the bytes of an old event. Anything else is a new `class_version` with
an upcast.

Events are msgspec structs: decoding checks every field and type, as strictly as the commands' models do, at a
fraction of the time (decision 6).
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, NamedTuple

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Fact(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, gc=False
):
    """A part of an event: frozen, exact, nothing unknown."""

    def as_dict(self) -> dict[str, Any]:
        """The fact as plain values, every field of it: nested facts as dicts, tuples as lists."""
        return {name: _plain(getattr(self, name)) for name in self.__struct_fields__}


def _plain(value: Any) -> Any:
    if isinstance(value, Fact):
        return value.as_dict()
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


class Event(Fact, frozen=True, kw_only=True):
    """An event: `at` is when it happened (service time), `recorded_at` when it was written, both UTC;
    `request` is the id of the command that caused it, `by` the actor (a staff or channel number)."""

    topic: ClassVar[str]
    class_version: ClassVar[int] = 1

    at: Instant
    recorded_at: Instant
    request: str
    by: str | None = None

    def content(self) -> dict[str, Any]:
        """What is stored of this event beyond the four fields that every event has."""
        stored: dict[str, Any] = msgspec.to_builtins(self)
        return {name: value for name, value in stored.items() if name not in Event.__struct_fields__}


class Noted(Event, frozen=True, kw_only=True):
    """An event that no command line asked for. `request` names the act it belongs to, and no request id is
    taken; whoever follows commands passes it over."""


class StreamEvent(NamedTuple):
    """An event at its place: the stream, its version there (from 1), and the fact itself."""

    originator_id: str
    originator_version: int
    event: Event
