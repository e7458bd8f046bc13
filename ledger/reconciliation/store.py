"""Rows of the other side beside the log: kept once by their file's digest, read again by every later run.

A file's rows are kept before the log says that it was taken, and count from then on. A program killed in
between leaves rows that nobody reads, and the next try finds them.
"""

from collections.abc import Iterator, Sequence
from typing import Final, LiteralString, Protocol

import orjson
from psycopg.types.json import Jsonb

from ledger.persistence.postgres import PostgresLog
from ledger.reconciliation.rows import Theirs
from ledger.reconciliation.staff import Connection, prepare

_COLUMNS: Final = (
    "line", "direction", "total_fen", "fund_fen", "account_fen", "day", "settlement", "visit", "person",
    "message", "receipt", "clr_type", "insutype", "agency", "result", "memo", "status",
)  # fmt: skip
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(7310006)"
_KNOWN: Final = "SELECT number FROM reconciliation.files WHERE sha256 = %s"
_KEEP_FILE: Final = "INSERT INTO reconciliation.files (sha256, rows) VALUES (%s, %s) RETURNING number"
_KEEP_ROWS: LiteralString = (
    "COPY reconciliation.rows (file, line, direction, total_fen, fund_fen, account_fen, day, settlement,"
    " visit, person, message, receipt, clr_type, insutype, agency, result, memo, status, legs)"
    " FROM STDIN (FORMAT binary)"
)
_TYPES: Final = (
    "int8", "int4", "text", "int8", "int8", "int8", "date", *("text",) * 11, "jsonb",
)  # fmt: skip
_ROWS: Final = """
SELECT r.line, r.direction, r.total_fen, r.fund_fen, r.account_fen, r.day, r.settlement, r.visit, r.person,
    r.message, r.receipt, r.clr_type, r.insutype, r.agency, r.result, r.memo, r.status, r.legs
FROM reconciliation.files f JOIN reconciliation.rows r ON r.file = f.number
WHERE f.sha256 = %s ORDER BY r.line
"""


class Store(Protocol):
    """Where rows of the other side are kept. Methods raise `StoreUnavailable` when the store is gone."""

    def keep(self, file: str, rows: Sequence[Theirs]) -> None:
        """Keep the rows of a file, once; all of them or none."""
        ...

    def rows(self, file: str, name: str) -> Iterator[Theirs]:
        """The rows of a file that is kept, by line; `name` is what the file was called when it was taken."""
        ...


class MemoryStore:
    """Rows in memory, over a store that is never written to, if there is one: for dry runs and tests."""

    def __init__(self, base: Store | None = None) -> None:
        self._base = base
        self._files: dict[str, list[Theirs]] = {}

    def keep(self, file: str, rows: Sequence[Theirs]) -> None:
        """Keep the rows of a file, once."""
        self._files.setdefault(file, sorted(rows, key=lambda row: row.line))

    def rows(self, file: str, name: str) -> Iterator[Theirs]:
        """The rows of a file that is kept, by line."""
        if file not in self._files and self._base is not None:
            yield from self._base.rows(file, name)
        yield from self._files.get(file, ())


class PostgresStore:
    """Rows in the tables of schema `reconciliation`, through sessions of the log."""

    def __init__(self, log: PostgresLog) -> None:
        self._log = log
        with log.session(exclusive=False):
            prepare(log.connection)

    def keep(self, file: str, rows: Sequence[Theirs]) -> None:
        """Keep the rows of a file, once; all of them or none, in one transaction."""
        with self._log.session(exclusive=False), self._log.connection.transaction():
            connection = self._log.connection
            connection.execute(_ONE_AT_A_TIME)
            if connection.execute(_KNOWN, (file,)).fetchone() is None:
                _copy(connection, file, rows)

    def rows(self, file: str, name: str) -> Iterator[Theirs]:
        """The rows of a file that is kept, by line."""
        with self._log.session(exclusive=False), self._log.connection.cursor(binary=True) as cursor:
            found = cursor.execute(_ROWS, (file,), prepare=True).fetchall()
        for row in found:
            legs = row.pop("legs")
            payers = None if legs is None else tuple((payer, agency, fen) for payer, agency, fen in legs)
            yield Theirs(file=file, name=name, legs=payers, **row)


def _copy(connection: Connection, file: str, rows: Sequence[Theirs]) -> None:
    kept = connection.execute(_KEEP_FILE, (file, len(rows))).fetchone()
    assert kept is not None
    number = kept["number"]
    with connection.cursor() as cursor, cursor.copy(_KEEP_ROWS) as copy:
        copy.set_types(_TYPES)
        for row in rows:
            legs = None if row.legs is None else Jsonb(row.legs, orjson.dumps)
            copy.write_row((number, *(getattr(row, column) for column in _COLUMNS), legs))
