"""Whoever knows the eventsourcing library's recorder reads the log with it, and may append to it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from ledger.application import Ledger
from ledger.events.account import AccountOpened, Credited
from ledger.events.envelope import StreamEvent
from ledger.ids import account_stream
from ledger.persistence.postgres import PostgresLog
from ledger.persistence.recorder import EventMapper, LedgerRecorder
from tests.durability.recorded import Entry, log_of, stands_in_order
from tests.durability.story import LIN, MEI, WEI, bound, charge, credited, line, opened

PATIENCE_S = 30
LINS = account_stream(LIN)


@pytest.fixture
def ledger(database: str) -> Iterator[Ledger]:
    """Lin has 100 yuan and a son who pays for her."""
    with Ledger.open(database) as ledger:
        ledger.submit([opened(LIN), opened(WEI), credited(LIN, 100_00), bound(WEI, LIN), credited(WEI, 9)])
        yield ledger
        stands_in_order(log_of(database))


@pytest.fixture
def recorder(ledger: Ledger) -> LedgerRecorder:
    assert isinstance(ledger.log, PostgresLog)
    return ledger.log.recorder


def credit_event(version: int, request: str) -> StoredEvent:
    """Two yuan for Lin, as the library stores events."""
    now = datetime(2025, 4, 1, tzinfo=UTC)
    event = Credited(
        at=now, recorded_at=now, request=request, bucket="current", amount_fen=2_00, balance_fen=102_00
    )
    return EventMapper().to_stored_event(StreamEvent(LINS, version, event))


# Reading ---------------------------------------------------------------------------------------------


def test_select_notifications_reads_the_log_in_position_order_page_by_page(
    recorder: LedgerRecorder, database: str
) -> None:
    read: list[Entry] = []
    while page := recorder.select_notifications(start=len(read), limit=3, inclusive_of_start=False):
        assert len(page) <= 3
        read += [Entry(n.id, *EventMapper().to_domain_event(n)) for n in page]
    assert read == log_of(database)
    assert recorder.max_notification_id() == len(read)


def test_select_notifications_finds_events_by_topic(recorder: LedgerRecorder) -> None:
    found = recorder.select_notifications(start=None, limit=10, topics=[AccountOpened.topic])
    assert [n.originator_id for n in found] == [LINS, account_stream(WEI)]


def test_select_events_reads_one_stream_by_versions_in_either_direction(recorder: LedgerRecorder) -> None:
    assert [event.originator_version for event in recorder.select_events(LINS)] == [1, 2]
    assert [event.originator_version for event in recorder.select_events(LINS, gt=1)] == [2]
    latest = recorder.select_events(LINS, desc=True, limit=1)
    assert [event.topic for event in latest] == [Credited.topic]
    assert recorder.select_events("account:NOBODY") == []


# Following -------------------------------------------------------------------------------------------


def test_a_subscription_reads_what_is_there_and_is_woken_for_what_comes(
    ledger: Ledger, recorder: LedgerRecorder, database: str
) -> None:
    with ThreadPoolExecutor(1) as reader, recorder.subscribe(gt=1) as subscription:
        there = len(log_of(database)) - 1
        first = reader.submit(lambda: list(islice(subscription, there)))
        assert [n.id for n in first.result(PATIENCE_S)] == list(range(2, there + 2))
        waiting = reader.submit(lambda: list(islice(subscription, 2)))
        assert not waiting.done()
        ledger.submit([opened(MEI), credited(MEI, 5)])
        assert [n.topic for n in waiting.result(PATIENCE_S)] == [AccountOpened.topic, Credited.topic]


def test_a_subscription_to_one_topic_hears_of_nothing_else(ledger: Ledger, recorder: LedgerRecorder) -> None:
    with ThreadPoolExecutor(1) as reader, recorder.subscribe(topics=["SettlementDecided"]) as subscription:
        waiting = reader.submit(lambda: list(islice(subscription, 2)))
        ledger.submit([credited(LIN, 1, id="more"), charge(LIN, 10_00, "c-1")])
        ledger.submit([line("unbind", "u-1", binder=WEI, beneficiary=LIN), charge(LIN, 20_00, "c-2")])
        settlements = [n.originator_id for n in waiting.result(PATIENCE_S)]
        assert settlements == ["settlement:S-c-1", "settlement:S-c-2"]


# Appending -------------------------------------------------------------------------------------------


def test_what_is_inserted_through_the_library_stands_in_line_and_the_ledger_counts_it(
    ledger: Ledger, recorder: LedgerRecorder, database: str
) -> None:
    end = len(log_of(database))
    assert recorder.insert_events([credit_event(3, "one"), credit_event(4, "two")]) == [end + 1, end + 2]
    (result,) = ledger.submit([charge(LIN, 200_00, "c-1")])
    assert result.result["own_fen"] == 104_00
    assert recorder.insert_events([]) == []


@pytest.mark.parametrize("taken", [[2], [3, 2], [3, 3]], ids=["first", "last", "twice"])
def test_inserting_a_version_that_is_taken_is_the_librarys_integrity_error_and_stores_nothing(
    recorder: LedgerRecorder, database: str, taken: list[int]
) -> None:
    before = log_of(database)
    with pytest.raises(IntegrityError):
        recorder.insert_events([credit_event(version, f"r-{place}") for place, version in enumerate(taken)])
    assert log_of(database) == before
    (position,) = recorder.insert_events([credit_event(3, "later")]) or ()
    assert position == len(before) + 1, "a failed insert leaves no gap"
