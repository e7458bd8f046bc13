"""What this ledger would have refused of a bill that was decided elsewhere (contract section 9), as one pure
function. It moves nothing: the money has moved already (domain d 47, e-22).

Each rule is held against what was told alone: whoever paid too much is not answered for by those behind it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from ledger.events.account import Bucket
from ledger.events.settlement import BoundBy, Exceptional, Leg, Source
from ledger.money import floor_zero
from ledger.policies.debit_order import (
    Allocation,
    Demand,
    Purse,
    allocate,
    ask,
    seen,
    shared_part,
    why_not_binders,
    why_not_own,
)
from ledger.policies.pack import DebitRules

_BUCKETS: Final[tuple[Bucket, ...]] = ("current", "carried")
_CODES: Final[tuple[Exceptional, ...]] = get_args(Exceptional)


@dataclass(frozen=True, slots=True)
class Told:
    """A bill and the legs told of it, in the order told, with the purses of everybody concerned in fen.

    `purses` are the own account at rank 0 (where there is one), the binders in debit order, then payers who
    were not bound: above rank 0, without a binding. `cap_left_fen` is what is left of a yearly cap that all
    share.
    """

    demand: Demand
    legs: Sequence[Leg]
    purses: Sequence[Purse]
    beneficiary_active: bool
    cap_left_fen: int | None = None

    def paid(self) -> Counter[tuple[str, Bucket]]:
        """What was told of each payer and bucket, in fen."""
        paid: Counter[tuple[str, Bucket]] = Counter()
        for leg in self.legs:
            paid[leg.payer, leg.bucket] += leg.amount_fen
        return paid


def sources_of(told: Told, terms: DebitRules) -> tuple[Source, ...]:
    """Everybody concerned, in debit order: the figures seen, and what it is told to have paid."""
    paid, shared = told.paid(), 0
    sources = []
    for purse in told.purses:
        current, carried = (paid[purse.payer, bucket] for bucket in _BUCKETS)
        bound_by: BoundBy = "recorded" if purse.active else "suspended"
        cap = _yearly_cap(told, purse, shared)
        left = None if cap is None else floor_zero(cap)
        per_leg = terms.per_leg_cap_fen if purse.rank else None
        sources.append(seen(purse, bound_by, current, carried, per_leg, left))
        shared += current + carried if purse.rank else 0
    return tuple(sources)


def exceptions(told: Told, terms: DebitRules) -> tuple[Exceptional, ...]:
    """The codes of what would have been refused, in the contract's order; none where this ledger, too, would
    have taken the same money out of the same buckets in the same order."""
    found = {*_of_payers(told, terms), *_of_the_class(told, terms)}
    if _out_of_order(told) or _passed_over(told, terms) or (not found and _differs(told, terms)):
        found.add("other_order")
    return tuple(code for code in _CODES if code in found)


def _yearly_cap(told: Told, purse: Purse, shared_fen: int) -> int | None:
    """What a yearly cap leaves a binder after `shared_fen` of those before it; none without one."""
    if not purse.rank:
        return None
    return purse.yearly_cap_fen if told.cap_left_fen is None else told.cap_left_fen - shared_fen


def _of_payers(told: Told, terms: DebitRules) -> Iterator[Exceptional]:
    paid, shared = told.paid(), 0
    for purse in told.purses:
        current, carried = (paid[purse.payer, bucket] for bucket in _BUCKETS)
        total = current + carried
        if not total:
            continue
        if purse.rank and purse.binding is None:
            yield "not_bound"
        money = purse.available_fen if purse.quota_fen is None else purse.spendable_fen
        if total > money or current > purse.current_fen or carried > purse.carried_fen:
            yield "below_zero"
        if purse.rank:
            cap = _yearly_cap(told, purse, shared)
            bounds = (purse.quota_fen, terms.per_leg_cap_fen, purse.limit_fen, cap)
            if any(bound is not None and total > bound for bound in bounds):
                yield "over_limit"
            shared += total


def _of_the_class(told: Told, terms: DebitRules) -> Iterator[Exceptional]:
    """Own money and binders pay for their classes only, and binders never for what is fully self-paid."""
    service_class = told.demand.service_class
    own = sum(leg.amount_fen for leg in told.legs if not leg.rank)
    shared = sum(leg.amount_fen for leg in told.legs if leg.rank)
    if own and service_class not in terms.own_classes:
        yield "out_of_class"
    if shared and service_class not in terms.shared_classes:
        yield "out_of_class"
    if shared > shared_part(told.demand, terms, own):
        yield "out_of_class"


def _out_of_order(told: Told) -> bool:
    """Whether the legs were told in another order than the debit order, `current` before `carried`."""
    places = [(leg.rank, _BUCKETS.index(leg.bucket)) for leg in told.legs]
    return places != sorted(places)


def _passed_over(told: Told, terms: DebitRules) -> bool:
    """Whether somebody paid less than would have been asked of it, given what those before it had paid."""
    paid = told.paid()
    own = next((purse for purse in told.purses if not purse.rank), None)
    own_fen = 0 if own is None else sum(paid[own.payer, bucket] for bucket in _BUCKETS)
    asked_own = own is not None and why_not_own(told.demand, terms, own) is None
    if own is not None and asked_own and _less(_asked(own, told.demand.amount_fen, _BUCKETS), paid):
        return True
    need = shared_part(told.demand, terms, own_fen)
    if why_not_binders(told.demand, terms, told.beneficiary_active, need, own_fen) is not None:
        return False
    shared = 0
    for purse in told.purses:
        if purse.binding is not None and need > shared:
            cap = _yearly_cap(told, purse, shared)
            asked = _asked(purse, need - shared, terms.shared_buckets, terms.per_leg_cap_fen, cap)
            if _less(asked, paid):
                return True
        if purse.rank:
            shared += sum(paid[purse.payer, bucket] for bucket in _BUCKETS)
    return False


def _asked(
    purse: Purse,
    need: int,
    buckets: tuple[Bucket, ...],
    per_leg_cap_fen: int | None = None,
    yearly_cap_fen: int | None = None,
) -> Source:
    """What one payer would have paid."""
    asked = Allocation()
    ask(asked, purse, need, buckets, per_leg_cap_fen, yearly_cap_fen)
    return asked.sources[0]


def _less(asked: Source, paid: Counter[tuple[str, Bucket]]) -> bool:
    return (
        paid[asked.payer, "current"] < asked.from_current_fen
        or paid[asked.payer, "carried"] < asked.from_carried_fen
    )


def _differs(told: Told, terms: DebitRules) -> bool:
    """Whether this ledger would have taken any other money: also where no rule of its own has a code."""
    own = next((purse for purse in told.purses if not purse.rank), None)
    binders = (purse for purse in told.purses if purse.binding is not None)
    decided = allocate(told.demand, terms, own, told.beneficiary_active, binders, told.cap_left_fen)
    return Counter({(leg.payer, leg.bucket): leg.amount_fen for leg in decided.legs}) != told.paid()
