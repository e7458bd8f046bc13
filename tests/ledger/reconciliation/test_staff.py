"""Who is there, on a real PostgreSQL with real roles: staff numbers come from the connection."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from random import Random
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger.application import Ledger
from ledger.events.reconciliation import BreakApproved, BreakProposed
from ledger.ids import break_stream
from ledger.persistence.postgres import PostgresLog
from ledger.reconciliation.acting import Propose
from ledger.reconciliation.desk import Desk
from ledger.reconciliation.listing import Listing
from ledger.reconciliation.people import Person
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.running import OurSide
from ledger.reconciliation.sign_in import sign_in
from ledger.reconciliation.staff import Connection, Directory, connect
from tests.examples import LIN, charge, open_account
from tests.ledger.reconciliation.back_office import MARCH, NOON, approval, code_of, json_line, ours
from tests.ledger.reconciliation.test_two_people import spelled

ADMIN, MAKER, CHECKER, OTHER = "A001", "S001", "S002", "S003"
SECRET = "correct horse battery"  # noqa: S105  # of nobody
OWNERS = {"lin": MAKER, "lin_night": MAKER, "lin_admin": MAKER, "mei": CHECKER, "wei": OTHER, "root": ADMIN}


CLERKS = (
    "GRANT USAGE ON SCHEMA ledger, reconciliation TO {}",
    "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA ledger TO {}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA reconciliation TO {}",
    "REVOKE SELECT ON reconciliation.secrets, reconciliation.failures FROM {}",
    "GRANT INSERT ON reconciliation.files, reconciliation.rows TO {}",
)
"""What people at the desk may do in the database: nothing that says who they are."""
ADMINS = (
    "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA reconciliation TO {}",
    "GRANT DELETE ON reconciliation.sign_ins TO {}",
)


@pytest.fixture
def dsns(database: str, owner: Connection) -> Iterator[dict[str, str]]:
    """A login for each of `OWNERS` that may do what the program does; the first of all is the admin's."""
    tag = uuid4().hex[:8]
    roles = {name: f"{name}_{tag}" for name in OWNERS}
    for name, role in roles.items():
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        for grant in (*CLERKS, *(ADMINS if name in ("root", "lin") else ())):
            owner.execute(sql.SQL(grant).format(sql.Identifier(role)))
    Listing(owner).add(ADMIN, role=roles["root"])
    addresses = {name: make_conninfo(database, user=role) for name, role in roles.items()}
    with connect(addresses["root"]) as connection:
        admin = Listing(connection)
        for name, staff in OWNERS.items():
            if staff not in {entry.staff for entry in admin.entries()}:
                admin.add(staff, role=roles[name], admin=name == "lin")
            elif name not in ("root", "lin"):
                admin.give_role(staff, roles[name])
    yield addresses
    for role in roles.values():
        owner.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
        owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def test_a_person_is_who_the_connection_says_whatever_role_it_takes_on(
    dsns: dict[str, str], owner: Connection
) -> None:
    for name, staff in OWNERS.items():
        with connect(dsns[name]) as connection:
            assert Directory(connection).present().staff == staff
    with connect(dsns["lin"]) as lin, connect(dsns["mei"]) as mei:
        roles = [c.execute("SELECT session_user AS me").fetchone() for c in (lin, mei)]
        assert roles[0] is not None
        assert roles[1] is not None
        pair = [sql.Identifier(role["me"]) for role in roles if role is not None]
        owner.execute(sql.SQL("GRANT {1} TO {0}").format(*pair))
        lin.execute(sql.SQL("SET ROLE {}").format(pair[1]))
        assert Directory(lin).present().staff == MAKER


def test_an_admin_s_hand_stays_on_every_number_it_touched(dsns: dict[str, str], owner: Connection) -> None:
    with connect(dsns["lin"]) as lin:
        assert Directory(lin).present() == Person(MAKER, True, (ADMIN,))
        Listing(lin).set_secret(CHECKER, SECRET)
    assert Directory(owner).person(CHECKER).listed_by == (ADMIN, MAKER)
    assert Directory(owner).person(OTHER).listed_by == (ADMIN,)


def test_the_first_is_listed_by_whoever_has_the_database_and_nobody_else_is(owner: Connection) -> None:
    listing = Listing(owner)
    listing.add(" ａ００１ ")
    (entry,) = listing.entries()
    assert (entry.staff, entry.admin, entry.listed_by) == (ADMIN, True, None)
    with pytest.raises(Refused) as refused:
        listing.add(MAKER)
    assert code_of(refused) == "not_signed_in"


