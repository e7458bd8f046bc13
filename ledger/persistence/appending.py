"""The one way into the log: a batch, whole or not at all, under the writer lock.

A few events go in one round trip, as the arguments of a function; many are copied, which costs the server
less for each. Both take the same lock and make the same checks (`ledger.begin_append`).
"""

from collections.abc import Callable, Sequence
from struct import Struct
from typing import Any, Final

import psycopg
from eventsourcing.persistence import IntegrityError

from ledger.persistence.arrays import Blobs, Dates, Integers, Texts
from ledger.persistence.log import Batch, Span

Row = tuple[str, int, str, bytes]
"""Stream, version, topic, bytes."""

MANY: Final = 500
"""Events from which on a batch is copied."""

_APPEND: Final = (
    "SELECT ledger.append(%b::int8, %b, %b::int8, %b::int8, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b) AS last"
)
_CHECKPOINTS: Final = "SELECT ledger.append_checkpoints(%b::int8, %b, %b::int8, %b::int8, %b, %b, %b) AS last"
_CHECKPOINT: Final = ("checkpoints", "CheckpointSigned")
_BEGIN: Final = "SELECT ledger.begin_append(%b::int8, %b, %b::int8, %b::int8, %b) AS last"
_COPY_EVENTS: Final = (
    "COPY ledger.ledger_events (notification_id, originator_version, originator_id, topic, state)"
    " FROM STDIN (FORMAT binary)"
)
_COPY_KEYS: Final = "COPY ledger.request_keys (request_id, position, digest) FROM STDIN (FORMAT binary)"
_BIRTHS: Final = "INSERT INTO ledger.subjects (account, born) SELECT * FROM unnest(%b, %b)"

_FILE_HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_FILE_END: Final = b"\xff\xff"
_EVENT: Final = Struct("!hiqiii")  # five columns: position, version, and how long the stream's name is
_KEY: Final = Struct("!hi")
_POSITION: Final = Struct("!iqi")
_LENGTH: Final = Struct("!i")


def append(conn: psycopg.Connection[Any], rows: Sequence[Row], batch: Batch) -> Span:
    """Append the events of a batch, given as rows.

    Raises `IntegrityError` when what was read has changed or an id or version is taken; nothing is stored.
    """
    try:
        last = _way(rows, batch)(conn, rows, batch)
    except (psycopg.errors.UniqueViolation, psycopg.errors.SerializationFailure) as error:
        raise IntegrityError(str(error)) from error
    return Span(last, last + len(rows))


def _way(rows: Sequence[Row], batch: Batch) -> Callable[[psycopg.Connection[Any], Sequence[Row], Batch], int]:
    if len(rows) >= MANY:
        return _copy
    if rows and not batch.keys and all((row[0], row[2]) == _CHECKPOINT for row in rows):
        return _checkpoints
    return _at_once


def _rests_on(rows: Sequence[Row], batch: Batch) -> tuple[object, ...]:
    """What has to be looked up. A stream that is written needs no look: its version is taken or it is not."""
    written = {row[0] for row in rows}
    return (
        batch.since,
        Texts.of(stream for stream in batch.reads if stream not in written),
        batch.own.first,
        batch.own.last,
        Texts.of(stream for stream in batch.absent if stream not in written),
    )


def _at_once(conn: psycopg.Connection[Any], rows: Sequence[Row], batch: Batch) -> int:
    parameters = (
        *_rests_on(rows, batch),
        Texts.of([row[0] for row in rows]),
        Integers.of([row[1] for row in rows]),
        Texts.of([row[2] for row in rows]),
        Blobs.of([row[3] for row in rows]),
        Texts.of([key.request for key in batch.keys]),
        Integers.of([key.event + 1 for key in batch.keys]),
        Blobs.of([key.digest for key in batch.keys]),
        Texts.of(batch.births),
        Dates.of(batch.births.values()),
    )
    return _last(conn.execute(_APPEND, parameters, prepare=True))


def _checkpoints(conn: psycopg.Connection[Any], rows: Sequence[Row], batch: Batch) -> int:
    """Through the one door that is open to a role that may write signed checkpoints and nothing else."""
    parameters = (
        *_rests_on(rows, batch),
        Integers.of([row[1] for row in rows]),
        Blobs.of([row[3] for row in rows]),
    )
    return _last(conn.execute(_CHECKPOINTS, parameters, prepare=True))


def _copy(conn: psycopg.Connection[Any], rows: Sequence[Row], batch: Batch) -> int:
    with conn.transaction(), conn.cursor() as cursor:
        last = _last(conn.execute(_BEGIN, _rests_on(rows, batch), prepare=True))
        with cursor.copy(_COPY_EVENTS) as copy:
            copy.write(_event_file(rows, last))
        with cursor.copy(_COPY_KEYS) as copy:
            copy.write(_key_file(batch, last))
        if batch.births:
            conn.execute(_BIRTHS, (Texts.of(batch.births), Dates.of(batch.births.values())))
        conn.execute("NOTIFY ledger_events")
    return last


def _event_file(rows: Sequence[Row], last: int) -> bytes:
    parts = [_FILE_HEAD]
    for position, (stream, version, topic, state) in enumerate(rows, start=last + 1):
        name, kind = stream.encode(), topic.encode()
        parts += (
            _EVENT.pack(5, 8, position, 4, version, len(name)), name,
            _LENGTH.pack(len(kind)), kind, _LENGTH.pack(len(state)), state,
        )  # fmt: skip
    return b"".join((*parts, _FILE_END))


def _key_file(batch: Batch, last: int) -> bytes:
    parts = [_FILE_HEAD]
    for request, digest, event in batch.keys:
        name = request.encode()
        parts += (
            _KEY.pack(3, len(name)), name, _POSITION.pack(8, last + 1 + event, len(digest)), digest,
        )  # fmt: skip
    return b"".join((*parts, _FILE_END))


def _last(answer: psycopg.Cursor[Any]) -> int:
    row = answer.fetchone()
    assert row is not None
    return int(row["last"])
