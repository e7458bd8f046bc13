"""What becomes of a hold: captured it turns into exactly its legs, released it gives all of it back."""

from typing import Literal

from msgspec.structs import replace

from ledger.aggregates.settlement import Settlement
from ledger.commands.models import Capture, Release
from ledger.deciders.charging import by_payer, payment_fields
from ledger.deciders.desk import Accepted, Change, Decision, Desk
from ledger.events.account import CoPaymentCaptured, HoldReleased
from ledger.events.family import HoldEnded
from ledger.events.settlement import Leg, SettlementCaptured, SettlementReleased
from ledger.ids import account_stream, family_stream, settlement_stream
from ledger.refusals import Refusal


def capture(command: Capture, desk: Desk) -> Decision:
    """Held legs become debits, always; it may take a balance below zero after an adjustment."""
    return _end(command, desk, SettlementCaptured, CoPaymentCaptured, "captured")


def release(command: Release, desk: Desk) -> Decision:
    """Money, quota and limits are free again; the settlement stays known."""
    return _end(command, desk, SettlementReleased, HoldReleased, "released")


def _end(
    command: Capture | Release,
    desk: Desk,
    decision: type[SettlementCaptured | SettlementReleased],
    payment: type[CoPaymentCaptured | HoldReleased],
    outcome: Literal["captured", "released"],
) -> Decision:
    """End a hold one way or the other: the settlement first, then each payer's account, then the family."""
    held = _held(command, desk)
    if isinstance(held, Refusal):
        return held
    legs, decided = _as_they_stand(held, desk), held.decided
    changes: list[Change] = [(settlement_stream(command.settlement), decision(**desk.head, legs=legs))]
    for payer, parts in by_payer(legs).items():
        fields = payment_fields(command.settlement, decided.beneficiary, parts, decided.year, desk)
        changes.append((account_stream(payer), payment(**fields)))
    ended = HoldEnded(**desk.head, settlement=command.settlement, outcome=outcome)
    return Accepted((*changes, (family_stream(decided.beneficiary), ended)))


def _held(command: Capture | Release, desk: Desk) -> Settlement | Refusal:
    settlement = desk.settlement(command.settlement)
    if settlement is None:
        return Refusal("settlement_not_found")
    if settlement.state != "held":
        return Refusal("not_held", {"state": settlement.state})
    return settlement


def _as_they_stand(held: Settlement, desk: Desk) -> tuple[Leg, ...]:
    """The held legs in the buckets that hold them now: a year closed since has moved them to carried."""
    legs: list[Leg] = []
    for leg in held.legs:
        payer = desk.known(leg.payer)
        bucket = "carried" if payer.closed_version > leg.account_version else leg.bucket
        legs.append(replace(leg, bucket=bucket, account_version=payer.version + 1))
    return tuple(legs)
