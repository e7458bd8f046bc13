"""`copay statement`: the money that came and went, line by line."""

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


class StatementLine(NamedTuple):
    """Money in or out of one bucket. `balance_fen` is current + carried after it, in recorded order."""

    position: int
    at: datetime
    recorded_at: datetime
    type: str
    bucket: str
    amount_fen: int
    balance_fen: int
    settlement: str | None
    beneficiary: str | None
    note: str | None


def statement(
    moment: Snapshot,
    account: str,
    first: date | None = None,
    last: date | None = None,
    position: int | None = None,
) -> Answer:
    """The lines of the business days `first` to `last` (both included), by service time, in recorded order.

    Only money that moved: no holds, no quotas. A line of bucket `suspense` leaves `balance_fen` as it was,
    and every balance counts the lines before it, shown or not. Raises NotFound (`account_not_found`).
    """
    upto = moment.upto(position, ACCOUNTS, BALANCES)
    known_account(moment, account, upto, EVER)
    lines = moment.rows(
        "statement",
        StatementLine,
        account=account,
        upto=upto,
        **{"from": _midnight(first) if first else BEGINNING},
        before=_midnight(last + _DAY) if last and last < date.max else EVER,
    )
    return {
        "account": account,
        "from": first.isoformat() if first else None,
        "to": last.isoformat() if last else None,
        "lines": [
            line._asdict() | {"at": for_people(line.at), "recorded_at": for_people(line.recorded_at)}
            for line in lines
        ],
        "position": upto,
    }


def _midnight(day: date) -> datetime:
    """The first instant of a business day."""
    return datetime.combine(day, time(), SHANGHAI)
