"""Making the database roles, and giving every table its owner and its rights, as `rights.py` has them.

All of it is one transaction, and doing it again changes nothing. Roles belong to the whole server: those that
are there are taken as they are, so that an administrator may make them, and several ledgers may share them or
have their own by another prefix.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.errors import DuplicateObject, InsufficientPrivilege, ReservedName, UniqueViolation

from ledger.errors import RolesNotMade
from ledger.persistence.owned import owners_and_rights, things
from ledger.persistence.postgres import make_ledger
from ledger.persistence.recorder import TABLES, alone_in_preparing
from ledger.persistence.rights import AREAS, EVERY, PARTS, PROGRAM, Area, Part

PREFIX: Final = "copay"
_SCHEMAS: Final = [area.schema for area in AREAS]
_PREFIX: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")

_EXISTS: Final = "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s"
_SUPERUSER: Final = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
_NAMED: Final = "SELECT part, role FROM ledger.roles"
_NAME: Final = """
INSERT INTO ledger.roles (part, role) VALUES (%s, %s)
ON CONFLICT (part) DO UPDATE SET role = excluded.role WHERE roles.role <> excluded.role
"""
_LABEL: Final = "SELECT obj_description(to_regclass('ledger.roles'), 'pg_class')"
_SCHEMA_THERE: Final = "SELECT to_regnamespace(%s) IS NOT NULL"


class Role(NamedTuple):
    """The database role that plays a part, whether it was made just now, and whether it may log in."""

    part: str
    role: str
    made: bool
    may_log_in: bool


class Made(NamedTuple):
    """Every role, and what got another owner or other rights: tables, functions, schemas."""

    roles: tuple[Role, ...]
    changed: tuple[str, ...]


def make_tables(dsn: str) -> None:
    """Make what the database lacks of the ledger and of every area that brings its own SQL.

    Raises `StoreUnavailable` and `RolesNotMade`: no database, or a role that may not do this.
    """
    make_ledger(dsn)
    with _connected(dsn) as connection, _or_not_made(), connection.transaction():
        for area in AREAS:
            if area.made_by is not None:
                connection.execute(_sql_of(area))


def has_roles(dsn: str) -> bool:
    """Whether roles were made for the ledger of this database."""
    with psycopg.connect(dsn) as connection:
        return bool(connection.execute(_NAMED).fetchall())


def make_roles(dsn: str, prefix: str | None = None) -> Made:
    """Make the tables and the roles, and give each table its owner and rights; all of it, or nothing.

    Without a prefix it is the one that the ledger's roles have, else `PREFIX`. Raises `RolesNotMade`
    (`roles_not_made`): the connecting role may not, or the prefix is none; and `StoreUnavailable`.
    """
    if prefix is not None and not _PREFIX.fullmatch(prefix):
        raise RolesNotMade(
            "a prefix has a lower-case letter first, then letters, digits and _, 41 at most",
            "前缀须以小写字母开头，仅含小写字母、数字与下划线，至多 41 个字符",
        )
    make_tables(dsn)
    with _connected(dsn) as connection, _or_not_made(), connection.transaction():
        return _Making(connection, prefix).make()


def program_dsn(dsn: str) -> str:
    """The connection string of the program itself on the database it brings along, of which `dsn` is the
    superuser's: it may log in, plays the parts of `PROGRAM`, and can become nobody else.

    Makes what is missing first. Raises what `make_roles` raises.
    """
    role = f"{PREFIX}_program"
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(_LABEL).fetchone()
        ready = row is not None and row[0] == _label(PREFIX)
        ready = ready and connection.execute(_EXISTS, (role,)).fetchone() is not None
    if not ready:
        make_roles(dsn)
        with _connected(dsn) as connection, connection.transaction():
            _make_role(connection, role, "LOGIN")
            for part in PROGRAM:
                connection.execute(_say("GRANT {} TO {}", f"{PREFIX}_{part}", role))
    return make_conninfo(dsn, user=role)


@contextmanager
def _connected(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection whose transactions are the only ones of their kind in this database."""
    with psycopg.connect(dsn, autocommit=True) as connection, alone_in_preparing(connection):
        yield connection


