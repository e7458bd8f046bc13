"""`copay statement`: the money that came and went, line by line."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Final, NamedTuple

import orjson

from ledger.clock import SHANGHAI, for_people
from projections.models.accounts import ACCOUNTS
from projections.models.balances import BALANCES
from projections.queries.answer import Answer, known_account
from projections.store import Snapshot
from projections.store.snapshot import EVER

BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_WHOLE_MINUTES: Final = datetime(1902, 1, 1, tzinfo=UTC)
"""Before 1901 the clock of Shanghai was 8 hours, 5 minutes and 43 seconds ahead."""


class MovedMoney(NamedTuple):
    """What one event moved in each bucket, signed; None is nothing."""

    position: int
    at: datetime
    recorded_at: datetime
    type: str
    current_fen: int | None
    carried_fen: int | None
    suspense_fen: int | None
    settlement: str | None
    beneficiary: str | None
    note: str | None


def statement(
    moment: Snapshot,
    account: str,
    first: date | None = None,
    last: date | None = None,
    at: datetime | None = None,
    position: int | None = None,
) -> Answer:
    """The lines of the business days `first` to `last` (both included), by service time, in recorded order.

    Only money that moved: no holds, no quotas. A line of bucket `suspense` leaves `balance_fen` as it was,
    and every balance counts the lines before it, shown or not. As of service time `at` and log position
    `position`, what happened or was recorded later counts nowhere. Raises NotFound (`account_not_found`).
    """
    upto, until = moment.upto(position, ACCOUNTS, BALANCES), at or EVER
    known_account(moment, account, upto, until)
    start = _midnight(first) if first else BEGINNING
    end = _midnight(last + _DAY) if last and last < date.max else EVER
    moved = moment.rows("moved_money", MovedMoney, account=account, upto=upto, at=until)
    return {
        "account": account,
        "from": first.isoformat() if first else None,
        "to": last.isoformat() if last else None,
        "lines": _lines(moved, start, end),
        "position": upto,
    }


def _lines(moved: Sequence[MovedMoney], start: datetime, end: datetime) -> list[Answer]:
    """Up to three lines an event; `balance_fen` is current + carried after the line."""
    lines: list[Answer] = []
    balance_fen = 0
    recorded, recorded_at = EVER, ""
    moments = iter(_times([instant for instant, _ in groupby(event.recorded_at for event in moved)]))
    for event, at in zip(moved, _times([event.at for event in moved]), strict=True):
        shown = start <= event.at < end
        if event.recorded_at != recorded:  # a batch is recorded at one moment
            recorded, recorded_at = event.recorded_at, next(moments)
        for bucket, amount_fen in (
            ("current", event.current_fen), ("carried", event.carried_fen), ("suspense", event.suspense_fen)
        ):  # fmt: skip
            if amount_fen is None:
                continue
            if bucket != "suspense":
                balance_fen += amount_fen
            if shown:
                lines.append(
                    {
                        "position": event.position,
                        "at": at,
                        "recorded_at": recorded_at,
                        "type": event.type,
                        "bucket": bucket,
                        "amount_fen": amount_fen,
                        "balance_fen": balance_fen,
                        "settlement": event.settlement,
                        "beneficiary": event.beneficiary,
                        "note": event.note,
                    }
                )
    return lines


def _times(instants: Sequence[datetime]) -> list[str]:
    """What `for_people` says of each, all at once: a statement may have ten thousand lines."""
    if not instants or min(instants) < _WHOLE_MINUTES:
        return [for_people(instant) for instant in instants]
    at_once = orjson.dumps([instant.astimezone(SHANGHAI) for instant in instants])
    return at_once.decode().strip('[]"').split('","')


def _midnight(day: date) -> datetime:
    """The first instant of a business day."""
    return datetime.combine(day, time(), SHANGHAI)
