"""Balances and statements: what every event did to an account's money. One row per event, signed fen.

What a run of these rows comes to is kept beside them, so that the balance of an account that moved ten
thousand times is not ten thousand rows. A run ends with every 256th event of an account.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple, assert_never, get_args

from ledger.events.account import (
    Adjusted,
    CoPaymentCaptured,
    CoPaymentCharged,
    CoPaymentHeld,
    CoPaymentRefunded,
    Credited,
    HoldReleased,
    QuotaGranted,
    QuotaReleased,
    YearClosed,
)
from projections.recorded import Model, Recorded, Table

Payment = CoPaymentCharged | CoPaymentHeld | CoPaymentCaptured | HoldReleased
Posting = Credited | Adjusted | YearClosed
Quota = QuotaGranted | QuotaReleased
Read = CoPaymentCharged | Credited | CoPaymentRefunded | CoPaymentHeld | CoPaymentCaptured | HoldReleased | (
    Adjusted | YearClosed | QuotaGranted | QuotaReleased
)  # fmt: skip


class Entry(NamedTuple):
    """What one event added to (or, below zero, took from) each figure of an account; None is nothing.

    `held_carried_fen` is the part of `held_fen` that lies in the carried bucket. `type` is the event's topic,
    `rank` the payer's place in the settlement (0 its own), `binding` the number of the binding it paid or
    granted under, `note` the kind of a credit or the reason of an adjustment.
    """

    position: int
    at: datetime
    recorded_at: datetime
    current_fen: int | None
    carried_fen: int | None
    suspense_fen: int | None
    reserved_fen: int | None
    held_fen: int | None
    held_carried_fen: int | None
    rank: int | None
    binding: int | None
    type: str
    account: str
    settlement: str | None
    beneficiary: str | None
    note: str | None


class EntrySum(NamedTuple):
    """What the entries of an account with positions above `after`, up to `position`, add to each figure.

    `after` is the position of the sum before it, or 0; the times are those of the first and last fact.
    """

    position: int
    after: int
    first_at: datetime
    last_at: datetime
    current_fen: int
    carried_fen: int
    suspense_fen: int
    reserved_fen: int
    held_fen: int
    account: str


class SumDue(NamedTuple):
    """Here a run of entries ends."""

    position: int
    account: str


class _Change(NamedTuple):
    current_fen: int | None = None
    carried_fen: int | None = None
    suspense_fen: int | None = None
    reserved_fen: int | None = None
    held_fen: int | None = None
    held_carried_fen: int | None = None


RUN: Final = 256
"""Events of an account, of any kind, to a run: few to read one by one, and no sums for nearly everybody."""


def project(recorded: Recorded[Read], run: int = RUN) -> Iterator[Entry | SumDue]:
    """The entry an event adds, none when it moved nothing; and, behind every so many events, a sum."""
    event = recorded.event
    rank = binding = settlement = beneficiary = note = None
    match event:
        case CoPaymentCharged() | CoPaymentHeld() | CoPaymentCaptured() | HoldReleased():
            change, rank, binding = _payment(event), event.rank, event.binding
            settlement, beneficiary = event.settlement, event.beneficiary
        case CoPaymentRefunded():
            change, rank, binding = _refund(event), event.rank, event.binding
            settlement, beneficiary = event.settlement, event.beneficiary
        case Credited() | Adjusted() | YearClosed():
            change, note = _posting(event)
        case QuotaGranted() | QuotaReleased():
            change, binding, beneficiary = _quota(event), event.binding, event.beneficiary
        case _:
            assert_never(event)
    if change != _NOTHING:
        yield Entry(
            recorded.position, event.at, event.recorded_at, *change,
            rank, binding, event.topic, recorded.subject, settlement, beneficiary, note,
        )  # fmt: skip
    if recorded.version % run == 0:
        yield SumDue(recorded.position, recorded.subject)


_NOTHING: Final = _Change()


def _payment(event: Payment) -> _Change:
    """A quota pays when money is charged or set aside; capturing only turns what was held into a debit."""
    current, carried = event.current_fen, event.carried_fen
    total = current + carried
    quota = event.drawn_fen
    match event:
        case CoPaymentCharged():
            return _Change(-current or None, -carried or None, None, -quota or None)
        case CoPaymentHeld():
            return _Change(None, None, None, -quota or None, total, carried or None)
        case CoPaymentCaptured():
            return _Change(-current or None, -carried or None, None, None, -total, -carried or None)
        case HoldReleased():
            return _Change(None, None, None, quota or None, -total, -carried or None)
        case _:
            assert_never(event)


def _refund(event: CoPaymentRefunded) -> _Change:
    current, carried = event.current_fen, event.carried_fen
    quota = event.refilled_fen
    return _Change(current or None, carried or None, event.suspense_fen or None, quota or None)


def _posting(event: Posting) -> tuple[_Change, str | None]:
    match event:
        case Credited(bucket="current"):
            return _Change(event.amount_fen), event.kind
        case Credited():
            return _Change(carried_fen=event.amount_fen), event.kind
        case Adjusted(bucket="current"):
            return _Change(event.delta_fen), event.reason
        case Adjusted(bucket="carried"):
            return _Change(carried_fen=event.delta_fen), event.reason
        case Adjusted():
            return _Change(suspense_fen=event.delta_fen), event.reason
        case YearClosed():
            moved, held = event.moved_fen, event.held_fen
            return _Change(-moved or None, moved or None, held_carried_fen=held or None), None
        case _:
            assert_never(event)


def _quota(event: Quota) -> _Change:
    match event:
        case QuotaGranted():
            return _Change(reserved_fen=event.amount_fen)
        case QuotaReleased():
            return _Change(reserved_fen=-event.released_fen or None)
        case _:
            assert_never(event)


BALANCES: Final = Model(
    "balances",
    3,
    (Table("entries", Entry), Table("entry_sums", EntrySum, SumDue, "sum_up_entries")),
    get_args(Read),
    project,
)
