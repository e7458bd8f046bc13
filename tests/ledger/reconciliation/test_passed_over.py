"""Whoever follows commands and money passes over what no command asked for."""

from datetime import datetime
from pathlib import Path

import msgspec
from hypothesis import given

from ledger.application import Ledger
from ledger.application.noting import note
from ledger.events.checkpoint import CheckpointSigned
from ledger.events.codec import EVENT_CLASSES, decode
from ledger.events.envelope import Event, Noted, StreamEvent
from ledger.events.facts import FactsAdded
from ledger.events.periods import PERIOD_EVENTS, PeriodListed
from ledger.events.subject import SUBJECT_EVENTS
from ledger.persistence.postgres import PostgresLog
from ledger.persistence.stored_log import ListedLog, PostgresStoredLog
from ledger.redeciding.alternative import Alternative
from ledger.redeciding.redecide import redecide, redecide_from_facts
from ledger.redeciding.what_if import what_if
from projections.audit.replay import replay
from projections.queries.history import history
from projections.runner import catch_up
from projections.store import Store
from tests.audit.ledgers import LAN, lines_of
from tests.properties.clerk import NOW
from tests.properties.running import run
from tests.properties.town import PACK_FILE
from tests.strategies import HALF, History, histories

GOLDEN = Path(__file__).parents[2] / "golden"


def noted(recorded_at: datetime) -> list[tuple[str, Event]]:
    """One event of every kind that is noted, each with the stream it lives in."""
    found = []
    for cls in (cls for cls in EVENT_CLASSES if issubclass(cls, Noted)):
        state = (GOLDEN / f"{cls.topic}.v1.json").read_bytes().splitlines()[1].removesuffix(b",")
        event = msgspec.structs.replace(decode(cls.topic, state), recorded_at=recorded_at)
        found.append((home_of(cls), event))
    return found


def home_of(cls: type[Event]) -> str:
    if cls is FactsAdded:
        return "facts:S"
    if cls is PeriodListed:
        return "periods:P"
    if cls is CheckpointSigned:
        return "checkpoints"
    if cls in SUBJECT_EVENTS:
        return f"subject:{LAN}"
    return "period:P:2026-01-01:2026-01-31" if cls in PERIOD_EVENTS else "break:B"


def between(events: list[StreamEvent]) -> list[StreamEvent]:
    """The same log with what was noted at its start, at its end, and once inside."""
    extra = [StreamEvent(stream, 1, event) for stream, event in noted(NOW)]
    begun = [n for n in range(1, len(events)) if events[n].event.request != events[n - 1].event.request]
    places = {0, *begun[::7], len(events)}
    log: list[StreamEvent] = []
    for place in range(len(events) + 1):
        log += extra if place in places else []
        log += events[place : place + 1]
    return log


@HALF
@given(histories(most=30))
def test_deciding_again_counts_commands_and_nothing_else(drawn: History) -> None:
    events = list(run(drawn.lines).events)
    plain, mixed = ListedLog.of(events), ListedLog.of(between(events))
    assert redecide(mixed).findings == []
    assert redecide(mixed).decisions == redecide(plain).decisions
    assert redecide_from_facts(mixed).decisions == redecide_from_facts(plain).decisions


def test_a_replay_the_read_models_and_a_history_are_as_without_them(database: str) -> None:
    lines = lines_of(seed=3, happenings=40)
    with Ledger(PostgresLog(database), [PACK_FILE], clock=lambda: NOW) as ledger:
        for some in (lines[:20], lines[20:], []):
            note(ledger.log, {stream for stream, _ in noted(NOW)}, lambda _: noted(NOW))
            ledger.submit(some)
    with Store.open(database) as store:
        catch_up(store)
        with store.snapshot() as moment:
            found = history(moment, LAN)["events"]
    assert not [event for event in found if event["stream"].startswith(("break:", "period", "subject:"))]
    assert replay(database).differences == []
    with PostgresStoredLog(database) as log:
        assert redecide(log).findings == []
        assert what_if(log, Alternative(order=("AN", "BO"), beneficiary=LAN)).bills is not None
