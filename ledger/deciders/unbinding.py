"""How a binding ends: the place in the order closes up and what is left of a quota goes back to its owner."""

from datetime import datetime
from typing import Literal

from ledger.aggregates.family_group import Binding
from ledger.clock import business_date
from ledger.commands.models import Unbind
from ledger.deciders.desk import Accepted, Change, Decision, Desk
from ledger.deciders.timeline import out_of_order
from ledger.events.account import BindingSlotFreed, Kind, QuotaReleased
from ledger.events.family import Unbound
from ledger.ids import account_stream, family_stream
from ledger.policies.eligibility import first_day_after
from ledger.refusals import Refusal


def unbind(command: Unbind, desk: Desk) -> Decision:
    """Either side may end a binding (domain S-04), but not over unsettled fees (S-17)."""
    family = desk.family(command.beneficiary)
    binding = family.binding_with(command.binder, command.kind)
    if binding is None:
        return Refusal("not_bound")
    if refusal := out_of_order(family, desk):
        return refusal
    if open_holds := family.held_by(binding.number):
        return Refusal("unsettled_holds", {"open_holds": open_holds})
    pack = desk.policy(desk.known(command.binder).region)
    if pack is not None:
        earliest = first_day_after(
            business_date(binding.since), pack.binding_rules(command.kind).min_days_bound
        )
        if desk.day < earliest:
            return Refusal("too_soon_to_unbind", {"earliest": earliest.isoformat()})
    changes = ending(desk, command.beneficiary, binding, at=desk.at, cause="unbind", reason=command.reason)
    return Accepted(tuple(changes))


def ending(
    desk: Desk,
    beneficiary: str,
    binding: Binding,
    *,
    at: datetime,
    cause: Literal["unbind", "closed", "transferred"],
    reason: str | None,
) -> list[Change]:
    """The events that end one binding, the family's first. `at` is when it takes effect."""
    kind: Kind = "mutual_aid" if binding.kind == "mutual_aid" else "proxy_credential"
    binder = desk.known(binding.binder)
    unused = binder.quotas.get((beneficiary, binding.number), 0)
    head = {**desk.head, "at": at}
    unbound = Unbound(
        **head,
        binding=binding.number,
        kind=kind,
        binder=binding.binder,
        cause=cause,
        reason=reason,
        returned_fen=unused,
    )
    changes: list[Change] = [(family_stream(beneficiary), unbound)]
    stream = account_stream(binding.binder)
    if unused:
        released = QuotaReleased(**head, beneficiary=beneficiary, binding=binding.number, released_fen=unused)
        changes.append((stream, released))
    changes.append(
        (stream, BindingSlotFreed(**head, kind=kind, beneficiary=beneficiary, binding=binding.number))
    )
    return changes
