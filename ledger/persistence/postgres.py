"""The log in PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError, PersistenceError
from psycopg_pool import PoolTimeout

from ledger.errors import StoreUnavailable
from ledger.events.codec import decode
from ledger.events.envelope import StreamEvent
from ledger.persistence.log import Batch, Conflict, KnownRequest
from ledger.persistence.recorder import EventMapper, LedgerRecorder, append, datastore

_LOAD = """
SELECT e.originator_id, e.originator_version, e.topic, e.state
FROM unnest(%b::text[], %b::int8[]) AS wanted (id, after)
JOIN ledger.ledger_events e ON e.originator_id = wanted.id AND e.originator_version > wanted.after
ORDER BY e.originator_id, e.originator_version
"""
_CHANGED = """
SELECT max(notification_id) AS last, array_agg(DISTINCT originator_id) AS streams
FROM ledger.ledger_events WHERE notification_id > %b::int8
"""
_REQUESTS = """
SELECT k.request_id, k.digest, e.originator_id, e.originator_version, e.topic, e.state
FROM ledger.request_keys k JOIN ledger.ledger_events e ON e.notification_id = k.position
WHERE k.request_id = ANY (%b::text[])
"""
_BIRTHS = "SELECT account, born FROM ledger.subjects WHERE account = ANY (%b::text[])"


class PostgresLog:
    """A log in a PostgreSQL database. Opening makes what is missing there. Raises `StoreUnavailable`."""

    def __init__(self, dsn: str) -> None:
        self._datastore = datastore(dsn)
        self._mapper = EventMapper()
        self.recorder = LedgerRecorder(self._datastore)
        self._conn: psycopg.Connection[Any] | None = None
        try:
            with _sentences():
                psycopg.connect(
                    dsn, connect_timeout=5
                ).close()  # an answer at once, where the pool would go on trying
                self.recorder.prepare()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def session(self, *, exclusive: bool) -> Iterator[None]:
        """Keep one connection for a batch. Exclusive: one transaction, under the writer lock at once."""
        with _sentences(), self._datastore.get_connection() as conn:
            self._conn = conn
            try:
                if exclusive:
                    with conn.transaction():
                        conn.execute("SELECT pg_advisory_xact_lock(7310001)")
                        yield
                else:
                    yield
            finally:
                self._conn = None

    def changed_since(self, position: int) -> tuple[int, set[str]]:
        """The end of the log, and the streams that got events after `position`."""
        if position == 0:  # nothing is cached yet, so only the end matters
            row = self._open.execute(
                "SELECT max(notification_id) AS last FROM ledger.ledger_events"
            ).fetchone()
            return (0 if row is None or row["last"] is None else int(row["last"])), set()
        row = self._open.execute(_CHANGED, (position,), prepare=True).fetchone()
        if row is None or row["last"] is None:
            return position, set()
        return int(row["last"]), set(row["streams"])

    def load(self, after: Mapping[str, int]) -> Iterator[StreamEvent]:
        """The events of streams beyond a version each, in order within each stream."""
        cursor = self._open.cursor(binary=True)
        for row in cursor.execute(_LOAD, (list(after), list(after.values())), prepare=True):
            event = decode(row["topic"], row["state"])
            yield StreamEvent(row["originator_id"], row["originator_version"], event)

    def requests(self, ids: Sequence[str]) -> dict[str, KnownRequest]:
        """Those of the request ids that were answered before."""
        cursor = self._open.cursor(binary=True)
        return {
            row["request_id"]: KnownRequest(
                row["digest"],
                StreamEvent(
                    row["originator_id"], row["originator_version"], decode(row["topic"], row["state"])
                ),
            )
            for row in cursor.execute(_REQUESTS, (list(ids),), prepare=True)
        }

    def births(self, accounts: Sequence[str]) -> dict[str, date]:
        """The known birth dates of these accounts."""
        rows = self._open.execute(_BIRTHS, (list(accounts),), prepare=True)
        return {row["account"]: row["born"] for row in rows}

    def append(self, batch: Batch) -> int:
        """Write a batch durably; returns the position of its last event. Raises `Conflict`."""
        stored = [self._mapper.to_stored_event(event) for event in batch.events]
        try:
            last = append(
                self._open,
                stored,
                since=batch.since,
                reads=list(batch.reads),
                keys=[(key.request, key.event + 1, key.digest) for key in batch.keys],
                births=list(batch.births.items()),
            )
        except IntegrityError as error:
            raise Conflict from error
        return last + len(stored)

    def close(self) -> None:
        """Give the connections back."""
        self._datastore.close()

    @property
    def _open(self) -> psycopg.Connection[Any]:
        assert self._conn is not None, "the log is used inside a session"
        return self._conn


@contextmanager
def _sentences() -> Iterator[None]:
    """What the database client raises becomes one sentence; a server's own words stay out of it."""
    try:
        yield
    except (
        OperationalError,
        InterfaceError,
        PoolTimeout,
        psycopg.OperationalError,
        psycopg.InterfaceError,
    ) as error:
        raise StoreUnavailable(
            "the database cannot be reached or was lost; start it, check --dsn or --data, and run it again",
            "数据库无法连接或已断开；请启动数据库，核对 --dsn 或 --data，然后重新运行",
        ) from error
    except (PersistenceError, psycopg.Error) as error:
        cause = error if isinstance(error, psycopg.Error) else error.__cause__
        state = getattr(cause, "sqlstate", None) or "unknown"
        raise StoreUnavailable(
            f"the database refused a statement of this program (SQLSTATE {state}); check the role's rights",
            f"数据库拒绝了本程序的语句（SQLSTATE {state}）；请检查角色权限",
        ) from error
