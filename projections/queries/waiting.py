"""`copay list`: what waits for a person. Each list has pages: pass `next` as `after` for the following one.

`age_days` counts local calendar days from when it happened to `now`. `next` is null on the last page.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from ledger.clock import business_date, for_people
from projections.models.accounts import ACCOUNTS
from projections.models.balances import BALANCES
from projections.models.debit_orders import DEBIT_ORDERS
from projections.models.quotas import QUOTAS
from projections.models.requests import REQUESTS
from projections.models.settlements import SETTLEMENTS
from projections.queries.answer import Answer, known_account
from projections.recorded import Recorded
from projections.store import Snapshot
from projections.store.snapshot import EVER

LAST: Final = 2**62
"""A position beyond every log: newest-first lists start here."""


class WaitingSettlement(NamedTuple):
    """An open hold, or a charge that somebody should look at. Own, shared and cash sum to the amount."""

    position: int
    settlement: str
    op: str
    beneficiary: str
    amount_fen: int
    own_fen: int
    shared_fen: int
    cash_fen: int
    service_class: str
    med_type: str | None
    institution: str | None
    at: datetime


class ExceptionalSettlement(NamedTuple):
    """A settlement decided elsewhere, and what this ledger would have refused of it."""

    position: int
    settlement: str
    op: str
    beneficiary: str
    amount_fen: int
    own_fen: int
    shared_fen: int
    cash_fen: int
    service_class: str
    med_type: str | None
    institution: str | None
    at: datetime
    exceptions: list[str]


class SuspendedMoney(NamedTuple):
    """Refunds that reached a closed account and were not paid out: since the first of them."""

    position: int
    account: str
    suspense_fen: int
    since: datetime


class StandingBinding(NamedTuple):
    """A binding that stands, and where its two sides are insured now."""

    position: int
    kind: str
    binder: str
    binder_region: str
    beneficiary: str
    beneficiary_region: str
    relation: str
    since: datetime
    limit_fen: int | None
    quota_fen: int | None


_ENVELOPE: Final = frozenset({"at", "recorded_at", "request", "by"})


def holds(moment: Snapshot, now: datetime, limit: int = 100, after: int | None = None) -> Answer:
    """Open holds, oldest first."""
    upto = moment.upto(None, SETTLEMENTS)
    rows = moment.rows("open_holds", WaitingSettlement, upto=upto, after=after or 0, limit=limit + 1)
    return _page("holds", [_settlement(row, now) for row in rows], limit, upto)


def unknown(moment: Snapshot, now: datetime, limit: int = 100, after: int | None = None) -> Answer:
    """Charges and holds whose `med_type` the policy does not know, not given back since; newest first."""
    upto = moment.upto(None, SETTLEMENTS)
    rows = moment.rows("unknown_charges", WaitingSettlement, upto=upto, before=after or LAST, limit=limit + 1)
    return _page("unknown", [_settlement(row, now) for row in rows], limit, upto)


def exceptions(moment: Snapshot, now: datetime, limit: int = 100, after: int | None = None) -> Answer:
    """Settlements decided elsewhere against a rule of this ledger, not given back since; oldest first."""
    upto = moment.upto(None, SETTLEMENTS)
    rows = moment.rows(
        "exceptional_settlements", ExceptionalSettlement, upto=upto, after=after or 0, limit=limit + 1
    )
    return _page("exceptions", [_settlement(row, now) for row in rows], limit, upto)


def reviews(moment: Snapshot, now: datetime, limit: int = 100, after: int | None = None) -> Answer:
    """Binds that wait for a review, oldest first."""
    upto = moment.upto(None, REQUESTS)
    positions = moment.values("pending_reviews", int, upto=upto, after=after or 0, limit=limit + 1)
    rows = [_request(recorded, now) for recorded in moment.positions(positions)]
    return _page("reviews", rows, limit, upto)


def refusals(moment: Snapshot, now: datetime, limit: int = 100, after: int | None = None) -> Answer:
    """What a rule said no to, newest first."""
    upto = moment.upto(None, REQUESTS)
    positions = moment.values("refusals", int, upto=upto, before=after or LAST, limit=limit + 1)
    rows = [_request(recorded, now) for recorded in reversed(moment.positions(positions))]
    return _page("refusals", rows, limit, upto)


def suspense(moment: Snapshot, now: datetime, limit: int = 100, after: int | None = None) -> Answer:
    """Closed accounts with money to pay out, longest waiting first."""
    upto = moment.upto(None, ACCOUNTS, BALANCES)
    rows = moment.rows("suspense", SuspendedMoney, upto=upto, after=after or 0, limit=limit + 1)
    shown = [_dated(row, "since", now) for row in rows]
    for row in shown:
        found = known_account(moment, row["account"], upto, EVER)
        row |= {"region": found.region, "status": found.status}
    return _page("suspense", shown, limit, upto)


def bindings(
    moment: Snapshot, now: datetime, region: str | None = None, limit: int = 100, after: int | None = None
) -> Answer:
    """Standing bindings, oldest first; of a region (leading digits) when either side is insured there now."""
    upto = moment.upto(None, ACCOUNTS, DEBIT_ORDERS, QUOTAS)
    rows = moment.rows(
        "standing_bindings",
        StandingBinding,
        upto=upto,
        after=after or 0,
        region=region or "",
        limit=limit + 1,
    )
    return {"region": region} | _page("bindings", [_dated(row, "since", now) for row in rows], limit, upto)


def _page(name: str, rows: Sequence[Answer], limit: int, upto: int) -> Answer:
    """One row more than the page was asked for: it tells whether another page follows."""
    page = list(rows[:limit])
    return {name: page, "next": page[-1]["position"] if len(rows) > limit else None, "position": upto}


def _settlement(row: WaitingSettlement | ExceptionalSettlement, now: datetime) -> Answer:
    shown = _dated(row, "at", now)
    shown["class"] = shown.pop("service_class")
    return shown


def _request(recorded: Recorded[Any], now: datetime) -> Answer:
    """A refusal or a pending bind, with its own fields."""
    event = recorded.event
    return {
        "position": recorded.position,
        "id": event.request,
        "at": for_people(event.at),
        "by": event.by,
        **{name: value for name, value in event.as_dict().items() if name not in _ENVELOPE},
        "age_days": _age_days(event.at, now),
    }


def _dated(
    row: WaitingSettlement | ExceptionalSettlement | SuspendedMoney | StandingBinding,
    field: str,
    now: datetime,
) -> Answer:
    shown = row._asdict()
    happened: datetime = shown[field]
    return shown | {field: for_people(happened), "age_days": _age_days(happened, now)}


def _age_days(happened: datetime, now: datetime) -> int:
    """Never below 0: a service time may lie up to a day ahead."""
    return max(0, (business_date(now) - business_date(happened)).days)
