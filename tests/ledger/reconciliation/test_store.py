"""What was taken in is kept once, read back as it was, and counts from the moment the log says so."""

from collections.abc import Iterator
from datetime import date

import pytest
from msgspec.structs import replace

from ledger.application import Ledger
from ledger.persistence.memory import MemoryLog
from ledger.persistence.postgres import PostgresLog
from ledger.reconciliation.desk import Desk
from ledger.reconciliation.rows import Theirs
from ledger.reconciliation.running import OurSide
from ledger.reconciliation.store import PostgresStore
from tests.ledger.reconciliation.back_office import MARCH, file_of, ours, theirs

FULL = Theirs(
    "f" * 64, 7, "reverse", -100_00, -70_00, -30_00, name="3202.zip", settlement="S-1", visit="V-1",
    person="LIN", message="M-1", receipt="R-1", day=date(2026, 3, 10), clr_type="11", insutype="310",
    agency="130100", result="amounts_differ", memo="二次", status="settled",
    legs=(("WEI", "130102", 20_00), ("LIN", None, 10_00)),
)  # fmt: skip


@pytest.fixture
def log(database: str) -> Iterator[PostgresLog]:
    log = PostgresLog(database)
    yield log
    log.close()


def test_a_row_comes_back_as_it_was_read_and_is_kept_once(log: PostgresLog) -> None:
    store = PostgresStore(log)
    bare = Theirs(FULL.file, 8, "forward", 1, 0, 1)
    for rows in ([FULL, bare], [bare]):
        store.keep(FULL.file, rows)
    assert list(store.rows(FULL.file, "3202.zip")) == [FULL, replace(bare, name="3202.zip")]
    assert list(store.rows("0" * 64, "other.txt")) == []


def test_rows_whose_file_the_log_does_not_name_count_for_nothing(log: PostgresLog) -> None:
    given = file_of([theirs("S-1", 100_00)])
    with Ledger(log) as ledger:
        desk = Desk.open(ledger)
        desk.office.store.keep(given.file, given.rows)  # killed here
        assert desk.status(MARCH.party) == []
        assert desk.take_file(MARCH, given).new.rows == 1
        assert desk.take_file(MARCH, given).outcome == "known"
        assert [period.files for period in desk.status(MARCH.party)] == [1]


def test_a_dry_run_over_the_database_leaves_nothing_there(log: PostgresLog) -> None:
    with Ledger(log) as ledger:
        desk = Desk.open(ledger)
        desk.take_file(MARCH, file_of([theirs("S-1", 100_00)]))
        before = log.recorder.max_notification_id()
        with Ledger(MemoryLog(base=log)) as rehearsal:
            dry = Desk.open(rehearsal)
            dry.take_file(MARCH, file_of([theirs("S-2", 5_00)], "more.txt"))
            run = dry.match(MARCH, OurSide([ours("S-1", 100_00), ours("S-3", 61_00)], 1))
            assert len(run.opened) == 2
            assert len(dry.items(MARCH)) == 2
            assert desk.items(MARCH) == []
            assert log.recorder.max_notification_id() == before


@pytest.mark.long
def test_a_hundred_thousand_rows_are_kept_and_read_within_seconds(log: PostgresLog) -> None:
    rows = [theirs(f"S-{n}", n + 1) for n in range(100_000)]
    with Ledger(log) as ledger:
        desk = Desk.open(ledger)
        assert desk.take_file(MARCH, file_of(rows)).new.rows == 100_000
        run = desk.match(MARCH, OurSide([ours(f"S-{n}", n + 1) for n in range(100_000)], 1))
        assert run.event.there.rows == 100_000
        assert run.opened == ()
