"""Which of our rows belong to a period: those of its days, corrections of its breaks, and what came late.

A correction is made days after what it puts right, and counts where the break stands, so that the sheet of
that period closes: as long as the period is not signed, or was matched with it before it was. Otherwise it is
a movement of its own day. No row counts in two periods.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, NamedTuple

from ledger.clock import business_date
from ledger.reconciliation.items import ReconciliationItem
from ledger.reconciliation.office import Book, Office
from ledger.reconciliation.periods import Period, PeriodKey
from ledger.reconciliation.rows import DEFAULT_RULES, Ours

LATE: Final = timedelta(days=92)
"""How far back rows are looked for that were recorded after their period was signed."""
_AROUND: Final = timedelta(days=DEFAULT_RULES.cut_off_days)


class Belonging(NamedTuple):
    """The days to be read, and which of their rows belong: `own` and `elsewhere` name corrections, by refund
    or settlement; rows of days up to `signed_through` belong if they came after `signed_position`."""

    key: PeriodKey
    first: date
    last: date
    own: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    signed_through: date | None = None
    signed_position: int = 0

    def rows(self, found: Iterable[Ours]) -> list[Ours]:
        """Those that belong, in their order."""
        return [row for row in found if self._has(row)]

    def _has(self, row: Ours) -> bool:
        name = row.refund or row.settlement
        if name in self.own:
            return True
        if name in self.elsewhere:
            return False
        if self.key.first - _AROUND <= row.day <= self.key.last + _AROUND:
            return True
        late = self.signed_through is not None and row.day <= self.signed_through
        return late and row.position > self.signed_position


def belonging(office: Office, key: PeriodKey) -> Belonging:
    """What belongs to a period as it stands, begun or not."""
    book = office.periods(key.party)
    own: set[str] = set()
    elsewhere: set[str] = set()
    last = key.last + _AROUND
    for period in book.periods.values():
        for item in office.items(period.breaks).values():
            names = _corrections(period, item)
            (own if period.key == key else elsewhere).update(names)
            if names and period.key == key and item.corrected is not None:
                last = max(last, business_date(item.corrected.at))
    through, position = _signed(book, key)
    first = key.first - _AROUND if through is None else max(min(book.periods).first, key.first - LATE)
    return Belonging(
        key, min(first, key.first - _AROUND), last, frozenset(own), frozenset(elsewhere), through, position
    )


def _corrections(period: Period, item: ReconciliationItem) -> set[str]:
    """The refund and the settlement of a correction that count in the period of its break."""
    done = item.corrected
    if done is None:
        return {f"{item.item}.refund"} if item.refunded else set()
    run = period.matched
    if period.signed is not None and (run is None or done.at > run.at):
        return set()
    return {name for name in (done.refund, done.recorded) if name is not None}


def _signed(book: Book, key: PeriodKey) -> tuple[date | None, int]:
    """The last day that was signed before a period, and where our side of it was read."""
    before = book.before(key)
    if before is None or before.signed is None or before.matched is None:
        return None, 0
    return before.key.last, before.matched.upto
