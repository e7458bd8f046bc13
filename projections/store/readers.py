"""Readers: database roles that may ask the views with psql or a BI tool, and nothing else.

Who may use the schema `read_model` is a reader. That right is on the schema, which outlives the tables and
views in it; `sql/readers.sql` gives it effect whenever views are made.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
from psycopg import sql
from psycopg.errors import DuplicateObject, InsufficientPrivilege, NameTooLong, ReservedName

from projections.errors import ReaderNotMade
from projections.store import statements
from projections.store.connection import Store, in_one_sentence
from projections.store.snapshot import Snapshot

LONGEST: int = 63
"""Bytes of a role's name."""


class Reader(NamedTuple):
    """A role, whether it was made for this, whether it may log in, and the views it may read."""

    role: str
    made: bool
    may_log_in: bool
    views: tuple[str, ...]


def grant_reader(dsn: str, role: str) -> Reader:
    """Let a role read every view of `read_model`. One that does not exist is made, without a login.

    Doing it again changes nothing. Raises ReaderNotMade (`reader_not_made`) when the name is none for a role,
    or the connecting role may not do this, and StoreUnavailable without a database.
    """
    if not role or "\0" in role or len(role.encode()) > LONGEST:
        raise ReaderNotMade(role[:LONGEST], "a role's name has 1 to 63 bytes", "角色名应为 1 至 63 字节")
    Store.prepare(dsn)
    name = sql.Identifier(role)
    with in_one_sentence(), _or_not_made(role), psycopg.connect(dsn) as connection:
        made = not Snapshot(connection).value("role_exists", bool, role=role)
        if made:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(name))
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA read_model TO {}").format(name))
        connection.execute(statements.readers())
        now = Snapshot(connection)
        views = tuple(now.values("readable_views", str, role=role))
        return Reader(role, made, now.value("may_log_in", bool, role=role), views)


@contextmanager
def _or_not_made(role: str) -> Iterator[None]:
    try:
        yield
    except InsufficientPrivilege as error:
        raise ReaderNotMade(
            role,
            "the role of --dsn may not make roles, or does not own the read models; let an administrator run "
            "this command, or make the role first",
            "--dsn 的数据库角色无权建立角色或不拥有读模型；请由管理员执行本命令，或先建立该角色",
        ) from error
    except (ReservedName, NameTooLong, DuplicateObject) as error:
        reason = error.diag.message_primary or ""
        raise ReaderNotMade(role, f"PostgreSQL says: {reason}", f"PostgreSQL 报告：{reason}") from error
