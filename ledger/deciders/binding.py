"""Binding and its review: the eighteen checks of contract section 4, in their order."""

from dataclasses import dataclass

from ledger.aggregates.family_group import FamilyGroup
from ledger.aggregates.personal_account import PersonalAccount
from ledger.clock import business_date, business_month, for_people
from ledger.commands.models import Bind, Review
from ledger.deciders.desk import Accepted, Change, Decision, Desk
from ledger.deciders.timeline import out_of_order, quota_exceeds
from ledger.events.account import BindingSlotTaken, Kind, QuotaGranted
from ledger.events.family import Bound, EvidenceShown
from ledger.events.request import BindApproved, BindRejected, BindRequested
from ledger.ids import account_stream, family_stream, request_stream
from ledger.policies.eligibility import authorisations_needed, face_age_reached, first_day_after, in_scope
from ledger.policies.pack import BindingRules, Pack
from ledger.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Application:
    """What is asked for, by a bind or by the pending one that a review approves."""

    binder: str
    beneficiary: str
    kind: Kind
    relation: str
    authorisation: str
    limit_fen: int | None
    quota_fen: int | None
    evidence: tuple[EvidenceShown, ...]


@dataclass(frozen=True, slots=True)
class Eligible:
    """Every check passed: what the events need."""

    pack: Pack
    rules: BindingRules
    binder: PersonalAccount
    family: FamilyGroup
    face_age_reached: bool


def bind(command: Bind, desk: Desk) -> Decision:
    """Bind now, or wait for a review where the binder's region requires one."""
    asked = Application(
        command.binder,
        command.beneficiary,
        command.kind,
        command.relation,
        command.authorisation,
        command.limit_fen,
        command.quota_fen,
        tuple(EvidenceShown(type=e.type, sha256=e.sha256) for e in command.evidence),
    )
    found = _check(asked, desk)
    if isinstance(found, Refusal):
        return found
    if found.rules.review == "none":
        return Accepted(tuple(_bound(asked, found, desk, reviewed=None)))
    if command.by is None:
        return Refusal("actor_required")
    requested = BindRequested(
        **desk.head,
        kind=asked.kind,
        binder=asked.binder,
        beneficiary=asked.beneficiary,
        relation=asked.relation,
        authorisation=asked.authorisation,
        limit_fen=asked.limit_fen,
        quota_fen=asked.quota_fen,
        evidence=asked.evidence,
        policy=found.pack.name,
        policy_digest=found.pack.digest,
    )
    return Accepted(((request_stream(command.id), requested),))


def review(command: Review, desk: Desk) -> Decision:
    """Approve or reject a pending bind; never by the one who asked. Approving checks everything again."""
    record = desk.request(command.request)
    if record.pending is None:
        return Refusal("request_not_found")
    if record.outcome is not None:
        return Refusal("already_reviewed", {"state": "bound" if record.outcome == "approved" else "rejected"})
    pending = record.pending
    if command.by == pending.by:
        return Refusal("self_review")
    stream = request_stream(command.request)
    if command.decision == "reject":
        return Accepted(((stream, BindRejected(**desk.head, reason=command.reason)),))
    asked = Application(
        pending.binder,
        pending.beneficiary,
        pending.kind,
        pending.relation,
        pending.authorisation,
        pending.limit_fen,
        pending.quota_fen,
        pending.evidence,
    )
    found = _check(asked, desk, not_before=pending)
    if isinstance(found, Refusal):
        return found
    changes = _bound(asked, found, desk, reviewed=command.request)
    bound = changes[0][1]
    assert isinstance(bound, Bound)
    approved = BindApproved(**desk.head, binding=bound.binding, rank=bound.rank, reason=command.reason)
    return Accepted(((stream, approved), *changes))


def _check(asked: Application, desk: Desk, not_before: BindRequested | None = None) -> Refusal | Eligible:
    """Checks 1 to 17, in the contract's order."""
    if asked.binder == asked.beneficiary:
        return Refusal("self_binding")
    binder, beneficiary = desk.account(asked.binder), desk.account(asked.beneficiary)
    if binder is None:
        return Refusal("binder_not_found")
    if beneficiary is None:
        return Refusal("beneficiary_not_found")
    if binder.status != "active":
        return Refusal("binder_not_active", {"status": binder.status})
    if beneficiary.status != "active":
        return Refusal("beneficiary_not_active", {"status": beneficiary.status})
    if asked.kind == "mutual_aid" and binder.insurance != "employee":
        return Refusal("no_personal_account")
    pack = desk.policy(binder.region)
    if pack is None:
        return desk.no_policy(binder.region)
    rules = pack.binding_rules(asked.kind)
    reached = face_age_reached(desk.born(asked.beneficiary), desk.day, rules.face_age)
    family = desk.family(asked.beneficiary)
    return (
        _persons(asked, pack, rules, binder, beneficiary, reached)
        or _pair(asked, rules, family, desk, not_before)
        or _counts(asked, rules, binder, family, desk)
        or _quota(asked, rules, binder)
        or Eligible(pack, rules, binder, family, reached)
    )


