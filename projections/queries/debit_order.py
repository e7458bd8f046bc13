"""`copay debit-order`: who pays for a beneficiary, first payer first."""

from datetime import datetime
from typing import NamedTuple

from ledger.clock import for_people
from projections.models.accounts import ACCOUNTS
from projections.models.debit_orders import DEBIT_ORDERS, Binding, BindingStep, standing_after
from projections.models.quotas import QUOTAS
from projections.queries.answer import Answer, known_account
from projections.store import Snapshot
from projections.store.snapshot import EVER


class QuotaLeft(NamedTuple):
    """The unused quota of a binding that was ever granted one."""

    beneficiary: str
    binding: int
    fen: int


def binders_of(moment: Snapshot, beneficiary: str, upto: int, until: datetime) -> list[Binding]:
    """The mutual-aid bindings that stand at that moment, in debit order."""
    steps = moment.rows("family_steps", BindingStep, beneficiary=beneficiary, upto=upto, at=until)
    return [binding for binding in standing_after(steps) if binding.kind == "mutual_aid"]


def debit_order(
    moment: Snapshot, beneficiary: str, at: datetime | None = None, position: int | None = None
) -> Answer:
    """The own account (rank 0, employees only), then the binders; proxies are not listed.

    `quota_fen` is what is left of the binder's quota, null when it never granted one. Raises NotFound
    (`beneficiary_not_found`).
    """
    upto, until = moment.upto(position, ACCOUNTS, DEBIT_ORDERS, QUOTAS), at or EVER
    found = known_account(moment, beneficiary, upto, until, "beneficiary")
    binders = binders_of(moment, beneficiary, upto, until)
    quotas = moment.rows("family_quotas", QuotaLeft, beneficiary=beneficiary, upto=upto, at=until)
    left = {quota.binding: quota.fen for quota in quotas}
    own = [_own(beneficiary)] if found.insurance == "employee" else []
    return {
        "beneficiary": beneficiary,
        **found._asdict(),
        "order": own + [_shared(rank, b, left.get(b.binding)) for rank, b in enumerate(binders, 1)],
        "position": upto,
    }


def _own(beneficiary: str) -> Answer:
    return {
        "rank": 0,
        "binder": beneficiary,
        "relation": "self",
        "since": None,
        "limit_fen": None,
        "quota_fen": None,
        "binding": None,
    }


def _shared(rank: int, binding: Binding, quota_fen: int | None) -> Answer:
    return {
        "rank": rank,
        "binder": binding.binder,
        "relation": binding.relation,
        "since": for_people(binding.since),
        "limit_fen": binding.limit_fen,
        "quota_fen": quota_fen,
        "binding": binding.binding,
    }
