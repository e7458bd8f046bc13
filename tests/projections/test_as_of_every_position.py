"""At every position of a random year, and at any time, every answer is what a plain fold of the log gives."""

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any, Final

import pytest

from projections import queries
from projections.errors import NotFound
from projections.runner import catch_up
from projections.store import Snapshot
from tests.projections.desk import BAO, JUN, LIN, MEI, WEI, Answer, Desk, Log, log_of
from tests.projections.past import Past
from tests.projections.runs import SHORT_RUNS
from tests.projections.turmoil import Turmoil

PEOPLE: Final = (LIN, BAO, WEI, MEI, JUN)
YEARS: Final = (2026, 2027)


def test_at_every_position_every_answer_is_the_fold(desk: Desk) -> None:
    every_position(desk, seed=4, commands=55)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 18))
def test_at_every_position_of_long_years_every_answer_is_the_fold(desk: Desk, seed: int) -> None:
    every_position(desk, seed, commands=400)


def every_position(desk: Desk, seed: int, commands: int) -> None:
    """By position alone, by time alone, and by both: times of events, so that each boundary is met.

    Accounts move a few dozen times here, so sums of entries stand behind every third event of theirs.
    """
    for command in Turmoil(seed).commands(commands):
        desk.sends(**command)
    catch_up(desk.store, models=SHORT_RUNS, size=64)
    log, random = log_of(desk.dsn), Random(seed)
    with desk.store.snapshot() as moment:
        for position in range(1, len(log) + 1):
            answers_are_the_fold(moment, log, random.sample(PEOPLE, 3), position, None)
            at = random.choice(log[:position]).event.at
            answers_are_the_fold(moment, log, random.sample(PEOPLE, 2), position, at)
            answers_are_the_fold(moment, log, random.sample(PEOPLE, 1), None, log[position - 1].event.at)


def answers_are_the_fold(
    moment: Snapshot, log: Log, people: list[str], position: int | None, at: datetime | None
) -> None:
    past = Past(log, position, at)

    def asked(question: Callable[..., Answer], *about: Any) -> Answer | None:
        try:
            return question(moment, *about, at=at, position=position)
        except NotFound:
            return None

    for person in people:
        known = person in past.people
        assert asked(queries.balance, person) == (past.balance(person) if known else None)
        assert asked(queries.statement, person) == (past.statement(person) if known else None)
        assert asked(queries.debit_order, person) == (past.order(person) if known else None)
        for year in YEARS:
            expected = past.limits(person, year) if known else None
            assert asked(queries.limits, person, year, _no_cap) == expected


def _no_cap(_: str) -> int | None:
    return None
