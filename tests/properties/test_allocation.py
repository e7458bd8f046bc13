"""The allocation against the slow one of `oracle.py`, for bills and purses of any shape."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from ledger.events.settlement import Source
from ledger.policies.debit_order import Allocation, Demand, Purse, allocate
from ledger.policies.limits import left
from ledger.policies.pack import DebitRules
from tests.properties import oracle
from tests.properties.oracle import Bill, Legs, Money, Payer
from tests.strategies import MANY

CLASSES = ("outpatient", "pharmacy", "inpatient")
FEN = st.integers(0, 60)
SOME = st.none() | st.integers(0, 60)

MONEY = st.builds(
    Money,
    current=st.integers(-20, 60),
    carried=st.integers(-20, 60),
    held_current=st.just(0) | FEN,
    held_carried=st.just(0) | FEN,
    reserved=st.just(0) | FEN,
)
RULES = st.fixed_dictionaries(
    {
        "own_classes": st.lists(st.sampled_from(CLASSES), unique=True),
        "shared_classes": st.lists(st.sampled_from(CLASSES), unique=True),
        "shared_buckets": st.sampled_from([["current", "carried"], ["carried"], ["current"], []]),
        "per_leg_cap_fen": SOME,
        "yearly_cap_fen": SOME,
        "yearly_cap_scope": st.sampled_from(["beneficiary", "binding", "binder"]),
        "own_pays_first": st.sampled_from(["in_scope", "self_paid"]),
        "premium_schemes": st.just([]),
    }
)


@dataclass
class Question:
    """Everything an allocation is asked with."""

    bill: Bill
    rules: dict[str, Any]
    own: Payer | None
    active: bool
    binders: list[Payer]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    amount = draw(st.integers(1, 120))
    bill = Bill(
        amount,
        draw(st.just(0) | st.integers(0, amount)),
        draw(st.sampled_from([*CLASSES, "unknown"])),
        draw(st.sampled_from(["own_then_shared", "own_then_shared", "own", "shared"])),
    )
    of_beneficiary = draw(FEN)
    binders = [
        Payer(
            name,
            rank,
            draw(MONEY),
            active=draw(st.integers(0, 5)) > 0,
            quota=draw(SOME),
            limit=draw(SOME),
            used=draw(st.just(0) | FEN),
            used_of_beneficiary=of_beneficiary,
            used_by_binder=draw(FEN),
        )
        for rank, name in enumerate(draw(st.sampled_from(FAMILIES)), start=1)
    ]
    own = draw(st.none() | st.builds(Payer, st.just("LIN"), st.just(0), MONEY))
    return Question(bill, draw(RULES), own, draw(st.integers(0, 5)) > 0, binders)


FAMILIES = [("WEI", "MEI", "JUN"), ("MEI",), ("WEI", "MEI"), ()]


def ask(question: Question) -> Allocation:
    rules = DebitRules.model_validate_json(str(question.rules).replace("'", '"').replace("None", "null"))
    of_beneficiary = question.binders[0].used_of_beneficiary if question.binders else 0
    by_all = rules.yearly_cap_fen if rules.yearly_cap_scope == "beneficiary" else None
    return allocate(
        Demand(
            question.bill.amount,
            question.bill.self_paid,
            question.bill.service_class,
            cast(Any, question.bill.sources),
        ),
        rules,
        purse(question.own, rules) if question.own else None,
        question.active,
        [purse(binder, rules) for binder in question.binders],
        left(by_all, of_beneficiary),
    )


def purse(payer: Payer, rules: DebitRules) -> Purse:
    money = payer.money
    counted = payer.used if rules.yearly_cap_scope == "binding" else payer.used_by_binder
    own_cap = None if rules.yearly_cap_scope == "beneficiary" else rules.yearly_cap_fen
    return Purse(
        payer.name,
        payer.rank,
        available_fen=money.available,
        current_fen=max(0, money.current - money.held_current),
        carried_fen=max(0, money.carried - money.held_carried),
        spendable_fen=max(0, money.current + money.carried - money.held_current - money.held_carried),
        active=payer.active,
        binding=payer.rank,
        quota_fen=payer.quota,
        limit_fen=left(payer.limit, payer.used),
        yearly_cap_fen=left(own_cap, counted),
    )


def legs_of(allocation: Allocation) -> list[tuple[tuple[str, int, str], int]]:
    return [((leg.payer, leg.rank, leg.bucket), leg.amount_fen) for leg in allocation.legs]


def slow(question: Question) -> Legs:
    asked = deepcopy(question)
    return oracle.settle(asked.bill, asked.rules, asked.own, asked.active, asked.binders)


@MANY
@given(questions())
def test_the_allocation_is_that_of_one_fen_after_the_other(question: Question) -> None:
    assert legs_of(ask(question)) == list(slow(question).items())


@given(questions())
def test_legs_and_cash_sum_to_the_amount_and_no_leg_is_empty(question: Question) -> None:
    allocation = ask(question)
    assert all(leg.amount_fen > 0 for leg in allocation.legs)
    assert sum(leg.amount_fen for leg in allocation.legs) + allocation.cash_fen == question.bill.amount
    assert allocation.own_fen + allocation.shared_fen + allocation.cash_fen == question.bill.amount
    assert allocation.cash_fen >= 0


@given(questions(), st.integers(2, 10**11))
def test_amounts_of_any_size_are_split_alike(question: Question, times: int) -> None:
    large = deepcopy(question)
    large.bill = replace(large.bill, amount=large.bill.amount * times, self_paid=large.bill.self_paid * times)
    for cap in ("per_leg_cap_fen", "yearly_cap_fen"):
        large.rules[cap] = enlarged(large.rules[cap], times)
    for payer in [*large.binders, *([large.own] if large.own else [])]:
        for field in ("current", "carried", "held_current", "held_carried", "reserved"):
            setattr(payer.money, field, getattr(payer.money, field) * times)
        for field in ("quota", "limit", "used", "used_of_beneficiary", "used_by_binder"):
            setattr(payer, field, enlarged(getattr(payer, field), times))
    assert legs_of(ask(large)) == [(who, fen * times) for who, fen in legs_of(ask(question))]


def enlarged(fen: int | None, times: int) -> int | None:
    return None if fen is None else fen * times


@given(questions())
def test_a_source_says_what_limited_it(question: Question) -> None:
    allocation = ask(question)
    need = question.bill.amount
    for source in allocation.sources:
        if source.rank == 1:
            need = allocation.shared_fen + unmet(question, allocation)
        assert source.taken_fen == sum(leg.amount_fen for leg in allocation.legs if leg.payer == source.payer)
        assert source.taken_fen == 0 if source.bound_by == "suspended" else source.taken_fen <= need
        if source.bound_by not in ("amount", "suspended"):
            assert source.taken_fen == max(0, figure(source, question.rules["shared_buckets"]))
        need -= source.taken_fen


def unmet(question: Question, allocation: Allocation) -> int:
    """What the binders were asked for and did not pay."""
    bill = question.bill
    if question.rules["own_pays_first"] == "self_paid":
        return max(0, bill.amount - max(bill.self_paid, allocation.own_fen)) - allocation.shared_fen
    return max(0, bill.amount - bill.self_paid - allocation.own_fen) - allocation.shared_fen


def figure(source: Source, shared_buckets: Sequence[str]) -> int:
    """The figure a source names as the one that bound it."""
    if source.bound_by == "balance" and source.spendable_fen is not None:
        return source.spendable_fen
    if source.bound_by == "balance":
        rooms = {"current": source.current_fen, "carried": source.carried_fen}
        buckets = ("current", "carried") if source.rank == 0 else shared_buckets
        return min(source.available_fen, sum(rooms[bucket] for bucket in buckets))
    figures = {
        "quota": source.quota_fen,
        "per_leg_cap": source.per_leg_cap_fen,
        "limit": source.limit_fen,
        "yearly_cap": source.yearly_cap_fen,
    }
    found = figures[source.bound_by]
    assert found is not None
    return found
