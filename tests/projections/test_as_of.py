"""As-of answers are exact: aggregates folded so far at any position, and plain sums at any time."""

from random import Random
from typing import Any

import pytest

from ledger.aggregates.family_group import FamilyGroup, Ranked
from ledger.aggregates.fold import State, empty, fold
from ledger.aggregates.personal_account import PersonalAccount
from ledger.clock import business_year, for_people
from projections import queries
from projections.models.balances import BALANCES, Entry
from projections.models.limits import LIMITS, LimitRelease, LimitUse
from projections.store import Snapshot, Store
from tests.projections.desk import Log

MONEY = (
    "current_fen",
    "carried_fen",
    "balance_fen",
    "reserved_fen",
    "held_fen",
    "available_fen",
    "suspense_fen",
)
YEARS = (2026, 2027)


def no_cap(_: str) -> int | None:
    return None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_at_every_position_the_answers_are_the_aggregates(year: tuple[Log, Store]) -> None:
    log, store = year
    states: dict[str, State | None] = {}
    with store.snapshot() as moment:
        for recorded in log:
            before = states.get(recorded.stream, empty(recorded.stream))
            state = fold(recorded.stream, before, recorded.version, recorded.event)
            states[recorded.stream] = state
            if isinstance(state, PersonalAccount):
                same_account(moment, state, recorded.position)
            if isinstance(state, FamilyGroup):
                account = states[f"account:{recorded.subject}"]
                assert isinstance(account, PersonalAccount)
                same_family(moment, state, account, recorded.position)


def same_account(moment: Snapshot, state: PersonalAccount, position: int) -> None:
    answer = queries.balance(moment, state.account, position=position)
    assert answer["position"] == position
    for name in ("region", "insurance", "status", *MONEY):
        assert answer[name] == getattr(state, name), (name, position)


def same_family(moment: Snapshot, state: FamilyGroup, account: PersonalAccount, position: int) -> None:
    order = queries.debit_order(moment, state.beneficiary, position=position)["order"]
    if account.insurance == "employee":
        assert order.pop(0)["rank"] == 0
    shown = [Ranked(row["binder"], row["binding"], row["limit_fen"]) for row in order]
    assert shown == list(state.order)
    since = {binding.number: for_people(binding.since) for binding in state.bindings}
    assert all(row["since"] == since[row["binding"]] for row in order)
    for calendar in YEARS:
        limits = queries.limits(moment, state.beneficiary, calendar, no_cap, position=position)
        used = {row["binder"]: row["used_fen"] for row in limits["by_binder"] if row["used_fen"]}
        assert used == {binder: fen for (binder, of), fen in state.uses.items() if of == calendar and fen}
        assert limits["used_fen"] == sum(used.values())


def test_quotas_are_those_of_the_aggregates(year: tuple[Log, Store]) -> None:
    log, store = year
    states: dict[str, State | None] = {}
    for recorded in log:
        before = states.get(recorded.stream, empty(recorded.stream))
        states[recorded.stream] = fold(recorded.stream, before, recorded.version, recorded.event)
    with store.snapshot() as moment:
        families = [state for state in states.values() if isinstance(state, FamilyGroup) and state.order]
        for family in families:
            for row in queries.debit_order(moment, family.beneficiary)["order"]:
                binder = states[f"account:{row['binder']}"]
                assert isinstance(binder, PersonalAccount)
                assert row["quota_fen"] == binder.quotas.get((family.beneficiary, row["binding"]))
    assert any(state.quotas for state in states.values() if isinstance(state, PersonalAccount))


def test_at_every_time_a_balance_is_the_sum_of_what_had_happened(year: tuple[Log, Store]) -> None:
    log, store = year
    entries = [
        row
        for recorded in log
        if isinstance(recorded.event, BALANCES.reads)
        for row in BALANCES.project(recorded)
        if isinstance(row, Entry)
    ]
    random = Random(1)
    with store.snapshot() as moment:
        for entry in random.sample(entries, 150):
            position = random.choice([None, random.randint(entry.position, len(log))])
            upto = position or len(log)
            answer = queries.balance(moment, entry.account, at=entry.at, position=position)
            counted = [
                e for e in entries if e.account == entry.account and e.position <= upto and e.at <= entry.at
            ]
            for name in ("current_fen", "carried_fen", "reserved_fen", "held_fen", "suspense_fen"):
                assert answer[name] == sum(getattr(e, name) or 0 for e in counted)


def test_at_every_time_orders_and_limits_are_those_of_that_time(year: tuple[Log, Store]) -> None:
    log, store = year
    families: dict[str, FamilyGroup] = {}
    rows: list[Any] = []
    for recorded in log:
        if recorded.stream.startswith("family:"):
            family = families.get(recorded.subject, FamilyGroup(recorded.subject))
            state = fold(recorded.stream, family, recorded.version, recorded.event)
            assert isinstance(state, FamilyGroup)
            families[recorded.subject] = state
        if isinstance(recorded.event, LIMITS.reads):
            rows += LIMITS.project(recorded)
    uses = [row for row in rows if isinstance(row, LimitUse)]
    releases = [row for row in rows if isinstance(row, LimitRelease)]
    random = Random(2)
    with store.snapshot() as moment:
        for recorded in random.sample([r for r in log if r.stream.startswith("family:")], 60):
            at, beneficiary = recorded.event.at, recorded.subject
            order = queries.debit_order(moment, beneficiary, at=at)["order"]
            expected = families[beneficiary].order_at(at)
            assert [(r["binder"], r["limit_fen"]) for r in order if r["rank"]] == [
                (ranked.binder, ranked.limit_fen) for ranked in expected
            ]
            used_in = business_year(at)
            gone = {row.hold for row in releases if row.at <= at}
            used = sum(
                use.delta_fen
                for use in uses
                if use.beneficiary == beneficiary
                and use.year == used_in
                and use.at <= at
                and use.hold not in gone
            )
            answer = queries.limits(moment, beneficiary, used_in, no_cap, at=at)
            assert answer["used_fen"] == used


def test_statements_end_with_the_balance_and_begin_with_nothing(year: tuple[Log, Store]) -> None:
    log, store = year
    with store.snapshot() as moment:
        for account in sorted({r.subject for r in log if r.stream.startswith("account:")}):
            lines = queries.statement(moment, account)["lines"]
            balance = queries.balance(moment, account)
            running = 0
            for line in lines:
                running += line["amount_fen"] if line["bucket"] != "suspense" else 0
                assert line["balance_fen"] == running
            assert running == balance["balance_fen"]
            suspense = sum(line["amount_fen"] for line in lines if line["bucket"] == "suspense")
            assert suspense == balance["suspense_fen"]
