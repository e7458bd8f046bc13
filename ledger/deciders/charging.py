"""Charges, holds and quotes: who pays a bill (contract section 5)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ledger.aggregates.family_group import FamilyGroup, Ranked
from ledger.aggregates.personal_account import PersonalAccount
from ledger.commands.models import Bill, Charge, Hold, PayPremium, Quote, Record
from ledger.deciders.desk import Accepted, Change, Decision, Desk, Repeated
from ledger.events.account import CoPaymentCharged, CoPaymentHeld
from ledger.events.family import HoldPlaced, LimitUsed, SharedUse
from ledger.events.receipts import legs_result
from ledger.events.settlement import Leg, SettlementDecided
from ledger.ids import account_stream, family_stream, settlement_stream
from ledger.policies.debit_order import Allocation, Demand, Purse, allocate
from ledger.policies.limits import left
from ledger.policies.pack import DebitRules, Pack
from ledger.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Ruling:
    """A bill decided: the legs, and what the decision rests on."""

    beneficiary: PersonalAccount
    family: FamilyGroup
    order: tuple[Ranked, ...]
    pack: Pack
    service_class: str
    year: int
    allocation: Allocation


def quote(command: Quote, desk: Desk) -> dict[str, Any] | Refusal:
    """What a charge would do now: the same words, nothing recorded."""
    ruling = _rule(command, desk)
    if isinstance(ruling, Refusal):
        return ruling
    decided = _decided(command, desk, ruling, op="charge", digest="")
    return legs_result(decided, decided.legs)


def known_settlement(command: Charge | Hold | PayPremium | Record, desk: Desk) -> Refusal | Repeated | None:
    """What a settlement id that was used before answers; none when it is new."""
    known = desk.settlement(command.settlement)
    if known is None:
        return None
    if known.state == "released":
        return Refusal("settlement_released")
    if known.decided.digest == desk.digest:
        return Repeated(known.decided, command.settlement)
    return Refusal("settlement_conflict")


def purse_of(
    account: PersonalAccount,
    rank: int,
    binding: int | None = None,
    quota_fen: int | None = None,
    limit_fen: int | None = None,
    yearly_cap_fen: int | None = None,
) -> Purse:
    """A payer's money as it stands now, and what is left of what binds it."""
    return Purse(
        payer=account.account,
        rank=rank,
        available_fen=account.available_fen,
        current_fen=account.room_fen("current"),
        carried_fen=account.room_fen("carried"),
        spendable_fen=account.spendable_fen,
        version=account.version + 1,
        active=rank == 0 or account.status == "active",  # a suspended person may pay for itself
        binding=binding,
        quota_fen=quota_fen,
        limit_fen=limit_fen,
        yearly_cap_fen=yearly_cap_fen,
    )


def by_payer(legs: Iterable[Leg]) -> dict[str, list[Leg]]:
    """The one or two legs of each payer, in debit order."""
    grouped: dict[str, list[Leg]] = {}
    for leg in legs:
        grouped.setdefault(leg.payer, []).append(leg)
    return grouped


def payment_fields(
    settlement: str, beneficiary: str, legs: list[Leg], limit_year: int | None, desk: Desk
) -> dict[str, Any]:
    """What every event of a payer's account says about its part of a settlement."""
    first = legs[0]
    return {
        **desk.head,
        "settlement": settlement,
        "beneficiary": beneficiary,
        "rank": first.rank,
        "current_fen": sum(leg.amount_fen for leg in legs if leg.bucket == "current"),
        "carried_fen": sum(leg.amount_fen for leg in legs if leg.bucket == "carried"),
        "limit_year": limit_year if first.rank else None,
        "binding": first.binding,
        "from_quota": first.from_quota,
    }


def shared_uses(legs: Iterable[Leg]) -> tuple[SharedUse, ...]:
    """What the binders' legs use of their limits, one entry per binder."""
    return tuple(
        SharedUse(
            binder=payer, binding=parts[0].binding or 0, amount_fen=sum(leg.amount_fen for leg in parts)
        )
        for payer, parts in by_payer(legs).items()
        if parts[0].rank
    )


def settle(command: Charge | Hold, desk: Desk) -> Decision:
    """Take the money of a bill now; or set money, quota and limits aside until a capture or a release."""
    if known := known_settlement(command, desk):
        return known
    ruling = _rule(command, desk)
    if isinstance(ruling, Refusal):
        return ruling
    op: Literal["charge", "hold"] = "charge" if isinstance(command, Charge) else "hold"
    decided = _decided(command, desk, ruling, op=op, digest=desk.digest)
    all_legs = decided.legs
    changes: list[Change] = [(settlement_stream(command.settlement), decided)]
    for payer, legs in by_payer(all_legs).items():
        fields = payment_fields(command.settlement, command.beneficiary, legs, ruling.year, desk)
        event = CoPaymentCharged(**fields) if isinstance(command, Charge) else CoPaymentHeld(**fields)
        changes.append((account_stream(payer), event))
    uses = shared_uses(all_legs)
    used = {**desk.head, "settlement": command.settlement, "year": ruling.year, "uses": uses}
    if isinstance(command, Hold):
        changes.append((family_stream(command.beneficiary), HoldPlaced(**used)))
    elif uses:
        changes.append((family_stream(command.beneficiary), LimitUsed(**used)))
    return Accepted(tuple(changes))


