"""Two checks that binding, unbinding and the family's settings share."""

from ledger.aggregates.family_group import FamilyGroup
from ledger.aggregates.personal_account import PersonalAccount
from ledger.clock import for_people
from ledger.deciders.desk import Desk
from ledger.refusals import Refusal


def out_of_order(family: FamilyGroup, desk: Desk) -> Refusal | None:
    """One family timeline: its commands never go back in time."""
    if family.last_at is None or desk.at >= family.last_at:
        return None
    return Refusal("out_of_order", {"last_at": for_people(family.last_at)})


def quota_exceeds(quota_fen: int, binder: PersonalAccount) -> Refusal | None:
    """No more can be set aside than is available (domain d 24)."""
    if quota_fen <= binder.available_fen:
        return None
    return Refusal(
        "quota_exceeds_available", {"needed_fen": quota_fen, "available_fen": binder.available_fen}
    )
