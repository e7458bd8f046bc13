"""Bindings and the debit order. One row per change; the order is folded from a family's few rows."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, NamedTuple, assert_never, get_args

from ledger.events.family import Bound, LimitSet, PriorityReordered, Unbound
from projections.recorded import Model, Recorded, Table

Read = Bound | Unbound | PriorityReordered | LimitSet


class BindingStep(NamedTuple):
    """One change: `bound`, `unbound`, `reordered` (`order_after` is the whole order) or `limited`.

    `limit_fen` is the yearly limit from here on (after `bound` and `limited`; None is unlimited).
    """

    position: int
    at: datetime
    beneficiary: str
    step: str
    binding: int | None = None
    kind: str | None = None
    binder: str | None = None
    relation: str | None = None
    limit_fen: int | None = None
    order_after: list[str] | None = None


class Binding(NamedTuple):
    """A binding that stands: since when, and with which yearly limit (None is unlimited)."""

    binding: int
    kind: str
    binder: str
    beneficiary: str
    relation: str
    since: datetime
    limit_fen: int | None


def project(recorded: Recorded[Read]) -> Iterator[BindingStep]:
    """The step an event adds."""
    event = recorded.event
    place = (recorded.position, event.at, recorded.subject)
    match event:
        case Bound():
            yield BindingStep(
                *place, "bound", event.binding, event.kind, event.binder, event.relation, event.limit_fen
            )
        case Unbound():
            yield BindingStep(*place, "unbound", event.binding, event.kind, event.binder)
        case PriorityReordered():
            yield BindingStep(*place, "reordered", order_after=list(event.order))
        case LimitSet():
            yield BindingStep(
                *place, "limited", event.binding, binder=event.binder, limit_fen=event.limit_fen
            )
        case _:
            assert_never(event)


def standing_after(steps: Iterable[BindingStep]) -> list[Binding]:
    """The bindings that stand after one family's steps, in recorded order: debit order first, then proxies.

    A binding that starts takes the last place; one that ends closes the gap.
    """
    standing: list[Binding] = []
    for step in steps:
        if step.step == "bound":
            standing.append(bound(step))
        elif step.step == "unbound":
            standing = [b for b in standing if b.binding != step.binding]
        elif step.step == "limited":
            standing = [limited(b, step) if b.binding == step.binding else b for b in standing]
        else:
            place = {binder: rank for rank, binder in enumerate(step.order_after or ())}
            standing.sort(key=lambda b: place.get(b.binder, len(place)))
    return sorted(standing, key=lambda b: b.kind != "mutual_aid")


def bound(step: BindingStep) -> Binding:
    """The binding that a `bound` step starts."""
    if step.binding is None or step.kind is None or step.binder is None or step.relation is None:
        raise ValueError(f"the row at position {step.position} starts no binding")
    return Binding(
        step.binding, step.kind, step.binder, step.beneficiary, step.relation, step.at, step.limit_fen
    )


def limited(binding: Binding, step: BindingStep) -> Binding:
    """The binding with the limit that a `limited` step sets."""
    return binding._replace(limit_fen=step.limit_fen)


DEBIT_ORDERS: Final = Model(
    "debit_orders", 1, (Table("binding_steps", BindingStep),), get_args(Read), project
)
