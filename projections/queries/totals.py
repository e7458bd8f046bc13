"""`copay totals`: what institutions and agencies reconcile, per business day."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, NamedTuple

from projections.models.accounts import ACCOUNTS
from projections.models.totals import TOTALS
from projections.queries.answer import Answer
from projections.store import Snapshot
from projections.store.snapshot import EVER

_AMOUNTS: Final = ("amount_fen", "own_fen", "shared_fen", "cash_fen")


class DayTotal(NamedTuple):
    """Settlements of a kind on a business day (`forward`), or refunds of such (`reverse`). Unsigned fen."""

    business_day: date
    institution: str | None
    region: str
    insurance: str
    service_class: str
    op: str
    direction: str
    counted: int
    amount_fen: int
    own_fen: int
    shared_fen: int
    cash_fen: int


def totals(
    moment: Snapshot,
    institution: str | None = None,
    first: date | None = None,
    last: date | None = None,
    at: datetime | None = None,
    position: int | None = None,
) -> Answer:
    """The totals of the business days `first` to `last` (both included), of one institution or of all.

    Charges and premiums count on their day, captured holds on the day of the capture, refunds as `reverse`
    entries on the day of the refund; open and released holds do not count. `sum` has both directions and what
    is left of them (`net`, amounts only: a refund of a part is no settlement less). Nothing found is an
    empty list: any text may be an institution.
    """
    upto = moment.upto(position, ACCOUNTS, TOTALS)
    found = moment.rows(
        "totals",
        DayTotal,
        institution=institution,
        first=first or date.min,
        last=last or date.max,
        upto=upto,
        at=at or EVER,
    )
    forward, reverse = (_sum(t for t in found if t.direction == way) for way in ("forward", "reverse"))
    return {
        "institution": institution,
        "from": first.isoformat() if first else None,
        "to": last.isoformat() if last else None,
        "totals": [_shown(total) for total in found],
        "sum": {
            "forward": forward,
            "reverse": reverse,
            "net": {name: forward[name] - reverse[name] for name in _AMOUNTS},
        },
        "position": upto,
    }


def _sum(totals: Iterable[DayTotal]) -> dict[str, int]:
    found = list(totals)
    amounts = {name: sum(getattr(total, name) for total in found) for name in _AMOUNTS}
    return {"count": sum(total.counted for total in found)} | amounts


def _shown(total: DayTotal) -> Answer:
    return {
        "business_day": total.business_day.isoformat(),
        "institution": total.institution,
        "region": total.region,
        "insurance": total.insurance,
        "class": total.service_class,
        "op": total.op,
        "direction": total.direction,
        "count": total.counted,
        "amount_fen": total.amount_fen,
        "own_fen": total.own_fen,
        "shared_fen": total.shared_fen,
        "cash_fen": total.cash_fen,
    }
