"""`copay explain`: whose money was taken for a settlement, and why. Read from the decision in the log."""

from collections.abc import Sequence
from typing import Any

from ledger.clock import for_people
from ledger.events.settlement import (
    Leg,
    SettlementCaptured,
    SettlementCorrected,
    SettlementDecided,
    SettlementRefunded,
    SettlementReleased,
    Source,
)
from ledger.ids import settlement_stream
from projections.errors import NotFound
from projections.queries.answer import Answer, must_be_id
from projections.recorded import Recorded
from projections.store import Snapshot

_FIGURES = ("current_fen", "carried_fen", "quota_fen", "limit_fen", "per_leg_cap_fen", "yearly_cap_fen")


def explain(moment: Snapshot, settlement: str) -> Answer:
    """The decision with every payer in the debit order seen, asked or not, and what became of it.

    `bound_by` says what limited a payer that was asked, or why it was not (then `available_fen` is null); it
    is `recorded` where the settlement was decided elsewhere, and `rank` null for one who was not bound.
    `state` is charged, held, captured, released, partly_refunded or refunded. Raises NotFound
    (`settlement_not_found`).
    """
    must_be_id(settlement, "settlement")
    upto = moment.upto(None)
    events = moment.streams([settlement_stream(settlement)], upto)
    if not events:
        raise NotFound("settlement", settlement)
    decided: SettlementDecided = events[0].event
    legs = _legs_now(events)
    own_fen = sum(leg.amount_fen for leg in legs if leg.payer == decided.beneficiary)
    return {
        "settlement": settlement,
        "state": _state(events),
        "op": decided.op,
        "beneficiary": decided.beneficiary,
        "region": decided.region,
        "amount_fen": decided.amount_fen,
        "self_paid_fen": decided.self_paid_fen,
        "class": decided.service_class,
        "review": decided.service_class == "unknown",
        "med_type": decided.med_type,
        "institution": decided.institution,
        "scheme": decided.scheme,
        "year": decided.year,
        "at": for_people(decided.at),
        "recorded_at": for_people(decided.recorded_at),
        "by": decided.by,
        "id": decided.request,
        "policy": decided.policy,
        "digest": decided.policy_digest,
        "order": list(decided.order),
        "allowed_sources": decided.allowed_sources,
        "cash_refused": decided.cash_refused,
        "own_unasked": decided.own_unasked,
        "binders_unasked": decided.binders_unasked,
        "sources": _sources(decided),
        "legs": [_leg(leg) for leg in legs],
        "own_fen": own_fen,
        "shared_fen": sum(leg.amount_fen for leg in legs) - own_fen,
        "cash_fen": decided.cash_fen,
        "exceptions": list(decided.exceptions),
        "corrects": decided.corrects,
        "external": decided.external,
        "corrected_by": _corrected_by(events),
        "refunds": [_refund(r.event) for r in events if isinstance(r.event, SettlementRefunded)],
        "position": upto,
    }


def _state(events: Sequence[Recorded[Any]]) -> str:
    last = [r.event for r in events if not isinstance(r.event, SettlementCorrected)][-1]
    match last:
        case SettlementRefunded():
            return "partly_refunded" if last.refundable_fen else "refunded"
        case SettlementCaptured():
            return "captured"
        case SettlementReleased():
            return "released"
        case _:
            return "held" if last.op == "hold" else "charged"


def _corrected_by(events: Sequence[Recorded[Any]]) -> str | None:
    """The settlement that stands for this one, since it was given back."""
    corrected = (r.event.corrected_by for r in events if isinstance(r.event, SettlementCorrected))
    return next(corrected, None)


def _legs_now(events: Sequence[Recorded[Any]]) -> tuple[Leg, ...]:
    """As decided; after a capture, from the buckets the money left."""
    legs: tuple[Leg, ...] = ()
    for recorded in events:
        if isinstance(recorded.event, SettlementDecided | SettlementCaptured):
            legs = recorded.event.legs
    return legs


def _sources(decided: SettlementDecided) -> list[Answer]:
    """The own account where there is one, then the binders in the order seen."""
    asked = {source.rank: source for source in decided.sources}
    payers = {source.rank: source.payer for source in decided.sources}
    if decided.op != "pay_premium":  # a premium asks the payer chosen and nobody else
        payers |= dict(enumerate(decided.order, 1))
        if decided.own_unasked != "no_account":
            payers[0] = decided.beneficiary
    return [_source(payer, rank, asked.get(rank), decided) for rank, payer in sorted(payers.items())]


def _source(payer: str, rank: int, asked: Source | None, decided: SettlementDecided) -> Answer:
    figures = {name: getattr(asked, name, None) for name in _FIGURES}
    return {
        "payer": payer,
        "rank": rank if rank == 0 or rank <= len(decided.order) else None,
        "available_fen": asked.available_fen if asked else None,
        "bound_by": asked.bound_by if asked else (decided.binders_unasked if rank else decided.own_unasked),
        "taken_fen": asked.taken_fen if asked else 0,
        "asked": asked is not None,
        **figures,
    }


def _leg(leg: Leg) -> Answer:
    return {"payer": leg.payer, "rank": leg.place, "bucket": leg.bucket, "amount_fen": leg.amount_fen}


def _refund(refunded: SettlementRefunded) -> Answer:
    return {
        "refund": refunded.refund,
        "at": for_people(refunded.at),
        "amount_fen": refunded.amount_fen,
        "restored": [
            {"payer": leg.payer, "bucket": leg.bucket, "amount_fen": leg.amount_fen}
            for leg in refunded.restored
        ],
        "cash_fen": refunded.cash_fen,
        "refundable_fen": refunded.refundable_fen,
    }
