"""The log as it lies there, for those who read all of it: rows in position order, and streams up to a place.

Nothing here writes. The log only grows, so what lies up to the end found at the start is of one moment.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol, Self

import psycopg

from ledger.events.codec import NOTED, check_log_format, encode
from ledger.events.envelope import StreamEvent
from ledger.events.request import PolicyRecorded
from ledger.persistence.sentences import in_one_sentence
from ledger.persistence.working_as import work_as
from ledger.proof.leaves import LogRow

_REQUEST: Final = re.compile(rb'"request":"([A-Za-z0-9_.:-]{1,64})"')
_THERE: Final = "SELECT to_regclass('ledger.format') IS NOT NULL"
_FORMAT: Final = "SELECT max(version) FROM ledger.format"
_END: Final = "SELECT coalesce(max(notification_id), 0) FROM ledger.ledger_events"
_BATCH: Final = """
SELECT notification_id, originator_id, originator_version, topic, state FROM ledger.ledger_events
WHERE notification_id > %b::int8 AND notification_id <= %b::int8 ORDER BY notification_id
"""
_BEFORE: Final = """
SELECT notification_id, originator_id, originator_version, topic, state FROM ledger.ledger_events
WHERE originator_id = ANY (%b::text[]) AND notification_id < %b::int8
ORDER BY originator_id, originator_version
"""
_LAST: Final = """
SELECT notification_id, originator_id, originator_version, topic, state FROM ledger.ledger_events
WHERE originator_id = %b ORDER BY originator_version DESC LIMIT 1
"""
_BESIDE: Final = """
SELECT notification_id, originator_id, originator_version, topic, state FROM ledger.ledger_events
WHERE notification_id > %b::int8 AND originator_id <> %b ORDER BY notification_id LIMIT 1
"""
_ANSWERS: Final = """
SELECT request_id, position FROM ledger.request_keys WHERE request_id = ANY (%b::text[])
"""


class StoredLog(Protocol):
    """A log to read from its first position to its end. Methods raise `StoreUnavailable`."""

    def end(self) -> int:
        """The position of the last event; 0 for an empty log."""
        ...

    def batch(self, after: int, upto: int) -> Sequence[LogRow]:
        """The rows after a position, up to and including another, in position order."""
        ...

    def before(self, streams: Collection[str], position: int) -> Iterator[LogRow]:
        """What these streams held before a position, stream by stream, in order of version."""
        ...

    def answers(self, requests: Collection[str]) -> dict[str, int]:
        """Where the events stand that answer these request ids, as far as they are known."""
        ...


class PostgresStoredLog:
    """The log of a PostgreSQL database, over one connection that only reads. Close it, or use `with`."""

    def __init__(self, dsn: str) -> None:
        """Connect. Raises `StoreUnavailable`: no database, or a log of another format."""
        with _in_one_sentence():
            self._connection = psycopg.connect(dsn, autocommit=True)
            work_as(self._connection, "auditor")
            self._connection.read_only = True
        self._there = bool(self._rows(_THERE)[0][0])
        if self._there:
            check_log_format(int(self._rows(_FORMAT)[0][0]))

    def end(self) -> int:
        """The position of the last event; 0 for a log that is empty or not there yet."""
        return int(self._rows(_END)[0][0]) if self._there else 0

    def batch(self, after: int, upto: int) -> list[LogRow]:
        """The rows after a position, up to and including another, in position order."""
        return [LogRow(*row) for row in self._rows(_BATCH, after, upto)]

    def before(self, streams: Collection[str], position: int) -> Iterator[LogRow]:
        """What these streams held before a position, stream by stream, in order of version."""
        if streams and self._there:
            yield from (LogRow(*row) for row in self._rows(_BEFORE, list(streams), position))

    def last_of(self, stream: str) -> LogRow | None:
        """The last event of a stream; none where it has none."""
        found = self._rows(_LAST, stream) if self._there else []
        return LogRow(*found[0]) if found else None

    def first_beside(self, stream: str, after: int) -> LogRow | None:
        """The first event after a position that is of another stream."""
        found = self._rows(_BESIDE, after, stream) if self._there else []
        return LogRow(*found[0]) if found else None

    def answers(self, requests: Collection[str]) -> dict[str, int]:
        """Where the events stand that answer these request ids, as far as they are known."""
        return dict(self._rows(_ANSWERS, list(requests))) if requests and self._there else {}

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with _in_one_sentence(), self._connection.cursor(binary=True) as cursor:
            return cursor.execute(query, parameters, prepare=True).fetchall()


class ListedLog:
    """A log whose rows stand in a list, in position order: one read from a file, or of a ledger in memory."""

    def __init__(self, rows: Sequence[LogRow]) -> None:
        self.rows = rows
        self._positions = [row.position for row in rows]
        self._answers: dict[str, int] | None = None

    @classmethod
    def of(cls, events: Sequence[StreamEvent]) -> Self:
        """The rows these events would have in a log, from position 1 on."""
        return cls(
            [
                LogRow(position, stream, version, event.topic, encode(event))
                for position, (stream, version, event) in enumerate(events, start=1)
            ]
        )

    def end(self) -> int:
        """The position of the last row."""
        return self._positions[-1] if self._positions else 0

    def batch(self, after: int, upto: int) -> Sequence[LogRow]:
        """The rows after a position, up to and including another."""
        return self.rows[bisect_right(self._positions, after) : bisect_right(self._positions, upto)]

    def before(self, streams: Collection[str], position: int) -> Iterator[LogRow]:
        """What these streams held before a position, stream by stream, in order of version."""
        found = (row for row in self.batch(0, position - 1) if row.stream in streams)
        yield from sorted(found, key=lambda row: (row.stream, row.version))

    def answers(self, requests: Collection[str]) -> dict[str, int]:
        """Where the first row of each stands; a pack that came along and what nobody asked for are none."""
        if self._answers is None:
            self._answers = {}
            for row in self.rows:
                found = _REQUEST.search(row.state)
                if found and row.topic != PolicyRecorded.topic and row.topic not in NOTED:
                    self._answers.setdefault(found[1].decode(), row.position)
        return {request: self._answers[request] for request in requests if request in self._answers}


def _in_one_sentence() -> AbstractContextManager[None]:
    return in_one_sentence(
        "the database refused to be read (SQLSTATE {state}); check the rights of its role",
        "数据库拒绝了查询（SQLSTATE {state}）；请检查该角色是否有权读取日志",
    )
