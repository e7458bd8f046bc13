"""What the desk works with, and how it reads periods and items from the log."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol, cast

from ledger.application.ledger import Ledger
from ledger.application.noting import Known
from ledger.clock import Clock, business_date
from ledger.errors import LedgerError
from ledger.events.envelope import Event
from ledger.events.periods import PeriodListed
from ledger.ids import break_stream, period_stream, periods_stream
from ledger.reconciliation import items, periods
from ledger.reconciliation.items import ReconciliationItem
from ledger.reconciliation.people import Person
from ledger.reconciliation.periods import Period, PeriodKey
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.store import Store
from ledger.reconciliation.workdays import Workdays

PREFIX: Final = "brk-"


class People(Protocol):
    """The listed people, as far as the desk asks. Methods raise `Refused`."""

    def present(self) -> Person:
        """Who is there."""
        ...

    def person(self, staff: str) -> Person:
        """A person by staff number."""
        ...


@dataclass(frozen=True, slots=True)
class Office:
    """The ledger, the rows beside it, and who is there: asked anew in every transaction that writes."""

    ledger: Ledger
    store: Store
    people: Callable[[], People]
    clock: Clock
    workdays: Workdays

    def today(self) -> date:
        """The business day."""
        return business_date(self.clock())

    def actor(self) -> str | None:
        """Who is there, for what a program may do by itself at night: then nobody."""
        try:
            return self.people().present().staff
        except Refused as refused:
            if refused.code != "not_signed_in":
                raise
            return None

    def read(self, streams: Collection[str]) -> Known:
        """The events of these streams now."""
        known: dict[str, list[Event]] = {stream: [] for stream in streams}
        log = self.ledger.log
        with log.session(exclusive=False):
            for stream, _, event in log.load(dict.fromkeys(streams, 0)):
                known[stream].append(event)
        return known

    def item(self, item: str) -> ReconciliationItem:
        """An item as it stands. Raises `Refused` (`break_not_found`)."""
        return item_of(item, self.read([break_stream(item)]))

    def items(self, wanted: Iterable[str]) -> dict[str, ReconciliationItem]:
        """Items as they stand, by id."""
        known = self.read([break_stream(item) for item in wanted])
        return {stream.partition(":")[2]: item_of(stream.partition(":")[2], known) for stream in known}

    def periods(self, party: str) -> "Book":
        """All periods of a party as they stand."""
        listed = listed_in(party, self.read([periods_stream(party)]))
        return book_of(party, self.read([periods_stream(party), *map(stream_of, listed)]))


@dataclass(frozen=True, slots=True)
class Book:
    """The periods of one institution or agency, in the order of their days."""

    party: str
    periods: Mapping[PeriodKey, Period]

    @property
    def streams(self) -> list[str]:
        """What was read."""
        return [periods_stream(self.party), *map(stream_of, self.periods)]

    def get(self, key: PeriodKey) -> Period:
        """A period. Raises `Refused` (`period_not_found`)."""
        if key not in self.periods:
            raise Refused("period_not_found", period=key)
        return self.periods[key]

    def before(self, key: PeriodKey) -> Period | None:
        """The period that ends before this one begins, the last of them."""
        earlier = [other for other in self.periods if other.last < key.first]
        return self.periods[max(earlier)] if earlier else None

    def open_after(self, key: PeriodKey) -> Period | None:
        """The first later period that is not signed."""
        later = (self.periods[other] for other in sorted(self.periods) if other.first > key.last)
        return next((period for period in later if period.signed is None), None)

    def find_break(self, keys: Collection[str], of: Mapping[str, ReconciliationItem]) -> str | None:
        """The item of these that was opened under one of these keys."""
        return next((item for item, state in of.items() if state.opened.key in keys), None)


class Moved(LedgerError):
    """What was read outside a transaction is not what stands inside it: it is read and worked out again."""

    code = "busy"


def stream_of(key: PeriodKey) -> str:
    """The stream of a period."""
    return period_stream(key.party, key.first, key.last)


def item_of(item: str, known: Known) -> ReconciliationItem:
    """The item of a stream that was read. Raises `Refused` (`break_not_found`)."""
    state = items.folded(item, cast("list[Any]", known[break_stream(item)]))
    if state is None:
        raise Refused("break_not_found", item=item)
    return state


def listed_in(party: str, known: Known) -> list[PeriodKey]:
    """The periods that were begun, in the order of their days."""
    begun = (event for event in known[periods_stream(party)] if isinstance(event, PeriodListed))
    days = ((date.fromisoformat(event.first), date.fromisoformat(event.last)) for event in begun)
    return sorted(PeriodKey(party, first, last) for first, last in days)


def book_of(party: str, known: Known) -> Book:
    """The periods of the streams that were read. Raises `Moved` when one was not."""
    found: dict[PeriodKey, Period] = {}
    for key in listed_in(party, known):
        if stream_of(key) not in known:
            raise Moved("a period began meanwhile; run it again", "期间有新的对账期开始；请重新运行")
        state = periods.folded(key, cast("list[Any]", known[stream_of(key)]))
        assert state is not None, "a period is listed when it is opened"
        found[key] = state
    return Book(party, found)


def stamp(request: str, now: datetime, by: str | None = None) -> dict[str, Any]:
    """What every event of one act carries; an act of the program itself is nobody's."""
    return {"at": now, "recorded_at": now, "request": request, "by": by}
