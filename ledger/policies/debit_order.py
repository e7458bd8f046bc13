"""Whose money pays, in which order, and how much: contract section 5, as one pure function.

Own account first (domain S-15 and a.4: unanimous), then the binders in the order set for the beneficiary,
then cash. Every figure an answer rests on is kept in a `Source`, so that a reader in ten years can redo it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ledger.events.account import Bucket
from ledger.events.settlement import BoundBy, Leg, Source, Unasked
from ledger.money import floor_zero, split
from ledger.policies.pack import DebitRules


class Demand(NamedTuple):
    """What has to be paid: amounts in fen, the service class, and the sources the bill allows."""

    amount_fen: int
    self_paid_fen: int
    service_class: str
    sources: Literal["own_then_shared", "own", "shared"]


class Purse(NamedTuple):
    """A payer's money as seen now, in fen.

    `available_fen` is spendable; `current_fen`, `carried_fen` what each bucket holds beyond its own holds
    (never negative); `active` says whether it may pay here at all; `spendable_fen` is balance less holds, the
    bound of a quota; `quota_fen` what is left of it (none: not a quota binding); `limit_fen` and
    `yearly_cap_fen` what is left of them (none: no limit). `version` is that of the account's next event.
    """

    payer: str
    rank: int
    available_fen: int
    current_fen: int
    carried_fen: int
    spendable_fen: int = 0
    version: int = 0
    active: bool = True
    binding: int | None = None
    quota_fen: int | None = None
    limit_fen: int | None = None
    yearly_cap_fen: int | None = None


@dataclass(slots=True)
class Allocation:
    """The sources asked, with what each pays, why others were not asked, and the rest in cash."""

    sources: list[Source] = field(default_factory=list)
    own_unasked: Unasked | None = None
    binders_unasked: Unasked | None = None
    own_fen: int = 0
    shared_fen: int = 0
    cash_fen: int = 0

    @property
    def legs(self) -> tuple[Leg, ...]:
        """What is paid by payer and bucket, in debit order."""
        return tuple(leg for source in self.sources for leg in source.legs())


def allocate(
    demand: Demand,
    terms: DebitRules,
    own: Purse | None,
    beneficiary_active: bool,
    binders: Iterable[Purse],
    cap_left_fen: int | None = None,
) -> Allocation:
    """Split a bill over own account, binders and cash. Legs and cash sum to the amount, always.

    `binders` is asked lazily, in debit order, only while something is still to be paid. `cap_left_fen` is
    what is left of a yearly cap that all binders of the beneficiary share.
    """
    result = Allocation()
    result.own_unasked = why_not_own(demand, terms, own)
    if result.own_unasked is None and own is not None:
        result.own_fen = ask(result, own, demand.amount_fen, ("current", "carried"))
    need = shared_part(demand, terms, result.own_fen)
    result.binders_unasked = why_not_binders(demand, terms, beneficiary_active, need, result.own_fen)
    if result.binders_unasked is None:
        result.shared_fen = _ask_binders(result, need, terms, iter(binders), cap_left_fen)
        if result.shared_fen == need:
            result.binders_unasked = "covered"
    result.cash_fen = demand.amount_fen - result.own_fen - result.shared_fen
    return result


def why_not_own(demand: Demand, terms: DebitRules, own: Purse | None) -> Unasked | None:
    """Why the own account is not asked; none when it is."""
    if own is None:
        return "no_account"
    if demand.sources == "shared":
        return "sources"
    return None if demand.service_class in terms.own_classes else "class"


def shared_part(demand: Demand, terms: DebitRules, own_fen: int) -> int:
    """What binders may be asked for: never the fully self-paid part (domain d 9)."""
    if terms.own_pays_first == "self_paid":
        return floor_zero(demand.amount_fen - max(demand.self_paid_fen, own_fen))
    return floor_zero(demand.amount_fen - demand.self_paid_fen - own_fen)


def why_not_binders(
    demand: Demand, terms: DebitRules, beneficiary_active: bool, need: int, own_fen: int
) -> Unasked | None:
    """Why no binder is asked for `need` fen; none when they are."""
    if demand.sources == "own":
        return "sources"
    if demand.service_class not in terms.shared_classes:
        return "class"
    if not beneficiary_active:
        return "suspended"
    if need == 0:
        return "covered" if own_fen == demand.amount_fen else "self_paid"
    return None


def _ask_binders(
    result: Allocation, need: int, terms: DebitRules, binders: Iterator[Purse], cap_left_fen: int | None
) -> int:
    shared = 0
    while shared < need and (purse := next(binders, None)) is not None:
        cap = purse.yearly_cap_fen if cap_left_fen is None else cap_left_fen - shared
        shared += ask(result, purse, need - shared, terms.shared_buckets, terms.per_leg_cap_fen, cap)
    return shared


def ask(
    result: Allocation,
    purse: Purse,
    need: int,
    buckets: tuple[Bucket, ...],
    per_leg_cap_fen: int | None = None,
    yearly_cap_fen: int | None = None,
) -> int:
    """What one payer pays, in fen: the least of the need and of everything that binds it.

    What it pays from each bucket, and the figures that rests on, are added to `result`.
    """
    rooms: dict[Bucket, int] = {"current": purse.current_fen, "carried": purse.carried_fen}
    if purse.quota_fen is None:
        money = min(purse.available_fen, sum(rooms[b] for b in buckets))
        bounds: list[tuple[BoundBy, int | None]] = [("balance", money)]
        order: tuple[Bucket, ...] = tuple(b for b in ("current", "carried") if b in buckets)
    else:
        bounds = [("quota", purse.quota_fen), ("balance", purse.spendable_fen)]
        order = ("current", "carried")
    bounds += [("per_leg_cap", per_leg_cap_fen), ("limit", purse.limit_fen), ("yearly_cap", yearly_cap_fen)]
    taken = need
    bound_by: BoundBy = "amount"
    for name, bound in bounds:
        if bound is not None and floor_zero(bound) < taken:
            taken, bound_by = floor_zero(bound), name
    if not purse.active:
        taken, bound_by = 0, "suspended"
    paid = dict(zip(order, split(taken, (rooms[b] for b in order)), strict=True))
    result.sources.append(
        seen(purse, bound_by, paid.get("current", 0), paid.get("carried", 0), per_leg_cap_fen, yearly_cap_fen)
    )
    return taken


def seen(
    purse: Purse,
    bound_by: BoundBy,
    from_current_fen: int,
    from_carried_fen: int,
    per_leg_cap_fen: int | None,
    yearly_cap_fen: int | None,
) -> Source:
    """What was seen of a payer, and what it paid."""
    room_fen = purse.current_fen + purse.carried_fen
    return Source(
        payer=purse.payer,
        rank=purse.rank,
        binding=purse.binding,
        current_fen=purse.current_fen,
        carried_fen=purse.carried_fen,
        free_fen=None if purse.available_fen == room_fen else purse.available_fen,
        quota_fen=purse.quota_fen,
        spendable_fen=None if purse.quota_fen is None else purse.spendable_fen,
        limit_fen=purse.limit_fen,
        per_leg_cap_fen=per_leg_cap_fen,
        yearly_cap_fen=yearly_cap_fen,
        bound_by=bound_by,
        from_current_fen=from_current_fen,
        from_carried_fen=from_carried_fen,
        account_version=purse.version if from_current_fen or from_carried_fen else 0,
    )
