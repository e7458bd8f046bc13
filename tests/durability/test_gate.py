"""The gate: many writers, a reader that is killed and restarted: nothing lost, doubled or out of order.

Half of the writers apply files in batches, the others serve many callers at once. The read models are kept up
meanwhile, by a follower that is killed as well; every balance is that of a replay in position order.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic, sleep

import pytest

from ledger.application import Ledger
from scripts.generate import natural_charges, opening
from tests.durability.follower import Seen, following, seen
from tests.durability.read_models import balances_are, keeping_up, position_of
from tests.durability.recorded import (
    is_answered_once,
    is_what_one_writer_would_have_written,
    log_of,
    money_adds_up,
    replayed,
    stands_in_order,
)
from tests.durability.writers import CALLERS, Written, at_once, remember_what_was_recorded

PROGRAMS = 8
PATIENCE_S = 120
SEED = 61


@pytest.mark.parametrize(
    ("people", "charges"), [pytest.param(400, 3_000), pytest.param(20_000, 100_000, marks=pytest.mark.long)]
)
def test_a_crowd_of_writers_and_a_killed_reader_lose_double_and_disorder_nothing(
    database: str, tmp_path: Path, people: int, charges: int
) -> None:
    city, bills = list(opening(people, SEED)), list(natural_charges(people, charges, SEED))
    with Ledger.open(database) as ledger:
        answers = [[result.as_dict() for result in ledger.apply_lines(city)]]
    files = [bills[place::PROGRAMS] for place in range(PROGRAMS)]
    with ThreadPoolExecutor(1) as crowd:
        writing = crowd.submit(at_once, database, files, 40, CALLERS)
        kills = follow(database, tmp_path / "notes", writing)
        written = writing.result()
    assert kills >= 2
    answers += [program.answers for program in written]

    log = log_of(database)
    stands_in_order(log)
    money_adds_up(log)
    assert seen(tmp_path / "notes") == [Seen(*entry[:3]) for entry in log]
    is_answered_once(chain(*answers), is_what_one_writer_would_have_written(database, [*city, *bills]), log)
    remember_what_was_recorded(written, log)
    balances_are(database, replayed(log))


def follow(dsn: str, notes: Path, writing: "Future[list[Written]]") -> int:
    """Follow the log while others write, killed whenever it got further; the last reader goes to the end.

    Beside it, and killed with it, the read models are kept up. Returns how often both were killed.
    """
    kills = 0
    while kills < 2 or not writing.done():
        with following(dsn, notes), keeping_up(dsn):
            wait_until(partial(_got_further, dsn, notes, (size_of(notes), position_of(dsn)), writing))
            sleep(0.1 * (kills % 3))
        kills += 1
    with following(dsn, notes):
        end = log_of(dsn)[-1].position
        wait_until(lambda: seen(notes)[-1].position == end)
    return kills


def _got_further(dsn: str, notes: Path, before: tuple[int, int], writing: "Future[list[Written]]") -> bool:
    size, position = before
    return writing.done() or (size_of(notes) > size and position_of(dsn) > position)


def size_of(notes: Path) -> int:
    return notes.stat().st_size if notes.exists() else 0


def wait_until(so: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE_S
    while not so():
        assert monotonic() < deadline, "the reader got no further"
        sleep(0.02)
