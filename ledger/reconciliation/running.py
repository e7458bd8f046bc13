"""One run of the matching over a period: what it found becomes items, and the run a fact of the period."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from ledger.application.noting import Known, ToWrite, note
from ledger.events.periods import ClassSums, PeriodMatched, RuleSums
from ledger.events.reconciliation import (
    BreakChanged,
    BreakClosed,
    BreakEvent,
    BreakOpened,
    BreakReopened,
    Effect,
    Sums,
    TheirRow,
)
from ledger.ids import break_stream, periods_stream
from ledger.reconciliation.amounts import together
from ledger.reconciliation.decided import joined, late_rules
from ledger.reconciliation.items import ReconciliationItem
from ledger.reconciliation.matching.board import money_here, money_there
from ledger.reconciliation.matching.ladder import match
from ledger.reconciliation.matching.outcome import Amounts, Break, Line, Outcome, Tally
from ledger.reconciliation.office import PREFIX, Book, Moved, Office, book_of, item_of, stamp, stream_of
from ledger.reconciliation.periods import Period, PeriodKey, check_open
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.rows import DEFAULT_RULES, Ours, Rules, Theirs, Unreadable
from ledger.reconciliation.statement import check_adds_up
from ledger.reconciliation.taking import begun, rows_of

_TRIES: Final = 8
_OTHERWISE: Final = "a later run of the matching sees it otherwise"
_AGAIN: Final = "a later run of the matching sees it again"
Items = Mapping[str, ReconciliationItem]
Writes = Mapping[str, tuple[BreakEvent, ...]]


class OurSide(NamedTuple):
    """Our rows of a period, as they were at a log position; late ones of earlier days among them."""

    rows: Sequence[Ours]
    position: int


class Run(NamedTuple):
    """What a run found, and what it made of it: ids of items opened, seen otherwise, and gone."""

    outcome: Outcome
    event: PeriodMatched
    theirs: Sequence[Theirs]
    opened: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]


def run(
    office: Office,
    key: PeriodKey,
    ours: OurSide,
    rules: Rules = DEFAULT_RULES,
    unreadable: Iterable[Unreadable] = (),
    *,
    keep: bool = True,
) -> Run:
    """Match a period's rows, open an item for every new break, and close those that are gone.

    With `keep` false nothing is written. Raises `Refused`: `period_not_found`, `period_signed`,
    `period_overlaps`, `period_out_of_order`, `does_not_add_up`; `StoreUnavailable`, `Busy`.
    """
    lines = list(unreadable)
    for _ in range(_TRIES):
        book = office.periods(key.party)
        if key in book.periods:
            check_open(book.get(key))
        elif not lines and not ours.rows:
            raise Refused("period_not_found", period=key)
        try:
            return _Attempt(office, book, key).run(ours, rules, lines, keep=keep)
        except Moved:
            continue
    raise Refused("files_changed")


def item_id(key: PeriodKey, side: str, name: str) -> str:
    """The id of a break, the same in every run: from party, days, side and the break's own key."""
    told = orjson.dumps([str(key), side, name])
    return PREFIX + hashlib.sha256(told).hexdigest()[:20]


