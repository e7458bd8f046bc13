"""The database goes away while a ledger works: what is answered afterwards rests on what is stored."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from ledger.application import Ledger, Result
from ledger.errors import StoreUnavailable
from ledger.persistence.log import Batch, Conflict, Span
from ledger.persistence.postgres import PostgresLog
from tests.durability.recorded import is_what_one_writer_would_have_written, log_of, stands_in_order
from tests.durability.story import LIN, charge, credited, opened


class Fragile(PostgresLog):
    """A log that can lose its connection at a chosen moment of the next save."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn)
        self.dsn = dsn
        self.conflicts = 0
        self.lose: str | None = None

    @contextmanager
    def session(self, *, exclusive: bool) -> Iterator[None]:
        """Like any session; at its end an exclusive one finds that its server process is gone."""
        with super().session(exclusive=exclusive):
            yield
            if exclusive and self.lose == "before the commit":
                cut_off(self.dsn)

    def append(self, batch: Batch) -> Span:
        """Like any append, but for what the test has ordered."""
        if self.conflicts:
            self.conflicts -= 1
            raise Conflict
        if self.lose == "before the save":
            cut_off(self.dsn)
        span = super().append(batch)
        if self.lose == "after the save":
            raise StoreUnavailable("the answer was lost on the way")
        return span


def cut_off(dsn: str) -> None:
    """End every other session on this database, and wait until they are gone."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"SELECT pg_terminate_backend(pid) {others}")
        while connection.execute(f"SELECT {others}").fetchall():
            pass


@pytest.fixture
def log(database: str) -> Fragile:
    return Fragile(database)


@pytest.fixture
def ledger(log: Fragile) -> Iterator[Ledger]:
    """Lin has 100 yuan."""
    with Ledger(log) as ledger:
        ledger.submit(BEFORE)
        yield ledger
        is_what_one_writer_would_have_written(log.dsn, [*BEFORE, LOST, AFTER])


BEFORE = [opened(LIN), credited(LIN, 100_00)]
LOST = credited(LIN, 7_00, id="lost")
AFTER = charge(LIN, 200_00, "after")


def is_lost(ledger: Ledger, log: Fragile, moment: str, conflicts: int = 0) -> None:
    log.lose, log.conflicts = moment, conflicts
    with pytest.raises(StoreUnavailable):
        ledger.submit([LOST])
    log.lose = None


def again(ledger: Ledger, line: bytes) -> Result:
    """The answer to a line sent again until there is one: each connection that is gone may cost a try."""
    for _ in range(5):
        try:
            return ledger.submit([line])[0]
        except StoreUnavailable:
            continue
    raise AssertionError("a database that is there again was not found again")


def test_a_line_that_was_lost_before_its_save_is_accepted_when_it_is_sent_again(
    ledger: Ledger, log: Fragile
) -> None:
    is_lost(ledger, log, "before the save")
    assert len(log_of(log.dsn)) == len(BEFORE)
    result = again(ledger, LOST)
    assert (result.status, result.result) == ("accepted", {"balance_fen": 107_00})
    assert again(ledger, AFTER).result["own_fen"] == 107_00


def test_a_save_that_failed_at_its_commit_leaves_nothing_in_memory_either(
    ledger: Ledger, log: Fragile
) -> None:
    is_lost(ledger, log, "before the commit", conflicts=3)
    assert len(log_of(log.dsn)) == len(BEFORE)
    result = again(ledger, LOST)
    assert (result.status, result.result) == ("accepted", {"balance_fen": 107_00})
    assert again(ledger, AFTER).result["own_fen"] == 107_00
    stands_in_order(log_of(log.dsn))


def test_a_line_that_was_saved_but_never_answered_is_a_duplicate_when_it_is_sent_again(
    ledger: Ledger, log: Fragile
) -> None:
    is_lost(ledger, log, "after the save")
    result = again(ledger, LOST)
    assert (result.status, result.result) == ("duplicate", {"balance_fen": 107_00})
    assert again(ledger, AFTER).result["own_fen"] == 107_00


def test_of_a_file_every_answer_before_the_loss_is_on_record_and_the_rest_is_accepted_later(
    ledger: Ledger, log: Fragile
) -> None:
    def file() -> Iterator[bytes]:
        yield LOST
        log.lose = "before the save"
        yield AFTER

    answers: list[Result] = []
    with pytest.raises(StoreUnavailable):
        answers.extend(ledger.apply_lines(file(), batch=1))
    log.lose = None
    assert len(log_of(log.dsn)) in (len(BEFORE) + len(answers), len(BEFORE) + 1)
    assert again(ledger, LOST).result == {"balance_fen": 107_00}
    assert again(ledger, AFTER).result["own_fen"] == 107_00
