"""Clearing: what settlements look like to the other side of a reconciliation. One row per step.

The national settlement's fields stand in the facts of a decision; those that became known later are rows of
their own. Nothing is worked out here: whether mutual aid lies inside `acct_pay`, and which agency counts, is
asked of the rows.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple, assert_never, get_args

from ledger.events.facts import FactsAdded
from ledger.events.national import ACCOUNT, CASH, FUND, HOSPITAL, MUTUAL, TOTAL, fen_of
from ledger.events.settlement import (
    SettlementCaptured,
    SettlementDecided,
    SettlementRefunded,
    SettlementReleased,
)
from projections.recorded import Model, Recorded, Table

Read = SettlementDecided | SettlementCaptured | SettlementReleased | SettlementRefunded | FactsAdded


class National(NamedTuple):
    """The national fields of a settlement, each None where the facts do not tell it. Amounts in fen."""

    total_fen: int | None = None
    fund_fen: int | None = None
    account_fen: int | None = None
    mutual_fen: int | None = None
    cash_fen: int | None = None
    hospital_fen: int | None = None
    visit: str | None = None
    message: str | None = None
    insutype: str | None = None
    clr_type: str | None = None
    clr_optins: str | None = None
    setl_optins: str | None = None


class ClearingStep(NamedTuple):
    """One step: `charge`, `hold`, `record`; `captured`, `released`, `refunded`; `facts` that were added.

    Decisions and facts carry national fields. A decision says whose bill it is, who paid how much of it
    (`payers`, `paid_fen`), and under which settlement it is reported (`external`); a refund its id and what
    could still be refunded after it.
    """

    position: int
    at: datetime
    refundable_fen: int | None
    total_fen: int | None
    fund_fen: int | None
    account_fen: int | None
    mutual_fen: int | None
    cash_fen: int | None
    hospital_fen: int | None
    step: str
    settlement: str
    refund: str | None
    person: str | None
    region: str | None
    institution: str | None
    service_class: str | None
    med_type: str | None
    visit: str | None
    message: str | None
    insutype: str | None
    clr_type: str | None
    clr_optins: str | None
    setl_optins: str | None
    external: str | None
    corrects: str | None
    payers: list[str] | None
    paid_fen: list[int] | None


_NOTHING: Final = National()
_AMOUNTS: Final = 6


def project(recorded: Recorded[Read]) -> Iterator[ClearingStep]:
    """The step an event adds. Premiums are no settlements of care: they have none."""
    event, settlement = recorded.event, recorded.subject
    match event:
        case SettlementDecided():
            if event.op != "pay_premium":
                yield _decided(recorded.position, settlement, event)
        case SettlementCaptured():
            yield _step(recorded.position, event.at, "captured", settlement)
        case SettlementReleased():
            yield _step(recorded.position, event.at, "released", settlement)
        case SettlementRefunded():
            yield _step(
                recorded.position, event.at, "refunded", settlement,
                refund=event.refund, refundable_fen=event.refundable_fen,
            )  # fmt: skip
        case FactsAdded():
            yield _step(
                recorded.position, event.at, "facts", settlement,
                national_of(event.facts), institution=event.institution,
            )  # fmt: skip
        case _:
            assert_never(event)


def national_of(facts: Mapping[str, str]) -> National:
    """The national fields among some facts."""
    return National(
        total_fen=fen_of(facts.get(TOTAL)),
        fund_fen=fen_of(facts.get(FUND)),
        account_fen=fen_of(facts.get(ACCOUNT)),
        mutual_fen=fen_of(facts.get(MUTUAL)),
        cash_fen=fen_of(facts.get(CASH)),
        hospital_fen=fen_of(facts.get(HOSPITAL)),
        visit=facts.get("mdtrt_id"),
        message=facts.get("medins_setl_id"),
        insutype=facts.get("insutype"),
        clr_type=facts.get("clr_type"),
        clr_optins=facts.get("clr_optins"),
        setl_optins=facts.get("setl_optins"),
    )


def _step(
    position: int,
    at: datetime,
    step: str,
    settlement: str,
    national: National = _NOTHING,
    *,
    refund: str | None = None,
    refundable_fen: int | None = None,
    institution: str | None = None,
) -> ClearingStep:
    return ClearingStep(
        position, at, refundable_fen, *national[:_AMOUNTS], step, settlement, refund, None, None,
        institution, None, None, *national[_AMOUNTS:], None, None, None, None,
    )  # fmt: skip


def _decided(position: int, settlement: str, event: SettlementDecided) -> ClearingStep:
    national = _NOTHING if event.facts is None else national_of(event.facts)
    paid = [source for source in event.sources if source.taken_fen]
    return ClearingStep(
        position, event.at, None, *national[:_AMOUNTS], event.op, settlement, None, event.beneficiary,
        event.region, event.institution, event.service_class, event.med_type, *national[_AMOUNTS:],
        event.external or settlement, event.corrects,
        [source.payer for source in paid], [source.taken_fen for source in paid],
    )  # fmt: skip


CLEARING: Final = Model("clearing", 1, (Table("clearing_steps", ClearingStep),), get_args(Read), project)
