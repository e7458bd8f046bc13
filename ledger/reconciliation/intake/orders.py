"""From the lines of a settlement file to what they ask of the ledger. Pure.

In mode `decide` this ledger allocates the personal share; in mode `record` the platform has moved the money,
and the legs say whose. What cannot be said for certain is a bad line, and one bad line refuses the file.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple

from ledger.commands.fields import Bucket
from ledger.commands.models import Charge, Record, Refund
from ledger.commands.parsing import from_object
from ledger.errors import Malformed
from ledger.events.national import fen_of
from ledger.reconciliation.files.defects import BadLine
from ledger.reconciliation.files.legs import LegRow
from ledger.reconciliation.files.settlements import SettlementRecord

Mode = Literal["decide", "record"]
_MOST_LEGS: Final = 20
_ID_ROOM: Final = 50


class Options(NamedTuple):
    """What the file itself does not say. `bucket` is where legs without one came from."""

    mode: Mode
    bucket: Bucket | None = None
    institution: str | None = None
    by: str | None = None


class Order(NamedTuple):
    """One line and what it asks for; no `fields`: nothing is due, so there is nothing to settle."""

    record: SettlementRecord
    fields: Mapping[str, Any] | None

    @property
    def facts(self) -> Mapping[str, str]:
        """The national fields that are kept."""
        return facts_of(self.record)

    def command(self, attempt: int) -> Charge | Record | Refund:
        """The command of the n-th attempt, from 1. The same line always asks under the same ids."""
        assert self.fields is not None, "nothing is due"
        suffix = "" if attempt == 1 else f":{attempt}"
        prefix = "import" if self.record.direction == "forward" else "import-back"
        id_ = f"{prefix}:{_short(self.record.settlement)}{suffix}"
        command = from_object({**self.fields, "id": id_})
        assert isinstance(command, Charge | Record | Refund)
        return command


def facts_of(record: SettlementRecord) -> dict[str, str]:
    """The national fields that are kept: free text may hold names, so it is not."""
    return {name: value for name, value in record.facts.items() if name != "exp_content"}


class Asked(NamedTuple):
    """What all lines ask for, in the order of the file, and every line that cannot be told."""

    orders: Sequence[Order]
    bad: Sequence[BadLine]


def orders(records: Sequence[SettlementRecord], legs: Sequence[LegRow], options: Options) -> Asked:
    """What a file asks for. A single bad line refuses it whole."""
    found: list[Order] = []
    bad: list[BadLine] = []
    legs_of: defaultdict[str, list[LegRow]] = defaultdict(list)
    for leg in legs:
        if leg.direction == "forward" and leg.amount_fen:
            legs_of[leg.settlement].append(leg)
    seen: set[tuple[str, str]] = set()
    for record in records:
        wrong = list(_wrong(record, legs_of.get(record.settlement, []), options))
        if (record.settlement, record.direction) in seen:
            wrong.append(BadLine(record.line, "setl_id", "settlement_twice"))
        seen.add((record.settlement, record.direction))
        order = Order(record, _fields(record, legs_of.get(record.settlement, []), options))
        if not wrong and order.fields is not None:
            try:
                order.command(1)
            except Malformed:
                wrong.append(BadLine(record.line, None, "not_a_command"))
        bad += wrong
        found.append(order)
    return Asked([] if bad else found, bad)


def _wrong(record: SettlementRecord, legs: Sequence[LegRow], options: Options) -> Iterator[BadLine]:
    if record.share_fen != record.account_fen + record.cash_fen:
        yield BadLine(record.line, "psn_part_amt", "share_not_closed")
    if _self_paid_fen(record) > record.share_fen:
        yield BadLine(record.line, "fulamt_ownpay_amt", "self_paid_above_share")
    if options.mode == "record" and record.direction == "forward":
        yield from _wrong_legs(record, legs, options)


def _wrong_legs(record: SettlementRecord, legs: Sequence[LegRow], options: Options) -> Iterator[BadLine]:
    if not legs and record.mutual_fen:
        yield BadLine(record.line, "acct_mulaid_pay", "legs_missing")
    if legs and sum(leg.amount_fen for leg in legs) != record.account_fen:
        yield BadLine(record.line, "acct_pay", "legs_not_closed")
    if any((leg.relation == "self") is not (leg.payer == record.person) for leg in legs):
        yield BadLine(record.line, "psn_no", "leg_of_another")
    if len(legs) > _MOST_LEGS:
        yield BadLine(record.line, None, "too_many_legs")
    buckets = [leg.bucket for leg in legs] or ([None] if record.account_fen else [])
    if None in buckets and options.bucket is None:
        yield BadLine(record.line, None, "bucket_missing")


def _fields(record: SettlementRecord, legs: Sequence[LegRow], options: Options) -> dict[str, Any] | None:
    stamp = {"at": record.at.isoformat(), **_given(by=options.by)}
    if record.direction == "reverse":
        refund = f"{_short(record.settlement)}:back"
        return {"op": "refund", "settlement": record.settlement, "refund": refund, **stamp}
    if record.share_fen == 0:
        return None
    bill = {
        "settlement": record.settlement,
        "beneficiary": record.person,
        "amount_fen": record.share_fen,
        "med_type": record.med_type,
        "facts": facts_of(record),
        **stamp,
        **_given(institution=record.institution or options.institution),
    }
    if options.mode == "record" and record.account_fen:
        return {"op": "record", "legs": _legs(record, legs, options), **_self_paid(record), **bill}
    if options.mode == "record":  # all cash: nobody's money moved, and nobody is asked for any
        return {"op": "charge", "sources": "shared", "self_paid_fen": record.share_fen, **bill}
    return {"op": "charge", **_self_paid(record), **bill}


def _legs(record: SettlementRecord, legs: Sequence[LegRow], options: Options) -> list[dict[str, Any]]:
    if not legs:
        own = {"payer": record.person, "bucket": options.bucket, "amount_fen": record.account_fen}
        return [own]
    in_order = sorted(legs, key=lambda leg: (leg.number is None, leg.number or 0))
    return [
        {"payer": leg.payer, "bucket": leg.bucket or options.bucket, "amount_fen": leg.amount_fen}
        for leg in in_order
    ]


def _self_paid_fen(record: SettlementRecord) -> int:
    """What is fully self-paid (`fulamt_ownpay_amt`): binders never pay it (case 9)."""
    return fen_of(record.facts.get("fulamt_ownpay_amt")) or 0


def _self_paid(record: SettlementRecord) -> dict[str, int]:
    fen = _self_paid_fen(record)
    return {"self_paid_fen": fen} if fen else {}


def _given(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}


def _short(settlement: str) -> str:
    """A settlement id as a part of another id: whole where there is room, else by its digest."""
    return settlement if len(settlement) <= _ID_ROOM else sha256(settlement.encode()).hexdigest()[:32]
