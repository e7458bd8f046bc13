"""`copay limits`: what a beneficiary used of a year's limits, and what is left of them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from ledger.money import floor_zero
from projections.models.accounts import ACCOUNTS
from projections.models.debit_orders import DEBIT_ORDERS
from projections.models.limits import LIMITS
from projections.queries.answer import Answer, known_account
from projections.queries.debit_order import binders_of
from projections.store import Snapshot
from projections.store.snapshot import EVER


class PairUse(NamedTuple):
    """What one binder's money paid or holds for one beneficiary in a year, net of refunds."""

    beneficiary: str
    binder: str
    fen: int


def uses_of(
    moment: Snapshot, beneficiaries: Iterable[str], year: int, upto: int, until: datetime
) -> list[PairUse]:
    """The use of every pair with one of these beneficiaries."""
    return moment.rows(
        "limit_use", PairUse, beneficiaries=list(beneficiaries), year=year, upto=upto, at=until
    )


def limits(
    moment: Snapshot,
    beneficiary: str,
    year: int,
    cap_of: Callable[[str], int | None],
    at: datetime | None = None,
    position: int | None = None,
) -> Answer:
    """The year's use in all and by binder: those bound then in debit order, then former ones with use.

    `cap_of` tells the yearly cap per beneficiary that a region's policy of 31 December sets (None: no such
    cap). What remains is never below 0, and null where nothing limits. Raises NotFound
    (`beneficiary_not_found`).
    """
    upto, until = moment.upto(position, ACCOUNTS, DEBIT_ORDERS, LIMITS), at or EVER
    found = known_account(moment, beneficiary, upto, until, "beneficiary")
    used = {use.binder: use.fen for use in uses_of(moment, [beneficiary], year, upto, until)}
    bound = {b.binder: b.limit_fen for b in binders_of(moment, beneficiary, upto, until)}
    former = [binder for binder, fen in used.items() if binder not in bound and fen]
    used_fen, cap_fen = sum(used.values()), cap_of(found.region)
    return {
        "beneficiary": beneficiary,
        "region": found.region,
        "year": year,
        "used_fen": used_fen,
        "cap_fen": cap_fen,
        "remaining_fen": _remaining(cap_fen, used_fen),
        "by_binder": [
            {
                "binder": binder,
                "used_fen": used.get(binder, 0),
                "limit_fen": bound.get(binder),
                "remaining_fen": _remaining(bound.get(binder), used.get(binder, 0)),
                "bound": binder in bound,
            }
            for binder in [*bound, *former]
        ],
        "position": upto,
    }


def _remaining(limit_fen: int | None, used_fen: int) -> int | None:
    return None if limit_fen is None else floor_zero(limit_fen - used_fen)
