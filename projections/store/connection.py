"""A connection to the read models: make them, read them (`Snapshot`), add to them (`Batch`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.errors import InsufficientPrivilege

from ledger.errors import StoreUnavailable
from ledger.events.codec import check_log_format
from projections.models import MODELS
from projections.recorded import Model
from projections.store import statements
from projections.store.batch import Batch
from projections.store.snapshot import Snapshot
from projections.store.statements import statement


class Store:
    """One connection, not for several threads at once. Opening it makes or upgrades the schema `read_model`.

    Raises StoreUnavailable (`store_unavailable`): no database, a lost one, or read models of a newer program.
    """

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        self._connection = connection

    @classmethod
    def open(cls, dsn: str) -> Self:
        """Connect to the database of the log."""
        with _in_one_sentence():
            store = cls(psycopg.connect(dsn, autocommit=True))
            try:
                store._prepare()
            except BaseException:
                store.close()
                raise
        return store

    @classmethod
    def prepare(cls, dsn: str) -> None:
        """Make or upgrade the schema, and nothing else. Any number of processes may do it at once."""
        cls.open(dsn).close()

    def close(self) -> None:
        """Give the connection back. Doing it twice is fine."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """A moment of all read models and of the log: what is read in it belongs together."""
        with self._transaction(IsolationLevel.REPEATABLE_READ, read_only=True):
            yield Snapshot(self._connection)

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """A turn at moving the read models: rows and positions are kept together or not at all."""
        with self._transaction(IsolationLevel.READ_COMMITTED, read_only=False):
            yield Batch(self._connection)

    @contextmanager
    def _transaction(self, isolation: IsolationLevel, *, read_only: bool) -> Iterator[None]:
        with _in_one_sentence():
            self._connection.isolation_level = isolation
            self._connection.read_only = read_only
            with self._connection.transaction():
                yield

    def _prepare(self) -> None:
        """Make what is missing. Asks without a lock first: nearly always nothing is."""
        self._connection.execute(statement("session"))
        log = Snapshot(self._connection)
        if log.value("log_has_format", bool):
            check_log_format(log.value("log_format", int))
        if not self._outdated():
            return
        with self.batch() as batch:  # opening it takes the turn
            self._connection.execute(statements.schema())
            for model in self._outdated():
                for table in model.tables:
                    self._connection.execute(
                        sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(table.name))
                    )
                self._connection.execute(statements.tables(model.name))
                batch.start_over(model)
            self._connection.execute(statements.views())

    def _outdated(self) -> list[Model]:
        """The models whose tables are missing or of an older version."""
        now = Snapshot(self._connection)
        tracked = now.tracked() if now.value("tracking_exists", bool) else {}
        versions = {model: place.version for model, place in tracked.items()}
        if any(versions.get(model.name, 0) > model.version for model in MODELS):
            raise StoreUnavailable(
                "the read models in this database belong to a newer program; use that, or update this one",
                "该数据库中的读模型由更新版本的程序建立；请使用该版本或升级本程序",
            )
        return [model for model in MODELS if versions.get(model.name) != model.version]


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    """What PostgreSQL says of a lost or missing database, as an error of ours."""
    try:
        yield
    except InsufficientPrivilege as error:
        raise StoreUnavailable(
            "this database role may not read the log or write the read models; grant it the right",
            "数据库角色无权读取日志或写入读模型；请授予权限",
        ) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise StoreUnavailable(
            f"the database cannot be reached ({reason}); start it, or check --dsn and --data",
            f"无法连接数据库（{reason}）；请启动数据库，或检查 --dsn 与 --data",
        ) from error
