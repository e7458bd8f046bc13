"""`copay members`: the binder's side - for whom it pays, and what it paid."""

from collections.abc import Iterable

from ledger.clock import for_people
from projections.models.accounts import ACCOUNTS
from projections.models.debit_orders import DEBIT_ORDERS, Binding, BindingStep, bound, limited
from projections.models.limits import LIMITS
from projections.models.quotas import QUOTAS
from projections.queries.answer import Answer, known_account
from projections.queries.debit_order import QuotaLeft
from projections.queries.limits import uses_of
from projections.store import Snapshot
from projections.store.snapshot import EVER

_Key = tuple[str, int]


def members(moment: Snapshot, binder: str, year: int) -> Answer:
    """The persons bound now (both kinds, longest first), then former ones with use in that year.

    `used_fen` counts the pair's use of the year, earlier bindings included; a proxy credential uses nothing.
    Raises NotFound (`account_not_found`).
    """
    upto = moment.upto(None, ACCOUNTS, DEBIT_ORDERS, LIMITS, QUOTAS)
    known_account(moment, binder, upto, EVER)
    standing, ended = _bindings(moment.rows("binder_steps", BindingStep, binder=binder, upto=upto, at=EVER))
    beneficiaries = {binding.beneficiary for binding in [*standing, *ended]}
    used = {
        use.beneficiary: use.fen
        for use in uses_of(moment, beneficiaries, year, upto, EVER)
        if use.binder == binder
    }
    paying = {binding.beneficiary for binding in standing if binding.kind == "mutual_aid"}
    former = {binding.beneficiary: binding for binding in ended if binding.kind == "mutual_aid"}
    quotas = moment.rows("binder_quotas", QuotaLeft, binder=binder, upto=upto, at=EVER)
    left = {(quota.beneficiary, quota.binding): quota.fen for quota in quotas}
    return {
        "binder": binder,
        "year": year,
        "members": [
            *(_member(b, used, left.get((b.beneficiary, b.binding))) for b in standing),
            *(_former(b, used) for who, b in former.items() if used.get(who) and who not in paying),
        ],
        "position": upto,
    }


def _bindings(steps: Iterable[BindingStep]) -> tuple[list[Binding], list[Binding]]:
    """The bindings of one binder that stand, and those that have ended, each in the order of binding."""
    standing: dict[_Key, Binding] = {}
    ended: list[Binding] = []
    for step in steps:
        key = (step.beneficiary, step.binding or 0)
        if step.step == "bound":
            standing[key] = bound(step)
        elif step.step == "unbound":
            ended.append(standing.pop(key))
        else:
            standing[key] = limited(standing[key], step)
    return list(standing.values()), ended


def _member(binding: Binding, used: dict[str, int], quota_fen: int | None) -> Answer:
    return {
        "beneficiary": binding.beneficiary,
        "kind": binding.kind,
        "relation": binding.relation,
        "since": for_people(binding.since),
        "limit_fen": binding.limit_fen,
        "quota_fen": quota_fen,
        "used_fen": used.get(binding.beneficiary, 0) if binding.kind == "mutual_aid" else 0,
        "bound": True,
    }


def _former(binding: Binding, used: dict[str, int]) -> Answer:
    """A binding that has ended limits nothing any more."""
    return _member(binding._replace(limit_fen=None), used, None) | {"bound": False}
