"""A connection to the read models: make, read (`Snapshot`), add to (`Batch`) and replace (`Copy`) them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Final, Self

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.errors import InsufficientPrivilege, InvalidSchemaName, LockNotAvailable, UndefinedTable

from ledger.errors import StoreUnavailable
from ledger.events.codec import check_log_format
from projections.errors import OtherVersion, RebuildRunning, Remade
from projections.models import MODELS
from projections.recorded import Model
from projections.store import statements
from projections.store.batch import Batch
from projections.store.copy import Copy, drop_next
from projections.store.snapshot import Snapshot
from projections.store.statements import statement

_PATIENCE_MS: Final = 5_000
"""How long a rebuild waits for another to end."""


class Store:
    """One connection, not for several threads at once. Opening it makes or upgrades the schema `read_model`.

    Raises StoreUnavailable (`store_unavailable`): no database, a lost one, or read models of a newer program.
    """

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        self._connection = connection

    @classmethod
    def open(cls, dsn: str) -> Self:
        """Connect to the database of the log."""
        with in_one_sentence():
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
            self._connection.execute(statement("enter"))
            yield Snapshot(self._connection)

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """A turn at moving the read models: rows and positions are kept together or not at all."""
        with self._transaction(IsolationLevel.READ_COMMITTED, read_only=False):
            yield Batch(self._connection)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Alone in moving the read models, across as many transactions as the block takes."""
        with in_one_sentence():
            self._connection.execute(statement("hold_read_models"))
            try:
                yield
            finally:
                with suppress(psycopg.Error):  # a session that is gone holds nothing
                    self._connection.execute(statement("release_read_models"))

    @contextmanager
    def copy(self, models: Sequence[Model]) -> Iterator[Copy]:
        """New, empty tables of these models beside the live ones; if not switched, dropped at the end.

        Raises RebuildRunning (`rebuild_running`). What a killed program left behind is dropped first.
        """
        with in_one_sentence():
            self._alone_in_rebuilding()
            copy = Copy(self._connection)
            try:
                self._mend(models)
                copy.begin(models)
                yield copy
            except (UndefinedTable, InvalidSchemaName) as error:
                raise Remade from error  # it took the new tables with the old ones
            finally:
                with suppress(psycopg.Error):  # whoever comes next drops it
                    copy.drop()
                    self._connection.execute(statement("unlock_rebuild"))

    def _alone_in_rebuilding(self) -> None:
        patient = {"lock_ms": _PATIENCE_MS, "statement_ms": 0, "local": False}
        self._connection.execute(statement("patience"), patient)
        try:
            self._connection.execute(statement("lock_rebuild"))
        except LockNotAvailable:
            raise RebuildRunning from None
        finally:
            with suppress(psycopg.Error):  # a session that is gone is not waited for
                self._connection.execute(statement("patience"), {**patient, "lock_ms": 0})

    @contextmanager
    def _transaction(self, isolation: IsolationLevel, *, read_only: bool) -> Iterator[None]:
        with in_one_sentence():
            self._connection.isolation_level = isolation
            self._connection.read_only = read_only
            with self._connection.transaction():
                yield

    def _prepare(self) -> None:
        """Make what is missing. Asks without a lock first: nearly always nothing is."""
        self._connection.execute(statement("session"))
        log = Snapshot(self._connection)
        if log.value("roles_known", bool):
            self._connection.execute(statement("work_as_projector"))
        if log.value("log_has_format", bool):
            try:
                check_log_format(log.value("log_format", int))
            except StoreUnavailable as error:
                raise OtherVersion(error.message, error.message_zh) from None
        if not self._outdated() and self._views_stand():
            return
        with self.batch() as batch:  # opening it takes the turn
            self._connection.execute(statements.schema())
            self._make(batch, self._outdated())
            if not self._views_stand():
                self._make_views()

    def _mend(self, models: Sequence[Model]) -> None:
        """Make tables anew that somebody has dropped."""
        with self.batch() as batch:
            self._make(batch, [model for model in models if self._tables_missing(model)])

    def _tables_missing(self, model: Model) -> list[str]:
        names = [table.name for table in model.tables]
        return Snapshot(self._connection).values("tables_missing", str, tables=names)

    def _make(self, batch: Batch, models: Sequence[Model]) -> None:
        """Make the tables of these models anew, empty. A copy that is being built of old ones is given up."""
        if not models:
            return
        drop_next(self._connection)
        for model in models:
            for table in model.tables:
                self._connection.execute(
                    sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(table.name))
                )
            self._connection.execute(statements.tables(model.name))
            batch.start_over(model)
        self._make_views()

    def _views_stand(self) -> bool:
        """Whether the views are those of this program; the one over the log needs a log."""
        now = Snapshot(self._connection)
        return now.value("views_label", str) == self._views_label(now)

    def _make_views(self) -> None:
        self._connection.execute(statements.views())
        label = self._views_label(Snapshot(self._connection))
        self._connection.execute(sql.SQL("COMMENT ON SCHEMA read_model IS {}").format(sql.Literal(label)))

    def _views_label(self, now: Snapshot) -> str:
        return f"{statements.views_label()}{', log' if now.value('log_exists', bool) else ''}"

    def _outdated(self) -> list[Model]:
        """The models whose tables are missing or of an older version."""
        now = Snapshot(self._connection)
        tracked = now.tracked() if now.value("tracking_exists", bool) else {}
        versions = {model: place.version for model, place in tracked.items()}
        if any(versions.get(model.name, 0) > model.version for model in MODELS):
            raise OtherVersion(
                "the read models in this database belong to a newer program; use that, or update this one",
                "该数据库中的读模型由更新版本的程序建立；请使用该版本或升级本程序",
            )
        return [model for model in MODELS if versions.get(model.name) != model.version]


@contextmanager
def in_one_sentence() -> Iterator[None]:
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
