"""One thing is changed in the log or in the read models: a replay finds it, says where, and names it."""

from random import Random

import pytest

from projections.audit.replay import replay
from tests.audit.faults import FAULTS, Plant
from tests.audit.ledgers import copy_of, empty, write
from tests.tampering import tampering


def finds(dsn: str, plant: Plant, seed: int) -> None:
    with copy_of(dsn) as damaged:
        with tampering(damaged) as connection:
            planted = plant(connection, Random(seed))
        report = replay(damaged)
    named = [difference for difference in report.differences if difference.position == planted.position]
    assert planted.kinds & {difference.kind for difference in named}, (seed, planted, report.differences)
    assert not report.equal


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_where_it_is_and_named(fault: str, another: str) -> None:
    finds(another, FAULTS[fault], seed=2)


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, 100, 10))
def test_every_fault_is_found_in_a_hundred_histories(first: int, server: str) -> None:
    for seed in range(first, first + 10):
        with empty(server) as history:
            write(history, seed, happenings=120)
            for plant in FAULTS.values():
                finds(history, plant, seed)