def _persons(
    asked: Application,
    pack: Pack,
    rules: BindingRules,
    binder: PersonalAccount,
    beneficiary: PersonalAccount,
    reached: bool,
) -> Refusal | None:
    if asked.relation not in rules.relations:
        return Refusal("relation_not_eligible", {"relation": asked.relation, "policy": pack.name})
    if not in_scope(binder.region, beneficiary.region, rules.scope):
        regions = {"binder_region": binder.region, "beneficiary_region": beneficiary.region}
        return Refusal("out_of_scope", {"scope": rules.scope, **regions})
    needed = authorisations_needed(reached)
    if asked.authorisation not in needed:
        return Refusal("authorisation_required", {"given": asked.authorisation, "needed": list(needed)})
    return None


def _pair(
    asked: Application, rules: BindingRules, family: FamilyGroup, desk: Desk, not_before: BindRequested | None
) -> Refusal | None:
    if family.binding_with(asked.binder, asked.kind) is not None:
        return Refusal("already_bound")
    if refusal := out_of_order(family, desk):
        return refusal
    if not_before is not None and desk.at < not_before.at:
        return Refusal("out_of_order", {"last_at": for_people(not_before.at)})
    ended = family.last_ended(asked.binder, asked.kind)
    if ended is not None:
        earliest = first_day_after(business_date(ended), rules.rebind_cooldown_days)
        if desk.day < earliest:
            return Refusal("rebind_too_soon", {"earliest": earliest.isoformat()})
    return None


def _counts(
    asked: Application, rules: BindingRules, binder: PersonalAccount, family: FamilyGroup, desk: Desk
) -> Refusal | None:
    binders, members = len(family.active(asked.kind)), binder.members_of(asked.kind)
    if rules.max_active_binders is not None and binders >= rules.max_active_binders:
        return Refusal("too_many_binders", {"binders": binders, "max": rules.max_active_binders})
    if rules.max_active_members is not None and members >= rules.max_active_members:
        return Refusal("too_many_members", {"members": members, "max": rules.max_active_members})
    month = business_month(desk.at)
    binds = binder.binds.get((asked.kind, month), 0)
    if rules.max_binds_per_month is not None and binds >= rules.max_binds_per_month:
        return Refusal(
            "too_many_binds_this_month", {"binds": binds, "max": rules.max_binds_per_month, "month": month}
        )
    return None


def _quota(asked: Application, rules: BindingRules, binder: PersonalAccount) -> Refusal | None:
    if asked.kind == "proxy_credential":
        return None
    if asked.quota_fen is None:
        return Refusal("quota_required") if rules.quota == "required" else None
    if rules.quota == "none":
        return Refusal("quota_not_offered")
    return quota_exceeds(asked.quota_fen, binder)


def _bound(asked: Application, found: Eligible, desk: Desk, reviewed: str | None) -> list[Change]:
    number = len(found.family.bindings) + 1
    rank = len(found.family.order) + 1 if asked.kind == "mutual_aid" else None
    bound = Bound(
        **desk.head,
        binding=number,
        kind=asked.kind,
        binder=asked.binder,
        relation=asked.relation,
        authorisation=asked.authorisation,
        face_age_reached=found.face_age_reached,
        limit_fen=asked.limit_fen,
        quota_fen=asked.quota_fen,
        evidence=asked.evidence,
        rank=rank,
        policy=found.pack.name,
        policy_digest=found.pack.digest,
        reviewed=reviewed,
    )
    slot = BindingSlotTaken(
        **desk.head,
        kind=asked.kind,
        beneficiary=asked.beneficiary,
        binding=number,
        month=business_month(desk.at),
    )
    stream = account_stream(asked.binder)
    changes: list[Change] = [(family_stream(asked.beneficiary), bound), (stream, slot)]
    if asked.quota_fen is not None:
        granted = QuotaGranted(
            **desk.head,
            beneficiary=asked.beneficiary,
            binding=number,
            amount_fen=asked.quota_fen,
            quota_fen=asked.quota_fen,
        )
        changes.append((stream, granted))
    return changes
