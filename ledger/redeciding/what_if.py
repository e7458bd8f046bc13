"""A beneficiary's bills under another rule: what would have changed, and nothing written.

Held fixed, as recorded: what people asked for and when, in the order of the log; who is insured where, bound
to whom, since when, with which limit and with which quota granted; every credit and correction; every bill
that was decided elsewhere, and every bill of other people, also where the money for it would have been gone
(`Changes.short`).

What evolves: the bills looked at are decided anew, one after the other, under the rules supposed, on what the
accounts would have held by then. Captures, releases and refunds follow the legs that would have been. A bill
that was refused may be paid, and the other way round. A quota given back is what would have been left of it;
a year's closing moves what would have been there.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from msgspec.structs import replace

from ledger.aggregates.family_group import FamilyGroup
from ledger.aggregates.fold import State, empty, fold, version_of
from ledger.aggregates.personal_account import PersonalAccount
from ledger.clock import business_date, business_year
from ledger.commands import models as c
from ledger.deciders.desk import Accepted, Desk
from ledger.deciders.dispatch import Recorded, decide
from ledger.events.account import CoPaymentCharged, CoPaymentHeld, HoldReleased, QuotaReleased
from ledger.events.envelope import Event, Noted
from ledger.events.family import Bound
from ledger.events.request import PolicyRecorded, RequestRefused, RequestRepeated
from ledger.events.settlement import SettlementDecided
from ledger.ids import account_stream, family_stream
from ledger.persistence.stored_log import StoredLog
from ledger.proof.leaves import LogRow
from ledger.redeciding.acts import Written, read
from ledger.redeciding.alternative import Alternative
from ledger.redeciding.changes import Bill, Changes
from ledger.redeciding.commanded import NotACommand, commanded
from ledger.redeciding.packs import RecordedPacks
from ledger.refusals import Refusal

BATCH: Final = 5_000

_BILLS: Final = (c.Charge, c.Hold, c.PayPremium)
_FOLLOW_UPS: Final = (c.Capture, c.Release, c.Refund)
_NOT_DECIDED: Final = frozenset({"request_conflict", "in_the_future"})
"""Refusals that no rule about money has given: they stand."""

Progress = Callable[[int, int], None]


def what_if(log: StoredLog, alternative: Alternative, progress: Progress | None = None) -> Changes:
    """Replay the bills of an alternative beside the recorded ones. Raises `StoreUnavailable`.

    One beneficiary takes the memory of one family. Everybody at once takes that of all people, and of all the
    bills looked at.
    """
    world = _World(log, alternative)
    end, position = log.end(), 0
    while position < end:
        upto = min(position + BATCH, end)
        world.take(log.batch(position, upto))
        position = upto
        if progress is not None:
            progress(position, end)
    world.changes.position = end
    return world.changes


def binders_of(log: StoredLog, beneficiary: str) -> frozenset[str] | None:
    """Everybody who was ever bound to a person; none when nobody is known under that number."""
    if not any(log.before([account_stream(beneficiary)], log.end() + 1)):
        return None
    events = (written.event for written in read(log.before([family_stream(beneficiary)], log.end() + 1)))
    return frozenset(event.binder for event in events if isinstance(event, Bound))


def _family_streams(log: StoredLog, beneficiary: str | None) -> frozenset[str] | None:
    """The streams of a beneficiary and of whoever was ever bound to it; none for everybody's."""
    if beneficiary is None:
        return None
    people = (beneficiary, *(binders_of(log, beneficiary) or ()))
    return frozenset((family_stream(beneficiary), *map(account_stream, people)))


