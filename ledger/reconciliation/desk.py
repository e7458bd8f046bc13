"""The clerk's desk: everything a program asks of the back office, over one ledger.

    desk = Desk.open(ledger, token=read_token(path))
    desk.take_file(period, given)
    desk.match(period, OurSide(rows, position))
    desk.propose(item, Propose("refund", "charged twice", "S-1", 150_00))
    desk.approve(item, Approve(1, digest))
    desk.correct(item)
    desk.propose_sign_off(period)
    desk.sign(period, 1, digest)

Who acts is the identity of the connection, asked inside the transaction that writes. Methods raise `Refused`
with a stable code, `StoreUnavailable`, or `Busy`.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, Self

from ledger.application.ledger import Ledger
from ledger.application.noting import Known, ToWrite, note
from ledger.clock import Clock, system_clock
from ledger.events.periods import NamedRest, Statement
from ledger.events.reconciliation import BreakEvent
from ledger.ids import break_stream
from ledger.persistence.memory import MemoryLog
from ledger.persistence.postgres import PostgresLog
from ledger.reconciliation import correcting, signing, taking
from ledger.reconciliation.acting import Assign, Propose, Wish, decide
from ledger.reconciliation.belonging import Belonging, belonging
from ledger.reconciliation.correcting import Correction
from ledger.reconciliation.items import ReconciliationItem
from ledger.reconciliation.office import Office, item_of, stamp
from ledger.reconciliation.people import staff_number
from ledger.reconciliation.periods import Period, PeriodKey
from ledger.reconciliation.rows import DEFAULT_RULES, Rules, Unreadable
from ledger.reconciliation.running import OurSide, Run, run
from ledger.reconciliation.signing import SignOff
from ledger.reconciliation.staff import Directory
from ledger.reconciliation.store import MemoryStore, PostgresStore
from ledger.reconciliation.taking import GivenFile, Taken
from ledger.reconciliation.telling import Told, of_run, tell
from ledger.reconciliation.workdays import china


class PeriodStatus(NamedTuple):
    """A period at a glance: how many of its breaks are not closed."""

    key: PeriodKey
    state: Literal["taken", "matched", "proposed", "signed"]
    files: int
    breaks: int
    open_items: int


class Desk:
    """The desk of one ledger."""

    def __init__(self, office: Office) -> None:
        self.office = office

    @classmethod
    def open(cls, ledger: Ledger, token: bytes | None = None, clock: Clock = system_clock) -> Self:
        """The desk of a ledger on PostgreSQL; of a dry run, one that keeps nothing. `token` is what a sign-in
        gave, if anything. Raises `StoreUnavailable`."""
        log = ledger.log
        base = log.base if isinstance(log, MemoryLog) else log
        assert isinstance(base, PostgresLog), "staff and rows are kept in the database"
        kept = PostgresStore(base)
        store = MemoryStore(kept) if isinstance(log, MemoryLog) else kept
        return cls(Office(ledger, store, lambda: Directory(base.connection, token), clock, china()))

    # files and runs ---------------------------------------------------------------------------------------

    def take_file(self, key: PeriodKey, given: GivenFile) -> Taken:
        """Take a file in, once. See `taking.take_file`."""
        return taking.take_file(self.office, key, given)

    def match(
        self,
        key: PeriodKey,
        ours: OurSide,
        rules: Rules = DEFAULT_RULES,
        unreadable: Iterable[Unreadable] = (),
        *,
        keep: bool = True,
    ) -> Run:
        """Match a period's rows and keep what was found; with `keep` false show it only."""
        return run(self.office, key, ours, rules, unreadable, keep=keep)

    def period(self, key: PeriodKey) -> Period:
        """A period as it stands. Raises `Refused` (`period_not_found`)."""
        return self.office.periods(key.party).get(key)

    def belonging(self, key: PeriodKey) -> Belonging:
        """Which of our rows belong to a period. See `belonging`."""
        return belonging(self.office, key)

    def told(self, key: PeriodKey, ours: OurSide, rules: Rules = DEFAULT_RULES) -> Told:
        """Every match and break of the last run. See `telling.tell`."""
        return tell(self.office, key, ours, rules)

    def told_of(self, key: PeriodKey, ours: OurSide, run: Run) -> Told:
        """The same of a run that was kept just now."""
        return of_run(self.office, key, ours, run)

    # breaks -----------------------------------------------------------------------------------------------

    def item(self, item: str) -> ReconciliationItem:
        """A break as it stands. Raises `Refused` (`break_not_found`)."""
        return self.office.item(item)

    def items(self, key: PeriodKey) -> list[ReconciliationItem]:
        """The breaks of a period as they stand, and those carried into it, in order of first sight."""
        book = self.office.periods(key.party)
        before = book.before(key)
        carried = before.signed.open_items if before is not None and before.signed is not None else ()
        return list(self.office.items(dict.fromkeys((*carried, *book.get(key).breaks))).values())

    def assign(self, item: str, owner: str) -> ReconciliationItem:
        """Give a break to somebody who is listed."""
        return self._act(item, Assign(staff_number(owner)))

    def act(self, item: str, wish: Wish) -> ReconciliationItem:
        """Ask, propose, approve, refuse, close or reopen: `acting` says who may, and when.

        A correction is rehearsed before it is proposed: `correction_refused`, `not_in_full`.
        """
        if isinstance(wish, Propose):
            state = self.office.item(item)
            with self.office.ledger.log.session(exclusive=False):
                self._decided(state, wish)
            correcting.check(self.office, state, wish)
        return self._act(item, wish)

    def correct(self, item: str) -> Correction:
        """Carry an approved correction out, exactly once. See `correcting.correct`."""
        return correcting.correct(self.office, item)

    # the signature ----------------------------------------------------------------------------------------

    def statement(self, key: PeriodKey, rest: Sequence[NamedRest] = ()) -> Statement:
        """The sheet as it would be signed now; of a signed period, as it was. See `statement.draw_up`."""
        return signing.sheet(self.office, key, rest)

    def propose_sign_off(self, key: PeriodKey, rest: Sequence[NamedRest] = ()) -> SignOff:
        """Ask for the signature of another person, once everything is explained to the fen."""
        return signing.propose(self.office, key, rest)

    def sign(self, key: PeriodKey, proposal: int, digest: str) -> SignOff:
        """Sign what another person proposed; the period is frozen from then on."""
        return signing.sign(self.office, key, proposal, digest)

    def refuse_sign_off(self, key: PeriodKey, proposal: int, digest: str, reason: str) -> Period:
        """Do not sign what another person proposed."""
        return signing.refuse(self.office, key, proposal, digest, reason)

    def status(self, party: str) -> list[PeriodStatus]:
        """The periods of an institution or agency, in the order of their days."""
        return [self._status(period) for period in self.office.periods(party).periods.values()]

    def _act(self, item: str, wish: Wish) -> ReconciliationItem:
        """Decide and write in one transaction, the identity asked inside it."""
        stream, office = break_stream(item), self.office

        def decided(known: Known) -> ToWrite:
            return [(stream, event) for event in self._decided(item_of(item, known), wish)]

        note(office.ledger.log, [stream], decided, alone=True)
        return office.item(item)

    def _decided(self, state: ReconciliationItem, wish: Wish) -> Sequence[BreakEvent]:
        """What this person's wish writes; asked inside a session of the log."""
        people = self.office.people()
        person = people.present()
        if isinstance(wish, Assign):
            people.person(wish.owner)  # must be listed
        head = stamp(f"{state.item}.{state.version + 1}", self.office.clock(), person.staff)
        return decide(state, wish, person, people.person, head)

    def _status(self, period: Period) -> PeriodStatus:
        items = self.office.items(period.breaks)
        still = sum(item.state != "closed" for item in items.values())
        state: Literal["taken", "matched", "proposed", "signed"] = "taken"
        if period.signed is not None:
            state = "signed"
        elif period.proposal is not None:
            state = "proposed"
        elif period.matched is not None:
            state = "matched"
        return PeriodStatus(period.key, state, len(period.files), len(items), still)
