"""A decision held against nothing but what stands in it, and the pack it names."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from ledger.clock import business_date, business_year
from ledger.events.account import Bucket
from ledger.events.settlement import SettlementDecided, Source
from ledger.policies.catalogue import Catalogue
from ledger.policies.debit_order import Allocation, Demand, Purse, allocate, ask
from ledger.policies.elsewhere import Told, exceptions, sources_of
from ledger.policies.pack import DebitRules, Pack


class NoPack(Exception):
    """The log holds no pack that was in force for this decision."""


class Unasked(Exception):
    """The rules would have asked one more payer than stands in the decision."""


def from_its_own(decided: SettlementDecided, catalogue: Catalogue) -> SettlementDecided:
    """The decision as its own facts have it.

    From the medical type and the pack: the class. From the time: the year. From the amount, the figures of
    each source and the pack: what each paid and what bound it, why others were not asked, and the cash.
    Raises `NoPack`, and `Unasked` where the figures of a payer are missing.
    """
    pack = catalogue.in_force(decided.region, business_date(decided.at))
    if pack is None:
        raise NoPack
    if decided.op == "record":
        return _recorded(decided, pack)
    premium = decided.op == "pay_premium"
    allocation = _premium(decided, pack.debit) if premium else _bill(decided, pack)
    return replace(
        decided,
        policy=pack.name,
        policy_digest=pack.digest,
        service_class="premium" if premium else pack.service_class(decided.med_type or ""),
        year=business_year(decided.at),
        sources=tuple(allocation.sources),
        own_unasked=allocation.own_unasked,
        binders_unasked=allocation.binders_unasked,
        cash_fen=allocation.cash_fen,
    )


def _recorded(decided: SettlementDecided, pack: Pack) -> SettlementDecided:
    """What was told stands as it is; what this ledger would have refused follows from the figures seen."""
    rules, service_class = pack.debit, pack.service_class(decided.med_type or "")
    binders = {source.rank: source for source in decided.sources if source.rank}
    if any(rank not in binders for rank, _ in enumerate(decided.order, start=1)):
        raise Unasked
    first = min(binders.values(), key=lambda source: source.rank, default=None)
    told = Told(
        Demand(decided.amount_fen, decided.self_paid_fen, service_class, "own_then_shared"),
        decided.legs,
        tuple(_purse(source, rules) for source in decided.sources),
        decided.binders_unasked != "suspended",
        _cap_left(first, rules) if first and rules.yearly_cap_scope == "beneficiary" else None,
    )
    return replace(
        decided,
        policy=pack.name,
        policy_digest=pack.digest,
        service_class=service_class,
        year=business_year(decided.at),
        sources=sources_of(told, rules),
        cash_fen=decided.amount_fen - sum(leg.amount_fen for leg in decided.legs),
        exceptions=exceptions(told, rules),
    )


def _bill(decided: SettlementDecided, pack: Pack) -> Allocation:
    own = next((s for s in decided.sources if s.rank == 0), None)
    if own is None and decided.own_unasked is None:
        raise Unasked
    binders = [source for source in decided.sources if source.rank]
    rules = pack.debit
    share_a_cap = binders and rules.yearly_cap_scope == "beneficiary"
    nobody = None if decided.own_unasked == "no_account" else _purse(Source(payer=decided.beneficiary), rules)
    sources: Any = decided.allowed_sources or "own_then_shared"
    return allocate(
        Demand(
            decided.amount_fen,
            decided.self_paid_fen,
            pack.service_class(decided.med_type or ""),
            sources,
        ),
        rules,
        nobody if own is None else _purse(own, rules),
        decided.binders_unasked != "suspended",
        _purses(decided, binders, rules),
        _cap_left(binders[0], rules) if share_a_cap else None,
    )


def _purses(decided: SettlementDecided, binders: list[Source], rules: DebitRules) -> Iterator[Purse]:
    """The binders in the order seen, as far as the decision has their figures."""
    asked = {source.rank: source for source in binders}
    for rank, payer in enumerate(decided.order, start=1):
        if rank not in asked:
            raise Unasked
        yield _purse(replace(asked[rank], payer=payer), rules)


def _purse(source: Source, rules: DebitRules) -> Purse:
    return Purse(
        payer=source.payer,
        rank=source.rank,
        available_fen=source.available_fen,
        current_fen=source.current_fen,
        carried_fen=source.carried_fen,
        spendable_fen=source.spendable_fen or 0,
        version=source.account_version,
        active=source.bound_by != "suspended",
        binding=source.binding,
        quota_fen=source.quota_fen,
        limit_fen=source.limit_fen,
        yearly_cap_fen=_cap_left(source, rules),
    )


def _cap_left(source: Source, rules: DebitRules) -> int | None:
    """What was left of the yearly cap, where the pack has one; a missing figure is the whole of it."""
    if rules.yearly_cap_fen is None or source.yearly_cap_fen is not None:
        return None if rules.yearly_cap_fen is None else source.yearly_cap_fen
    return rules.yearly_cap_fen


def _premium(decided: SettlementDecided, rules: DebitRules) -> Allocation:
    if len(decided.sources) != 1:
        raise Unasked
    (source,) = decided.sources
    payer = decided.order[source.rank - 1] if 0 < source.rank <= len(decided.order) else source.payer
    allocation = Allocation()
    buckets: tuple[Bucket, ...] = rules.shared_buckets if source.rank else ("current", "carried")
    purse = _purse(replace(source, payer=payer), rules)
    allocation.cash_fen = decided.amount_fen - ask(allocation, purse, decided.amount_fen, buckets)
    return allocation
