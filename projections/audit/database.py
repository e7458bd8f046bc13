"""PostgreSQL as an auditor meets it: the log and the rows beside it, copied from one moment, only read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.errors import (
    CharacterNotInRepertoire,
    InsufficientPrivilege,
    UndefinedColumn,
    UndefinedTable,
    UntranslatableCharacter,
)

from ledger.errors import StoreUnavailable
from projections.audit.errors import NothingToReplay
from projections.audit.statements import statement

FORMAT: Final = 2
"""The format of the log that the typed columns are for."""

_NO_TEXT: Final = (CharacterNotInRepertoire, UntranslatableCharacter)


class Database:
    """One moment of a database: everything read through it belongs together."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def opened(cls, dsn: str, moment: str | None = None) -> Iterator[Self]:
        """A moment of the database: the present, or that of another one that is open (see `moment`).

        Raises StoreUnavailable, NothingToReplay (`nothing_to_replay`).
        """
        with _in_one_sentence(), psycopg.connect(dsn, connect_timeout=10) as connection:
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            if moment is not None:
                connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(moment))
            connection.execute("SET TimeZone = 'UTC'")
            database = cls(connection)
            database._check()
            yield database

    def moment(self) -> str:
        """A name for this moment, by which a second connection can read in it as long as this one is open."""
        return str(self._value("moment"))

    def log_end(self) -> int:
        """The position of the last event."""
        return int(self._value("log_end"))

    def bytes_at(self, position: int) -> bytes | None:
        """The stored bytes of one event; None where there is none."""
        row = self._connection.execute(_text("bytes_stored"), {"position": position}).fetchone()
        return None if row is None else bytes(row[0])

    def tracked(self) -> dict[str, int]:
        """Where each read model stands; nothing when there are none."""
        if not self._value("models_there"):
            return {}
        return dict(self._connection.execute(_text("models_tracked")).fetchall())

    def copy_log(self, target: Path, after: int, upto: int) -> bool:
        """A piece of the log into a file; False when its states had to be written as hexadecimal digits."""
        try:
            with self._connection.transaction():
                self._copy(_text("copy_log").format(after=after, upto=upto), target)
        except _NO_TEXT:
            self._copy(_text("copy_log_bytes").format(after=after, upto=upto), target)
            return False
        return True

    def copy_rows(self, table: str, target: Path) -> bool:
        """All rows of a table into a file; False when there is no such table."""
        try:
            with self._connection.transaction():
                self._copy(_text(f"copy_{table}"), target)
        except UndefinedTable:
            return False
        return True

    def sums(self) -> list[tuple[int, str, str, str]]:
        """The sums of entries: position, account, what the entries come to, and what stands there."""
        try:
            with self._connection.transaction():
                return self._connection.execute(_text("sums_stored")).fetchall()
        except UndefinedTable:
            return []

    def _copy(self, query: sql.SQL | sql.Composed, target: Path) -> None:
        with target.open("wb", buffering=1 << 20) as out, self._connection.cursor().copy(query) as copy:
            for block in copy:
                out.write(block)

    def _value(self, name: str) -> Any:
        row = self._connection.execute(_text(name)).fetchone()
        assert row is not None
        return row[0]

    def _check(self) -> None:
        if self._value("roles_known"):
            self._value("work_as_auditor")
        if not self._value("log_there"):
            raise NothingToReplay(
                "there is no log in this database; name another with --dsn or --data",
                "该数据库中没有日志；请用 --dsn 或 --data 指定其他数据库",
            )
        found = self._value("log_format")
        if found != FORMAT:
            raise StoreUnavailable(
                f"the database holds a ledger of format {found}; this replay reads format {FORMAT}",
                f"数据库中的账本格式为 {found}，本回放只读取格式 {FORMAT}",
            )


def _text(name: str) -> sql.SQL:
    return sql.SQL(statement(name).rstrip(";"))


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    try:
        yield
    except InsufficientPrivilege as error:
        raise StoreUnavailable(
            "this database role may not read the log and the read models; grant it SELECT on both schemas",
            "数据库角色无权读取日志和读模型；请授予两个 schema 的 SELECT 权限",
        ) from error
    except UndefinedColumn as error:
        raise StoreUnavailable(
            "the read models in this database are of another version; any query of this program renews them",
            "该数据库中的读模型属于其他版本；用本程序执行任一查询即可更新",
        ) from error
    except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.ProgrammingError) as error:
        raise StoreUnavailable(
            "the database cannot be reached or was lost; start it, or check --dsn and --data",
            "数据库无法连接或已断开；请启动数据库，或检查 --dsn 与 --data",
        ) from error
