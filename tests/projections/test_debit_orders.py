"""The debit order is folded from the steps of one family."""

from datetime import UTC, datetime

import pytest

from ledger.events.family import Bound, LimitSet, PriorityReordered, Unbound
from projections.models.debit_orders import DEBIT_ORDERS, BindingStep, standing_after
from tests.projections.facts import recorded

AT = datetime(2026, 3, 10, 2, tzinfo=UTC)


def bound(number: int, binder: str, kind: str = "mutual_aid", limit_fen: int | None = None) -> BindingStep:
    return BindingStep(number, AT, "LIN", "bound", number, kind, binder, "parent", limit_fen)


def unbound(number: int, binder: str) -> BindingStep:
    return BindingStep(50, AT, "LIN", "unbound", number, "mutual_aid", binder)


def reordered(*binders: str) -> BindingStep:
    return BindingStep(60, AT, "LIN", "reordered", order_after=list(binders))


def order(*steps: BindingStep) -> list[str]:
    return [binding.binder for binding in standing_after(steps)]


def test_binders_stand_in_the_order_of_binding() -> None:
    assert order(bound(1, "WEI"), bound(2, "MEI"), bound(3, "JUN")) == ["WEI", "MEI", "JUN"]


def test_the_family_may_choose_another_order() -> None:
    assert order(bound(1, "WEI"), bound(2, "MEI"), reordered("MEI", "WEI")) == ["MEI", "WEI"]


def test_a_new_binder_takes_the_last_place_of_a_chosen_order() -> None:
    steps = bound(1, "WEI"), bound(2, "MEI"), reordered("MEI", "WEI"), bound(3, "JUN")
    assert order(*steps) == ["MEI", "WEI", "JUN"]


def test_unbinding_closes_the_gap_and_binding_again_starts_at_the_end() -> None:
    steps = bound(1, "WEI"), bound(2, "MEI"), unbound(1, "WEI")
    assert order(*steps) == ["MEI"]
    assert order(*steps, bound(3, "WEI")) == ["MEI", "WEI"]


def test_a_limit_holds_until_the_next_one() -> None:
    limits = [
        BindingStep(9, AT, "LIN", "limited", 1, binder="WEI", limit_fen=500_00),
        BindingStep(10, AT, "LIN", "limited", 1, binder="WEI"),
    ]
    steps = [bound(1, "WEI", limit_fen=100_00), bound(2, "MEI", limit_fen=7), *limits]
    assert [[b.limit_fen for b in standing_after(steps[:n])] for n in (2, 3, 4)] == [
        [100_00, 7], [500_00, 7], [None, 7],
    ]  # fmt: skip


def test_proxies_stand_behind_those_who_pay() -> None:
    standing = standing_after([bound(1, "WEI", "proxy_credential"), bound(2, "WEI"), bound(3, "MEI")])
    assert [(b.kind, b.binding) for b in standing] == [
        ("mutual_aid", 2), ("mutual_aid", 3), ("proxy_credential", 1),
    ]  # fmt: skip


def test_a_row_that_starts_no_binding_is_not_taken_for_one() -> None:
    with pytest.raises(ValueError, match="position 4 starts no binding"):
        standing_after([BindingStep(4, AT, "LIN", "bound")])


def test_events_become_steps() -> None:
    bind = recorded(
        "family:LIN", Bound, binding=1, kind="mutual_aid", binder="WEI", relation="parent",
        authorisation="face", face_age_reached=True, limit_fen=9_00, rank=1, policy="p", policy_digest="d",
    )  # fmt: skip
    order_set = recorded("family:LIN", PriorityReordered, order=("WEI",))
    limit = recorded("family:LIN", LimitSet, binding=1, binder="WEI")
    end = recorded("family:LIN", Unbound, binding=1, kind="mutual_aid", binder="WEI", cause="unbind")
    rows = [
        row
        for event in (bind, order_set, limit, end)
        for row in DEBIT_ORDERS.project(event)
        if isinstance(row, BindingStep)
    ]
    assert [row.step for row in rows] == ["bound", "reordered", "limited", "unbound"]
    assert [(b.binder, b.limit_fen) for b in standing_after(rows[:1])] == [("WEI", 9_00)]
    assert [(b.binder, b.limit_fen) for b in standing_after(rows[:3])] == [("WEI", None)]
    assert standing_after(rows) == []
