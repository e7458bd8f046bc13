"""`copay history`: everything recorded of an account, a beneficiary or a settlement, refusals included.

The read models say where to look; the events themselves are read from the log.
"""

from collections.abc import Iterable
from typing import Any, Final, assert_never

from ledger.clock import for_people
from ledger.events.account import AccountPayment, CoPaymentRefunded
from ledger.events.envelope import Event
from ledger.events.family import HoldEnded, HoldPlaced, LimitRestored, LimitUsed
from ledger.events.settlement import (
    SettlementDecided,
    SettlementRefunded,
)
from ledger.ids import account_stream, facts_stream, family_stream, refund_stream, settlement_stream
from projections.errors import NotFound, Subject
from projections.queries.answer import Answer, must_be_id
from projections.recorded import Recorded
from projections.store import Snapshot

Found = dict[int, Recorded[Any]]
"""Events by position: each is listed once, however it was found."""

KINDS: Final[tuple[Subject, ...]] = ("account", "beneficiary", "settlement")


def history(moment: Snapshot, id: str, kind: Subject | None = None) -> Answer:
    """The events of this id as `kind`, or as all three; an event's `kind` is the one it was found under.

    Raises NotFound (`account_not_found`, `beneficiary_not_found`, `settlement_not_found`) when nothing was
    ever recorded of it; an unknown id that was refused has those refusals.
    """
    must_be_id(id, kind or "account")
    upto = moment.upto(None)
    found: dict[int, tuple[Subject, Recorded[Any]]] = {}
    for subject in (kind,) if kind else KINDS:
        for position, recorded in _events(moment, id, subject, upto).items():
            found.setdefault(position, (subject, recorded))
    if not found and (kind == "settlement" or not moment.streams([account_stream(id)], upto)):
        raise NotFound(kind or "account", id)
    return {
        "id": id,
        "kind": kind,
        "events": [_shown(*found[position]) for position in sorted(found)],
        "position": upto,
    }


def _events(moment: Snapshot, id: str, kind: Subject, upto: int) -> Found:
    match kind:
        case "account":
            found = _of_account(moment, id, upto)
        case "beneficiary":
            found = _of_beneficiary(moment, id, upto)
        case "settlement":
            found = _of_settlement(moment, id, upto)
        case _:
            assert_never(kind)
    named = moment.values("request_positions", int, subject=id, kind=kind, upto=upto)
    return found | _by_position(moment.positions(named))


def _of_account(moment: Snapshot, account: str, upto: int) -> Found:
    """Its own events, and what was recorded of a settlement by the same commands."""
    own = moment.streams([account_stream(account)], upto)
    payments = [r.event for r in own if isinstance(r.event, AccountPayment | CoPaymentRefunded)]
    requests = {payment.request for payment in payments}
    settlements = moment.streams({settlement_stream(payment.settlement) for payment in payments}, upto)
    return _by_position(own) | _by_position(r for r in settlements if r.event.request in requests)


def _of_beneficiary(moment: Snapshot, beneficiary: str, upto: int) -> Found:
    """Its family's events, and those of the settlements that were for it."""
    ids = moment.values("settlements_of", str, beneficiary=beneficiary, upto=upto)
    streams = [family_stream(beneficiary), *map(settlement_stream, ids)]
    return _by_position(moment.streams(streams, upto))


def _of_settlement(moment: Snapshot, settlement: str, upto: int) -> Found:
    """Its own events, those of its refunds, and what it did to the accounts and the family."""
    own = moment.streams([settlement_stream(settlement)], upto)
    payers: set[str] = set()
    streams: set[str] = set()
    for recorded in own:
        match recorded.event:
            case SettlementDecided() as decided:
                streams.add(facts_stream(settlement))
                streams.add(family_stream(decided.beneficiary))
                payers.update(leg.payer for leg in decided.legs)
            case SettlementRefunded() as refunded:
                streams.add(refund_stream(refunded.refund))
            case _:
                pass  # captures and releases pay from the same accounts; a correction pays under its own id
    positions = moment.values(
        "payment_positions", int, accounts=list(payers), settlement=settlement, upto=upto
    )
    beside = [r for r in moment.streams(streams, upto) if _names(r.event, settlement)]
    return _by_position([*own, *moment.positions(positions), *beside])


def _names(event: Event, settlement: str) -> bool:
    """Whether an event of a family, a refund or added facts is of this settlement."""
    match event:
        case LimitUsed() | HoldPlaced() | HoldEnded() | LimitRestored():
            return event.settlement == settlement
        case _:
            return event.topic in ("RefundTaken", "FactsAdded")


def _by_position(events: Iterable[Recorded[Any]]) -> Found:
    return {recorded.position: recorded for recorded in events}


def _shown(kind: Subject, recorded: Recorded[Any]) -> Answer:
    event = recorded.event
    return {
        "position": recorded.position,
        "stream": recorded.stream,
        "kind": kind,
        "type": event.topic,
        "at": for_people(event.at),
        "recorded_at": for_people(event.recorded_at),
        "by": event.by,
        "id": event.request,
        "data": event.content(),
    }
