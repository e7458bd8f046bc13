"""Who is there, and who is listed: staff numbers behind database roles and signed-in users.

The identity is that of the connection: `session_user`, which SET ROLE does not change, or a token that a
sign-in left on this connection's machine. Whoever listed a number, gave it a role or set its secret stands
behind it, and can never decide with it over each other's proposals (`people.check_other_person`).
"""

from importlib.resources import files
from typing import Any, Final, LiteralString, NamedTuple

import psycopg
from psycopg.rows import dict_row

from ledger.persistence.working_as import work_as
from ledger.reconciliation import secret_words
from ledger.reconciliation.people import Person
from ledger.reconciliation.refused import Refused

_SCHEMA: Final = (files("ledger.reconciliation") / "tables.sql").read_bytes()
_THERE: Final = "SELECT to_regclass('reconciliation.rows') IS NOT NULL AS there"
ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(7310005)"
_WHO: Final = """
SELECT (SELECT staff FROM reconciliation.roles WHERE role = session_user) AS by_role,
    (SELECT staff FROM reconciliation.sign_ins WHERE token = %s AND expires > clock_timestamp()) AS signed_in
"""
_PERSON: Final = """
WITH RECURSIVE behind (staff) AS (
    SELECT by_staff FROM reconciliation.vouched WHERE staff = %(staff)s AND by_staff IS NOT NULL
    UNION
    SELECT v.by_staff FROM behind b JOIN reconciliation.vouched v ON v.staff = b.staff
    WHERE v.by_staff IS NOT NULL
)
SELECT s.active, s.admin,
    (SELECT array_agg(staff ORDER BY staff) FROM behind WHERE staff <> %(staff)s) AS behind
FROM reconciliation.standing s WHERE s.staff = %(staff)s ORDER BY s.number DESC LIMIT 1
"""
_ENTRIES: Final = """
SELECT DISTINCT ON (s.staff) s.staff, s.active, s.admin,
    (SELECT coalesce(array_agg(r.role ORDER BY r.role), '{}') FROM reconciliation.roles r
        WHERE r.staff = s.staff) AS roles,
    EXISTS (SELECT FROM reconciliation.secrets c WHERE c.staff = s.staff) AS signs_in,
    (SELECT v.by_staff FROM reconciliation.vouched v
        WHERE v.staff = s.staff ORDER BY v.number LIMIT 1) AS listed_by
FROM reconciliation.standing s ORDER BY s.staff, s.number DESC
"""

Connection = psycopg.Connection[Any]


class Entry(NamedTuple):
    """A number as it is listed. `signs_in` says that it has a secret; `listed_by` is nobody for the first."""

    staff: str
    active: bool
    admin: bool
    roles: tuple[str, ...]
    signs_in: bool
    listed_by: str | None


def connect(dsn: str) -> Connection:
    """A connection for the commands about staff, with the tables made where they are missing."""
    connection = psycopg.connect(dsn, autocommit=True, row_factory=dict_row)
    prepare(connection)
    work_as(connection, "keeper")  # `session_user`, which names the person, stays
    return connection


def prepare(connection: Connection) -> None:
    """Make the tables where they are missing; several programs may do it at once, and a clerk's role need not
    be allowed to where they are there."""
    found = connection.execute(_THERE).fetchone()
    if found is not None and found["there"]:
        return
    with connection.transaction():
        connection.execute(ONE_AT_A_TIME)
        connection.execute(_SCHEMA)


class Directory:
    """The listed people, over a connection whose rows are dictionaries; inside its transaction, if any.

    `token` is what a sign-in gave to this user, if anything.
    """

    def __init__(self, connection: Connection, token: bytes | None = None) -> None:
        self.connection = connection
        self._token = token

    def present(self) -> Person:
        """Who is there. Raises `Refused`: `not_signed_in`, `sign_in_over`, `two_identities`,
        `staff_disabled`."""
        found = self.row(_WHO, (secret_words.fingerprint(self._token or b""),))
        assert found is not None
        by_role, signed_in = found["by_role"], found["signed_in"]
        if self._token is not None and signed_in is None:
            raise Refused("sign_in_over")
        if by_role is not None and signed_in is not None and by_role != signed_in:
            raise Refused("two_identities", role_of=by_role, signed_in=signed_in)
        if by_role is None and signed_in is None:
            raise Refused("not_signed_in")
        staff = str(by_role or signed_in)
        if not self.standing(staff)["active"]:
            raise Refused("staff_disabled", staff=staff)
        return self.person(staff)

    def person(self, staff: str) -> Person:
        """A person by number, in service or not. Raises `Refused` (`staff_not_found`)."""
        found = self.standing(staff)
        return Person(staff, bool(found["admin"]), tuple(found["behind"] or ()))

    def entries(self) -> list[Entry]:
        """Everybody listed, by number."""
        return [Entry(**{**row, "roles": tuple(row["roles"])}) for row in self.connection.execute(_ENTRIES)]

    def standing(self, staff: str) -> dict[str, Any]:
        """Whether a number is in service and an admin's, and who stands behind it. Raises `Refused`."""
        found = self.row(_PERSON, {"staff": staff})
        if found is None:
            raise Refused("staff_not_found", staff=staff)
        return found

    def row(self, query: LiteralString, parameters: Any = ()) -> dict[str, Any] | None:
        """The first row a statement finds."""
        return self.connection.execute(query, parameters).fetchone()
