"""One door to every decider, and the streams a command will want to read."""

from typing import assert_never

from ledger.commands import models as c
from ledger.deciders import (
    accounts,
    binding,
    charging,
    holds,
    lifecycle,
    premiums,
    recording,
    refunding,
    settings,
    unbinding,
)
from ledger.deciders.desk import Decision, Desk
from ledger.ids import account_stream, family_stream, refund_stream, request_stream, settlement_stream

Recorded = (
    c.OpenAccount | c.Credit | c.Adjust | c.CloseYear | c.Transfer | c.SetStatus | c.Bind | c.Review
    | c.Unbind | c.Reorder | c.SetLimit | c.GrantQuota | c.ReleaseQuota | c.Charge | c.Hold | c.Record
    | c.Capture | c.Release | c.PayPremium | c.Refund
)  # fmt: skip
"""Every command that leaves a trace: all but `quote`."""


def decide(command: Recorded, desk: Desk) -> Decision:
    """The decision on one command. Pure: raises nothing but `NotLoaded`."""
    match command:
        case c.Charge() | c.Hold():
            return charging.settle(command, desk)
        case c.Credit():
            return accounts.credit(command, desk)
        case c.Record():
            return recording.record(command, desk)
        case c.Capture():
            return holds.capture(command, desk)
        case c.Release():
            return holds.release(command, desk)
        case c.Refund():
            return refunding.refund(command, desk)
        case c.PayPremium():
            return premiums.pay_premium(command, desk)
        case c.OpenAccount():
            return accounts.open_account(command, desk)
        case c.Adjust():
            return accounts.adjust(command, desk)
        case c.CloseYear():
            return accounts.close_year(command, desk)
        case c.Transfer():
            return lifecycle.transfer(command, desk)
        case c.SetStatus():
            return lifecycle.set_status(command, desk)
        case c.Bind():
            return binding.bind(command, desk)
        case c.Review():
            return binding.review(command, desk)
        case c.Unbind():
            return unbinding.unbind(command, desk)
        case c.Reorder():
            return settings.reorder(command, desk)
        case c.SetLimit():
            return settings.set_limit(command, desk)
        case c.GrantQuota():
            return settings.grant_quota(command, desk)
        case c.ReleaseQuota():
            return settings.release_quota(command, desk)
        case _:
            assert_never(command)


def first_reads(command: c.AnyCommand) -> list[str]:
    """The streams a command names: a hint for loading many at once; what it misses is loaded when asked."""
    match command:
        case c.Charge() | c.Hold():
            person = command.beneficiary
            return [account_stream(person), family_stream(person), settlement_stream(command.settlement)]
        case c.Record():
            people = (command.beneficiary, *(leg.payer for leg in command.legs))
            settlements = (
                [command.settlement] if command.corrects is None else [command.settlement, command.corrects]
            )
            streams = [account_stream(person) for person in people]
            return [*streams, family_stream(command.beneficiary), *map(settlement_stream, settlements)]
        case c.Quote():
            return [account_stream(command.beneficiary), family_stream(command.beneficiary)]
        case c.OpenAccount() | c.Credit() | c.Adjust() | c.CloseYear():
            return [account_stream(command.account)]
        case c.Transfer() | c.SetStatus():
            return [account_stream(command.account), family_stream(command.account)]
        case c.Capture() | c.Release():
            return [settlement_stream(command.settlement)]
        case c.Refund():
            return [settlement_stream(command.settlement), refund_stream(command.refund)]
        case c.PayPremium():
            people = (command.payer, command.beneficiary)
            streams = [account_stream(person) for person in people]
            return [*streams, family_stream(command.beneficiary), settlement_stream(command.settlement)]
        case c.Review():
            return [request_stream(command.request)]
        case c.Reorder():
            return [account_stream(command.beneficiary), family_stream(command.beneficiary)]
        case c.Bind() | c.Unbind() | c.SetLimit() | c.GrantQuota() | c.ReleaseQuota():
            people = (command.binder, command.beneficiary)
            return [*(account_stream(person) for person in people), family_stream(command.beneficiary)]
        case _:
            assert_never(command)


def created_streams(command: c.AnyCommand) -> list[str]:
    """The streams a command creates when it is sent for the first time, which is nearly always."""
    match command:
        case c.Charge() | c.Hold() | c.PayPremium() | c.Record():
            return [settlement_stream(command.settlement)]
        case c.Refund():
            return [refund_stream(command.refund)]
        case _:
            return []
