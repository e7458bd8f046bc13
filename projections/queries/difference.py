"""`copay diff`: what made one balance of an account out of another, cause by cause."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from ledger.clock import for_people
from ledger.events.family import Bound, Unbound
from projections.models.accounts import ACCOUNTS
from projections.models.balances import BALANCES
from projections.models.debit_orders import DEBIT_ORDERS
from projections.models.quotas import QUOTAS
from projections.models.settlements import SETTLEMENTS
from projections.queries.answer import Answer, known_account
from projections.queries.balance import figures
from projections.store import Snapshot
from projections.store.snapshot import EVER

SUMMED: Final = ("current_fen", "carried_fen", "suspense_fen", "reserved_fen", "held_fen")
"""The figures that are sums of what events did."""

_OPS: Final = {
    "Credited": "credit",
    "Adjusted": "adjust",
    "YearClosed": "close_year",
    "CoPaymentHeld": "hold",
    "CoPaymentCaptured": "capture",
    "HoldReleased": "release",
    "CoPaymentRefunded": "refund",
    "QuotaGranted": "grant_quota",
    "QuotaReleased": "release_quota",
}
"""Event → the command behind it, where nothing else tells: a quota may also begin or end with its binding."""
ENDINGS: Final = {"unbind": "unbind", "closed": "set_status", "transferred": "transfer"}
"""The cause of an unbinding → the command that brought it."""


class When(NamedTuple):
    """A moment: what had happened by service time `at`, what had been recorded up to `position`, or both."""

    at: datetime | None = None
    position: int | None = None


class Between(NamedTuple):
    """An entry that counts at one of the two moments only; `counted`: at the later-named one."""

    position: int
    at: datetime
    type: str
    settlement: str | None
    beneficiary: str | None
    note: str | None
    op: str | None
    counted: bool
    current_fen: int
    carried_fen: int
    suspense_fen: int
    reserved_fen: int
    held_fen: int


class QuotaCommand(NamedTuple):
    """The quota event at `position`, and a change of the family it may have come with."""

    position: int
    with_position: int


_Cause = tuple[str, str, str | None, str | None, str | None]


def difference(moment: Snapshot, account: str, first: When, last: When) -> Answer:
    """The account's figures at two moments, the `change` between them, and its `causes`, in recorded order.

    A cause is a command of one settlement, or all commands of a kind: `op`, `type`, `settlement`,
    `beneficiary`, `note`, how many `events`, the `positions` of the first and the last, and what they came
    to, signed fen. Causes sum to `change` in `current_fen`, `carried_fen`, `suspense_fen`, `reserved_fen` and
    `held_fen`. An event that counts at `first` but not at `last` is taken off again (`taken_off` counts
    these). Before its opening an account holds nothing. Raises NotFound (`account_not_found`).
    """
    reached = moment.upto(None, ACCOUNTS, BALANCES, DEBIT_ORDERS, QUOTAS, SETTLEMENTS)
    known_account(moment, account, max(_upto(first, reached), _upto(last, reached)), EVER)
    rows = moment.rows(
        "entries_between", Between, account=account,
        upto=_upto(last, reached), at=last.at or EVER,
        before_upto=_upto(first, reached), before_at=first.at or EVER,
    )  # fmt: skip
    start = figures(moment, account, _upto(first, reached), first.at or EVER)
    end = figures(moment, account, _upto(last, reached), last.at or EVER)
    return {
        "account": account,
        "from": _shown(first) | start,
        "to": _shown(last) | end,
        "change": {name: end[name] - start[name] for name in start},
        "causes": _causes(rows, _op_of(moment, account, rows)),
        "position": reached,
    }


def _upto(when: When, reached: int) -> int:
    return reached if when.position is None else min(when.position, reached)


def _shown(when: When) -> Answer:
    return {"at": for_people(when.at) if when.at else None, "position": when.position}


def _op_of(moment: Snapshot, account: str, rows: Sequence[Between]) -> Callable[[Between], str]:
    """Which command an entry came from. A quota that came or went with its binding is asked of the log."""
    quotas = [row.position for row in rows if row.type in ("QuotaGranted", "QuotaReleased")]
    pairs = moment.rows("quota_commands", QuotaCommand, account=account, positions=quotas) if quotas else []
    events = {
        r.position: r.event
        for r in moment.positions(sorted({position for pair in pairs for position in pair}))
    }
    with_binding = {
        pair.position: _binding_op(events[pair.with_position])
        for pair in pairs
        if events[pair.position].request == events[pair.with_position].request
    }
    return lambda row: row.op or with_binding.get(row.position) or _OPS[row.type]


def _binding_op(event: Any) -> str | None:
    match event:
        case Bound():
            return "bind" if event.reviewed is None else "review"
        case Unbound():
            return ENDINGS[event.cause]
        case _:
            return None


def _causes(rows: Iterable[Between], op_of: Callable[[Between], str]) -> list[Answer]:
    causes: dict[_Cause, Answer] = {}
    for row in rows:
        op = op_of(row)
        key = (op, row.type, row.settlement, row.beneficiary, row.note)
        cause = causes.setdefault(key, _cause(key, row.position))
        cause["events"] += 1
        cause["taken_off"] += not row.counted
        cause["positions"][1] = row.position
        for name in SUMMED:
            fen: int = getattr(row, name)
            cause[name] += fen if row.counted else -fen
    return list(causes.values())


def _cause(key: _Cause, position: int) -> Answer:
    names = ("op", "type", "settlement", "beneficiary", "note")
    counts = {"events": 0, "taken_off": 0, "positions": [position, position]}
    return dict(zip(names, key, strict=True)) | counts | dict.fromkeys(SUMMED, 0)
