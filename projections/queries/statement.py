"""`copay statement`: the money that came and went, line by line."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from ledger.clock import SHANGHAI, for_people
from projections.models.accounts import ACCOUNTS
from projections.models.balances import BALANCES
from projections.queries.answer import Answer, known_account
from projections.store import Snapshot
from projections.store.snapshot import EVER

BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
_DAY: Final = timedelta(days=1)


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
        "lines": list(_lines(moved, start, end)),
        "position": upto,
    }


def _lines(moved: Iterable[MovedMoney], start: datetime, end: datetime) -> Iterator[Answer]:
    """Up to three lines an event; `balance_fen` is current + carried after the line."""
    balance_fen = 0
    recorded, recorded_at = BEGINNING, ""
    for event in moved:
        by_bucket = (
            ("current", event.current_fen), ("carried", event.carried_fen), ("suspense", event.suspense_fen)
        )  # fmt: skip
        shown = start <= event.at < end
        if shown and event.recorded_at != recorded:  # a batch is recorded at one moment
            recorded, recorded_at = event.recorded_at, for_people(event.recorded_at)
        happened = for_people(event.at) if shown else ""
        for bucket, amount_fen in by_bucket:
            if amount_fen is None:
                continue
            if bucket != "suspense":
                balance_fen += amount_fen
            if shown:
                yield {
                    "position": event.position,
                    "at": happened,
                    "recorded_at": recorded_at,
                    "type": event.type,
                    "bucket": bucket,
                    "amount_fen": amount_fen,
                    "balance_fen": balance_fen,
                    "settlement": event.settlement,
                    "beneficiary": event.beneficiary,
                    "note": event.note,
                }


def _midnight(day: date) -> datetime:
    """The first instant of a business day."""
    return datetime.combine(day, time(), SHANGHAI)
