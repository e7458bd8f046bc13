"""Breaks and figures as plain values: what `--json` prints, and what pages and reports are made from."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from ledger.events.periods import ItemLine
from ledger.events.reconciliation import BreakProposed, Effect, Sums
from ledger.reconciliation.desk import Desk
from ledger.reconciliation.items import ReconciliationItem
from ledger.reconciliation.periods import PeriodKey
from ledger.reconciliation.statement import item_lines

Plain = dict[str, Any]


def full(fact: Struct) -> Plain:
    """A part of an event with every field of it, those that say nothing, too."""
    return {field: _full(getattr(fact, field)) for field in fact.__struct_fields__}


def _full(value: Any) -> Any:
    if isinstance(value, Struct):
        return full(value)
    return [_full(part) for part in value] if isinstance(value, tuple) else value


def days_of(key: PeriodKey) -> Plain:
    """A period."""
    return {"party": key.party, "first": key.first.isoformat(), "last": key.last.isoformat()}


def plain(figures: Sums | Effect) -> dict[str, int]:
    """Sums or an effect, in fen; of sums the number of rows, too."""
    columns = {
        "total_fen": figures.total_fen,
        "fund_fen": figures.fund_fen,
        "account_fen": figures.account_fen,
    }
    return {"rows": figures.rows, **columns} if isinstance(figures, Sums) else columns


def described(desk: Desk, items: Sequence[ReconciliationItem]) -> list[Plain]:
    """Breaks as plain values, with their ages today."""
    lines = item_lines(items, desk.office.today(), desk.office.workdays)
    return [as_line(state, line) for state, line in zip(items, lines, strict=True)]


def as_line(state: ReconciliationItem, line: ItemLine) -> Plain:
    """A break as plain values; state, owner, age and how it ended are those of a line of the sheet."""
    opened, seen, waiting = state.opened, state.seen, state.proposal
    return {
        "item": state.item,
        "party": opened.party,
        "first": opened.first,
        "last": opened.last,
        "side": opened.side,
        "key": opened.key,
        "class": seen.break_class,
        "effect": plain(seen.effect),
        "state": line.state,
        "owner": line.owner,
        "first_day": line.first_day,
        "days": line.days,
        "working_days": line.working_days,
        "external": opened.external,
        "linked": opened.linked,
        "ours": list(seen.ours),
        "theirs": [{"file": row.file, "line": row.line} for row in seen.theirs],
        "cause": seen.cause,
        "cause_position": seen.cause_position,
        "proposed": seen.proposed,
        "question": state.question,
        "proposal": None if waiting is None else _proposal(waiting),
        "how": line.how,
        "maker": line.maker,
        "checker": line.checker,
        "refund": line.refund,
        "recorded": line.recorded,
    }


def _proposal(waiting: BreakProposed) -> Plain:
    fields = ("proposal", "action", "digest", "reason", "settlement", "refund_fen", "record_fen", "record")
    return {name: getattr(waiting, name) for name in fields} | {
        "by": waiting.by,
        "ours": list(waiting.ours),
        "theirs": [{"file": row.file, "line": row.line} for row in waiting.theirs],
    }
