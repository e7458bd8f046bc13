"""Premiums for relatives: one chosen payer pays all of it or nothing (contract section 5, domain N-05)."""

from ledger.commands.models import PayPremium
from ledger.deciders.charging import by_payer, known_settlement, payment_fields, purse_of
from ledger.deciders.desk import Accepted, Change, Decision, Desk
from ledger.events.account import Bucket, CoPaymentCharged
from ledger.events.settlement import SettlementDecided
from ledger.ids import account_stream, settlement_stream
from ledger.policies.debit_order import Allocation, Purse, ask
from ledger.policies.pack import DebitRules, Pack
from ledger.refusals import Refusal


def pay_premium(command: PayPremium, desk: Desk) -> Decision:
    """No cascade, no cash; limits and caps neither bind nor are used."""
    if known := known_settlement(command, desk):
        return known
    found = _check(command, desk)
    if isinstance(found, Refusal):
        return found
    pack, purse = found
    allocation = _pay(command, purse, pack.debit)
    if allocation.cash_fen:
        paid = command.amount_fen - allocation.cash_fen
        return Refusal("insufficient_funds", {"needed_fen": command.amount_fen, "available_fen": paid})
    decided = SettlementDecided(
        **desk.head,
        op="pay_premium",
        digest=desk.digest,
        beneficiary=command.beneficiary,
        region=desk.known(command.beneficiary).region,
        amount_fen=command.amount_fen,
        service_class="premium",
        scheme=command.scheme,
        year=desk.year,
        policy=pack.name,
        policy_digest=pack.digest,
        order=tuple(ranked.binder for ranked in desk.family(command.beneficiary).order_at(desk.at)),
        sources=tuple(allocation.sources),
        binders_unasked=None,
        cash_fen=0,
    )
    changes: list[Change] = [(settlement_stream(command.settlement), decided)]
    for payer, legs in by_payer(decided.legs).items():
        fields = payment_fields(command.settlement, command.beneficiary, legs, None, desk)
        changes.append((account_stream(payer), CoPaymentCharged(**fields)))
    return Accepted(tuple(changes))


def _check(command: PayPremium, desk: Desk) -> tuple[Pack, Purse] | Refusal:
    """The checks from `beneficiary_not_found` to `binder_not_active`, and the payer's purse."""
    beneficiary, payer = desk.account(command.beneficiary), desk.account(command.payer)
    if beneficiary is None:
        return Refusal("beneficiary_not_found")
    if payer is None:
        return Refusal("account_not_found")
    if "closed" in (beneficiary.status, payer.status):
        return Refusal("account_closed")
    if payer.insurance != "employee":
        return Refusal("no_personal_account")
    pack = desk.policy(beneficiary.region)
    if pack is None:
        return desk.no_policy(beneficiary.region)
    if command.scheme not in pack.debit.premium_schemes:
        return Refusal("scheme_not_offered", {"scheme": command.scheme})
    if command.payer == command.beneficiary:
        return pack, purse_of(payer, 0)
    order = desk.family(command.beneficiary).order_at(desk.at)
    for rank, ranked in enumerate(order, start=1):
        if ranked.binder == command.payer:
            if payer.status != "active":
                return Refusal("binder_not_active", {"status": payer.status})
            quota = payer.quotas.get((command.beneficiary, ranked.binding))
            return pack, purse_of(payer, rank, binding=ranked.binding, quota_fen=quota)
    return Refusal("not_bound")


def _pay(command: PayPremium, purse: Purse, rules: DebitRules) -> Allocation:
    """The payer's own two buckets, or what a binder may share; what is missing shows as cash."""
    allocation = Allocation()
    buckets: tuple[Bucket, ...] = rules.shared_buckets if purse.rank else ("current", "carried")
    allocation.cash_fen = command.amount_fen - ask(allocation, purse, command.amount_fen, buckets)
    return allocation
