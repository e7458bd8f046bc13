"""The leaves of the log out of PostgreSQL, ready to be hashed: binary COPY sends each row as its leaf."""

from collections.abc import Callable, Iterator
from struct import Struct
from typing import Any, Final

import psycopg

from ledger.proof.leaves import MAX_LEAF_BYTES, leaf_of_row, out_of_place, state_of_row

_COPY: Final = """
COPY (
    SELECT 1::int2, notification_id, originator_id, originator_version::int8, topic,
           CASE WHEN found > 0 THEN substring(rest FROM 1 FOR greatest(position('"'::bytea IN rest) - 1, 0))
                ELSE ''::bytea END,
           state
    FROM (
        SELECT *, substring(state FROM found + 15 FOR 64) AS rest
        FROM (
            SELECT *, position('"recorded_at":"'::bytea IN substring(state FROM 1 FOR 256)) AS found
            FROM ledger.ledger_events WHERE notification_id > %s AND notification_id <= %s
        ) AS event
    ) AS event
    ORDER BY notification_id
) TO STDOUT (FORMAT binary)
"""
"""The parts of a leaf in their order; the time is cut as `ledger.proof.leaves.recorded_time` cuts it."""

_HEADER_BYTES: Final = 19  # of a binary COPY without extensions, before its first row
_END: Final = b"\xff\xff"
_POSITION: Final = Struct(">q")


def read_leaves(
    connection: psycopg.Connection[Any],
    after: int,
    upto: int,
    left_out: Callable[[int, bytes], None] | None = None,
) -> Iterator[bytes]:
    """The leaves after a position, up to and including another, each as `leaf_bytes` would make it.

    `left_out` is told position and state where the leaf holds only the state's digest.
    Raises `LogBroken` where a position is missing or there twice, also at the end. Nothing else runs on the
    connection meanwhile.
    """
    expected = after + 1
    with connection.cursor().copy(_COPY, (after, upto)) as rows:
        for row in _rows(connection, rows):
            (position,) = _POSITION.unpack_from(row, 12)
            if position != expected:
                raise out_of_place(position, expected)
            yield row if len(row) <= MAX_LEAF_BYTES else _long(row, position, left_out)
            expected += 1
    if expected <= upto:
        raise out_of_place(upto + 1, expected)


def _rows(connection: psycopg.Connection[Any], rows: psycopg.Copy) -> Iterator[bytes]:
    """The rows as they are sent, without the header before the first and the trailer after the last.

    Those that have arrived are taken from the client library at once; what is waited for, and the end, come
    by way of psycopg, which takes three times as long for each.
    """
    arrived, header = connection.pgconn.get_copy_data, _HEADER_BYTES
    while True:
        size, data = arrived(1)
        row = bytes(data if size > 0 else rows.read())
        if header:
            row, header = row[header:], 0
        if len(row) <= len(_END):
            break
        yield row
    while rows.read():  # nothing comes after the trailer but the server's own goodbye
        pass


def _long(row: bytes, position: int, left_out: Callable[[int, bytes], None] | None) -> bytes:
    leaf = leaf_of_row(row)
    if left_out is not None:
        left_out(position, state_of_row(row))
    return leaf
