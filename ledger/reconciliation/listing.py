"""Who is listed, as an admin keeps it. The first, an admin, is listed by whoever has the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ledger.reconciliation import secret_words
from ledger.reconciliation.people import Person, skeleton, staff_number
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.staff import ONE_AT_A_TIME, Directory

_ALIKE: Final = "SELECT staff FROM reconciliation.people WHERE reads_like = %s OR staff = %s"
_LIST: Final = "INSERT INTO reconciliation.people (staff, reads_like) VALUES (%s, %s)"
_STAND: Final = "INSERT INTO reconciliation.standing (staff, active, admin) VALUES (%s, %s, %s)"
_VOUCH: Final = "INSERT INTO reconciliation.vouched (staff, by_staff, what) VALUES (%s, %s, %s)"
_KEEP: Final = "INSERT INTO reconciliation.secrets (staff, secret) VALUES (%s, %s)"
_ROLE_OF: Final = "SELECT staff FROM reconciliation.roles WHERE role = %s"
_ROLE_RIGHTS: Final = "SELECT rolsuper FROM pg_roles WHERE rolname = %s"
_GIVE_ROLE: Final = "INSERT INTO reconciliation.roles (role, staff) VALUES (%s, %s)"
_NOBODY: Final = "SELECT NOT EXISTS (SELECT FROM reconciliation.people) AS nobody"
_END_SIGN_INS: Final = "DELETE FROM reconciliation.sign_ins WHERE staff = %s"
_ADMINS: Final = """
SELECT count(*) AS admins FROM (
    SELECT DISTINCT ON (staff) staff, active, admin FROM reconciliation.standing ORDER BY staff, number DESC
) now WHERE active AND admin AND staff <> %s
"""

_LONGEST: Final = 63
"""Bytes of a role's name."""


class Listing(Directory):
    """The listed people, and what an admin may change about them; each change is one transaction."""

    def add(
        self, typed: str, *, admin: bool = False, role: str | None = None, secret: str | None = None
    ) -> str:
        """List a person: returns the number as it stands. The first one listed is an admin.

        Raises `Refused`: `staff_number_malformed`, `staff_number_taken`, `not_an_admin`, and as
        `give_role` and `set_secret`.
        """
        staff = staff_number(typed)
        with self.connection.transaction():
            self.connection.execute(ONE_AT_A_TIME)
            first = bool((self.row(_NOBODY) or {})["nobody"])
            by = None if first else self._admin().staff
            alike = self.row(_ALIKE, (skeleton(staff), staff))
            if alike is not None:
                raise Refused("staff_number_taken", staff=staff, other=alike["staff"])
            self.connection.execute(_LIST, (staff, skeleton(staff)))
            self.connection.execute(_STAND, (staff, True, admin or first))
            self._vouch(staff, by, "listed")
            if role is not None:
                self._give_role(staff, role)
            if secret is not None:
                self.connection.execute(_KEEP, (staff, secret_words.hashed(secret)))
        return staff

    def give_role(self, typed: str, role: str) -> None:
        """Another database role of the same person. Raises `Refused`: `staff_not_found`, `role_malformed`,
        `role_not_found`, `role_may_be_anybody` (a superuser), `role_taken`, `not_an_admin`."""
        with self._changing(typed, "role") as staff:
            self._give_role(staff, role)

    def set_secret(self, typed: str, secret: str) -> None:
        """A secret to sign in with, from the person or an admin, who then stands behind the number.

        Raises `Refused`: `staff_not_found`, `secret_too_short`, `not_an_admin`.
        """
        with self.connection.transaction():
            self.connection.execute(ONE_AT_A_TIME)
            staff, here = staff_number(typed), self.present()
            self.standing(staff)
            if here.staff != staff and not here.admin:
                raise Refused("not_an_admin", staff=here.staff)
            self.connection.execute(_KEEP, (staff, secret_words.hashed(secret)))
            self.connection.execute(_END_SIGN_INS, (staff,))
            self._vouch(staff, here.staff, "secret")

    def set_standing(self, typed: str, *, active: bool, admin: bool | None = None) -> None:
        """Take a number out of service or back in, or make it an admin's or no longer. Sign-ins of it end.

        Raises `Refused`: `staff_not_found`, `not_an_admin`, `last_admin`.
        """
        with self._changing(typed, "enabled" if active else "disabled") as staff:
            was = self.standing(staff)
            now = was["admin"] if admin is None else admin
            others = self.row(_ADMINS, (staff,))
            if not (active and now) and others is not None and not others["admins"]:
                raise Refused("last_admin", staff=staff)
            self.connection.execute(_STAND, (staff, active, now))
            self.connection.execute(_END_SIGN_INS, (staff,))

    @contextmanager
    def _changing(self, typed: str, what: str) -> Iterator[str]:
        """A change of a number that is listed, by an admin, who stands behind it from then on."""
        with self.connection.transaction():
            self.connection.execute(ONE_AT_A_TIME)
            staff, admin = staff_number(typed), self._admin()
            self.standing(staff)
            yield staff
            self._vouch(staff, admin.staff, what)

    def _admin(self) -> Person:
        here = self.present()
        if not here.admin:
            raise Refused("not_an_admin", staff=here.staff)
        return here

    def _vouch(self, staff: str, by: str | None, what: str) -> None:
        self.connection.execute(_VOUCH, (staff, None if by == staff else by, what))

    def _give_role(self, staff: str, role: str) -> None:
        if not role or "\0" in role or len(role.encode()) > _LONGEST:
            raise Refused("role_malformed")
        rights = self.row(_ROLE_RIGHTS, (role,))
        if rights is None:
            raise Refused("role_not_found")
        if rights["rolsuper"]:
            raise Refused("role_may_be_anybody")
        taken = self.row(_ROLE_OF, (role,))
        if taken is not None:
            raise Refused("role_taken", other=taken["staff"])
        self.connection.execute(_GIVE_ROLE, (role, staff))