class _Attempt:
    """One try, on what stands now."""

    def __init__(self, office: Office, book: Book, key: PeriodKey) -> None:
        self._office = office
        self._book = book
        self._key = key
        self._period = book.periods.get(key)
        self._before = book.before(key)
        known = () if self._period is None else self._period.breaks
        earlier = () if self._before is None else (*self._before.breaks, *_carried(self._before))
        self._items: Items = office.items(dict.fromkeys((*known, *earlier)))
        self._known = known
        self._earlier = {item: self._items[item] for item in earlier}

    def run(self, ours: OurSide, rules: Rules, unreadable: list[Unreadable], *, keep: bool) -> Run:
        theirs = [] if self._period is None else rows_of(self._office, self._book, self._key)
        outcome = match(
            ours.rows,
            theirs,
            late_rules(self._before, rules),
            unreadable=unreadable,
            decided=joined(self._items.values()),
        )
        found = {item_id(self._key, one.side, one.key): one for one in outcome.breaks}
        assert len(found) == len(outcome.breaks), "no two breaks of a run have the same key"
        event = self._event(outcome, ours, theirs, found)
        check_adds_up(event)
        writes = self._writes(found, {row.id: row for row in ours.rows}, theirs)
        if keep:
            self._write(event, writes)
        by_kind = {
            kind: tuple(item for item, written in writes.items() if isinstance(written[0], kind))
            for kind in (BreakOpened, BreakChanged, BreakClosed)
        }
        return Run(outcome, event, theirs, *by_kind.values())

    def _event(
        self, outcome: Outcome, ours: OurSide, theirs: Sequence[Theirs], found: Mapping[str, Break]
    ) -> PeriodMatched:
        period = self._period
        head = stamp(f"{self._key}.run", self._office.clock())
        return PeriodMatched(
            **head,
            run=1 + (0 if period is None else period.runs),
            upto=ours.position,
            files=() if period is None else tuple(file.file for file in period.files),
            here=sums_of(outcome.ours.matched.plus(outcome.ours.open)),
            there=sums_of(outcome.theirs.matched.plus(outcome.theirs.open)),
            left_here=sums_of(outcome.ours.open),
            left_there=sums_of(outcome.theirs.open),
            rules=_by_rule(outcome, ours.rows, theirs),
            classes=_by_class(found.values()),
            breaks=tuple(found),
        )

    def _writes(
        self, found: Mapping[str, Break], ours: Mapping[str, Ours], theirs: Sequence[Theirs]
    ) -> Writes:
        """What becomes of each item: opened, seen otherwise, or closed because it is gone."""
        numbers = {Line(row.file, row.line): row.settlement for row in theirs}
        head = stamp(f"{self._key}.run", self._office.clock())
        writes: dict[str, tuple[BreakEvent, ...]] = {}
        for item, one in found.items():
            state, seen = self._items.get(item), {**head, **_seen(one)}
            if state is None:
                writes[item] = (BreakOpened(**seen, **self._told(one, ours, numbers)),)
            elif _differs(state, one):
                again = (BreakReopened(**head, reason=_OTHERWISE),) if state.state == "closed" else ()
                writes[item] = (BreakChanged(**seen), *again)
            elif state.closed is not None and state.closed.how == "matched":
                writes[item] = (BreakReopened(**head, reason=_AGAIN),)
        for item in self._known:
            state = self._items[item]
            if item not in found and state.state not in ("closed", "correcting"):
                writes[item] = (_gone(state, head),)
        return writes

    def _told(
        self, one: Break, ours: Mapping[str, Ours], numbers: Mapping[Line, str | None]
    ) -> dict[str, Any]:
        """What is said of a break once, when it is opened."""
        mine = ours[one.ours[0]] if one.ours else None
        theirs = numbers.get(one.theirs[0]) if one.theirs else None
        today = self._office.today()
        names = {one.refers, *(f"ours:{row}" for row in one.ours)} - {None}
        late = one.kind == "late"
        return {
            "party": self._key.party,
            "first": self._key.first.isoformat(),
            "last": self._key.last.isoformat(),
            "side": one.side,
            "key": one.key,
            "first_day": min(one.since or today, today).isoformat(),
            "external": theirs if mine is None else mine.external,
            "settlement": None if mine is None else mine.settlement,
            "linked": self._book.find_break({str(name) for name in names}, self._earlier) if late else None,
        }

    def _write(self, event: PeriodMatched, writes: Writes) -> None:
        key, office, book = self._key, self._office, self._book
        streams = {*book.streams, stream_of(key), *map(break_stream, {*self._known, *writes})}

        def decide(known: Known) -> ToWrite:
            now = book_of(key.party, {periods_stream(key.party): (), **known})
            if now != book or any(item_of(item, known) != self._items[item] for item in self._known):
                raise Moved("something was decided meanwhile; run it again", "期间已有其他处理；请重新运行")
            by = office.actor()
            return (
                *begun(now, key, stamp(f"{key}.run", event.at, by)),
                (stream_of(key), msgspec.structs.replace(event, by=by)),
                *(
                    (break_stream(item), msgspec.structs.replace(written, by=by))
                    for item, events in writes.items()
                    for written in events
                ),
            )

        note(office.ledger.log, streams, decide, alone=True)


def _carried(before: Period) -> tuple[str, ...]:
    return () if before.signed is None else before.signed.open_items


def _seen(one: Break) -> dict[str, Any]:
    return {
        "break_class": one.kind,
        "effect": _effect(one.effect),
        "ours": one.ours,
        "theirs": tuple(TheirRow(file=line.file, line=line.line) for line in one.theirs),
        "cause": one.likely.what,
        "cause_position": one.likely.position,
        "proposed": one.correction.action,
    }


def _differs(state: ReconciliationItem, one: Break) -> bool:
    seen = _seen(one)
    told = ("break_class", "effect", "ours", "theirs")
    return any(getattr(state.seen, name) != seen[name] for name in told)


def _gone(state: ReconciliationItem, head: dict[str, Any]) -> BreakClosed:
    """A break that no run sees any more: by its correction, or because what was missing has come."""
    done = state.corrected
    if done is None:
        return BreakClosed(**head, how="matched")
    return BreakClosed(
        **head, how=done.action, proposal=done.proposal, maker=done.maker, checker=done.checker
    )


def _effect(amounts: Amounts) -> Effect:
    return Effect(total_fen=amounts.total_fen, fund_fen=amounts.fund_fen, account_fen=amounts.account_fen)


def sums_of(tally: Tally) -> Sums:
    """A tally as events say it."""
    amounts = tally.amounts
    return Sums(
        rows=tally.rows,
        total_fen=amounts.total_fen,
        fund_fen=amounts.fund_fen,
        account_fen=amounts.account_fen,
    )


def _by_rule(outcome: Outcome, ours: Sequence[Ours], theirs: Sequence[Theirs]) -> tuple[RuleSums, ...]:
    here = {row.id: money_here(row) for row in ours}
    there = {Line(row.file, row.line): money_there(row) for row in theirs}
    sums: dict[str, tuple[int, Tally, Tally]] = {}
    for one in outcome.matches:
        if not one.automatic:
            continue
        count, mine, others = sums.get(one.rule, (0, Tally(), Tally()))
        for row in one.ours:
            mine = mine.plus(Tally(1, here[row]))
        for line in one.theirs:
            others = others.plus(Tally(1, there[line]))
        sums[one.rule] = (count + 1, mine, others)
    return tuple(
        RuleSums(rule=rule, matches=count, here=sums_of(mine), there=sums_of(others))
        for rule, (count, mine, others) in sorted(sums.items())
    )


def _by_class(breaks: Iterable[Break]) -> tuple[ClassSums, ...]:
    effects: dict[str, list[Effect]] = {}
    for one in breaks:
        effects.setdefault(one.kind, []).append(_effect(one.effect))
    return tuple(
        ClassSums(break_class=kind, breaks=len(some), effect=together(some))
        for kind, some in sorted(effects.items())
    )
