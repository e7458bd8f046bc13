"""Read models filled by the batch runner, and one of them by the library's `ProjectionRunner`, from one log.

The library's projection is as its documentation shows it: an event
is read through a subscription, and its row and position are one transaction. It keeps balances alone; the
batch runner fills every model.
"""

from time import sleep
from typing import Any, Final

from eventsourcing.application import Application
from eventsourcing.persistence import Mapper, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

from ledger.persistence.recorder import EventMapper
from projections.models.balances import Entry, project
from projections.recorded import Recorded
from projections.runner import catch_up
from projections.store import Store
from scripts.bench.measuring import Measured, Stopwatch, peak_mib

_TABLE: Final = "CREATE TABLE IF NOT EXISTS ledger.stock_balances (account text PRIMARY KEY, fen bigint)"
_POST: Final = (
    "INSERT INTO ledger.stock_balances VALUES (%s, %s)"
    " ON CONFLICT (account) DO UPDATE SET fen = stock_balances.fen + excluded.fen"
)


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


def in_batches(dsn: str) -> Measured:
    """All read models, from nothing to the end of the log."""
    with Store.open(dsn) as store:
        watch = Stopwatch()
        return Measured(catch_up(store), watch.seconds, peak_mib=peak_mib())


def one_by_one(dsn: str, seconds: float) -> Measured:
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
        read = (runner.view.max_tracking_id("ledger") or 0) - first
        return Measured(read, watch.seconds, peak_mib=peak_mib())
