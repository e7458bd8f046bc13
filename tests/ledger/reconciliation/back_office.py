"""A back office in memory: the family's bills, rows of both sides about them, and people who decide.

office = BackOffice()
office.charged("S-1", 150_00)
office.told(theirs("S-1", 89_00))
(item,) = office.matched().opened
"""

from collections.abc import Iterable
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import orjson
import pytest
from msgspec.structs import replace

from ledger.aggregates.fold import State, fold
from ledger.aggregates.personal_account import PersonalAccount
from ledger.application import Ledger
from ledger.clock import business_date
from ledger.ids import account_stream
from ledger.reconciliation.acting import Approve, Propose
from ledger.reconciliation.desk import Desk
from ledger.reconciliation.items import ReconciliationItem
from ledger.reconciliation.office import Office
from ledger.reconciliation.people import Person
from ledger.reconciliation.periods import PeriodKey
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.rows import Ours, Theirs
from ledger.reconciliation.running import OurSide, Run
from ledger.reconciliation.store import MemoryStore
from ledger.reconciliation.taking import GivenFile, Taken
from ledger.reconciliation.workdays import china
from tests.examples import LIN, WEI, bind, charge, credit, open_account
from tests.spec import instant

CLINIC = "H13010200001"
MARCH = PeriodKey(CLINIC, date(2026, 3, 1), date(2026, 3, 31))
APRIL = PeriodKey(CLINIC, date(2026, 4, 1), date(2026, 4, 30))
NOW = "2026-04-02T09:00:00+08:00"
NOON = "2026-03-10T12:00:00+08:00"

GIVE_BACK = Propose("refund", "the clinic charged it twice", "S-2", 150_00)

MAKER, CHECKER, THIRD, ADMIN = "S001", "S002", "S003", "A001"


class MemoryPeople:
    """Listed people in a dictionary, and who of them is there (nobody: not signed in)."""

    def __init__(self, *people: Person) -> None:
        self.listed = {person.staff: person for person in people}
        self.here: str | None = None

    def present(self) -> Person:
        if self.here is None:
            raise Refused("not_signed_in")
        return self.listed[self.here]

    def person(self, staff: str) -> Person:
        if staff not in self.listed:
            raise Refused("staff_not_found", staff=staff)
        return self.listed[staff]


def listed() -> MemoryPeople:
    """Two clerks and a third, listed by an admin."""
    clerks = (Person(staff, listed_by=(ADMIN,)) for staff in (MAKER, CHECKER, THIRD))
    return MemoryPeople(Person(ADMIN, admin=True), *clerks)


class BackOffice:
    """A desk over a ledger in memory, with a clock that a test moves (`now`)."""

    def __init__(self, people: MemoryPeople | None = None) -> None:
        self.now = NOW
        self.ledger = Ledger.in_memory(clock=lambda: instant(self.now))
        self.people = people or listed()
        self.store = MemoryStore()
        office = Office(self.ledger, self.store, lambda: self.people, lambda: instant(self.now), china())
        self.desk = Desk(office)
        self.ours: list[Ours] = []
        self._sent = 0
        self.send(open_account(LIN), open_account(WEI), credit(WEI, 5000_00), bind(WEI, LIN))

    def send(self, *commands: dict[str, Any]) -> list[dict[str, Any]]:
        """Commands to the ledger, each accepted."""
        answers = []
        for command in commands:
            self._sent += 1
            line = {"id": f"r-{self._sent}", "at": NOON, **command}
            (answer,) = self.ledger.submit([json_line(line)])
            assert answer.status == "accepted", answer
            answers.append(dict(answer.result))
        return answers

    def charged(self, settlement: str, amount_fen: int, at: str = NOON) -> None:
        """A bill of Lin's that Wei paid, and our row of it."""
        self.send(charge(LIN, amount_fen, settlement=settlement, at=at))
        self.ours.append(ours(settlement, amount_fen, at))

    def told(self, *rows: Theirs, key: PeriodKey = MARCH, name: str = "3202.txt") -> Taken:
        """A file of the other side, taken in."""
        return self.desk.take_file(key, file_of(rows, name))

    def matched(
        self, key: PeriodKey = MARCH, ours: Iterable[Ours] | None = None, *, keep: bool = True
    ) -> Run:
        """A run of the matching over the rows there are."""
        rows = tuple(self.ours if ours is None else ours)
        return self.desk.match(key, OurSide(rows, self.ledger.log.end()), keep=keep)

    def balance(self, account: str) -> int:
        """What an account has, in fen."""
        stream = account_stream(account)
        state: State | None = None
        for _, version, event in self.ledger.log.load({stream: 0}):
            state = fold(stream, state, version, event)
        assert isinstance(state, PersonalAccount)
        return state.current_fen + state.carried_fen

    def as_(self, staff: str | None) -> Desk:
        """The desk, with this person in front of it."""
        self.people.here = staff
        return self.desk

    def proposed(self, item: str, wish: Propose, by: str = MAKER) -> ReconciliationItem:
        """A proposal of somebody's."""
        return self.as_(by).act(item, wish)

    def approved(self, item: str, by: str = CHECKER) -> ReconciliationItem:
        """The standing proposal, approved as it is looked at."""
        return self.as_(by).act(item, approval(self.desk.item(item)))


def approval(state: ReconciliationItem) -> Approve:
    """An approval of what stands now."""
    assert state.proposal is not None
    return Approve(state.proposal.proposal, state.proposal.digest)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    """The code of a refusal."""
    return refused.value.code


def json_line(command: dict[str, Any]) -> bytes:
    """A command as the ledger reads it."""
    return orjson.dumps(command)


def ours(
    settlement: str, amount_fen: int, at: str = NOON, *, refund: str | None = None, position: int = 1
) -> Ours:
    """Our row of a bill of Lin's, or of a refund of it."""
    when: datetime = instant(at)
    return Ours(
        settlement,
        settlement,
        "forward" if refund is None else "reverse",
        LIN,
        when,
        business_date(when),
        amount_fen,
        0,
        amount_fen,
        position,
        "130102",
        "outpatient",
        refund=refund,
    )


def theirs(settlement: str | None, amount_fen: int, *, line: int = 1, day: date | None = None) -> Theirs:
    """A row of theirs about a bill of Lin's; a line of 0 has its place in the file."""
    return Theirs(
        "", line, "forward", amount_fen, 0, amount_fen, settlement=settlement, person=LIN,
        day=day or date(2026, 3, 10),
    )  # fmt: skip


def file_of(rows: Iterable[Theirs], name: str = "3202.txt") -> GivenFile:
    """The file these rows would come in, in this order."""
    listed_rows = list(rows)
    told = repr([(row.settlement, row.total_fen, row.direction, row.day) for row in listed_rows])
    digest = sha256(f"{name}{told}".encode()).hexdigest()
    placed = [_placed(row, digest, name, line) for line, row in enumerate(listed_rows, start=1)]
    return GivenFile(digest, name, "details", "0" * 32, sha256(told.encode()).hexdigest(), placed)


def _placed(row: Theirs, file: str, name: str, line: int) -> Theirs:
    return replace(row, file=file, name=name, line=line)
