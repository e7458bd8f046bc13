"""Replay measured: the whole log with comparison, the fold of an archive, ten million charges, memory.

`python -m scripts.bench.replaying --help`. Everything runs on a PostgreSQL of its own, each part in a process
of its own. A part is measured against what it stands in for: the library's `repository.get`, a Python loop.
Both folds are told in events a second: the loop's rows, decoded in memory, would not fit for the long log.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import psycopg
import typer
from eventsourcing.application import Repository
from eventsourcing.persistence import EventStore
from psycopg.conninfo import make_conninfo

from ledger.aggregates.fold import empty, fold
from ledger.application import Ledger
from ledger.embedded import embedded_server
from ledger.persistence.postgres import PostgresLog
from ledger.persistence.recorder import EventMapper
from projections.audit import manifest
from projections.audit.archive import archive
from projections.audit.replay import replay, replay_archive
from projections.runner import catch_up
from projections.store import Store
from scripts.audit.aggregates import beside
from scripts.bench import amplified
from scripts.bench.apart import apart
from scripts.bench.measuring import Stopwatch, peak_mib
from scripts.bench.plan import SEED
from scripts.generate import lines

_EVENTS_A_PERSON: Final = 34
_MONTHS: Final = 12
_STREAMS: Final = "SELECT DISTINCT originator_id FROM ledger.ledger_events ORDER BY 1"

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a run: so many events in so many seconds, and the most memory its process held."""

    name: str
    events: int
    seconds: float
    peak_mib: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds


@app.command()
def measure(
    *,
    events: Annotated[int, typer.Option(min=1_000, help="Events of the log")] = 1_000_000,
    rounds: Annotated[int, typer.Option(min=1, help="Each part so many times, in turn")] = 3,
    charges: Annotated[int, typer.Option(min=0, help="Charge events of the amplified archive")] = 10_000_000,
    long_events: Annotated[
        int, typer.Option(min=0, help="Events of the amplified log for memory and columns; 0: none")
    ] = 10_000_000,
    folder: Annotated[Path | None, typer.Option(help="On the disk to be measured")] = None,
) -> None:
    """Measure replay; one JSON object on standard output."""
    with TemporaryDirectory(prefix="copay-replaying-", dir=folder) as place:
        found = _measured(Path(place), events, rounds, charges, long_events)
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


def _measured(place: Path, events: int, rounds: int, charges: int, long_events: int) -> dict[str, Any]:
    parts: list[Part] = []
    with embedded_server(place / "data") as server:
        dsn = _database(server)
        apart(_fill, dsn, events)
        for _ in range(rounds):
            parts.append(apart(replayed, dsn))
            parts.append(apart(rebuilt_by_stock, dsn, 20_000))
        apart(archive, dsn, place / "archive")
    if long_events:
        apart(amplified.whole_logs, place / "archive", place / "long", long_events)
        parts.append(apart(replayed_archive, place / "long"))
    for _ in range(rounds):
        parts.append(apart(amplified.folded_in_columns, place / ("long" if long_events else "archive")))
        parts.append(apart(amplified.folded_in_python, place / "archive"))
    if charges:
        apart(amplified.charges_only, place / "archive", place / "charges", charges)
        parts += [apart(amplified.charges_folded, place / "charges") for _ in range(rounds)]
    return {
        "parts": [asdict(part) | {"events_per_s": part.rate} for part in parts],
        "replay_to_stock": _ratios(parts, "replay", "stock"),
        "columns_to_python": _ratios(parts, "columns", "python"),
    }


def _ratios(parts: list[Part], one: str, other: str) -> list[float]:
    rates = [[part.rate for part in parts if part.name == name] for name in (one, other)]
    return [first / second for first, second in zip(*rates, strict=True)]


def _database(server: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE replaying")
    return make_conninfo(server, dbname="replaying")


def _fill(dsn: str, events: int) -> None:
    people = max(events // _EVENTS_A_PERSON, 20)
    with Ledger.open(dsn) as ledger:
        for _ in ledger.apply_lines(lines(people, _MONTHS, SEED)):
            pass
    with Store.open(dsn) as store:
        catch_up(store)


def replayed(dsn: str) -> Part:
    """The whole log, checked, folded, compared row by row and with a sample of the aggregates."""
    watch = Stopwatch()
    report = replay(dsn, beside=beside(dsn, full=False))
    assert report.equal, report.differences[:3]
    return Part("replay", report.events, watch.seconds, peak_mib())


def replayed_archive(folder: Path) -> Part:
    """The same from an archive, without a database: memory is what matters."""
    watch = Stopwatch()
    report = replay_archive(folder)
    assert report.equal, report.differences[:3]
    return Part("archive", report.events, watch.seconds, peak_mib())


def rebuilt_by_stock(dsn: str, streams: int) -> Part:
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
        return Part("stock", events, watch.seconds, peak_mib())
    finally:
        log.close()


def size_of(folder: Path) -> int:
    """How many events an archive holds."""
    return manifest.read(folder).position


if __name__ == "__main__":
    app()
