"""In any year, late facts are those that a plain look at the log finds; stakes are what legs have left."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple

import pytest

from ledger.aggregates.fold import State, empty, fold
from ledger.aggregates.settlement import Settlement
from ledger.events.account import CoPaymentCharged, CoPaymentHeld
from projections import queries
from projections.recorded import Recorded
from projections.runner import catch_up
from tests.projections.desk import Desk, Log, log_of
from tests.projections.turmoil import Command, Turmoil

FACTS: Final = frozenset({"unbind", "set_status", "transfer", "adjust", "set_limit", "reorder"})
PAYING: Final = (CoPaymentCharged, CoPaymentHeld)


class Payment(NamedTuple):
    """One payer's part of a settlement; `own` when it is the payer's own bill."""

    payer: str
    beneficiary: str
    settlement: str
    own: bool


Reach = Callable[[Payment], bool]


@pytest.mark.parametrize("seed", [2])
def test_late_facts_and_stakes_are_what_a_plain_look_at_the_log_finds(desk: Desk, seed: int) -> None:
    assert _compared(desk, seed, 350) > 3


@pytest.mark.long
@pytest.mark.parametrize("seed", range(30, 42))
def test_late_facts_of_long_years_are_what_a_plain_look_at_the_log_finds(desk: Desk, seed: int) -> None:
    assert _compared(desk, seed, 900) > 0


def _compared(desk: Desk, seed: int, commands: int) -> int:
    """How many facts came late."""
    for command in _told_late(Turmoil(seed).commands(commands), Random(seed)):
        desk.sends(**command)
    catch_up(desk.store)
    log = log_of(desk.dsn)
    left = _left(log)
    with desk.store.snapshot() as moment:
        found = queries.affected(moment)
    expected = {
        request: {(p.settlement, p.payer): left[p.settlement, p.payer] for p in payments}
        for request, payments in _late(log).items()
    }
    expected = {
        request: {part: fen for part, fen in parts.items() if fen is not None}
        for request, parts in expected.items()
    }
    assert {
        fact["id"]: {(p["settlement"], p["payer"]): p["at_stake_fen"] for p in fact["payments"]}
        for fact in found["facts"]
    } == {request: parts for request, parts in expected.items() if parts}
    parts = {part: fen for parts in expected.values() for part, fen in parts.items()}
    assert found["at_stake_fen"] == sum(fen for fen in parts.values() if fen)
    assert sum(payer["at_stake_fen"] for payer in found["payers"]) == found["at_stake_fen"]
    return len(found["facts"])


def _told_late(commands: Iterable[Command], random: Random) -> Iterator[Command]:
    """The same year, in which most of the facts that matter come up to five months late."""
    for command in commands:
        if command["op"] in FACTS and random.random() < 0.7:
            at = datetime.fromisoformat(command["at"]) - timedelta(days=random.randint(1, 150))
            yield command | {"at": at.isoformat()}
        else:
            yield command


def _late(log: Log) -> dict[str, set[Payment]]:
    """By the request of a fact: the payments recorded before it for a time that it already held at."""
    payments: list[tuple[Recorded[Any], Payment]] = []
    late: defaultdict[str, set[Payment]] = defaultdict(set)
    for recorded in log:
        event = recorded.event
        if isinstance(event, PAYING):
            own = event.rank == 0
            payments.append((recorded, Payment(recorded.subject, event.beneficiary, event.settlement, own)))
        elif (reaches := _reach(recorded.subject, event)) is not None:
            late[event.request] |= {
                payment for before, payment in payments if before.event.at >= event.at and reaches(payment)
            }
    return late


def _reach(subject: str, event: Any) -> Reach | None:
    """Which payments a fact concerns; None: it is no such fact."""
    match event.topic:
        case "Unbound" | "LimitSet" if getattr(event, "kind", "mutual_aid") == "mutual_aid":
            return lambda p: not p.own and (p.payer, p.beneficiary) == (event.binder, subject)
        case "PriorityReordered":
            return lambda p: not p.own and p.beneficiary == subject and p.payer in event.order
        case "StatusChanged" if event.status == "suspended":
            return lambda p: not p.own and subject in (p.payer, p.beneficiary)
        case "StatusChanged" if event.status == "closed":
            return lambda p: subject in (p.payer, p.beneficiary)
        case "AccountTransferred":
            return lambda p: p.beneficiary == subject
        case "Adjusted" if event.bucket != "suspense":
            return lambda p: p.payer == subject
        case _:
            return None


def _left(log: Log) -> dict[tuple[str, str], int | None]:
    """What each payer's legs could still give back, by settlement; None once released."""
    states: dict[str, State | None] = {}
    for recorded in log:
        before = states.get(recorded.stream, empty(recorded.stream))
        states[recorded.stream] = fold(recorded.stream, before, recorded.version, recorded.event)
    left: defaultdict[tuple[str, str], int | None] = defaultdict(int)
    for state in states.values():
        if not isinstance(state, Settlement):
            continue
        for leg, fen in zip(state.legs, state.legs_left_fen, strict=True):
            part = (state.settlement, leg.payer)
            left[part] = None if state.state == "released" else (left[part] or 0) + fen
    return left
