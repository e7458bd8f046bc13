"""The vault's rows in PostgreSQL: the only SQL of the vault. No plaintext of a person ever gets this far."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib.resources import files
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from ledger.errors import StoreUnavailable
from ledger.ids import account_stream
from ledger.persistence.sentences import in_one_sentence
from ledger.persistence.working_as import work_as
from ledger.vault.errors import KeyStoreRefused
from ledger.vault.identity import FIELDS, FINDABLE, FieldName, Findable

_FORMAT: Final = 1
_PREPARE_LOCK: Final = 7310009
_MACS: Final = {field: f"{field}_mac" for field in FINDABLE}
_COLUMNS: Final = ("person", "key_id", *FIELDS, *_MACS.values())
_LISTED: Final = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
_OF_PEOPLE: Final = sql.SQL("SELECT {} FROM vault.people WHERE person = ANY (%b)").format(_LISTED)
_BY: Final[dict[Findable, sql.Composed]] = {
    field: sql.SQL("SELECT {} FROM vault.people WHERE {} = %b ORDER BY person").format(
        _LISTED, sql.Identifier(mac)
    )
    for field, mac in _MACS.items()
}
_COPY: Final = sql.SQL("COPY vault.people ({}) FROM STDIN (FORMAT binary)").format(_LISTED)
_SET: Final = sql.SQL(", ").join(sql.SQL("{} = %b").format(sql.Identifier(name)) for name in _COLUMNS[2:])
_UPDATE: Final = sql.SQL("UPDATE vault.people SET {} WHERE person = %b").format(_SET)
_REMOVE: Final = "DELETE FROM vault.people WHERE person = ANY (%b)"
_BIRTHS: Final = "DELETE FROM ledger.subjects WHERE account = ANY (%b) RETURNING account"
_BORN: Final = "SELECT account FROM ledger.subjects WHERE account = ANY (%b)"
_TOMBSTONES: Final = """
SELECT originator_id, state FROM ledger.ledger_events
WHERE topic = 'SubjectForgotten' ORDER BY notification_id
"""
# The digest of an opening covers its birth date, which could be found again by trying every day. That of a
# conflict is another request's.
_OPENINGS: Final = """
UPDATE ledger.request_keys SET digest = decode(repeat('00', 16), 'hex') WHERE request_id IN (
    SELECT convert_from(state, 'UTF8')::json ->> 'request' FROM ledger.ledger_events
    WHERE originator_id = ANY (%(opened)s) AND originator_version = 1
    UNION ALL
    SELECT said ->> 'request' FROM (
        SELECT convert_from(state, 'UTF8')::json AS said FROM ledger.ledger_events
        WHERE topic = 'RequestRefused' AND position('"op":"open_account"'::bytea IN state) > 0
    )
    WHERE said -> 'asked' ->> 'account' = ANY (%(persons)s) AND said ->> 'code' <> 'request_conflict'
)
"""
_STORE: Final = "SELECT id, format FROM vault.key_store"
_BELONGS: Final = """
INSERT INTO vault.key_store (id, format) SELECT %b::bytea, %b::integer
WHERE NOT EXISTS (SELECT FROM vault.key_store)
"""
_TYPES: Final = ("text", *(["bytea"] * (len(_COLUMNS) - 1)))


class Row(NamedTuple):
    """A person as stored: sealed fields and what they are found by; none where a field is not known."""

    person: str
    key_id: bytes
    name: bytes | None = None
    citizen_id: bytes | None = None
    phone: bytes | None = None
    born: bytes | None = None
    citizen_id_mac: bytes | None = None
    phone_mac: bytes | None = None

    def sealed(self, field: FieldName) -> bytes | None:
        """One field, sealed."""
        value: bytes | None = getattr(self, field)
        return value

    def with_sealed(self, field: FieldName, value: bytes | None) -> "Row":
        """The same with another value in a field."""
        changed: dict[str, Any] = {field: value}
        return self._replace(**changed)

    def with_mac(self, field: Findable, mac: bytes | None) -> "Row":
        """The same, found by another value of a field."""
        changed: dict[str, Any] = {_MACS[field]: mac}
        return self._replace(**changed)


class VaultStore:
    """The rows of one vault, on a connection of its own. Raises `StoreUnavailable`, `KeyStoreRefused`."""

    def __init__(self, dsn: str, key_store: bytes) -> None:
        with _sentences():
            self._connection = psycopg.connect(dsn, autocommit=True)
            try:
                work_as(self._connection, "keeper")
                self._prepare(key_store)
            except BaseException:
                self._connection.close()
                raise

    def people(self, persons: Sequence[str]) -> dict[str, Row]:
        """Those of these people who are known."""
        with _sentences():
            return {row.person: row for row in self._rows(_OF_PEOPLE, (list(persons),))}

    def by(self, field: Findable, mac: bytes) -> list[Row]:
        """Who has this value in a field, by person number."""
        with _sentences():
            return self._rows(_BY[field], (mac,))

    def write(self, fresh: Sequence[Row], changed: Sequence[Row]) -> None:
        """Add and change people, all or none, durably."""
        with _sentences(), self._connection.transaction(), self._connection.cursor() as cursor:
            if fresh:
                with cursor.copy(_COPY) as copy:
                    copy.set_types(_TYPES)
                    for row in fresh:
                        copy.write_row(row)
            for row in changed:
                cursor.execute(_UPDATE, (*row[2:], row.person), prepare=True)

    def born(self, persons: Sequence[str]) -> set[str]:
        """Those of these people whose birth dates lie beside the log."""
        with _sentences():
            return {str(account) for (account,) in self._connection.execute(_BORN, (list(persons),))}

    def remove(self, persons: Sequence[str]) -> None:
        """Take out these people's rows, index entries, birth dates beside the log, and the digests that those
        could be found from. All of it, durably; doing it again does no harm. One pass over the log."""
        with _sentences(), self._connection.transaction():
            self._connection.execute(_REMOVE, (list(persons),))
            born = self._connection.execute(_BIRTHS, (list(persons),)).fetchall()
            opened = [account_stream(account) for (account,) in born]
            self._connection.execute(_OPENINGS, {"opened": opened, "persons": list(persons)})

    def tombstones(self) -> list[tuple[str, bytes]]:
        """Every tombstone of the log: its stream, and the event as stored. One pass over the log."""
        with _sentences():
            rows = self._connection.execute(_TOMBSTONES).fetchall()
        return [(str(stream), bytes(state)) for stream, state in rows]

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _rows(self, statement: sql.Composed, parameters: Sequence[object]) -> list[Row]:
        with self._connection.cursor(row_factory=_as_row, binary=True) as cursor:
            return cursor.execute(statement, parameters, prepare=True).fetchall()

    def _prepare(self, key_store: bytes) -> None:
        """Make schema and tables where they are missing, and see that the keys are this vault's."""
        found = self._told()
        if found is None:
            with self._connection.transaction():
                self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (_PREPARE_LOCK,))
                if not _is_there(self._connection):
                    self._connection.execute(files("ledger.vault").joinpath("vault.sql").read_bytes())
                self._connection.execute(_BELONGS, (key_store, _FORMAT))
            found = self._told()
        assert found is not None
        if found[1] != _FORMAT:
            raise StoreUnavailable(
                f"the database holds a vault of format {found[1]}; this program reads format {_FORMAT}",
                f"数据库中保险库的格式为 {found[1]}，本程序只读取格式 {_FORMAT}",
            )
        if found[0] != key_store:
            raise KeyStoreRefused(
                "the keys of this vault lie in another key store; name its folder with --keys",
                "该保险库的密钥在另一个密钥库中；请用 --keys 指定其目录",
            )

    def _told(self) -> tuple[bytes, int] | None:
        if not _is_there(self._connection):
            return None
        row = self._connection.execute(_STORE).fetchone()
        return None if row is None else (bytes(row[0]), int(row[1]))


_as_row = class_row(Row)


def vault_exists(dsn: str) -> bool:
    """Whether a database has a vault in use: if so, only its own key store will do."""
    with _sentences(), psycopg.connect(dsn, autocommit=True) as connection:
        work_as(connection, "keeper")
        return _is_there(connection) and connection.execute(_STORE).fetchone() is not None


def _is_there(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("SELECT to_regclass('vault.key_store') IS NOT NULL").fetchone()
    return row is not None and bool(row[0])


def _sentences() -> AbstractContextManager[None]:
    return in_one_sentence(
        "the database refused the vault's statement (SQLSTATE {state}); check its rights",
        "数据库拒绝了保险库的语句（SQLSTATE {state}）；请检查角色权限",
    )
