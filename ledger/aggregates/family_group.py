"""One beneficiary's family: who is bound since when, the debit order at any moment, limits used up."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from ledger.aggregates.changing import changed
from ledger.events.family import (
    Bound,
    FamilyEvent,
    HoldEnded,
    HoldPlaced,
    LimitRestored,
    LimitSet,
    LimitUsed,
    PriorityReordered,
    SharedUse,
    TimelineAdvanced,
    Unbound,
)


@dataclass(frozen=True)
class Binding:
    """One binding, from `since` up to but not including `until` (none: in force)."""

    number: int
    kind: str
    binder: str
    relation: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Ranked:
    """A binder's place in a debit order: its binding and its yearly limit in fen (none: no limit)."""

    binder: str
    binding: int
    limit_fen: int | None


@dataclass(frozen=True)
class FamilyGroup:
    """A family at one version. `orders[i]` is in force from `order_times[i]` on; times never go back.

    `uses` counts shared legs net of refunds, holds included, in fen per (binder, year).
    """

    beneficiary: str
    version: int = 0
    last_at: datetime | None = None
    bindings: tuple[Binding, ...] = ()
    order_times: tuple[datetime, ...] = ()
    orders: tuple[tuple[Ranked, ...], ...] = ()
    uses: Mapping[tuple[str, int], int] = field(default_factory=dict)
    holds: Mapping[str, HoldPlaced] = field(default_factory=dict)

    @property
    def order(self) -> tuple[Ranked, ...]:
        """The present debit order of the mutual-aid binders."""
        return self.orders[-1] if self.orders else ()

    def order_at(self, at: datetime) -> tuple[Ranked, ...]:
        """The debit order in force at a moment, with the limits of that moment."""
        index = bisect_right(self.order_times, at)
        return self.orders[index - 1] if index else ()

    def active(self, kind: str) -> tuple[Binding, ...]:
        """The bindings of a kind in force now, in the order they were made."""
        return tuple(b for b in self.bindings if b.until is None and b.kind == kind)

    def binding_with(self, binder: str, kind: str) -> Binding | None:
        """The binding of a pair in force now."""
        return next(
            (b for b in self.bindings if b.until is None and b.binder == binder and b.kind == kind), None
        )

    def stands(self, number: int) -> bool:
        """Whether a binding is in force now."""
        return 0 < number <= len(self.bindings) and self.bindings[number - 1].until is None

    def last_ended(self, binder: str, kind: str) -> datetime | None:
        """When this pair was last unbound."""
        ends = [b.until for b in self.bindings if b.until and b.binder == binder and b.kind == kind]
        return max(ends, default=None)

    def held_by(self, number: int) -> int:
        """How many open holds have a leg of this binding."""
        return sum(1 for hold in self.holds.values() if any(use.binding == number for use in hold.uses))

    def used_fen(self, binder: str, year: int) -> int:
        """What this binder's limit has used up in a year."""
        return self.uses.get((binder, year), 0)

    def used_in(self, year: int) -> int:
        """What all binders together used up in a year."""
        return sum(used for (_, y), used in self.uses.items() if y == year)


def evolve(state: FamilyGroup, version: int, event: FamilyEvent) -> FamilyGroup:
    """The family after one more event."""
    match event:
        case LimitUsed():
            return changed(state, version=version, uses=_counted(state.uses, event.uses, event.year, 1))
        case LimitRestored():
            return changed(state, version=version, uses=_counted(state.uses, event.uses, event.year, -1))
        case HoldPlaced():
            return changed(
                state,
                version=version,
                uses=_counted(state.uses, event.uses, event.year, 1),
                holds={**state.holds, event.settlement: event},
            )
        case HoldEnded():
            return _hold_ended(state, version, event)
        case Bound():
            binding = Binding(event.binding, event.kind, event.binder, event.relation, event.at)
            state = changed(state, bindings=(*state.bindings, binding))
            order = state.order
            if event.kind == "mutual_aid":
                order = (*order, Ranked(event.binder, event.binding, event.limit_fen))
            return _ordered(state, version, event.at, order)
        case Unbound():
            ended = tuple(
                changed(b, until=event.at) if b.number == event.binding else b for b in state.bindings
            )
            order = tuple(r for r in state.order if r.binding != event.binding)
            return _ordered(changed(state, bindings=ended), version, event.at, order)
        case PriorityReordered():
            places = {ranked.binder: ranked for ranked in state.order}
            return _ordered(state, version, event.at, tuple(places[binder] for binder in event.order))
        case LimitSet():
            order = tuple(
                changed(r, limit_fen=event.limit_fen) if r.binding == event.binding else r
                for r in state.order
            )
            return _ordered(state, version, event.at, order)
        case TimelineAdvanced():
            return changed(state, version=version, last_at=event.at)
        case _:
            assert_never(event)


def _ordered(state: FamilyGroup, version: int, at: datetime, order: tuple[Ranked, ...]) -> FamilyGroup:
    if order == state.order:
        return changed(state, version=version, last_at=at)
    return changed(
        state,
        version=version,
        last_at=at,
        order_times=(*state.order_times, at),
        orders=(*state.orders, order),
    )


def _counted(
    uses: Mapping[tuple[str, int], int], parts: tuple[SharedUse, ...], year: int, sign: int
) -> Mapping[tuple[str, int], int]:
    if not parts:
        return uses
    counted = dict(uses)
    for part in parts:
        key = (part.binder, year)
        counted[key] = counted.get(key, 0) + sign * part.amount_fen
    return counted


def _hold_ended(state: FamilyGroup, version: int, event: HoldEnded) -> FamilyGroup:
    placed = state.holds[event.settlement]
    uses = state.uses
    if event.outcome == "released":
        uses = _counted(uses, placed.uses, placed.year, -1)
    holds = {settlement: hold for settlement, hold in state.holds.items() if settlement != event.settlement}
    return changed(state, version=version, uses=uses, holds=holds)
