"""One person's account: money in two buckets, holds, quotas granted to others, and places as a binder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from ledger.aggregates.changing import changed
from ledger.events.account import (
    AccountConfirmed,
    AccountEvent,
    AccountOpened,
    AccountPayment,
    AccountTransferred,
    Adjusted,
    BindingSlotFreed,
    BindingSlotTaken,
    Bucket,
    CoPaymentCaptured,
    CoPaymentCharged,
    CoPaymentHeld,
    CoPaymentRefunded,
    Credited,
    HoldReleased,
    QuotaGranted,
    QuotaReleased,
    StatusChanged,
    YearClosed,
)
from ledger.money import floor_zero

QuotaKey = tuple[str, int]
"""Beneficiary, and the number of the binding in the beneficiary's family."""


@dataclass(frozen=True)
class PersonalAccount:
    """An account at one version. All amounts in fen; only balances can be negative.

    `quotas` holds an entry for every binding that was ever granted a quota: such a binding draws on it only,
    also when nothing is left. `shared_use` is what this account paid for others, per calendar year.
    """

    account: str
    version: int
    region: str
    insurance: str
    status: str = "active"
    current_fen: int = 0
    carried_fen: int = 0
    suspense_fen: int = 0
    held_current_fen: int = 0
    held_carried_fen: int = 0
    reserved_fen: int = 0
    open_holds: int = 0
    closed_year: int | None = None
    closed_version: int = 0
    quotas: Mapping[QuotaKey, int] = field(default_factory=dict)
    members: Mapping[tuple[str, str], int] = field(default_factory=dict)
    binds: Mapping[tuple[str, str], int] = field(default_factory=dict)
    shared_use: Mapping[int, int] = field(default_factory=dict)

    @property
    def balance_fen(self) -> int:
        """Both buckets together."""
        return self.current_fen + self.carried_fen

    @property
    def held_fen(self) -> int:
        """Open holds on both buckets."""
        return self.held_current_fen + self.held_carried_fen

    @property
    def spendable_fen(self) -> int:
        """Balance less open holds, not below zero: what a quota can still draw on."""
        return floor_zero(self.balance_fen - self.held_fen)

    @property
    def available_fen(self) -> int:
        """Balance less unused quotas less open holds, not below zero."""
        return floor_zero(self.balance_fen - self.reserved_fen - self.held_fen)

    def room_fen(self, bucket: Bucket) -> int:
        """What a bucket holds beyond its own open holds, not below zero."""
        if bucket == "current":
            return floor_zero(self.current_fen - self.held_current_fen)
        return floor_zero(self.carried_fen - self.held_carried_fen)

    def members_of(self, kind: str) -> int:
        """How many people this account is bound to now, by kind."""
        return sum(1 for k, _ in self.members if k == kind)


def opened(account: str, event: AccountOpened) -> PersonalAccount:
    """The account at its first event."""
    return PersonalAccount(account, 1, event.region, event.insurance)


def evolve(state: PersonalAccount, version: int, event: AccountEvent) -> PersonalAccount:
    """The account after one more event."""
    match event:
        case CoPaymentCharged():
            return _paid(state, version, event)
        case CoPaymentHeld():
            return _held(state, version, event)
        case CoPaymentCaptured():
            return _captured(state, version, event)
        case HoldReleased():
            return _released(state, version, event)
        case CoPaymentRefunded():
            return _refunded(state, version, event)
        case Credited():
            return changed(_moved(state, event.bucket, event.amount_fen), version=version)
        case Adjusted(bucket="suspense"):
            return changed(state, version=version, suspense_fen=state.suspense_fen + event.delta_fen)
        case Adjusted(bucket="current" | "carried" as bucket):
            return changed(_moved(state, bucket, event.delta_fen), version=version)
        case Adjusted():
            raise AssertionError(event.bucket)
        case YearClosed():
            return changed(
                state,
                version=version,
                current_fen=0,
                carried_fen=state.balance_fen,
                held_current_fen=0,
                held_carried_fen=state.held_fen,
                closed_year=event.year,
                closed_version=version,
            )
        case StatusChanged():
            return changed(state, version=version, status=event.status)
        case AccountTransferred():
            return changed(state, version=version, region=event.region)
        case QuotaGranted():
            return _quota(
                changed(state, version=version), (event.beneficiary, event.binding), event.amount_fen
            )
        case QuotaReleased():
            return _quota(
                changed(state, version=version), (event.beneficiary, event.binding), -event.released_fen
            )
        case BindingSlotTaken():
            month = (event.kind, event.month)
            return changed(
                state,
                version=version,
                members={**state.members, (event.kind, event.beneficiary): event.binding},
                binds={**state.binds, month: state.binds.get(month, 0) + 1},
            )
        case BindingSlotFreed():
            gone = (event.kind, event.beneficiary)
            return changed(
                state, version=version, members={k: n for k, n in state.members.items() if k != gone}
            )
        case AccountConfirmed() | AccountOpened():
            return changed(state, version=version)
        case _:
            assert_never(event)


