"""The log in PostgreSQL."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from threading import get_ident
from typing import Any

import psycopg
from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError, PersistenceError
from psycopg_pool import PoolTimeout

from ledger.errors import StoreUnavailable
from ledger.events.codec import decode, encode
from ledger.events.envelope import StreamEvent
from ledger.persistence.appending import append
from ledger.persistence.arrays import Integers, Texts
from ledger.persistence.log import Batch, Conflict, KnownRequest, Span
from ledger.persistence.recorder import LedgerRecorder, datastore, narrow
from ledger.persistence.sentences import unreachable
from ledger.persistence.working_as import role_for

_LOAD = """
SELECT e.originator_id, e.originator_version, e.topic, e.state
FROM unnest(%b, %b) AS wanted (id, after)
JOIN ledger.ledger_events e ON e.originator_id = wanted.id AND e.originator_version > wanted.after
ORDER BY e.originator_id, e.originator_version
"""
_LOAD_WITH_BINDERS = """
WITH wanted AS (
    SELECT named.id, named.after FROM unnest(%b, %b) AS named (id, after)
    UNION ALL
    SELECT DISTINCT 'account:' || (convert_from(b.state, 'UTF8')::json ->> 'binder'), 0
    FROM ledger.ledger_events b WHERE b.originator_id = ANY (%b) AND b.topic = 'Bound'
)
SELECT e.originator_id, e.originator_version, e.topic, e.state
FROM wanted JOIN ledger.ledger_events e ON e.originator_id = wanted.id AND e.originator_version > wanted.after
ORDER BY e.originator_id, e.originator_version
"""
_CHANGED = """
SELECT originator_id, max(notification_id) AS last
FROM ledger.ledger_events WHERE notification_id > %b::int8 GROUP BY originator_id
"""
_REQUESTS = """
SELECT k.request_id, k.digest, e.originator_id, e.originator_version, e.topic, e.state
FROM ledger.request_keys k JOIN ledger.ledger_events e ON e.notification_id = k.position
WHERE k.request_id = ANY (%b)
"""
_MAY_NOT = "42501"
_BIRTHS = "SELECT account, born FROM ledger.subjects WHERE account = ANY (%b)"


class PostgresLog:
    """A log in a PostgreSQL database. Opening makes what is missing there. Raises `StoreUnavailable`."""

    concurrent = True

    def __init__(self, dsn: str) -> None:
        self._datastore = datastore(dsn)
        self._conn: psycopg.Connection[Any] | None = None
        self._owner: int | None = None
        try:
            with _sentences():
                self._work_as_writer(dsn)
                self.recorder = LedgerRecorder(self._datastore)  # which connects
                self.recorder.prepare()
        except BaseException:
            self.close()
            raise

    def _work_as_writer(self, dsn: str) -> None:
        """Ask on a connection of its own: it has an answer at once, where the pool would go on trying."""
        with psycopg.connect(dsn, connect_timeout=5) as connection:
            role = role_for(connection, "writer")
        if role is not None:
            narrow(self._datastore, role)

    @contextmanager
    def session(self, *, exclusive: bool) -> Iterator[None]:
        """Keep one connection for a batch. Exclusive: one transaction, under the writer lock at once."""
        with _sentences(), self._datastore.get_connection() as conn:
            self._conn, self._owner = conn, get_ident()
            try:
                if exclusive:
                    with conn.transaction():
                        conn.execute("SELECT pg_advisory_xact_lock(7310001)")
                        yield
                else:
                    yield
            finally:
                self._conn, self._owner = None, None

    def end(self) -> int:
        """The position of the last event."""
        row = self._open.execute("SELECT max(notification_id) AS last FROM ledger.ledger_events").fetchone()
        return 0 if row is None or row["last"] is None else int(row["last"])

    def changed_since(self, position: int) -> tuple[int, dict[str, int]]:
        """The end of the log, and where each stream got its last event, if after `position`."""
        rows = self._open.cursor(binary=True).execute(_CHANGED, (position,), prepare=True)
        changed = {row["originator_id"]: int(row["last"]) for row in rows}
        return max(changed.values(), default=position), changed

    def load(self, after: Mapping[str, int], families: Collection[str] = ()) -> Iterator[StreamEvent]:
        """The events of streams beyond a version each, in order within each stream; and of those bound in
        these families. What was asked for twice may come twice."""
        named = (Texts.of(after), Integers.of(after.values()))
        cursor = self._open.cursor(binary=True)
        if families:
            cursor.execute(_LOAD_WITH_BINDERS, (*named, Texts.of(families)), prepare=True)
        else:
            cursor.execute(_LOAD, named, prepare=True)
        for row in cursor:
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
            for row in cursor.execute(_REQUESTS, (Texts.of(ids),), prepare=True)
        }

    def births(self, accounts: Sequence[str]) -> dict[str, date]:
        """The known birth dates of these accounts."""
        rows = self._open.execute(_BIRTHS, (Texts.of(accounts),), prepare=True)
        return {row["account"]: row["born"] for row in rows}

    def append(self, batch: Batch) -> Span:
        """Write a batch durably; returns where it stands. Raises `Conflict`.

        In the thread that holds a session it belongs to that, and to its transaction if it is exclusive; in
        another thread it has a connection of its own, so that the next batch can be decided meanwhile.
        """
        rows = [(stream, version, event.topic, encode(event)) for stream, version, event in batch.events]
        try:
            if self._owner == get_ident():
                return append(self._open, rows, batch)
            with _sentences(), self._datastore.get_connection() as conn:
                return append(conn, rows, batch)
        except IntegrityError as error:
            raise Conflict from error

    def close(self) -> None:
        """Give the connections back."""
        self._datastore.close()

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The session's connection, for what lies beside the log, in the same transaction."""
        return self._open

    @property
    def _open(self) -> psycopg.Connection[Any]:
        assert self._conn is not None, "the log is used inside a session"
        return self._conn


def make_ledger(dsn: str) -> None:
    """Make what the database lacks of a ledger, with the rights of the connecting role.

    Raises `StoreUnavailable`: no database, one of another format, or a role that may not do this.
    """
    store = datastore(dsn)
    try:
        with _sentences():
            psycopg.connect(dsn, connect_timeout=5).close()
            LedgerRecorder(store).prepare()
    finally:
        store.close()


@contextmanager
def _sentences() -> Iterator[None]:
    """What the database client raises becomes one sentence; a server's own words stay out of it."""
    try:
        yield
    except IntegrityError:
        raise  # a conflict: the caller decides again
    except (
        OperationalError,
        InterfaceError,
        PoolTimeout,
        psycopg.OperationalError,
        psycopg.InterfaceError,
    ) as error:
        raise unreachable() from error
    except (PersistenceError, psycopg.Error) as error:
        cause = error if isinstance(error, psycopg.Error) else error.__cause__
        state = getattr(cause, "sqlstate", None) or "unknown"
        if state == _MAY_NOT:
            raise StoreUnavailable(
                "the database role may not write this ledger, or make what it lacks: let an administrator "
                "run copay init --roles, and grant this role copay_writer and copay_projector",
                "该数据库角色无权写入账本或补建所缺对象：请由管理员运行 copay init --roles，"
                "并将 copay_writer 与 copay_projector 授予该角色",
            ) from error
        raise StoreUnavailable(
            f"the database refused a statement of this program (SQLSTATE {state}); check the role's rights",
            f"数据库拒绝了本程序的语句（SQLSTATE {state}）；请检查角色权限",
        ) from error
