"""Replay, and what it stands in for: the library's `repository.get` of the same streams.

Every function runs in a process of its own, and is told in events a second.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import psycopg
from eventsourcing.application import Repository
from eventsourcing.persistence import EventStore

from ledger.aggregates.fold import empty, fold
from ledger.persistence.postgres import PostgresLog
from ledger.persistence.recorder import EventMapper
from projections.audit.replay import replay, replay_archive
from scripts.audit.aggregates import beside
from scripts.bench.measuring import Measured, Stopwatch, peak_mib

_STREAMS: Final = "SELECT DISTINCT originator_id FROM ledger.ledger_events ORDER BY 1"


def replayed(dsn: str) -> Measured:
    """The whole log, checked, folded, compared row by row and with a sample of the aggregates."""
    watch = Stopwatch()
    report = replay(dsn, beside=beside(dsn, full=False))
    assert report.equal, report.differences[:3]
    return Measured(report.events, watch.seconds, peak_mib=peak_mib())


def replayed_archive(folder: Path) -> Measured:
    """The same from an archive, without a database: memory is what matters."""
    watch = Stopwatch()
    report = replay_archive(folder)
    assert report.equal, report.differences[:3]
    return Measured(report.events, watch.seconds, peak_mib=peak_mib())


def rebuilt_by_stock(dsn: str, streams: int) -> Measured:
    """The library's stock `repository.get` of the log's streams, evenly chosen, with this ledger's mapper."""
    log = PostgresLog(dsn)
    try:
        repository: Repository[str] = Repository(EventStore(EventMapper(), log.recorder))
        with psycopg.connect(dsn) as connection:
            names = [str(row[0]) for row in connection.execute(_STREAMS)]
        chosen = names[:: max(1, len(names) // streams)]
        events = 0

        def project(state: Any, stored: Iterable[Any]) -> Any:
            nonlocal events
            for stream, version, event in stored:
                state = fold(stream, empty(stream) if version == 1 else state, version, event)
                events += 1
            return state

        watch = Stopwatch()
        for name in chosen:
            repository.get(name, projector_func=project)
        return Measured(events, watch.seconds, peak_mib=peak_mib())
    finally:
        log.close()