def test_a_person_has_one_number_and_a_role_is_one_person_s(dsns: dict[str, str], owner: Connection) -> None:
    with connect(dsns["root"]) as connection:
        admin = Listing(connection)
        for typed in ("s001", "Ｓ００１", "S-001", "S.OO1", "SO0l"):
            with pytest.raises(Refused) as refused:
                admin.add(typed)
            assert code_of(refused) == "staff_number_taken"
        lin = next(entry for entry in admin.entries() if entry.staff == MAKER)
        for role, code in (
            (lin.roles[0], "role_taken"),
            ("nobody_of_that_name", "role_not_found"),
            ("", "role_malformed"),
        ):
            with pytest.raises(Refused) as refused:
                admin.give_role(CHECKER, role)
            assert code_of(refused) == code
        everybody = owner.execute("SELECT session_user AS me").fetchone()
        assert everybody is not None
        with pytest.raises(Refused) as refused:
            admin.give_role(CHECKER, everybody["me"])
        assert code_of(refused) == "role_may_be_anybody"


def test_only_an_admin_lists_and_the_last_one_stays(dsns: dict[str, str]) -> None:
    with connect(dsns["mei"]) as connection, pytest.raises(Refused) as refused:
        Listing(connection).add("S009")
    assert code_of(refused) == "not_an_admin"
    with connect(dsns["root"]) as connection:
        admin = Listing(connection)
        admin.set_standing(MAKER, active=False)
        with pytest.raises(Refused) as refused:
            admin.set_standing(ADMIN, active=True, admin=False)
        assert code_of(refused) == "last_admin"
    with connect(dsns["lin_night"]) as connection, pytest.raises(Refused) as refused:
        Directory(connection).present()
    assert code_of(refused) == "staff_disabled"


def test_what_is_recorded_of_staff_is_never_changed(owner: Connection) -> None:
    Listing(owner).add(ADMIN)
    for change in ("UPDATE reconciliation.roles SET staff = 'S002'", "DELETE FROM reconciliation.vouched",
                   "TRUNCATE reconciliation.people CASCADE"):  # fmt: skip
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            owner.execute(change)


def test_nobody_is_two_people(dsns: dict[str, str]) -> None:
    with connect(dsns["mei"]) as mei, connect(dsns["lin"]) as lin:
        Listing(lin).set_secret(CHECKER, SECRET)
        token = sign_in(lin, CHECKER, SECRET).token
        assert Directory(mei, token).present().staff == CHECKER
        with pytest.raises(Refused) as refused:
            Directory(lin, token).present()
        assert code_of(refused) == "two_identities"


# Two people, on the database ------------------------------------------------------------------------------


class Attackers:
    """Everybody at their own desk, each through a role of their own, over one break after the other."""

    def __init__(self, dsns: dict[str, str], stack: ExitStack) -> None:
        ledgers = {name: stack.enter_context(Ledger(PostgresLog(dsn))) for name, dsn in dsns.items()}
        self.desks = {name: Desk.open(ledger) for name, ledger in ledgers.items()}
        self.ledger = ledgers["lin"]
        self.refused: Counter[str] = Counter()

    def breaks(self, count: int) -> list[str]:
        """So many bills that the other side misses."""
        lines = [{"id": "o", "at": NOON, **open_account(LIN)}]
        lines += [{"id": f"c-{n}", "at": NOON, **charge(LIN, 100, settlement=f"S-{n}")} for n in range(count)]
        assert {r.status for r in self.ledger.submit([json_line(line) for line in lines])} == {"accepted"}
        rows = [ours(f"S-{n}", 100) for n in range(count)]
        return list(self.desks["lin"].match(MARCH, OurSide(rows, 1)).opened)

    def try_out(self, item: str, random: Random) -> None:
        """Proposals by one person through any of three roles, approvals by whoever comes."""
        for _ in range(5):
            desk = self.desks[random.choice(["lin", "lin_night", "lin_admin", *self.desks])]
            standing = desk.item(item)
            try:
                if standing.proposal is None or random.random() < 0.3:
                    desk.act(item, Propose("explain", f"try {random.random()}"))
                elif random.random() < 0.2:
                    desk.assign(item, spelled(MAKER, random))
                else:
                    desk.act(item, approval(standing))
            except Refused as refused:
                self.refused[refused.code] += 1


def attack(dsns: dict[str, str], sequences: int) -> int:
    """So many sequences on the database; how many approvals there were, each of another person's proposal."""
    approvals = 0
    with ExitStack() as stack:
        attackers = Attackers(dsns, stack)
        found = attackers.breaks(sequences)
        for seed, item in enumerate(found):
            attackers.try_out(item, Random(seed))
        assert set(attackers.refused) <= {"own_proposal", "enlisted_by_each_other", "break_closed"}
        with attackers.ledger.log.session(exclusive=False):
            for item in found:
                maker = None
                for _, _, event in attackers.ledger.log.load({break_stream(item): 0}):
                    if isinstance(event, BreakProposed):
                        maker = event.by
                    elif isinstance(event, BreakApproved):
                        approvals += 1
                        assert {maker, event.by} in ({MAKER, CHECKER}, {MAKER, OTHER}, {CHECKER, OTHER})
    return approvals


def test_nobody_approves_their_own_through_any_role(dsns: dict[str, str]) -> None:
    assert attack(dsns, sequences=25) > 6


@pytest.mark.long
def test_nobody_approves_their_own_through_any_role_a_thousand_times(dsns: dict[str, str]) -> None:
    assert attack(dsns, sequences=1_000) > 300
