"""The eventsourcing library's recorder and mapper, fitted to this log.

Two things differ from the stock recorder. Positions are given out under an advisory lock that every writer
takes, so they are dense and in commit order, and no lock waits for ANALYZE. And a save checks every stream
the decision read, not only those it writes.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Final

import psycopg
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL

from ledger.errors import StoreUnavailable
from ledger.events.codec import LOG_FORMAT, check_log_format, decode, encode
from ledger.events.envelope import StreamEvent
from ledger.persistence.appending import append
from ledger.persistence.log import Batch

SCHEMA: Final = "ledger"
TABLE: Final = "ledger_events"
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
        """Make schema, tables and functions where they are missing; several processes may do it at once.

        Raises `StoreUnavailable` for a database of another format.
        """
        with self.datastore.get_connection() as conn:
            if _format_of(conn) is None:
                with conn.transaction():
                    conn.execute("SELECT pg_advisory_xact_lock(%s)", (_PREPARE_LOCK,))
                    conn.execute("CREATE SCHEMA IF NOT EXISTS ledger")
                self._create(conn)
            found = _format_of(conn)
        if found is not None:
            check_log_format(found)

    def _create(self, conn: psycopg.Connection[Any]) -> None:
        with conn.transaction(), conn.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_PREPARE_LOCK,))
            if _format_of(conn) is not None:
                return
            for statement in self.sql_create_statements:
                cursor.execute(statement)
            cursor.execute(files("ledger.persistence").joinpath("schema.sql").read_bytes())
            cursor.execute("INSERT INTO ledger.format VALUES (%s)", (LOG_FORMAT,))


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


def _format_of(conn: psycopg.Connection[Any]) -> int | None:
    """The format of the ledger in this database; none when there is no ledger yet."""
    found = conn.execute("SELECT to_regclass('ledger.format') IS NOT NULL AS found").fetchone()
    if found is None or not found["found"]:
        return None
    row = conn.execute("SELECT max(version) AS version FROM ledger.format").fetchone()
    return None if row is None or row["version"] is None else int(row["version"])


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
    store.pool.conninfo = make_conninfo(dsn, options=f"{given.get('options', '')} {_SESSION}".strip())
    return store
