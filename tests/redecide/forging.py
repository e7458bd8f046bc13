"""A family's recorded year, and what somebody could do to it afterwards."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec.structs import replace

from ledger.events.codec import encode
from ledger.events.envelope import Event, StreamEvent
from ledger.persistence.stored_log import ListedLog
from ledger.proof.leaves import LogRow
from ledger.redeciding.findings import Finding, Report
from ledger.redeciding.redecide import redecide
from tests.examples import LIN, WEI, charge, family, hold, refund, set_limit
from tests.spec import Spec

SETTLEMENT: Final = "S-1"


def year_of_lin() -> Spec:
    """Lin has 50 yuan of her own; Wei pays up to 80 yuan a year for her, Mei what is left."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=120_00, mei=300_00), set_limit(WEI, LIN, 80_00))
    spec.given(charge(LIN, 200_00, settlement=SETTLEMENT, institution="Qingyang Clinic"))
    spec.given(hold(LIN, 10_00), refund(SETTLEMENT, 20_00))
    spec.when(charge(LIN, 900_00, cash="refused", id="too-much"))
    return spec


def place_of(events: Sequence[StreamEvent], wanted: type[Event], nth: int = 0) -> int:
    """Where (from 0) the nth event of a class stands."""
    return [place for place, (_, _, event) in enumerate(events) if isinstance(event, wanted)][nth]


def edited(
    events: Sequence[StreamEvent], place: int, change: Callable[[Any], Event] | None = None, **fields: Any
) -> list[StreamEvent]:
    """The same log, but for one event."""
    stream, version, event = events[place]
    other = change(event) if change is not None else replace(event, **fields)
    return [*events[:place], StreamEvent(stream, version, other), *events[place + 1 :]]


def judged(events: Sequence[StreamEvent]) -> Report:
    return redecide(ListedLog.of(events))


def first(events: Sequence[StreamEvent]) -> Finding:
    """The first finding about a log that must have one."""
    return judged(events).findings[0]


def row_of(position: int, entry: StreamEvent) -> LogRow:
    return LogRow(
        position, entry.originator_id, entry.originator_version, entry.event.topic, encode(entry.event)
    )
