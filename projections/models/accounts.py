"""Accounts: who is known, insured how and where, and in which status. One row per change."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, NamedTuple, assert_never, get_args

from ledger.events.account import AccountOpened, AccountTransferred, StatusChanged
from projections.recorded import Model, Recorded, Table

Read = AccountOpened | AccountTransferred | StatusChanged


class AccountStep(NamedTuple):
    """What an event said about an account; None where it said nothing."""

    position: int
    at: datetime
    account: str
    region: str | None = None
    insurance: str | None = None
    status: str | None = None


class Account(NamedTuple):
    """An account as some steps leave it. `region` is six digits."""

    region: str
    insurance: str
    status: str


def project(recorded: Recorded[Read]) -> Iterator[AccountStep]:
    """The step an event adds."""
    event = recorded.event
    place = (recorded.position, event.at, recorded.subject)
    match event:
        case AccountOpened():
            yield AccountStep(*place, event.region, event.insurance, "active")
        case AccountTransferred():
            yield AccountStep(*place, region=event.region)
        case StatusChanged():
            yield AccountStep(*place, status=event.status)
        case _:
            assert_never(event)


def account_after(steps: Iterable[AccountStep]) -> Account | None:
    """The account after these steps, in recorded order; None before its opening."""
    account: Account | None = None
    for step in steps:
        if step.insurance is not None:
            account = Account(step.region or "", step.insurance, step.status or "")
        elif account is not None:
            account = account._replace(
                region=step.region or account.region, status=step.status or account.status
            )
    return account


ACCOUNTS: Final = Model("accounts", 1, (Table("account_steps", AccountStep),), get_args(Read), project)
