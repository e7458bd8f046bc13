"""Yearly limits: what shared legs used of them, per beneficiary, binder and year.

One row per use, signed fen. Premiums and a person's own money use no limit; holds count once placed.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple, assert_never, get_args

from ledger.events.family import HoldEnded, HoldPlaced, LimitRestored, LimitUsed
from projections.recorded import Model, Recorded, Table

Read = LimitUsed | HoldPlaced | HoldEnded | LimitRestored


class LimitUse(NamedTuple):
    """Use of a year's limits (below zero: given back). `hold` is the settlement where a hold made it."""

    position: int
    at: datetime
    delta_fen: int
    binding: int
    year: int
    beneficiary: str
    binder: str
    hold: str | None


class LimitRelease(NamedTuple):
    """A hold was released: from here on its uses are taken off again."""

    position: int
    at: datetime
    beneficiary: str
    hold: str


def project(recorded: Recorded[Read]) -> Iterator[LimitUse | LimitRelease]:
    """The uses an event adds."""
    event, position, beneficiary = recorded.event, recorded.position, recorded.subject
    match event:
        case LimitUsed():
            sign, hold = 1, None
        case HoldPlaced():
            sign, hold = 1, event.settlement
        case LimitRestored():
            sign, hold = -1, None
        case HoldEnded():
            if event.outcome == "released":
                yield LimitRelease(position, event.at, beneficiary, event.settlement)
            return
        case _:
            assert_never(event)
    for use in event.uses:
        yield LimitUse(
            position, event.at, sign * use.amount_fen, use.binding, event.year, beneficiary, use.binder, hold
        )


LIMITS: Final = Model(
    "limits",
    1,
    (Table("limit_uses", LimitUse), Table("limit_releases", LimitRelease)),
    get_args(Read),
    project,
)
