"""`copay affected`: payments that a fact told late puts in doubt, and the money at stake, payer by payer.

A charge is decided by what is recorded when it comes. When an unbinding, a suspension, a closing, a move to
another region, an adjustment, a new limit or a new order is recorded only afterwards, with a service time not
later than the charge's, the ledger rewrites nothing: somebody has to look. A bind, a credit or a quota told
late is not listed: it takes no ground from anybody's payment.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, assert_never

from ledger.clock import for_people
from ledger.events.account import AccountTransferred, Adjusted, StatusChanged
from ledger.events.family import LimitSet, PriorityReordered, Unbound
from projections.models.accounts import ACCOUNTS
from projections.models.balances import BALANCES
from projections.models.debit_orders import DEBIT_ORDERS
from projections.queries.answer import Answer, known_account
from projections.queries.difference import ENDINGS
from projections.recorded import Recorded
from projections.store import Snapshot
from projections.store.snapshot import EVER

LateFact = Unbound | LimitSet | PriorityReordered | StatusChanged | AccountTransferred | Adjusted


class Doubted(NamedTuple):
    """A payer's part of a settlement, decided at `position` without the `fact` recorded later."""

    fact: int
    position: int
    at: datetime
    payer: str
    rank: int
    settlement: str
    beneficiary: str


class Paid(NamedTuple):
    """What a payer paid or holds for a settlement by now (nothing once released), and what it got back."""

    payer: str
    settlement: str
    paid_fen: int
    refunded_fen: int


_Part = tuple[str, str]
"""Payer and settlement."""
_NOTHING: Final = Paid("", "", 0, 0)


def affected(
    moment: Snapshot, since: int = 0, account: str | None = None, beneficiary: str | None = None
) -> Answer:
    """The late facts recorded after position `since`, each with the payments it puts in doubt.

    `account` asks for facts about this account only (its bindings as a binder, its status, region and
    adjustments), `beneficiary` for payments of this person's bills only. At stake is what a payer paid or
    holds for a settlement, less what it got back; `payers` and the sum count a payment once, however many
    facts concern it. A command that ended several bindings is one fact. Raises NotFound
    (`account_not_found`, `beneficiary_not_found`).
    """
    upto = moment.upto(None, ACCOUNTS, BALANCES, DEBIT_ORDERS)
    if account is not None:
        known_account(moment, account, upto, EVER)
    if beneficiary is not None:
        known_account(moment, beneficiary, upto, EVER, "beneficiary")
    rows = moment.rows(
        "late_facts", Doubted, since=since, upto=upto, account=account, beneficiary=beneficiary
    )
    paid = _paid(moment, rows, upto)
    rows = [row for row in rows if _of(paid, row).paid_fen]
    facts = _by_command(moment.positions(sorted({row.fact for row in rows})))
    parts = {(row.payer, row.settlement): _stake(paid, row) for row in rows}
    return {
        "since": since,
        "account": account,
        "beneficiary": beneficiary,
        "facts": [_fact(same, rows, paid) for same in facts],
        "payers": _payers(parts),
        "at_stake_fen": sum(parts.values()),
        "position": upto,
    }


def _paid(moment: Snapshot, rows: Sequence[Doubted], upto: int) -> dict[_Part, Paid]:
    payers, settlements = {row.payer for row in rows}, {row.settlement for row in rows}
    found = moment.rows(
        "settlement_payments", Paid, payers=list(payers), settlements=list(settlements), upto=upto
    )
    return {(part.payer, part.settlement): part for part in found}


def _of(paid: Mapping[_Part, Paid], row: Doubted) -> Paid:
    return paid.get((row.payer, row.settlement), _NOTHING)


def _stake(paid: Mapping[_Part, Paid], row: Doubted) -> int:
    part = _of(paid, row)
    return part.paid_fen - part.refunded_fen


def _by_command(events: Iterable[Recorded[LateFact]]) -> list[list[Recorded[LateFact]]]:
    """The facts of one command together: what happened to the account before what that ended."""
    commands: defaultdict[str, list[Recorded[LateFact]]] = defaultdict(list)
    for recorded in events:
        commands[recorded.event.request].append(recorded)
    return [sorted(same, key=lambda one: isinstance(one.event, Unbound)) for same in commands.values()]


def _fact(same: Sequence[Recorded[LateFact]], rows: Iterable[Doubted], paid: Mapping[_Part, Paid]) -> Answer:
    positions = {recorded.position for recorded in same}
    doubted = {(row.payer, row.settlement): row for row in rows if row.fact in positions}
    event = same[0].event
    return {
        "position": same[0].position,
        "id": event.request,
        **_told(same[0].subject, event),
        "at": for_people(event.at),
        "recorded_at": for_people(event.recorded_at),
        "by": event.by,
        "payments": [_payment(row, _of(paid, row)) for row in doubted.values()],
        "at_stake_fen": sum(_stake(paid, row) for row in doubted.values()),
    }


def _told(subject: str, event: LateFact) -> Answer:
    """The command behind a fact, whom it is about, and what it said."""
    told: tuple[str, str | None, str | None, object]
    match event:
        case Unbound():
            told = (ENDINGS[event.cause], event.binder, subject, event.reason)
        case LimitSet():
            told = ("set_limit", event.binder, subject, None)
        case PriorityReordered():
            told = ("reorder", None, subject, list(event.order))
        case StatusChanged():
            told = ("set_status", subject, None, event.status)
        case AccountTransferred():
            told = ("transfer", subject, None, event.region)
        case Adjusted():
            told = ("adjust", subject, None, event.reason)
        case _:
            assert_never(event)
    return dict(zip(("op", "account", "beneficiary", "said"), told, strict=True))


def _payment(row: Doubted, part: Paid) -> Answer:
    return {
        "settlement": row.settlement,
        "position": row.position,
        "at": for_people(row.at),
        "beneficiary": row.beneficiary,
        "payer": row.payer,
        "rank": row.rank,
        "paid_fen": part.paid_fen,
        "refunded_fen": part.refunded_fen,
        "at_stake_fen": part.paid_fen - part.refunded_fen,
    }


def _payers(parts: Mapping[_Part, int]) -> list[Answer]:
    """Largest stake first."""
    stakes: defaultdict[str, list[int]] = defaultdict(list)
    for (payer, _), fen in parts.items():
        stakes[payer].append(fen)
    totals = [
        {"payer": payer, "charges": len(fens), "at_stake_fen": sum(fens)} for payer, fens in stakes.items()
    ]
    return sorted(totals, key=lambda one: (-int(one["at_stake_fen"]), one["payer"]))
