"""The last run of the matching told again: every match and break of it, from the same rows and rules.

A run keeps its sums and its breaks, not each of a hundred thousand matches. They follow from rows that are
kept, so they are worked out again, and held to what the run said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ledger.events.periods import PeriodMatched
from ledger.events.reconciliation import Sums
from ledger.reconciliation.decided import joined, late_rules
from ledger.reconciliation.items import ReconciliationItem
from ledger.reconciliation.matching.ladder import match
from ledger.reconciliation.matching.outcome import Break, Outcome
from ledger.reconciliation.office import Book, Office
from ledger.reconciliation.periods import Period, PeriodKey
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.rows import DEFAULT_RULES, Rules, Theirs
from ledger.reconciliation.running import OurSide, Run, item_id, sums_of
from ledger.reconciliation.taking import rows_of


class Told(NamedTuple):
    """A run with all that it found. `breaks` are by item, in the order of the run; those of unreadable lines
    are known by their item alone. `items` are as they stand now."""

    period: Period
    run: PeriodMatched
    outcome: Outcome
    ours: OurSide
    theirs: Sequence[Theirs]
    breaks: Mapping[str, Break]
    items: Mapping[str, ReconciliationItem]


def tell(office: Office, key: PeriodKey, ours: OurSide, rules: Rules = DEFAULT_RULES) -> Told:
    """What the last run found. `ours` are the rows that it saw, as of its position (`run.upto`).

    Raises `Refused`: `period_not_found`, `never_matched`, `run_not_told` (the rows or the profile are not
    those of the run; match again).
    """
    book = office.periods(key.party)
    period = book.get(key)
    run = period.matched
    if run is None:
        raise Refused("never_matched", period=key)
    before = book.before(key)
    earlier = () if before is None else before.breaks
    items = office.items(dict.fromkeys((*run.breaks, *period.breaks, *earlier)))
    theirs = rows_of(office, _at_run(book, period, run), key)
    if before is not None and before.signed is not None and before.signed.at > run.at:
        before = None
    outcome = match(ours.rows, theirs, late_rules(before, rules), decided=joined(items.values(), run.at))
    breaks = {item_id(key, one.side, one.key): one for one in outcome.breaks}
    _check(
        run,
        outcome,
        ours,
        {item for item in run.breaks if items[item].break_class != "unreadable"} ^ set(breaks),
    )
    return Told(period, run, outcome, ours, theirs, breaks, {item: items[item] for item in period.breaks})


def of_run(office: Office, key: PeriodKey, ours: OurSide, run: Run) -> Told:
    """The same of a run that was kept just now, without working it out again."""
    period = office.periods(key.party).get(key)
    assert period.matched is not None, "the run was kept"
    breaks = {item_id(key, one.side, one.key): one for one in run.outcome.breaks}
    items = office.items(period.breaks)
    return Told(period, period.matched, run.outcome, ours, run.theirs, breaks, items)


def _at_run(book: Book, period: Period, run: PeriodMatched) -> Book:
    """The files as they were: later ones are not looked at."""
    known = replace(period, files=period.files[: len(run.files)])
    return replace(book, periods={**book.periods, period.key: known})


def _check(run: PeriodMatched, outcome: Outcome, ours: OurSide, otherwise: set[str]) -> None:
    """Hold what was found again to what the run said."""
    said: tuple[Sums, ...] = (run.here, run.there, run.left_here, run.left_there)
    found = (
        sums_of(outcome.ours.matched.plus(outcome.ours.open)),
        sums_of(outcome.theirs.matched.plus(outcome.theirs.open)),
        sums_of(outcome.ours.open),
        sums_of(outcome.theirs.open),
    )
    if said != found or otherwise or ours.position != run.upto:
        raise Refused("run_not_told")
