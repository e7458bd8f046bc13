"""Bills that were decided elsewhere: the money has moved, and is recorded as told (contract section 9)."""

from collections.abc import Iterator

from ledger.aggregates.family_group import FamilyGroup
from ledger.aggregates.personal_account import PersonalAccount
from ledger.aggregates.settlement import Settlement
from ledger.commands.models import Record
from ledger.deciders.charging import (
    binder_purse,
    by_payer,
    cap_all_share,
    cap_of_its_own,
    known_settlement,
    payment_fields,
    purse_of,
    shared_uses,
)
from ledger.deciders.desk import Accepted, Change, Decision, Desk
from ledger.events.account import CoPaymentCharged
from ledger.events.family import LimitUsed
from ledger.events.settlement import Leg, SettlementCorrected, SettlementDecided, Source
from ledger.ids import account_stream, family_stream, settlement_stream
from ledger.money import within_bounds
from ledger.policies.debit_order import Demand, Purse
from ledger.policies.elsewhere import Told, exceptions, sources_of
from ledger.policies.pack import DebitRules, Pack
from ledger.refusals import Refusal


def record(command: Record, desk: Desk) -> Decision:
    """Write down whose money has moved; what this ledger would have refused becomes its exceptions."""
    if known := known_settlement(command, desk):
        return known
    pack = _pack(command, desk)
    if isinstance(pack, Refusal):
        return pack
    for leg in command.legs:
        if refusal := _cannot_pay(leg.payer, desk):
            return refusal
    corrected = _corrected(command, desk)
    if isinstance(corrected, Refusal):
        return corrected
    told = _told(command, desk, pack)
    sources = sources_of(told, pack.debit)
    if refusal := _out_of_range(sources, desk):
        return refusal
    decided = _decided(command, desk, pack, told, sources, corrected)
    changes: list[Change] = [(settlement_stream(command.settlement), decided)]
    if command.corrects is not None:
        corrected_by = SettlementCorrected(**desk.head, corrected_by=command.settlement)
        changes.append((settlement_stream(command.corrects), corrected_by))
    return Accepted((*changes, *_payments(command, decided, desk)))


def _pack(command: Record, desk: Desk) -> Pack | Refusal:
    """The checks of a charge, from `beneficiary_not_found` to `no_policy`."""
    beneficiary = desk.account(command.beneficiary)
    if beneficiary is None:
        return Refusal("beneficiary_not_found")
    if beneficiary.status == "closed":
        return Refusal("account_closed")
    return desk.policy(beneficiary.region) or desk.no_policy(beneficiary.region)


def _cannot_pay(payer: str, desk: Desk) -> Refusal | None:
    account = desk.account(payer)
    if account is None:
        return Refusal("account_not_found")
    if account.status == "closed":
        return Refusal("account_closed")
    if account.insurance != "employee":
        return Refusal("no_personal_account")
    return None


def _corrected(command: Record, desk: Desk) -> Settlement | Refusal | None:
    """The settlement this one stands for instead: refunded in full, and not corrected before."""
    if command.corrects is None:
        return None
    settlement = desk.settlement(command.corrects)
    state = "unknown" if settlement is None else settlement.standing
    if settlement is None or state != "refunded":
        return Refusal("correction_not_open", {"corrects": command.corrects, "state": state})
    return settlement


def _told(command: Record, desk: Desk, pack: Pack) -> Told:
    beneficiary, family = desk.known(command.beneficiary), desk.family(command.beneficiary)
    purses = tuple(_purses(command, beneficiary, family, pack.debit, desk))
    known = {purse.payer: purse for purse in purses}
    return Told(
        Demand(
            command.amount_fen,
            command.self_paid_fen,
            pack.service_class(command.med_type),
            "own_then_shared",
        ),
        tuple(
            Leg(
                payer=leg.payer,
                rank=known[leg.payer].rank,
                bucket=leg.bucket,
                amount_fen=leg.amount_fen,
                account_version=known[leg.payer].version,
                binding=known[leg.payer].binding,
                from_quota=known[leg.payer].quota_fen is not None,
            )
            for leg in command.legs
        ),
        purses,
        beneficiary.status == "active",
        cap_all_share(pack.debit, family, desk.year),
    )