def _rule(bill: Bill, desk: Desk) -> Ruling | Refusal:
    """The checks from `beneficiary_not_found` on, and the allocation."""
    beneficiary = desk.account(bill.beneficiary)
    if beneficiary is None:
        return Refusal("beneficiary_not_found")
    if beneficiary.status == "closed":
        return Refusal("account_closed")
    pack = desk.policy(beneficiary.region)
    if pack is None:
        return desk.no_policy(beneficiary.region)
    family = desk.family(bill.beneficiary)
    service_class, year, order = (
        pack.service_class(bill.med_type),
        desk.year,
        family.order_at(desk.at),
    )
    demand = Demand(bill.amount_fen, bill.self_paid_fen, service_class, bill.sources)
    rules = pack.debit
    allocation = allocate(
        demand,
        rules,
        purse_of(beneficiary, 0) if beneficiary.insurance == "employee" else None,
        beneficiary.status == "active",
        _purses(order, family, rules, year, desk),
        cap_all_share(rules, family, year),
    )
    if bill.cash == "refused" and allocation.cash_fen:
        paid = allocation.own_fen + allocation.shared_fen
        return Refusal("insufficient_funds", {"needed_fen": bill.amount_fen, "available_fen": paid})
    return Ruling(beneficiary, family, order, pack, service_class, year, allocation)


def _purses(
    order: tuple[Ranked, ...], family: FamilyGroup, rules: DebitRules, year: int, desk: Desk
) -> Iterator[Purse]:
    """The binders' money in debit order, looked at only when asked for."""
    for rank, ranked in enumerate(order, start=1):
        yield binder_purse(desk.known(ranked.binder), rank, ranked, family, rules, year)


def cap_all_share(rules: DebitRules, family: FamilyGroup, year: int) -> int | None:
    """What is left of a yearly cap that all binders share; none when there is no such cap."""
    if rules.yearly_cap_fen is None or rules.yearly_cap_scope != "beneficiary":
        return None
    return left(rules.yearly_cap_fen, family.used_in(year))


def cap_of_its_own(rules: DebitRules, account: PersonalAccount, used_fen: int, year: int) -> int | None:
    """What is left of a yearly cap that is counted per binding, or per binder over everyone it pays for."""
    match rules.yearly_cap_scope:
        case "beneficiary":
            return None
        case "binding":
            return left(rules.yearly_cap_fen, used_fen)
        case "binder":
            return left(rules.yearly_cap_fen, account.shared_use.get(year, 0))


def binder_purse(
    account: PersonalAccount, rank: int, ranked: Ranked, family: FamilyGroup, rules: DebitRules, year: int
) -> Purse:
    """A binder's money for this beneficiary, with what is left of quota, limit and a cap of its own."""
    used = family.used_fen(ranked.binder, year)
    return purse_of(
        account,
        rank,
        binding=ranked.binding,
        quota_fen=account.quotas.get((family.beneficiary, ranked.binding)),
        limit_fen=left(ranked.limit_fen, used),
        yearly_cap_fen=cap_of_its_own(rules, account, used, year),
    )


def _decided(
    command: Charge | Hold | Quote, desk: Desk, ruling: Ruling, *, op: Literal["charge", "hold"], digest: str
) -> SettlementDecided:
    allocation = ruling.allocation
    return SettlementDecided(
        **desk.head,
        op=op,
        digest=digest,
        beneficiary=command.beneficiary,
        region=ruling.beneficiary.region,
        amount_fen=command.amount_fen,
        self_paid_fen=command.self_paid_fen,
        med_type=command.med_type,
        service_class=ruling.service_class,
        institution=command.institution,
        facts=command.facts or None,
        allowed_sources=None if command.sources == "own_then_shared" else command.sources,
        cash_refused=command.cash == "refused",
        year=ruling.year,
        policy=ruling.pack.name,
        policy_digest=ruling.pack.digest,
        order=tuple(ranked.binder for ranked in ruling.order),
        sources=tuple(allocation.sources),
        own_unasked=allocation.own_unasked,
        binders_unasked=allocation.binders_unasked,
        cash_fen=allocation.cash_fen,
    )
