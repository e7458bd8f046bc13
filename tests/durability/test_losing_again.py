"""Another writer gets in between batches on their way, or again and again: answers count what it wrote."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import psycopg
import pytest

from ledger.application import Result
from tests.durability.racing import Race, begun, paid, unbind
from tests.durability.story import LIN, WEI, bound, charge, credited

WRITER_LOCK = 7310001


@pytest.fixture
def race(database: str) -> Iterator[Race]:
    with begun(database) as race:
        yield race


# A file in batches, one of which is decided while another is saved ------------------------------------


@pytest.mark.parametrize("before", range(4))
def test_batches_on_their_way_are_decided_again_wherever_another_writer_gets_in(
    race: Race, before: int
) -> None:
    race.given(bound(WEI, LIN))
    bills = [charge(LIN, 40_00, f"c-{number}") for number in range(4)]
    race.log.others = [lambda: None] * before
    race.log.others.append(partial(race.theirs.submit, [unbind(WEI, LIN)]))
    answers = list(race.ours.apply_lines(bills, batch=1))
    third = (20_00, 20_00, 0) if before == 3 else (20_00, 0, 20_00)
    assert [paid(answer) for answer in answers] == [(40_00, 0, 0), (40_00, 0, 0), third, (0, 0, 40_00)]
    race.sent += [unbind(WEI, LIN), *bills]


# Losing again and again ------------------------------------------------------------------------------


def test_a_decision_that_keeps_losing_is_taken_with_every_other_writer_kept_out(race: Race) -> None:
    race.given(bound(WEI, LIN))
    busy = [credited(LIN, 1, id=f"busy-{n}") for n in range(3)]
    kept_out: list[bool] = []
    race.log.others = [partial(race.theirs.submit, [one]) for one in busy]
    race.log.others.append(lambda: kept_out.append(not _may_write(race.dsn)))
    (result,) = race.ours.submit([charge(LIN, 300_00, "c-1")])
    assert paid(result) == (100_03, 199_97, 0)
    assert kept_out == [True]
    race.sent += [*busy, charge(LIN, 300_00, "c-1")]


def test_whoever_was_kept_out_gets_an_answer_that_counts_the_winner(race: Race) -> None:
    busy = [credited(LIN, 1, id=f"busy-{n}") for n in range(3)]
    last = charge(LIN, 90_00, "c-theirs")
    with ThreadPoolExecutor(1) as elsewhere:
        waiting: list[Future[list[Result]]] = []
        race.log.others = [partial(race.theirs.submit, [one]) for one in busy]
        race.log.others.append(lambda: waiting.append(elsewhere.submit(race.theirs.submit, [last])))
        (ours,) = race.ours.submit([charge(LIN, 80_00, "c-ours")])
        (theirs,) = waiting[0].result(timeout=30)
    assert (paid(ours), paid(theirs)) == ((80_00, 0, 0), (20_03, 0, 69_97))
    race.sent += [*busy, charge(LIN, 80_00, "c-ours"), last]


def _may_write(dsn: str) -> bool:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [WRITER_LOCK]).fetchone()
        return bool(row and row[0])
