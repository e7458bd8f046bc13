"""Events beside the commands: read, decided and written as one thing, whoever else writes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest

from ledger.application.noting import Known, ToWrite, note
from ledger.events.request import RequestRepeated
from ledger.persistence.log import NOTHING, Span
from ledger.persistence.memory import MemoryLog
from ledger.persistence.postgres import PostgresLog

NOON = datetime(2025, 6, 1, 4, tzinfo=UTC)
STREAM = "request:of-nobody"


@pytest.fixture(params=["memory", "postgres"])
def log(request: pytest.FixtureRequest) -> Iterator[MemoryLog | PostgresLog]:
    if request.param == "memory":
        yield MemoryLog()
        return
    log = PostgresLog(request.getfixturevalue("database"))
    yield log
    log.close()


def one_more(known: Known) -> ToWrite:
    """An event that tells how many there were before it."""
    before = len(known[STREAM])
    event = RequestRepeated(at=NOON, recorded_at=NOON, request=str(before), op="charge", settlement="S")
    return [(STREAM, event)]


def test_events_are_written_at_the_next_version_of_their_stream(log: MemoryLog | PostgresLog) -> None:
    assert [note(log, [STREAM], one_more) for _ in range(3)] == [Span(0, 1), Span(1, 2), Span(2, 3)]
    with log.session(exclusive=False):
        stored = list(log.load({STREAM: 0}))
    assert [(place, event.request) for _, place, event in stored] == [(1, "0"), (2, "1"), (3, "2")]


def test_a_long_stream_may_be_read_from_a_version_on(log: MemoryLog | PostgresLog) -> None:
    for _ in range(3):
        note(log, [STREAM], one_more)
    assert note(log, {STREAM: 2}, one_more) == Span(3, 4)
    with log.session(exclusive=False):
        *_, (_, version, event) = log.load({STREAM: 0})
    assert (version, event.request) == (4, "1"), "one was read, and three stand before it"


def test_nothing_to_note_writes_nothing(log: MemoryLog | PostgresLog) -> None:
    assert note(log, [STREAM], lambda _: ()) == NOTHING
    with log.session(exclusive=False):
        assert log.end() == 0


def test_what_is_refused_writes_nothing(log: MemoryLog | PostgresLog) -> None:
    def refuse(known: Known) -> ToWrite:
        raise LookupError("not open")

    with pytest.raises(LookupError, match="not open"):
        note(log, [STREAM], refuse)
    with log.session(exclusive=False):
        assert log.end() == 0


def test_four_writers_of_one_stream_each_see_what_the_others_wrote(database: str) -> None:
    start = Barrier(4)

    def write() -> None:
        log = PostgresLog(database)
        start.wait()
        for _ in range(5):
            note(log, [STREAM], one_more)
        log.close()

    writers = [Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    log = PostgresLog(database)
    with log.session(exclusive=False):
        said = [int(event.request) for _, _, event in log.load({STREAM: 0})]
    log.close()
    assert said == list(range(20))
