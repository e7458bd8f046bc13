"""Status and region of an account, and the bindings that end with them (contract section 3, *Accounts*)."""

from typing import Literal

from ledger.aggregates.family_group import Binding
from ledger.aggregates.personal_account import PersonalAccount
from ledger.commands.models import SetStatus, Transfer
from ledger.deciders.desk import Accepted, Change, Decision, Desk
from ledger.deciders.unbinding import ending
from ledger.events.account import AccountConfirmed, AccountTransferred, Kind, StatusChanged
from ledger.ids import account_stream
from ledger.refusals import Refusal

Ending = tuple[str, Binding]
"""A beneficiary, and the binding of that family which ends."""


def set_status(command: SetStatus, desk: Desk) -> Decision:
    """Suspend, reactivate or close. A closing ends every binding of the account, of both kinds."""
    account = desk.account(command.account)
    closing = command.status == "closed"
    if refusal := _cannot_change(account, desk, frees_money=closing):
        return refusal
    assert account is not None
    if account.status == command.status:
        return _confirmed(account, desk, "set_status")
    endings = [*_as_binder(account, desk, None), *_as_beneficiary(account, desk)] if closing else []
    unbound, changes = _end(endings, desk, "closed")
    event = StatusChanged(**desk.head, status=command.status, reason=command.reason, unbound=unbound)
    return Accepted(((account_stream(account.account), event), *changes))


def transfer(command: Transfer, desk: Desk) -> Decision:
    """The insurance moves; mutual-aid bindings as binder end with the relation (2026-01-09 notice, N-06)."""
    account = desk.account(command.account)
    if refusal := _cannot_change(account, desk, frees_money=True):
        return refusal
    assert account is not None
    if account.region == command.region:
        return _confirmed(account, desk, "transfer")
    unbound, changes = _end(_as_binder(account, desk, "mutual_aid"), desk, "transferred")
    event = AccountTransferred(**desk.head, region=command.region, reason=command.reason, unbound=unbound)
    return Accepted(((account_stream(account.account), event), *changes))


def _cannot_change(account: PersonalAccount | None, desk: Desk, *, frees_money: bool) -> Refusal | None:
    if account is None:
        return Refusal("account_not_found")
    if account.status == "closed":
        return Refusal("account_closed")
    if not frees_money:
        return None
    # Holds it pays stand in its own stream, holds it is treated under in its family's; one may be both.
    open_holds = max(account.open_holds, len(desk.family(account.account).holds))
    return Refusal("unsettled_holds", {"open_holds": open_holds}) if open_holds else None


def _confirmed(account: PersonalAccount, desk: Desk, op: Literal["set_status", "transfer"]) -> Accepted:
    return Accepted(((account_stream(account.account), AccountConfirmed(**desk.head, op=op)),))


def _as_binder(account: PersonalAccount, desk: Desk, kind: str | None) -> list[Ending]:
    return [
        (beneficiary, desk.family(beneficiary).bindings[number - 1])
        for (of_kind, beneficiary), number in account.members.items()
        if kind is None or of_kind == kind
    ]


def _as_beneficiary(account: PersonalAccount, desk: Desk) -> list[Ending]:
    return [(account.account, b) for b in desk.family(account.account).bindings if b.until is None]


def _end(
    endings: list[Ending], desk: Desk, cause: Literal["closed", "transferred"]
) -> tuple[tuple[tuple[Kind, str, str], ...], list[Change]]:
    """Every ending, sorted, with its events. It takes effect no earlier than that family's last change."""
    changes: list[Change] = []
    unbound: list[tuple[Kind, str, str]] = []
    for beneficiary, binding in sorted(endings, key=lambda e: (e[1].kind, e[1].binder, e[0])):
        last_at = desk.family(beneficiary).last_at
        at = desk.at if last_at is None else max(desk.at, last_at)
        kind: Kind = "mutual_aid" if binding.kind == "mutual_aid" else "proxy_credential"
        unbound.append((kind, binding.binder, beneficiary))
        changes += ending(desk, beneficiary, binding, at=at, cause=cause, reason=None)
    return tuple(unbound), changes
