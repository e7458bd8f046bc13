"""Quotas: what is unused of the money set aside for one beneficiary. One row per change, signed fen."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple, assert_never, get_args

from ledger.events.account import (
    CoPaymentCharged,
    CoPaymentHeld,
    CoPaymentRefunded,
    HoldReleased,
    QuotaGranted,
    QuotaReleased,
)
from projections.recorded import Model, Recorded, Table

Read = CoPaymentCharged | CoPaymentRefunded | CoPaymentHeld | HoldReleased | QuotaGranted | QuotaReleased


class QuotaEntry(NamedTuple):
    """What one event did to the unused quota of a binding (numbered within the beneficiary's family)."""

    position: int
    at: datetime
    delta_fen: int
    binding: int
    binder: str
    beneficiary: str


def project(recorded: Recorded[Read]) -> Iterator[QuotaEntry]:
    """The change an event makes, if it touches a quota at all."""
    event = recorded.event
    if event.binding is None:
        return
    delta_fen = _delta(event)
    if delta_fen:
        yield QuotaEntry(
            recorded.position, event.at, delta_fen, event.binding, recorded.subject, event.beneficiary
        )


def _delta(event: Read) -> int:
    match event:
        case CoPaymentCharged() | CoPaymentHeld():
            return -event.drawn_fen
        case HoldReleased():
            return event.drawn_fen
        case CoPaymentRefunded():
            return event.refilled_fen
        case QuotaGranted():
            return event.amount_fen
        case QuotaReleased():
            return -event.released_fen
        case _:
            assert_never(event)


QUOTAS: Final = Model("quotas", 1, (Table("quota_entries", QuotaEntry),), get_args(Read), project)
