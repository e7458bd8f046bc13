"""What lies in a schema, whose it is, and who may do what with it: as PostgreSQL's own tables say."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import psycopg

_THINGS: Final = """
SELECT
    CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN
        CASE WHEN EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i'))
        THEN 'COLUMN' ELSE 'SEQUENCE' END
    ELSE 'TABLE' END,
    c.oid::regclass::text AS shown, c.relname::text, c.relowner::regrole::text
FROM pg_class c
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
UNION ALL
SELECT 'ROUTINE', p.oid::regprocedure::text, p.proname::text, p.proowner::regrole::text
FROM pg_proc p WHERE p.pronamespace = to_regnamespace(%(schema)s)
UNION ALL
SELECT 'TYPE', t.oid::regtype::text, t.typname::text, t.typowner::regrole::text
FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typnamespace = to_regnamespace(%(schema)s) AND (t.typtype IN ('d', 'e', 'r') OR c.relkind = 'c')
ORDER BY shown
"""
_STATE: Final = """
SELECT n.nspname::text, n.nspowner::regrole::text, n.nspacl::text[]
FROM pg_namespace n WHERE n.nspname = ANY (%(schemas)s)
UNION ALL
SELECT c.oid::regclass::text, c.relowner::regrole::text, c.relacl::text[]
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
UNION ALL
SELECT p.oid::regprocedure::text, p.proowner::regrole::text, p.proacl::text[]
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ANY (%(schemas)s)
UNION ALL
SELECT t.oid::regtype::text, t.typowner::regrole::text, NULL
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = ANY (%(schemas)s) AND t.typtype IN ('d', 'e', 'r')
"""


class Thing(NamedTuple):
    """What has an owner: its kind in PostgreSQL's word, the way to write it, its bare name, the owner.

    Kind COLUMN is the sequence of an identity column, whose owner is that of the table.
    """

    kind: str
    shown: str
    name: str
    owner: str


def things(connection: psycopg.Connection[Any], schema: str) -> list[Thing]:
    """Tables, views, sequences, functions and types of a schema."""
    return [Thing(*row) for row in connection.execute(_THINGS, {"schema": schema}).fetchall()]


def owners_and_rights(
    connection: psycopg.Connection[Any], schemas: Sequence[str]
) -> dict[str, tuple[str, tuple[str, ...] | None]]:
    """Owner and rights of schemas and of all that is in them, to be compared."""
    rows = connection.execute(_STATE, {"schemas": list(schemas)}).fetchall()
    return {name: (owner, None if rights is None else tuple(sorted(rights))) for name, owner, rights in rows}