class _World:
    """Accounts, families and settlements as they would have been."""

    def __init__(self, log: StoredLog, alternative: Alternative) -> None:
        self.changes = Changes()
        self._alternative = alternative
        self._packs = RecordedPacks()
        self._catalogue = alternative.laid_over(self._packs.catalogue)
        self._states: dict[str, State | None] = {}
        self._elsewhere: set[str] = set()
        self._people: set[str] = set() if alternative.beneficiary is None else {alternative.beneficiary}
        self._streams = _family_streams(log, alternative.beneficiary)

    # what deciders read ------------------------------------------------------------------------------

    def state(self, stream: str) -> State | None:
        """The state of a stream as it would have been."""
        found = self._states[stream] if stream in self._states else empty(stream)
        return self._alternative.reordered(found) if isinstance(found, FamilyGroup) else found

    def born(self, account: str) -> date | None:
        """No bill asks for a birth date."""
        return None

    # following the log ---------------------------------------------------------------------------------

    def take(self, rows: Iterable[LogRow]) -> None:
        """Go on along the log."""
        for written in read(row for row in rows if self._concerns(row)):
            event = written.event
            if event is None:
                continue
            if isinstance(event, SettlementDecided) and event.op == "record":
                self._elsewhere.add(written.row.stream.partition(":")[2])
            elif isinstance(event, PolicyRecorded):
                self._packs.heed([written])
                self._catalogue = self._alternative.laid_over(self._packs.catalogue)
            elif written.row.stream.startswith(("account:", "family:")):
                self._as_recorded(written.row.stream, event)
            elif not isinstance(event, RequestRepeated | Noted):
                self._look_at(written)

    def _concerns(self, row: LogRow) -> bool:
        """Whether a row can matter, told from its bytes: nearly none does when one family is looked at."""
        if self._streams is None or row.stream in self._streams:
            return True
        if row.topic == SettlementDecided.topic and b'"op":"record"' in row.state:
            return True
        if row.topic == SettlementDecided.topic:
            return f'"beneficiary":"{self._alternative.beneficiary}"'.encode() in row.state
        if row.topic in (RequestRefused.topic, PolicyRecorded.topic):
            return True
        return row.stream.startswith("settlement:") and row.stream[11:] in self.changes.bills

    def _as_recorded(self, stream: str, event: Event) -> None:
        """An event that is held fixed, unless it belongs to a bill that is decided anew."""
        if getattr(event, "settlement", None) in self.changes.bills:
            return
        before = self.state(stream)
        if isinstance(event, QuotaReleased) and isinstance(before, PersonalAccount):
            left = before.quotas.get((event.beneficiary, event.binding), 0)
            event = replace(event, released_fen=left)
        self._fold(stream, event)
        after = self._states[stream]
        if getattr(event, "settlement", None) in self._elsewhere:
            return  # what was recorded from elsewhere may take an account below zero on any side
        if isinstance(event, CoPaymentCharged | CoPaymentHeld) and isinstance(after, PersonalAccount):
            lacking = after.held_fen - after.balance_fen  # never above zero where it was decided
            if lacking > 0:
                self.changes.short[after.account] = max(self.changes.short[after.account], lacking)

    def _fold(self, stream: str, event: Event) -> None:
        before = self._states[stream] if stream in self._states else empty(stream)
        self._states[stream] = fold(stream, before, version_of(before) + 1, event)

    # deciding anew -------------------------------------------------------------------------------------

    def _look_at(self, written: Written) -> None:
        """A decision about a bill: decided anew if it is one of those looked at."""
        row, event = written
        if event is None or (isinstance(event, RequestRefused) and event.code in _NOT_DECIDED):
            return
        try:
            command = commanded(event, row.stream, self)
        except NotACommand:
            return
        bill = self._bill_of(command, event, row.position)
        if bill is None:
            return
        if isinstance(event, RequestRefused):
            if isinstance(command, _BILLS) and not bill.recorded.paid:
                bill.recorded.refused = event.code
        else:
            bill.recorded.note(event)
        if (
            isinstance(event, RequestRefused)
            and isinstance(command, c.PayPremium)
            and self._stranger(command)
        ):
            bill.would_be.refused = None if bill.would_be.paid else event.code
        else:
            self._decide(bill, command, event)

    def _stranger(self, premium: c.PayPremium) -> bool:
        """Whether the payer was never bound to the beneficiary: then no rule lets it pay."""
        return self._streams is not None and account_stream(premium.payer) not in self._streams

    def _bill_of(self, command: Recorded, event: Event, position: int) -> Bill | None:
        """The bill a command is about, when it is looked at."""
        if isinstance(command, _FOLLOW_UPS):
            return self.changes.bills.get(command.settlement)
        if not isinstance(command, _BILLS) or not self._wanted(command, event):
            return None
        return self.changes.bills.setdefault(
            command.settlement,
            Bill(
                command.settlement,
                command.beneficiary,
                command.op,
                position,
                event.at,
                command.amount_fen,
            ),
        )

    def _wanted(self, bill: c.Charge | c.Hold | c.PayPremium, event: Event) -> bool:
        year = self._alternative.year
        if year is not None and business_year(bill.at) != year:
            return False
        if self._alternative.beneficiary is None and bill.beneficiary not in self._people:
            person = self.state(account_stream(bill.beneficiary))
            if isinstance(person, PersonalAccount) and self._alternative.concerns(
                person.region, business_date(event.at)
            ):
                self._people.add(bill.beneficiary)  # from here on, whatever they are billed follows
        return bill.beneficiary in self._people

    def _decide(self, bill: Bill, command: Recorded, event: Event) -> None:
        desk = Desk(self, self._catalogue, command, command.digest(), event.recorded_at)
        decision = decide(command, desk)
        match decision:
            case Accepted(changes):
                for stream, change in changes:
                    self._fold(stream, change)
                    self._give_back(stream, change)
                    bill.would_be.note(change)
            case Refusal() if isinstance(command, _BILLS) and not bill.would_be.paid:
                bill.would_be.refused = decision.code
            case _:  # known already, or nothing to capture, release or give back
                return

    def _give_back(self, stream: str, event: Event) -> None:
        """A quota that a release refills, though its binding has ended meanwhile, is its owner's again."""
        if not isinstance(event, HoldReleased) or not event.from_quota or event.binding is None:
            return
        family = self.state(family_stream(event.beneficiary))
        if isinstance(family, FamilyGroup) and not family.stands(event.binding):
            stamp = {name: getattr(event, name) for name in Event.__struct_fields__}
            released = QuotaReleased(
                **stamp, beneficiary=event.beneficiary, binding=event.binding, released_fen=event.amount_fen
            )
            self._fold(stream, released)
