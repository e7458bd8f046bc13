"""Settlements: what was decided, what became of it. One row per step; the log holds the whole decision."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple, assert_never, get_args

from ledger.events.settlement import (
    SettlementCaptured,
    SettlementDecided,
    SettlementRefunded,
    SettlementReleased,
)
from projections.recorded import Model, Recorded, Table

Read = SettlementDecided | SettlementCaptured | SettlementReleased | SettlementRefunded


class SettlementStep(NamedTuple):
    """One step: the op that decided it (`charge`, `hold`, `pay_premium`, `record`), `captured`, `released`,
    `refunded`.

    A decision carries the amounts and their split (own + shared + cash = amount), a refund what it gave back
    (`amount_fen`), the cash of it, and what could still be refunded after it (`refundable_fen`). One
    decided elsewhere says which settlement it `corrects`, and what this ledger would have refused
    (`exceptions`).
    """

    position: int
    at: datetime
    step: str
    settlement: str
    amount_fen: int | None = None
    own_fen: int | None = None
    shared_fen: int | None = None
    cash_fen: int | None = None
    refundable_fen: int | None = None
    beneficiary: str | None = None
    region: str | None = None
    institution: str | None = None
    service_class: str | None = None
    med_type: str | None = None
    corrects: str | None = None
    exceptions: list[str] | None = None


def project(recorded: Recorded[Read]) -> Iterator[SettlementStep]:
    """The step an event adds."""
    event = recorded.event
    match event:
        case SettlementDecided():
            yield _decided(recorded.position, recorded.subject, event)
        case SettlementCaptured():
            yield SettlementStep(recorded.position, event.at, "captured", recorded.subject)
        case SettlementReleased():
            yield SettlementStep(recorded.position, event.at, "released", recorded.subject)
        case SettlementRefunded():
            yield SettlementStep(
                recorded.position, event.at, "refunded", recorded.subject,
                event.amount_fen, cash_fen=event.cash_fen, refundable_fen=event.refundable_fen,
            )  # fmt: skip
        case _:
            assert_never(event)


def _decided(position: int, settlement: str, event: SettlementDecided) -> SettlementStep:
    own = own_fen(event)
    return SettlementStep(
        position, event.at, event.op, settlement, event.amount_fen,
        own, event.amount_fen - event.cash_fen - own, event.cash_fen, None,
        event.beneficiary, event.region, event.institution, event.service_class, event.med_type,
        event.corrects, list(event.exceptions) or None,
    )  # fmt: skip


def own_fen(event: SettlementDecided) -> int:
    """What the beneficiary's own account paid of a bill. Binders paid the rest that is not cash."""
    for source in event.sources:
        if source.payer == event.beneficiary:
            return source.taken_fen
    return 0


SETTLEMENTS: Final = Model(
    "settlements", 2, (Table("settlement_steps", SettlementStep),), get_args(Read), project
)
