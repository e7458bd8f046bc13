"""One settlement: the decision as it was taken, and what has been given back since."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, assert_never

from ledger.aggregates.changing import changed
from ledger.events.settlement import (
    Leg,
    SettlementCaptured,
    SettlementCorrected,
    SettlementDecided,
    SettlementEvent,
    SettlementRefunded,
    SettlementReleased,
)

State = Literal["charged", "held", "captured", "released"]


@dataclass(frozen=True)
class Settlement:
    """A settlement at one version. `legs_left_fen[i]` and `cash_left_fen` are what leg i and cash could still
    give back, in fen; `refunds` are the refunds taken, by refund id; `corrected_by` is the settlement that
    stands for it since."""

    settlement: str
    version: int
    decided: SettlementDecided
    state: State
    legs: tuple[Leg, ...]
    legs_left_fen: tuple[int, ...]
    cash_left_fen: int
    refunds: Mapping[str, SettlementRefunded] = field(default_factory=dict)
    corrected_by: str | None = None

    @property
    def refundable_fen(self) -> int:
        """What could still be refunded."""
        return sum(self.legs_left_fen) + self.cash_left_fen

    @property
    def standing(self) -> str:
        """Its state as people are told it: also how far it was refunded, and whether it was corrected."""
        if self.corrected_by is not None:
            return "corrected"
        if not self.refunds:
            return self.state
        return "partly_refunded" if self.refundable_fen else "refunded"


def decided(settlement: str, event: SettlementDecided) -> Settlement:
    """The settlement at its first event."""
    legs = event.legs
    return Settlement(
        settlement,
        1,
        event,
        "held" if event.op == "hold" else "charged",
        legs,
        tuple(leg.amount_fen for leg in legs),
        event.cash_fen,
    )


def evolve(state: Settlement, version: int, event: SettlementEvent) -> Settlement:
    """The settlement after one more event."""
    match event:
        case SettlementCaptured():
            return changed(state, version=version, state="captured", legs=event.legs)
        case SettlementReleased():
            return changed(state, version=version, state="released")
        case SettlementRefunded():
            left = list(state.legs_left_fen)
            for part in event.restored:
                left[part.leg] -= part.amount_fen
            return changed(
                state,
                version=version,
                legs_left_fen=tuple(left),
                cash_left_fen=state.cash_left_fen - event.cash_fen,
                refunds={**state.refunds, event.refund: event},
            )
        case SettlementCorrected():
            return changed(state, version=version, corrected_by=event.corrected_by)
        case SettlementDecided():
            raise AssertionError("a settlement is decided once")
        case _:
            assert_never(event)