def _purses(
    command: Record, beneficiary: PersonalAccount, family: FamilyGroup, rules: DebitRules, desk: Desk
) -> Iterator[Purse]:
    """The own account, the binders in debit order, and behind them whoever paid without being bound."""
    if beneficiary.insurance == "employee":
        yield purse_of(beneficiary, 0)
    order = family.order_at(desk.at)
    for rank, ranked in enumerate(order, start=1):
        yield binder_purse(desk.known(ranked.binder), rank, ranked, family, rules, desk.year)
    bound = {command.beneficiary, *(ranked.binder for ranked in order)}
    strangers = dict.fromkeys(leg.payer for leg in command.legs if leg.payer not in bound)
    for rank, payer in enumerate(strangers, start=len(order) + 1):
        account = desk.known(payer)
        cap = cap_of_its_own(rules, account, family.used_fen(payer, desk.year), desk.year)
        yield purse_of(account, rank, yearly_cap_fen=cap)


def _out_of_range(sources: tuple[Source, ...], desk: Desk) -> Refusal | None:
    for source in sources:
        account = desk.known(source.payer)
        current = account.current_fen - source.from_current_fen
        carried = account.carried_fen - source.from_carried_fen
        if source.taken_fen and not within_bounds(current, carried, current + carried):
            return Refusal("balance_out_of_range", {"balance_fen": account.balance_fen})
    return None


def _decided(
    command: Record,
    desk: Desk,
    pack: Pack,
    told: Told,
    sources: tuple[Source, ...],
    corrected: Settlement | None,
) -> SettlementDecided:
    beneficiary, order = desk.known(command.beneficiary), desk.family(command.beneficiary).order_at(desk.at)
    legs = tuple(told.legs)
    in_debit_order = tuple(leg for source in sources for leg in source.legs())
    return SettlementDecided(
        **desk.head,
        op="record",
        digest=desk.digest,
        beneficiary=command.beneficiary,
        region=beneficiary.region,
        amount_fen=command.amount_fen,
        self_paid_fen=command.self_paid_fen,
        med_type=command.med_type,
        service_class=told.demand.service_class,
        institution=command.institution,
        facts=command.facts or None,
        year=desk.year,
        policy=pack.name,
        policy_digest=pack.digest,
        order=tuple(ranked.binder for ranked in order),
        sources=sources,
        own_unasked=None if beneficiary.insurance == "employee" else "no_account",
        binders_unasked="covered" if beneficiary.status == "active" else "suspended",
        cash_fen=command.amount_fen - sum(leg.amount_fen for leg in legs),
        exceptions=exceptions(told, pack.debit),
        given=() if legs == in_debit_order else legs,
        corrects=command.corrects,
        external=None if corrected is None else corrected.decided.external or corrected.settlement,
    )


def _payments(command: Record, decided: SettlementDecided, desk: Desk) -> Iterator[Change]:
    """One event for each payer's account, in debit order, and what the limits count."""
    legs = sorted(decided.legs, key=lambda leg: leg.rank)
    drawn = {source.payer: source.drawn_fen for source in decided.sources}
    for payer, parts in by_payer(legs).items():
        fields = payment_fields(command.settlement, command.beneficiary, parts, decided.year, desk)
        event = CoPaymentCharged(**fields)
        part = drawn[payer] if event.from_quota and drawn[payer] != event.amount_fen else None
        yield account_stream(payer), CoPaymentCharged(**fields, quota_part_fen=part)
    if uses := shared_uses(legs):
        used = LimitUsed(**desk.head, settlement=command.settlement, year=decided.year, uses=uses)
        yield family_stream(command.beneficiary), used