class _Making:
    """One transaction's work on one database."""

    def __init__(self, connection: psycopg.Connection[Any], prefix: str | None) -> None:
        self._connection = connection
        known = [role.removesuffix(f"_{part}") for part, role in self._rows(_NAMED)]
        self._prefix = prefix or next(iter(known), PREFIX)
        self._roles: dict[Part, str] = {part: f"{self._prefix}_{part}" for part in PARTS}
        self._superuser = bool(self._rows(_SUPERUSER)[0][0])

    def make(self) -> Made:
        self._refuse_another_prefix()
        roles = tuple(self._role(part) for part in PARTS)
        before = owners_and_rights(self._connection, _SCHEMAS)
        for area in AREAS:
            self._schema(area)
            self._owners(area)
            self._rights(area)
            self._rights_to_come(area)
        self._database()
        for named in self._roles.items():
            self._connection.execute(_NAME, named)
        label = sql.SQL("COMMENT ON TABLE ledger.roles IS {}").format(_label(self._prefix))
        self._connection.execute(label)
        after = owners_and_rights(self._connection, _SCHEMAS)
        return Made(roles, tuple(sorted(name for name in after if after[name] != before.get(name))))

    def _refuse_another_prefix(self) -> None:
        for part, role in self._rows(_NAMED):
            if role != f"{self._prefix}_{part}":
                raise RolesNotMade(
                    f"this ledger has its roles already, {role} among them; keep to their prefix",
                    f"该账本已有角色（如 {role}）；请沿用其前缀",
                )

    def _role(self, part: Part) -> Role:
        name = self._roles[part]
        made = _make_role(self._connection, name, "NOLOGIN")
        if not self._superuser and part in {area.owner for area in AREAS}:
            self._do("GRANT {} TO CURRENT_USER", name)  # what it gives away it must be able to take
        return Role(part, name, made, bool(self._rows(_EXISTS, name)[0][0]))

    def _schema(self, area: Area) -> None:
        owner = self._roles[area.owner]
        if not self._rows(_SCHEMA_THERE, area.schema)[0][0]:
            self._do("CREATE SCHEMA {}", area.schema)
        self._do("ALTER SCHEMA {} OWNER TO {}", area.schema, owner)
        self._do("REVOKE ALL ON SCHEMA {} FROM PUBLIC", area.schema)
        users = area.parts()
        for part in self._others(area):
            self._do("REVOKE ALL ON SCHEMA {} FROM {}", area.schema, self._roles[part])
            if part in users:
                self._do("GRANT USAGE ON SCHEMA {} TO {}", area.schema, self._roles[part])

    def _owners(self, area: Area) -> None:
        owner = self._roles[area.owner]
        for kind, shown, _, has in things(self._connection, area.schema):
            if has != owner and kind != "COLUMN":
                self._connection.execute(
                    sql.SQL(f"ALTER {kind} {shown} OWNER TO {{}}").format(sql.Identifier(owner))
                )

    def _rights(self, area: Area) -> None:
        for kind, shown, name, _ in things(self._connection, area.schema):
            match kind:
                case "TYPE" | "VIEW":
                    continue  # types are everybody's; who uses the schema reads its views, says their maker
                case "ROUTINE":
                    allowed = dict.fromkeys(area.functions.get(name, ()), "EXECUTE")
                    to = f"ROUTINE {shown}"
                case _:
                    allowed = area.allowed(name)
                    to = shown
            self._connection.execute(sql.SQL(f"REVOKE ALL ON {to} FROM PUBLIC"))
            for part in self._others(area):
                role = sql.Identifier(self._roles[part])
                self._connection.execute(sql.SQL(f"REVOKE ALL ON {to} FROM {{}}").format(role))
                if part in allowed:
                    grant = f"GRANT {allowed[part]} ON {to} TO {{}}"
                    self._connection.execute(sql.SQL(grant).format(role))

    def _rights_to_come(self, area: Area) -> None:
        """Of tables that the owner makes later."""
        owner = self._roles[area.owner]
        for part, rights in area.tables.get(EVERY, {}).items():
            names = owner, area.schema, self._roles[part]
            for kind in ("TABLES", "SEQUENCES"):
                to_come = f"GRANT {rights} ON {kind} TO {{}}"
                self._do(f"ALTER DEFAULT PRIVILEGES FOR ROLE {{}} IN SCHEMA {{}} {to_come}", *names)
        self._do("ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE EXECUTE ON ROUTINES FROM PUBLIC", owner)

    def _database(self) -> None:
        """Whoever is let in may connect and make nothing; an auditor may for a session, to compare views."""
        database = self._connection.info.dbname
        self._do("REVOKE CREATE, TEMPORARY ON DATABASE {} FROM PUBLIC", database)
        for role in self._roles.values():
            self._do("GRANT CONNECT ON DATABASE {} TO {}", database, role)
        self._do("GRANT TEMPORARY ON DATABASE {} TO {}", database, self._roles["auditor"])

    def _others(self, area: Area) -> Iterator[Part]:
        return (part for part in PARTS if part != area.owner)

    def _do(self, statement: str, *names: str) -> None:
        self._connection.execute(_say(statement, *names))

    def _rows(self, query: str, *values: object) -> list[Any]:
        return self._connection.execute(query, values).fetchall()


def _say(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))


def _make_role(connection: psycopg.Connection[Any], name: str, login: str) -> bool:
    """Whether it had to be made. Another ledger of the same server may make it in the same moment."""
    if connection.execute(_EXISTS, (name,)).fetchone() is not None:
        return False
    with suppress(DuplicateObject, UniqueViolation), connection.transaction():
        connection.execute(_say(f"CREATE ROLE {{}} {login}", name))
        return True
    return False


def _label(prefix: str) -> str:
    """Stands on the table of roles: which rights were given here, by which tables."""
    told = (TABLES, prefix, AREAS, [_sql_of(area) for area in AREAS if area.made_by])
    return f"rights {sha256(repr(told).encode()).hexdigest()[:16]}"


def _sql_of(area: Area) -> bytes:
    assert area.made_by is not None
    package, file = area.made_by
    return (files(package) / file).read_bytes()


@contextmanager
def _or_not_made() -> Iterator[None]:
    try:
        yield
    except InsufficientPrivilege as error:
        raise RolesNotMade(
            "the connecting role may not make roles, or does not own what is in this database: let an "
            "administrator run this command, or make the roles first and let this role administer them",
            "连接所用的角色无权建立角色，或不拥有该数据库中的对象：请由管理员执行本命令，"
            "或先建立这些角色并授予其管理权",
        ) from error
    except ReservedName as error:
        raise RolesNotMade(
            "PostgreSQL keeps role names that begin so for itself; choose another --prefix",
            "该前缀为 PostgreSQL 保留；请用 --prefix 另选",
        ) from error
