"""Debit order, limits and quotas of a family (contract sections 3 and 4)."""

from ledger.commands.models import GrantQuota, ReleaseQuota, Reorder, SetLimit
from ledger.deciders.desk import Accepted, Decision, Desk
from ledger.deciders.timeline import out_of_order, quota_exceeds
from ledger.events.account import QuotaGranted, QuotaReleased
from ledger.events.family import LimitSet, PriorityReordered, TimelineAdvanced
from ledger.ids import account_stream, family_stream
from ledger.refusals import Refusal


def reorder(command: Reorder, desk: Desk) -> Decision:
    """Put the present binders in another order. The own account always pays first and has no place here."""
    if desk.account(command.beneficiary) is None:
        return Refusal("beneficiary_not_found")
    family = desk.family(command.beneficiary)
    if refusal := out_of_order(family, desk):
        return refusal
    present = tuple(ranked.binder for ranked in family.order)
    if len(command.order) != len(present) or set(command.order) != set(present):
        return Refusal("not_a_permutation", {"binders": list(present)})
    stream = family_stream(command.beneficiary)
    if command.order == present:
        return Accepted(((stream, TimelineAdvanced(**desk.head, op="reorder")),))
    return Accepted(((stream, PriorityReordered(**desk.head, order=command.order)),))


def set_limit(command: SetLimit, desk: Desk) -> Decision:
    """A binder's yearly limit for one beneficiary, in fen; null takes it away."""
    family = desk.family(command.beneficiary)
    ranked = next((r for r in family.order if r.binder == command.binder), None)
    if ranked is None:
        return Refusal("not_bound")
    if refusal := out_of_order(family, desk):
        return refusal
    stream = family_stream(command.beneficiary)
    if ranked.limit_fen == command.limit_fen:
        return Accepted(((stream, TimelineAdvanced(**desk.head, op="set_limit")),))
    event = LimitSet(**desk.head, binding=ranked.binding, binder=command.binder, limit_fen=command.limit_fen)
    return Accepted(((stream, event),))


def grant_quota(command: GrantQuota, desk: Desk) -> Decision:
    """Set money aside for one beneficiary (2026-01-09 notice, N-07): the owner can no longer spend it."""
    family = desk.family(command.beneficiary)
    binding = family.binding_with(command.binder, "mutual_aid")
    if binding is None:
        return Refusal("not_bound")
    if refusal := out_of_order(family, desk):
        return refusal
    binder = desk.known(command.binder)
    pack = desk.policy(binder.region)
    if pack is None or pack.mutual_aid.quota == "none":
        return Refusal("quota_not_offered")
    if refusal := quota_exceeds(command.amount_fen, binder):
        return refusal
    unused = binder.quotas.get((command.beneficiary, binding.number), 0) + command.amount_fen
    granted = QuotaGranted(
        **desk.head,
        beneficiary=command.beneficiary,
        binding=binding.number,
        amount_fen=command.amount_fen,
        quota_fen=unused,
    )
    advanced = TimelineAdvanced(**desk.head, op="grant_quota")
    return Accepted(
        ((account_stream(command.binder), granted), (family_stream(command.beneficiary), advanced))
    )


def release_quota(command: ReleaseQuota, desk: Desk) -> Decision:
    """Give the unused quota back to its owner; the binding goes on drawing on its quota only."""
    family = desk.family(command.beneficiary)
    binding = family.binding_with(command.binder, "mutual_aid")
    if binding is None:
        return Refusal("not_bound")
    if refusal := out_of_order(family, desk):
        return refusal
    unused = desk.known(command.binder).quotas.get((command.beneficiary, binding.number), 0)
    if unused == 0:
        return Refusal("no_quota")
    released = QuotaReleased(
        **desk.head, beneficiary=command.beneficiary, binding=binding.number, released_fen=unused
    )
    advanced = TimelineAdvanced(**desk.head, op="release_quota")
    return Accepted(
        ((account_stream(command.binder), released), (family_stream(command.beneficiary), advanced))
    )
