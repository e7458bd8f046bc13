"""The eventsourcing library's recorder and mapper, fitted to this log.

Two things differ from the stock recorder. Positions are given out under an advisory lock that every writer
takes, so they are dense and in commit order, and no lock waits for ANALYZE. And a save checks every stream
the decision read, not only those it writes.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.resources import files
from typing import Any, Final

import psycopg
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

from ledger.errors import StoreUnavailable
from ledger.events.codec import LOG_FORMAT, check_log_format, decode, encode
from ledger.events.envelope import StreamEvent
from ledger.persistence.appending import append
from ledger.persistence.log import Batch
from ledger.persistence.working_as import with_options

SCHEMA: Final = "ledger"
TABLE: Final = "ledger_events"
TABLES: Final = 2
"""Counts up whenever `schema.sql` gets something that databases of older programs lack."""
_PREPARE_LOCK: Final = 7310002
_SESSION: Final = "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c jit=off"
"""Every statement here finds rows by key. The server plans each anew if it is let, and what it planned for an
empty log reads the whole of it later on, for as long as the session lasts."""


class EventMapper(Mapper[str]):
    """Stream events ⇄ stored events, through the one codec (which also applies upcasts)."""

    def __init__(self) -> None:
        super().__init__(JSONTranscoder())  # the base class wants one; the codec does its work

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The bytes of an event at its place."""
        stream, version, event = domain_event
        return StoredEvent(stream, version, event.topic, encode(event))

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The event of stored bytes. Raises `LogCorrupt`."""
        event = decode(stored_event.topic, stored_event.state)
        return StreamEvent(str(stored_event.originator_id), stored_event.originator_version, event)


class LedgerRecorder(PostgresApplicationRecorder):
    """The library's recorder on table `ledger.ledger_events`, appending through `ledger.append`."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__(datastore, events_table_name=TABLE)
        self.sql_create_statements[self.create_table_statement_index] = SQL(_CREATE_TABLE).format()

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append events that rest on nothing but their own versions; returns their positions.

        Raises the library's `IntegrityError` when a version is taken; nothing is stored then.
        """
        if not stored_events:
            return []
        with self.datastore.get_connection() as conn:
            rows = [(str(e.originator_id), e.originator_version, e.topic, e.state) for e in stored_events]
            span = append(conn, rows, Batch(since=0))
        return list(range(span.first + 1, span.last + 1))

    def prepare(self) -> None:
        """Make what is missing of schema, tables and functions; several processes may do it at once.

        Raises `StoreUnavailable` for a database of another format.
        """
        with self.datastore.get_connection() as conn:
            if _lacks(conn):
                with alone_in_preparing(conn), conn.transaction(), conn.cursor() as cursor:
                    if _lacks(conn):
                        self._make(cursor)

    def _make(self, cursor: psycopg.Cursor[Any]) -> None:
        row = cursor.execute(_LOG_THERE).fetchone()
        if row is None or not row["there"]:
            cursor.execute(_CREATE_SCHEMA)
            for statement in self.sql_create_statements:
                cursor.execute(statement)
        cursor.execute(files("ledger.persistence").joinpath("schema.sql").read_bytes())
        cursor.execute(_FORMAT_ONCE, (LOG_FORMAT,))
        cursor.execute(SQL("COMMENT ON SCHEMA ledger IS {}").format(f"tables {TABLES}"))


_LOG_THERE: Final = "SELECT to_regclass('ledger.ledger_events') IS NOT NULL AS there"
_CREATE_SCHEMA: Final = """
DO $$ BEGIN
    IF to_regnamespace('ledger') IS NULL THEN CREATE SCHEMA ledger; END IF;
END $$
"""
"""`IF NOT EXISTS` asks for the right to make schemas even where there is nothing to make."""

_FORMAT_ONCE: Final = "INSERT INTO ledger.format SELECT %s WHERE NOT EXISTS (SELECT FROM ledger.format)"
_CREATE_TABLE: Final = """
CREATE TABLE IF NOT EXISTS ledger.ledger_events (
    notification_id bigint NOT NULL,
    originator_version integer NOT NULL,
    originator_id text NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
) WITH (autovacuum_vacuum_threshold = 100000000, autovacuum_vacuum_scale_factor = 0.5,
        autovacuum_analyze_threshold = 1000, autovacuum_analyze_scale_factor = 0.01)
"""
"""The library's columns, fixed widths first so that no bytes go to alignment."""


@contextmanager
def alone_in_preparing(conn: psycopg.Connection[Any]) -> Iterator[None]:
    """One program at a time makes what a database lacks.

    The session holds the lock: a transaction that had begun before it got it would not see, in the server's
    caches of names, what the one before has made.
    """
    conn.execute("SELECT pg_advisory_lock(%s)", (_PREPARE_LOCK,))
    try:
        yield
    finally:
        with suppress(psycopg.Error):  # a session that is gone holds nothing
            conn.execute("SELECT pg_advisory_unlock(%s)", (_PREPARE_LOCK,))


def _lacks(conn: psycopg.Connection[Any]) -> bool:
    """Whether this database has no ledger yet, or one that lacks what was added since.

    Raises `StoreUnavailable` for a log of another format.
    """
    found = conn.execute(_FOUND).fetchone()
    if found is None or not found["found"]:
        return True
    row = conn.execute("SELECT max(version) AS version FROM ledger.format").fetchone()
    if row is None or row["version"] is None:
        return True
    check_log_format(int(row["version"]))
    made = re.fullmatch(r"tables (\d+)", found["label"] or "")
    return made is None or int(made[1]) < TABLES


_FOUND: Final = """
SELECT to_regclass('ledger.format') IS NOT NULL AS found,
    obj_description(to_regnamespace('ledger'), 'pg_namespace') AS label
"""


def datastore(dsn: str) -> PostgresDatastore:
    """The library's datastore on any libpq connection string, with all its parameters.

    Raises `StoreUnavailable` for a string that is none.
    """
    try:
        given = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        raise StoreUnavailable("the database address is not a valid one", "数据库地址无效") from None
    store = PostgresDatastore(
        str(given.get("dbname", "")),
        str(given.get("host", "")),
        str(given.get("port", "")),
        str(given.get("user", "")),
        "",
        pool_size=1,
        max_overflow=3,
        connect_timeout=10,
        schema=SCHEMA,
        originator_id_type="text",
    )
    assert isinstance(store.pool.kwargs, dict)
    store.pool.kwargs = {"row_factory": store.pool.kwargs["row_factory"]}
    store.pool.conninfo = with_options(dsn, _SESSION)
    return store


def narrow(store: PostgresDatastore, role: str) -> None:
    """Let the datastore, which has not connected yet, work as this role."""
    assert isinstance(store.pool.conninfo, str)
    store.pool.conninfo = with_options(store.pool.conninfo, f"-c role={role}")
