"""Read models filled by the batch runner, and one of them by the library's `ProjectionRunner`, from one log.

`python -m scripts.bench.running --help`. The library's projection is as its documentation shows it: an event
is read through a subscription, and its row and position are one transaction. It keeps balances alone; the
batch runner fills every model.
"""

import json
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import sleep
from typing import Annotated, Any, Final

import typer
from eventsourcing.application import Application
from eventsourcing.persistence import Mapper, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

from ledger.application import Ledger
from ledger.embedded import embedded_server
from ledger.persistence.recorder import EventMapper
from projections.models.balances import Entry, project
from projections.recorded import Recorded
from projections.runner import catch_up
from projections.store import Store
from scripts.bench.apart import apart
from scripts.bench.databases import Databases
from scripts.bench.measuring import Stopwatch
from scripts.bench.plan import SEED
from scripts.generate import lines

_EVENTS_A_PERSON: Final = 34
_TABLE: Final = "CREATE TABLE IF NOT EXISTS ledger.stock_balances (account text PRIMARY KEY, fen bigint)"
_POST: Final = (
    "INSERT INTO ledger.stock_balances VALUES (%s, %s)"
    " ON CONFLICT (account) DO UPDATE SET fen = stock_balances.fen + excluded.fen"
)

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


class Events(Application[str]):
    """The ledger's log, through the library."""

    name = "ledger"

    def construct_mapper(self) -> Mapper[str]:
        """The log's own way to read its bytes."""
        return EventMapper()


class StockBalances(PostgresTrackingRecorder):
    """A row an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sql_create_statements.append(SQL(_TABLE).format())

    def post(self, entries: list[Entry], tracking: Tracking) -> None:
        """What an event changed and its position, in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            for entry in entries:
                cursor.execute(_POST, (entry.account, (entry.current_fen or 0) + (entry.carried_fen or 0)))


class OneByOne(Projection[StockBalances]):
    """The library's way: an event at a time."""

    name = "stock_balances"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """One event."""
        stream, version, event = domain_event
        place = Recorded(tracking.notification_id, stream, version, event)
        moves = stream.startswith("account:") and event.topic not in _NO_MONEY
        rows = project(place) if moves else ()
        self.view.post([row for row in rows if isinstance(row, Entry)], tracking)


_NO_MONEY: Final = frozenset({
    "AccountOpened", "AccountTransferred", "StatusChanged", "AccountConfirmed", "BindingSlotTaken",
    "BindingSlotFreed",
})  # fmt: skip


@app.command()
def measure(
    *,
    events: Annotated[int, typer.Option(min=1_000, help="Events of the log")] = 200_000,
    rounds: Annotated[int, typer.Option(min=1, help="Both so many times, in turn")] = 3,
    seconds: Annotated[float, typer.Option(min=1, help="How long the library's runner is let run")] = 10,
    folder: Annotated[Path | None, typer.Option(help="On the disk to be measured")] = None,
) -> None:
    """Measure both runners; one JSON object on standard output, in events a second."""
    with (
        TemporaryDirectory(prefix="copay-running-", dir=folder) as place,
        embedded_server(Path(place) / "data") as server,
    ):
        databases = Databases(server, Path(place) / "data")
        apart(_fill, databases.make("running"), events)
        ours, stock = list[float](), list[float]()
        for _ in range(rounds):
            with databases.copy_of("running") as dsn:
                ours.append(apart(in_batches, dsn))
            with databases.copy_of("running") as dsn:
                stock.append(apart(one_by_one, dsn, seconds))
    found = {"batch_runner": ours, "projection_runner": stock, "ratio": median(ours) / median(stock)}
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


def in_batches(dsn: str) -> float:
    """All read models, from nothing to the end of the log."""
    with Store.open(dsn) as store:
        watch = Stopwatch()
        return catch_up(store) / watch.seconds


def one_by_one(dsn: str, seconds: float) -> float:
    """The library's runner from the start of the log, for so long."""
    given = conninfo_to_dict(dsn)
    env = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(given["dbname"]),
        "POSTGRES_HOST": str(given["host"]),
        "POSTGRES_PORT": str(given["port"]),
        "POSTGRES_USER": str(given["user"]),
        "POSTGRES_PASSWORD": "",
        "POSTGRES_SCHEMA": "ledger",
        "POSTGRES_ORIGINATOR_ID_TYPE": "text",
    }
    runner = ProjectionRunner(
        application_class=Events, projection_class=OneByOne, view_class=StockBalances, env=env
    )
    with runner:
        sleep(1)  # connections and first statements
        first, watch = runner.view.max_tracking_id("ledger") or 0, Stopwatch()
        sleep(seconds)
        return ((runner.view.max_tracking_id("ledger") or 0) - first) / watch.seconds


def _fill(dsn: str, events: int) -> None:
    with Ledger.open(dsn) as ledger:
        for _ in ledger.apply_lines(lines(max(events // _EVENTS_A_PERSON, 20), 12, SEED)):
            pass


if __name__ == "__main__":
    app()
