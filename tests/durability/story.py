"""Command lines for tests: a family of Chengdu in the spring of 2025, under the national rules of then."""

from collections.abc import Iterator
from typing import Any, Final

import orjson

LIN: Final = "LIN"
"""The grandmother, who falls ill."""
WEI: Final = "WEI"
"""Her son, whose money pays."""
MEI: Final = "MEI"
"""Her daughter."""

OPENING: Final = "2025-03-01T09:00:00+08:00"
DAY: Final = "2025-03-20T10:00:00+08:00"


def line(op: str, id: str, at: str = DAY, **fields: Any) -> bytes:
    """One command line."""
    return orjson.dumps({"id": id, "op": op, "at": at, **fields})


def opened(account: str, **fields: Any) -> bytes:
    """An employee's account, opened on the first day."""
    known = {"account": account, "region": "510104", "insurance": "employee", **fields}
    return line("open_account", f"open-{account}", OPENING, **known)


def credited(account: str, amount_fen: int, id: str | None = None) -> bytes:
    """Money for an account."""
    return line("credit", id or f"credit-{account}", account=account, amount_fen=amount_fen)


def bound(binder: str, beneficiary: str, at: str = OPENING) -> bytes:
    """A child that pays for a parent."""
    return line(
        "bind", f"bind-{binder}-{beneficiary}", at,
        binder=binder, beneficiary=beneficiary, relation="parent", authorisation="face",
    )  # fmt: skip


def charge(beneficiary: str, amount_fen: int, id: str, op: str = "charge", **fields: Any) -> bytes:
    """An outpatient bill."""
    bill = {"beneficiary": beneficiary, "amount_fen": amount_fen, "med_type": "11", **fields}
    return line(op, id, **{"settlement": f"S-{id}", **bill})


def owner_and_patients(patients: int, money_fen: int) -> Iterator[bytes]:
    """Wei, with money, binds to so many people without any: `P0`, `P1`, …"""
    yield opened(WEI)
    yield credited(WEI, money_fen)
    for number in range(patients):
        yield opened(f"P{number}")
        yield bound(WEI, f"P{number}")
