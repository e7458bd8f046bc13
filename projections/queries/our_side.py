"""Our side of a reconciliation: settlements and their reversals, as the other side is told of them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from ledger.events.national import account_of, counting
from projections.models.accounts import ACCOUNTS
from projections.models.clearing import CLEARING
from projections.queries.answer import Answer
from projections.store import Snapshot

Agency = Literal["clr_optins", "setl_optins"]
"""Which fact names the agency: the clearing agency, or the one that settled."""


class Move(NamedTuple):
    """A step that moved money, or may have, beside the decision it belongs to."""

    position: int
    at: datetime
    day: date
    step: str
    refund: str | None
    refundable_fen: int | None
    settlement: str
    external: str
    corrects: str | None
    person: str
    region: str
    institution: str | None
    service_class: str
    med_type: str | None
    total_fen: int | None
    fund_fen: int | None
    account_fen: int | None
    mutual_fen: int | None
    cash_fen: int | None
    hospital_fen: int | None
    visit: str | None
    message: str | None
    insutype: str | None
    clr_type: str | None
    clr_optins: str | None
    setl_optins: str | None
    payers: list[str]
    paid_fen: list[int]
    decided: int
    ended: str | None


_NEEDED: Final = [
    ("medfee_sumamt", Move._fields.index("total_fen")),
    ("fund_pay_sumamt", Move._fields.index("fund_fen")),
    ("acct_pay", Move._fields.index("account_fen")),
]
"""What every row needs, and its place in a move."""


class Told(NamedTuple):
    """What became known of a settlement later."""

    position: int
    settlement: str
    institution: str | None
    total_fen: int | None
    fund_fen: int | None
    account_fen: int | None
    mutual_fen: int | None
    cash_fen: int | None
    hospital_fen: int | None
    visit: str | None
    message: str | None
    insutype: str | None
    clr_type: str | None
    clr_optins: str | None
    setl_optins: str | None


class RegionTold(NamedTuple):
    """Where a person is insured from an event on."""

    account: str
    position: int
    region: str


class Wanted(NamedTuple):
    """Which rows are asked for; None is any."""

    institution: str | None = None
    agency: str | None = None
    clr_type: str | None = None
    insutype: str | None = None


ANY: Final = Wanted()
"""All rows there are."""


def our_side(
    moment: Snapshot,
    first: date,
    last: date,
    wanted: Wanted = ANY,
    *,
    agency_of: Agency = "clr_optins",
    mutual_aid_inside: bool = True,
    position: int | None = None,
) -> Answer:
    """The moves of the business days `first` to `last`, both included, in recorded order.

    `rows` are forward moves (a charge or record, a captured hold on the day of its capture, an open or
    released hold in its state) and reverse ones (the refund that gave back the last of a settlement: it takes
    the settlement's amounts). Amounts are unsigned fen; `account_fen` is what the platform said the accounts
    paid, with mutual aid or without (`mutual_aid_inside`). `legs` are payer, region and fen.

    `lacking` lists moves whose facts do not say what a row needs (the three amounts, and what is asked for),
    `partly` refunds that left something: neither has a place in the national files.
    """
    upto = moment.upto(position, ACCOUNTS, CLEARING)
    moves = moment.rows("clearing_moves", Move, first=first, last=last, upto=upto)
    told = _told(moment.rows("clearing_facts", Told, upto=upto))
    regions = _Regions(moment.rows("regions_told", RegionTold, upto=upto))
    whole = set(moment.values("refunded_in_full", str, upto=upto))
    asked = [(name, of, value) for name, of, value in _asked(wanted, agency_of) if value is not None]
    needed = [*_NEEDED, *((name, of) for name, of, _ in asked)]
    agency = Move._fields.index(agency_of)
    rows, lacking, partly = list[Answer](), list[Answer](), list[Answer]()
    for bare in moves:
        move = _with(bare, told[bare.settlement]) if bare.settlement in told else bare
        if any(move[of] is not None and move[of] != value for _, of, value in asked):
            continue
        if move.refundable_fen:
            if move.settlement not in whole:
                partly.append(_named(move))
        elif any(move[of] is None for _, of in needed):
            missing = [name for name, of in needed if move[of] is None]
            lacking.append(_named(move) | {"missing": missing})
        else:
            rows.append(_row(move, regions, agency, mutual_aid_inside=mutual_aid_inside))
    return {"rows": rows, "lacking": lacking, "partly": partly, "position": upto}


def _told(facts: Iterable[Told]) -> dict[str, list[Told]]:
    found: defaultdict[str, list[Told]] = defaultdict(list)
    for told in facts:
        found[told.settlement].append(told)
    return dict(found)


def _with(move: Move, later: Iterable[Told]) -> Move:
    """The move with what became known later; what was known first stays."""
    for told in later:
        missing = {
            name: value
            for name, value in told._asdict().items()
            if value is not None and name not in ("position", "settlement") and getattr(move, name) is None
        }
        move = move._replace(**missing)
    return move


def _asked(wanted: Wanted, agency_of: Agency) -> Iterator[tuple[str, int, str | None]]:
    """What is asked for: its national name, its place in a move, and the value."""
    names = ("institution", agency_of, "clr_type", "insutype")
    yield from ((name, Move._fields.index(name), value) for name, value in zip(names, wanted, strict=True))


def _named(move: Move) -> Answer:
    return {
        "settlement": move.settlement,
        "refund": move.refund,
        "institution": move.institution,
        "person": move.person,
        "at": move.at,
        "day": move.day,
        "position": move.position,
    }


def _row(move: Move, regions: "_Regions", agency: int, *, mutual_aid_inside: bool) -> Answer:
    """The fields of `ledger.reconciliation.rows.Ours`."""
    return {
        "settlement": move.settlement,
        "external": move.external,
        "direction": "reverse" if move.step == "refunded" else "forward",
        "person": move.person,
        "at": move.at,
        "day": move.day,
        "total_fen": move.total_fen,
        "fund_fen": move.fund_fen,
        "account_fen": _account_fen(move, mutual_aid_inside=mutual_aid_inside),
        "position": move.position,
        "region": move.region,
        "service_class": move.service_class,
        "state": _state(move),
        "refund": move.refund,
        "visit": move.visit,
        "message": move.message,
        "institution": move.institution,
        "insutype": move.insutype,
        "clr_type": move.clr_type,
        "agency": move[agency],
        "med_type": move.med_type,
        "legs": tuple(
            (payer, regions.of(payer, move.decided), fen)
            for payer, fen in zip(move.payers, move.paid_fen, strict=True)
        ),
        "corrects": move.corrects,
    }


def _state(move: Move) -> str:
    if move.ended is not None:
        return move.ended
    return "held" if move.step == "hold" else "charged"


def _account_fen(move: Move, *, mutual_aid_inside: bool) -> int:
    """As the platform told it; where its parts add up neither way, as our own legs have it, else inside."""
    account, mutual = move.account_fen or 0, move.mutual_fen or 0
    how = counting(
        move.total_fen, move.fund_fen or 0, account, mutual, move.cash_fen or 0, move.hospital_fen or 0
    )
    if how is None:
        how = "outside" if mutual and account + mutual == sum(move.paid_fen) else "inside"
    told = account_of(account, mutual, how)
    return told.all_fen if mutual_aid_inside else told.own_fen


class _Regions:
    """Where each person was insured as of a position."""

    def __init__(self, told: Iterable[RegionTold]) -> None:
        self._told: defaultdict[str, tuple[list[int], list[str]]] = defaultdict(lambda: ([], []))
        for account, position, region in told:
            positions, regions = self._told[account]
            positions.append(position)
            regions.append(region)

    def of(self, account: str, position: int) -> str | None:
        """The region of an account when an event was recorded."""
        positions, regions = self._told[account]
        if len(positions) == 1:  # nearly everybody stays
            return regions[0] if positions[0] <= position else None
        place = bisect_right(positions, position)
        return regions[place - 1] if place else None
