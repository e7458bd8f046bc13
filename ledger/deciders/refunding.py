"""Refunds: money goes back where it came from, last source first (contract section 6)."""

from typing import Literal

from ledger.aggregates.settlement import Settlement
from ledger.commands.models import Refund
from ledger.deciders.desk import Accepted, Change, Decision, Desk, Repeated
from ledger.events.account import CoPaymentRefunded
from ledger.events.family import LimitRestored, SharedUse
from ledger.events.request import RefundTaken
from ledger.events.settlement import Leg, RestoredLeg, SettlementRefunded
from ledger.ids import account_stream, family_stream, refund_stream, settlement_stream
from ledger.money import floor_zero
from ledger.policies.refunds import give_back
from ledger.refusals import Refusal


def refund(command: Refund, desk: Desk) -> Decision:
    """Give back an amount, or all that is left, whatever the order is now and whoever is still bound."""
    if known := _known_refund(command, desk):
        return known
    settlement = desk.settlement(command.settlement)
    if settlement is None:
        return Refusal("settlement_not_found")
    if settlement.state not in ("charged", "captured"):
        return Refusal("not_settled", {"state": settlement.state})
    left = settlement.refundable_fen
    amount = left if command.amount_fen is None else command.amount_fen
    if amount > left or left == 0:
        return Refusal("over_refund", {"refundable_fen": left})
    cash, shares = give_back(amount, settlement.cash_left_fen, settlement.legs_left_fen)
    restored = _restored(settlement, shares, desk)
    refunded = SettlementRefunded(
        **desk.head,
        refund=command.refund,
        digest=desk.digest,
        amount_fen=amount,
        restored=restored,
        cash_fen=cash,
        refundable_fen=left - amount,
    )
    taken = RefundTaken(**desk.head, settlement=command.settlement, digest=desk.digest)
    changes: list[Change] = [
        (settlement_stream(command.settlement), refunded),
        (refund_stream(command.refund), taken),
        *_to_accounts(command, settlement, restored, desk),
    ]
    if limits := _limits(command, settlement, restored, desk):
        changes.append((family_stream(settlement.decided.beneficiary), limits))
    return Accepted(tuple(changes))


def _known_refund(command: Refund, desk: Desk) -> Refusal | Repeated | None:
    known = desk.refund(command.refund)
    if known is None:
        return None
    if known.digest != desk.digest:
        return Refusal("refund_conflict")
    settlement = desk.settlement(known.settlement)
    assert settlement is not None
    return Repeated(settlement.refunds[command.refund], known.settlement, command.refund)


def _restored(settlement: Settlement, shares: tuple[int, ...], desk: Desk) -> tuple[RestoredLeg, ...]:
    """What each leg gets back, from the last to the first; a leg that gets nothing has no entry."""
    return tuple(
        RestoredLeg(
            leg=index,
            payer=settlement.legs[index].payer,
            bucket=_bucket(settlement.legs[index], desk),
            amount_fen=shares[index],
        )
        for index in reversed(range(len(shares)))
        if shares[index]
    )


def _bucket(leg: Leg, desk: Desk) -> Literal["current", "carried", "suspense"]:
    """The bucket it left; carried once that account has closed a year since; suspense once it is closed."""
    payer = desk.known(leg.payer)
    if payer.status == "closed":
        return "suspense"
    return "carried" if payer.closed_version > leg.account_version else leg.bucket


def _to_accounts(
    command: Refund, settlement: Settlement, restored: tuple[RestoredLeg, ...], desk: Desk
) -> list[Change]:
    parts: dict[str, list[RestoredLeg]] = {}
    for part in restored:
        parts.setdefault(part.payer, []).append(part)
    last_first = sorted(parts.values(), key=lambda payer: -settlement.legs[payer[0].leg].rank)
    return [
        (account_stream(payer_parts[0].payer), _account_event(command, settlement, payer_parts, desk))
        for payer_parts in last_first
    ]


def _account_event(
    command: Refund, settlement: Settlement, parts: list[RestoredLeg], desk: Desk
) -> CoPaymentRefunded:
    leg = settlement.legs[parts[0].leg]
    into = {"current": 0, "carried": 0, "suspense": 0}
    for part in parts:
        into[part.bucket] += part.amount_fen
    counts = leg.rank > 0 and settlement.decided.op != "pay_premium"
    family = desk.family(settlement.decided.beneficiary)
    stands = leg.binding is not None and family.stands(leg.binding)
    into_quota = leg.from_quota and stands and not into["suspense"]
    amount = sum(part.amount_fen for part in parts)
    refilled = _into_quota(settlement, leg.payer, amount) if into_quota else amount
    return CoPaymentRefunded(
        **desk.head,
        settlement=command.settlement,
        refund=command.refund,
        beneficiary=settlement.decided.beneficiary,
        rank=leg.rank,
        current_fen=into["current"],
        carried_fen=into["carried"],
        suspense_fen=into["suspense"],
        limit_year=settlement.decided.year if counts else None,
        limit_fen=amount if counts else 0,
        binding=leg.binding,
        into_quota=into_quota,
        quota_part_fen=None if refilled == amount else refilled,
    )


def _into_quota(settlement: Settlement, payer: str, amount_fen: int) -> int:
    """What of a payer's refund its quota gets back: what was paid beyond the quota goes back first."""
    source = next(source for source in settlement.decided.sources if source.payer == payer)
    back_fen = source.taken_fen - sum(
        left
        for leg, left in zip(settlement.legs, settlement.legs_left_fen, strict=True)
        if leg.payer == payer
    )
    beyond_fen = source.taken_fen - source.drawn_fen
    return floor_zero(back_fen + amount_fen - beyond_fen) - floor_zero(back_fen - beyond_fen)


def _limits(
    command: Refund, settlement: Settlement, restored: tuple[RestoredLeg, ...], desk: Desk
) -> LimitRestored | None:
    """Limit use goes back in the year of the charge (domain d 19)."""
    uses: dict[str, SharedUse] = {}
    for part in restored:
        leg = settlement.legs[part.leg]
        if leg.rank and settlement.decided.op != "pay_premium":
            before = uses[leg.payer].amount_fen if leg.payer in uses else 0
            uses[leg.payer] = SharedUse(
                binder=leg.payer, binding=leg.binding or 0, amount_fen=before + part.amount_fen
            )
    if not uses:
        return None
    return LimitRestored(
        **desk.head,
        settlement=command.settlement,
        refund=command.refund,
        year=settlement.decided.year,
        uses=tuple(uses.values()),
    )
