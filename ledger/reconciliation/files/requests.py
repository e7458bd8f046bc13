"""The requests that go out: totals for 3201, and what 3202 is told about its detail file.

Sums are signed: a settlement counts for the period of its own day, a refund against that of the day it was
made, so that August's settlement and its refund in September stand in two months (never netted by id).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple, assert_never

import orjson

from ledger.reconciliation.files.profile import Count, Profile
from ledger.reconciliation.files.sending import Sendable
from ledger.reconciliation.rows import Ours


class Period(NamedTuple):
    """Business days, both inclusive."""

    begin: date
    end: date


class Call(NamedTuple):
    """What one call is about, and the sums of its rows in fen: settlements less refunds.

    `insutype` is None where calls are made for all insurance types together, as those of 3202 are.
    """

    insutype: str | None
    clr_type: str
    agency: str
    period: Period
    rows: Sequence[Sendable]
    total_fen: int
    fund_fen: int
    account_fen: int
    settlements: int

    @property
    def cash_fen(self) -> int:
        """What neither fund nor accounts paid."""
        return self.total_fen - self.fund_fen - self.account_fen


def calls(profile: Profile, period: Period, rows: Iterable[Sendable]) -> list[Call]:
    """The calls of a period, in the order of insurance type, clearing type and agency."""
    by_insutype = "insutype" in (profile.request or ())

    def key(row: Sendable) -> tuple[str, str, str]:
        return row.insutype if by_insutype else "", row.clr_type, row.agency

    within = [row for row in rows if period.begin <= row.day <= period.end]
    return [_call(profile, period, list(found)) for _, found in groupby(sorted(within, key=key), key=key)]


def count(how: Count, forward: int, reverse: int) -> int:
    """How many settlements are reported. A net count may be negative; it is never clipped to 0."""
    match how:
        case "net":
            return forward - reverse
        case "gross":
            return forward + reverse
        case "settlements":
            return forward
        case _:
            assert_never(how)


def request(profile: Profile, about: Call, file_number: str | None = None) -> bytes:
    """The JSON of a request, with the profile's fields. `file_number` is what 9101 answered (3202 only)."""
    values: Mapping[str, str] = {
        "insutype": about.insutype or "",
        "clr_type": about.clr_type,
        "setl_optins": about.agency,
        "clr_optins": about.agency,
        "stmt_begndate": about.period.begin.isoformat(),
        "stmt_enddate": about.period.end.isoformat(),
        "medfee_sumamt": sent_amount(about.total_fen),
        "fund_pay_sumamt": sent_amount(about.fund_fen),
        "acct_pay": sent_amount(about.account_fen),
        "cash_payamt": sent_amount(about.cash_fen),
        "fixmedins_setl_cnt": str(about.settlements),
        "refd_setl_flag": profile.request_flag or "",
        "exp_content": "",
        "file_qury_no": file_number or "",
    }
    return orjson.dumps({"data": {field: values[field] for field in profile.request or ()}})


def sent_amount(fen: int) -> str:
    """An amount in a request: two decimals, `0` for nothing, as empty numbers are sent."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}" if fen else "0"


def by_area(rows: Iterable[Ours]) -> dict[str, int]:
    """What each area's accounts owe for these rows, in fen, refunds subtracted, by the payer's own region.

    The institution is paid by its local agency, which recovers from the areas of the other payers.
    """
    owed: dict[str, int] = {}
    for row in rows:
        for _, region, fen in row.legs:
            area = region or row.region
            owed[area] = owed.get(area, 0) + (fen if row.direction == "forward" else -fen)
    return dict(sorted(owed.items()))


def _call(profile: Profile, period: Period, rows: Sequence[Sendable]) -> Call:
    signs = [1 if row.direction == "forward" else -1 for row in rows]
    forward = signs.count(1)
    assert profile.count is not None
    return Call(
        rows[0].insutype if "insutype" in (profile.request or ()) else None,
        rows[0].clr_type,
        rows[0].agency,
        period,
        rows,
        sum(sign * row.total_fen for sign, row in zip(signs, rows, strict=True)),
        sum(sign * row.fund_fen for sign, row in zip(signs, rows, strict=True)),
        sum(sign * row.account_fen for sign, row in zip(signs, rows, strict=True)),
        count(profile.count, forward, len(rows) - forward),
    )
