"""The views that people ask, held against those this program makes: one that somebody has replaced is named.

A view is compared by its definition, as the same server words it for a temporary view made from our text and
taken back at once: another query is not worded alike, and a large log costs nothing. A rebuild makes views
anew from the server's own words, which it words once more; both wordings are ours.
"""

import re
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, Final

import psycopg
from psycopg import errors, sql

from projections.audit.findings import Difference
from projections.store import statements

NO_EVENT: Final = 0
"""The position of a difference that no event brought about."""

_OURS: Final = re.compile(r"^ *CREATE VIEW (\w+) AS\n(.*?);$", re.MULTILINE | re.DOTALL)
_LONGEST: Final = 200
_NO_RIGHT: Final = (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)
_LIVE: Final = """
SELECT relname, pg_get_viewdef(oid) FROM pg_class
WHERE relnamespace = to_regnamespace('read_model') AND relkind = 'v'
"""
_THERE: Final = "SELECT to_regclass('read_model.tracking') IS NOT NULL"
_MADE: Final = "SELECT relname, pg_get_viewdef(oid) FROM pg_class WHERE relnamespace = pg_my_temp_schema()"


def definitions() -> dict[str, str]:
    """The query of every view that this program makes, by its name."""
    return dict(_OURS.findall(statements.views().decode()))


def views_apart(connection: psycopg.Connection[Any]) -> tuple[int, list[Difference]]:
    """How many views of `read_model` were compared, and those that are not what this program makes.

    None are where there are no read models, or the connection may not make temporary views. Nothing is kept.
    """
    if connection.execute(_THERE).fetchone() == (False,):
        return 0, []
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL search_path = read_model, pg_temp")
        live = _worded(connection, _LIVE)
        connection.execute("SET LOCAL search_path = pg_temp, read_model")
        try:
            with connection.transaction():
                ours = _made(connection, definitions())
                again = _made(connection, ours)
        except _NO_RIGHT:
            return 0, []
    return len(definitions()), [
        _difference(name, ours.get(name, ""), live.get(name, ""))
        for name in definitions()
        if name not in live or live[name] not in (ours.get(name), again.get(name))
    ]


def _made(connection: psycopg.Connection[Any], queries: Mapping[str, str]) -> Mapping[str, str]:
    """How the server words these views."""
    for name, query in queries.items():
        _make(connection, name, query)
    return _worded(connection, _MADE)


def _worded(connection: psycopg.Connection[Any], query: str) -> Mapping[str, str]:
    return dict(connection.execute(query.encode()).fetchall())


def _make(connection: psycopg.Connection[Any], name: str, query: str) -> None:
    """A view of ours; none where the tables below it are gone, and with them the view that people ask."""
    text = (
        sql.SQL("CREATE OR REPLACE TEMPORARY VIEW {} AS ").format(sql.Identifier(name)).as_bytes(connection)
    )
    try:
        with connection.transaction():
            connection.execute(text + query.encode())
    except (errors.UndefinedTable, errors.UndefinedColumn):
        return


def _difference(name: str, ours: str, live: str) -> Difference:
    """An edited or missing view, with the first line in which it differs."""
    pairs = zip_longest(ours.splitlines(), live.splitlines(), fillvalue="")
    expected, found = next(((a, b) for a, b in pairs if a != b), ("", ""))
    return Difference(
        NO_EVENT, "view_differs", name, None, _cut(expected), _cut(found) if live else "no such view"
    )


def _cut(line: str) -> str:
    return " ".join(line.split())[:_LONGEST] or "nothing more"
