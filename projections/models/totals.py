"""Settlement totals: what an institution and the agency reconcile, day by day. One row per money fact.

A charge or premium counts when it is settled. A hold counts when it is captured, on the day of the capture:
only then is there money to claim; one that is released never counts. A refund is a reverse entry on its own
day: it never lowers the day of the charge. Days are those of Shanghai, by service time (`at`).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple, assert_never, get_args

from ledger.events.settlement import SettlementCaptured, SettlementDecided, SettlementRefunded
from projections.models.settlements import own_fen
from projections.recorded import Model, Recorded, Table

Read = SettlementDecided | SettlementCaptured | SettlementRefunded


class TotalEntry(NamedTuple):
    """One fact: the op that decided the bill (`charge`, `hold`, `pay_premium`, `record`), `captured` or
    `refunded`.

    Amounts are unsigned fen. A decision says whose bill it is, where it arose, and how much of it was own
    money and cash; the rest is shared. A refund says what it gave back, the cash of it, and to whom
    (`restored_to`, `restored_fen`); whether that was own or shared money follows from the decision.
    """

    position: int
    at: datetime
    step: str
    settlement: str
    amount_fen: int | None = None
    own_fen: int | None = None
    cash_fen: int | None = None
    beneficiary: str | None = None
    region: str | None = None
    institution: str | None = None
    service_class: str | None = None
    restored_to: list[str] | None = None
    restored_fen: list[int] | None = None


def project(recorded: Recorded[Read]) -> Iterator[TotalEntry]:
    """The entry an event adds."""
    event = recorded.event
    match event:
        case SettlementDecided():
            yield _decided(recorded.position, recorded.subject, event)
        case SettlementCaptured():
            yield TotalEntry(recorded.position, event.at, "captured", recorded.subject)
        case SettlementRefunded():
            yield TotalEntry(
                recorded.position, event.at, "refunded", recorded.subject,
                event.amount_fen, cash_fen=event.cash_fen,
                restored_to=[leg.payer for leg in event.restored],
                restored_fen=[leg.amount_fen for leg in event.restored],
            )  # fmt: skip
        case _:
            assert_never(event)


def _decided(position: int, settlement: str, event: SettlementDecided) -> TotalEntry:
    return TotalEntry(
        position, event.at, event.op, settlement, event.amount_fen, own_fen(event), event.cash_fen,
        event.beneficiary, event.region, event.institution, event.service_class,
    )  # fmt: skip


TOTALS: Final = Model("totals", 1, (Table("total_entries", TotalEntry),), get_args(Read), project)
