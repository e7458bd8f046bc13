"""Working as the role that the database names for a part: with fewer rights than the role that connects.

`copay init --roles` names one for each part. Where it was never run, or the connecting role may not take the
one named, everything is done with the rights of the connecting role.
"""

from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

_MADE: Final = "SELECT to_regprocedure('ledger.role_for(text)') IS NOT NULL"
_ROLE: Final = "SELECT ledger.role_for(%s)"
_TAKE: Final = "SELECT set_config('role', %s, false)"


def role_for(connection: psycopg.Connection[Any], part: str) -> str | None:
    """The role that plays a part here, if whoever connected may work as it."""
    with connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
        made = cursor.execute(_MADE).fetchone()
        found = cursor.execute(_ROLE, (part,)).fetchone() if made and made[0] else None
    return None if found is None else found[0]


def work_as(connection: psycopg.Connection[Any], part: str) -> None:
    """Do what follows on this connection as the role that plays the part, where there is one."""
    role = role_for(connection, part)
    if role is not None:
        connection.execute(_TAKE, (role,))


def with_options(dsn: str, *options: str) -> str:
    """The connection string with these options of the server beside its own."""
    given = str(conninfo_to_dict(dsn).get("options", ""))
    return make_conninfo(dsn, options=" ".join((given, *options)).strip())
