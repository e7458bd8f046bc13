"""The sign-off sheet, drawn up from the period and its items: every figure of it, and the equations. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from ledger.events.periods import FileLine, ItemLine, NamedRest, PeriodMatched, RuleSums, Statement
from ledger.events.reconciliation import Sums
from ledger.reconciliation.amounts import NONE, NOTHING, added, difference, less, together
from ledger.reconciliation.items import ReconciliationItem
from ledger.reconciliation.periods import Period, check_matched
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.workdays import Workdays

Items = Mapping[str, ReconciliationItem]


def draw_up(
    period: Period,
    before: Period | None,
    items: Items,
    rest: Sequence[NamedRest],
    today: date,
    workdays: Workdays,
) -> Statement:
    """The statement of a period, after the one before it, as of a day.

    Raises `Refused`: `not_matched`, `period_signed`, `previous_not_signed`.

    `unexplained` is what is left of the difference of both sides' movements when the effects of the breaks
    that stand and the rest that was named are taken away: zero, or the period cannot be signed.
    """
    run, last = check_matched(period), closing(before)
    standing = [items[item] for item in run.breaks]
    gone = [items[item] for item in period.breaks if item not in set(run.breaks)]
    carried = [items[item] for item in last.open_items]
    explained = together((*(item.effect for item in standing), *(part.effect for part in rest)))
    ages = [workdays.age(first_day(item), today) for item in (*standing, *gone, *carried)]

    def lines(some: Iterable[ReconciliationItem]) -> tuple[ItemLine, ...]:
        return item_lines(some, today, workdays)

    return Statement(
        party=period.opened.party,
        first=period.opened.first,
        last=period.opened.last,
        opening_here=last.here,
        opening_there=last.there,
        movements_here=run.here,
        movements_there=run.there,
        closing_here=added((last.here, run.here)),
        closing_there=added((last.there, run.there)),
        left_here=run.left_here,
        left_there=run.left_there,
        rules=run.rules,
        classes=run.classes,
        items=lines(standing),
        settled=lines(gone),
        carried=lines(carried),
        files=tuple(_file_lines(period)),
        rest=tuple(rest),
        unexplained=less(difference(run.there, run.here), explained),
        day=today.isoformat(),
        unknown_years=tuple(sorted({year for age in ages for year in age.unknown_years})),
    )


def item_lines(items: Iterable[ReconciliationItem], today: date, workdays: Workdays) -> tuple[ItemLine, ...]:
    """Items as they stand on a sheet, with their age on a day."""
    aged = ((item, workdays.age(first_day(item), today)) for item in items)
    return tuple(_line(item, age.days, age.working_days) for item, age in aged)


def statement_digest(statement: Statement) -> str:
    """32 hex digits over every figure of the sheet but the day it was printed and what grows with the day."""
    aged = ("items", "settled", "carried")
    still = {
        name: tuple(
            msgspec.structs.replace(line, days=0, working_days=0) for line in getattr(statement, name)
        )
        for name in aged
    }
    plain = msgspec.structs.replace(statement, day="", unknown_years=(), **still)
    return hashlib.sha256(msgspec.json.encode(plain)).hexdigest()[:32]


def _ageless(lines: Iterable[ItemLine]) -> tuple[ItemLine, ...]:
    return tuple(msgspec.structs.replace(line, days=0, working_days=0) for line in lines)


def check_explained(statement: Statement) -> None:
    """Raises `Refused` (`not_explained`) while the equation of the page does not hold, to the fen."""
    left = statement.unexplained
    if left != NONE:
        raise Refused(
            "not_explained",
            total_fen=left.total_fen,
            fund_fen=left.fund_fen,
            account_fen=left.account_fen,
        )


def check_adds_up(run: PeriodMatched) -> None:
    """Raises `Refused` (`does_not_add_up`) unless matched and left over are what came in, on both sides."""
    for side, came, left, matched in (
        ("here", run.here, run.left_here, _matched(run.rules, "here")),
        ("there", run.there, run.left_there, _matched(run.rules, "there")),
    ):
        if added((matched, left)) != came:
            raise Refused("does_not_add_up", side=side)


def first_day(item: ReconciliationItem) -> date:
    """The day it was first seen, however often it was carried over."""
    return date.fromisoformat(item.opened.first_day)


class Closing(NamedTuple):
    """Where a period left off: the sums of both sides, and its open items."""

    here: Sums = NOTHING
    there: Sums = NOTHING
    open_items: tuple[str, ...] = ()


def closing(before: Period | None) -> Closing:
    """Where the next period begins. Raises `Refused` (`previous_not_signed`)."""
    if before is None:
        return Closing()
    if before.signed is None:
        raise Refused("previous_not_signed", period=before.key)
    signed = before.signed
    return Closing(signed.statement.closing_here, signed.statement.closing_there, signed.open_items)


def still_open(lines: Iterable[ItemLine]) -> tuple[str, ...]:
    """What goes on into the next period, of the items of a statement."""
    return tuple(line.item for line in lines if line.state != "closed")


def _matched(rules: Iterable[RuleSums], side: str) -> Sums:
    return added(rule.here if side == "here" else rule.there for rule in rules)


def _line(item: ReconciliationItem, days: int, working_days: int) -> ItemLine:
    closed, done = item.closed, item.corrected
    maker = done.maker if done else closed.maker if closed else None
    checker = done.checker if done else closed.checker if closed else None
    return ItemLine(
        item=item.item,
        break_class=item.break_class,
        effect=item.effect,
        state=item.state,
        first_day=item.opened.first_day,
        days=days,
        working_days=working_days,
        owner=item.owner,
        how=closed.how if closed else None,
        maker=maker,
        checker=checker,
        external=item.opened.external,
        refund=done.refund if done else None,
        recorded=done.recorded if done else None,
    )


def _file_lines(period: Period) -> Iterable[FileLine]:
    for taken in period.files:
        yield FileLine(
            file=taken.file, name=taken.name, profile=taken.profile, sums=taken.sums, new=taken.new
        )