def _moved(state: PersonalAccount, bucket: Bucket, delta_fen: int) -> PersonalAccount:
    if bucket == "current":
        return changed(state, current_fen=state.current_fen + delta_fen)
    return changed(state, carried_fen=state.carried_fen + delta_fen)


def _quota(state: PersonalAccount, key: QuotaKey, delta_fen: int) -> PersonalAccount:
    return changed(
        state,
        reserved_fen=state.reserved_fen + delta_fen,
        quotas={**state.quotas, key: state.quotas.get(key, 0) + delta_fen},
    )


def _drawn(state: PersonalAccount, event: AccountPayment, sign: int) -> PersonalAccount:
    """Quota and shared use after a payment (`sign` 1) or its undoing (-1)."""
    if event.rank == 0:
        return state
    if event.from_quota and event.binding is not None:
        state = _quota(state, (event.beneficiary, event.binding), -sign * event.drawn_fen)
    return _used(state, event.limit_year, sign * event.amount_fen)


def _used(state: PersonalAccount, year: int | None, amount_fen: int) -> PersonalAccount:
    if year is None or amount_fen == 0:
        return state
    return changed(state, shared_use={**state.shared_use, year: state.shared_use.get(year, 0) + amount_fen})


def _paid(state: PersonalAccount, version: int, event: CoPaymentCharged) -> PersonalAccount:
    state = changed(
        state,
        version=version,
        current_fen=state.current_fen - event.current_fen,
        carried_fen=state.carried_fen - event.carried_fen,
    )
    return _drawn(state, event, 1)


def _held(state: PersonalAccount, version: int, event: CoPaymentHeld) -> PersonalAccount:
    state = changed(
        state,
        version=version,
        held_current_fen=state.held_current_fen + event.current_fen,
        held_carried_fen=state.held_carried_fen + event.carried_fen,
        open_holds=state.open_holds + 1,
    )
    return _drawn(state, event, 1)


def _captured(state: PersonalAccount, version: int, event: CoPaymentCaptured) -> PersonalAccount:
    return changed(
        state,
        version=version,
        current_fen=state.current_fen - event.current_fen,
        carried_fen=state.carried_fen - event.carried_fen,
        held_current_fen=state.held_current_fen - event.current_fen,
        held_carried_fen=state.held_carried_fen - event.carried_fen,
        open_holds=state.open_holds - 1,
    )


def _released(state: PersonalAccount, version: int, event: HoldReleased) -> PersonalAccount:
    state = changed(
        state,
        version=version,
        held_current_fen=state.held_current_fen - event.current_fen,
        held_carried_fen=state.held_carried_fen - event.carried_fen,
        open_holds=state.open_holds - 1,
    )
    return _drawn(state, event, -1)


def _refunded(state: PersonalAccount, version: int, event: CoPaymentRefunded) -> PersonalAccount:
    state = changed(
        state,
        version=version,
        current_fen=state.current_fen + event.current_fen,
        carried_fen=state.carried_fen + event.carried_fen,
        suspense_fen=state.suspense_fen + event.suspense_fen,
    )
    if event.into_quota and event.binding is not None:
        state = _quota(state, (event.beneficiary, event.binding), event.refilled_fen)
    return _used(state, event.limit_year, -event.limit_fen)
