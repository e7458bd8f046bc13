"""Opening, crediting, adjusting, closing a year: commands on one account (contract section 3, *Accounts*)."""

from ledger.aggregates.personal_account import PersonalAccount
from ledger.commands.models import Adjust, CloseYear, Credit, OpenAccount
from ledger.deciders.desk import Accepted, Decision, Desk
from ledger.events.account import AccountOpened, Adjusted, Credited, YearClosed
from ledger.ids import account_stream
from ledger.money import within_bounds
from ledger.refusals import Refusal


def open_account(command: OpenAccount, desk: Desk) -> Decision:
    """A person becomes known. The birth date goes beside the log, never into it."""
    if desk.account(command.account) is not None:
        return Refusal("account_exists")
    event = AccountOpened(**desk.head, region=command.region, insurance=command.insurance)
    return Accepted(((account_stream(command.account), event),))


def credit(command: Credit, desk: Desk) -> Decision:
    """Money comes in: an allotment, interest, a transfer."""
    account = desk.account(command.account)
    if refusal := _cannot_hold_money(account):
        return refusal
    assert account is not None
    if refusal := _out_of_range(account, command.bucket, command.amount_fen):
        return refusal
    event = Credited(
        **desk.head,
        bucket=command.bucket,
        amount_fen=command.amount_fen,
        kind=command.kind,
        balance_fen=account.balance_fen + command.amount_fen,
    )
    return Accepted(((account_stream(command.account), event),))


def adjust(command: Adjust, desk: Desk) -> Decision:
    """A correction from outside, or paying out what a closed account still holds."""
    account = desk.account(command.account)
    if account is not None and _pays_out(account, command):
        refusal = None
    elif command.bucket == "suspense" and account is not None and account.insurance == "employee":
        refusal = Refusal("not_in_suspense", {"suspense_fen": account.suspense_fen})
    else:
        refusal = _cannot_hold_money(account)
    if refusal is not None:
        return refusal
    assert account is not None
    balance = account.balance_fen
    if command.bucket != "suspense":
        if refusal := _out_of_range(account, command.bucket, command.delta_fen):
            return refusal
        balance += command.delta_fen
    event = Adjusted(
        **desk.head,
        bucket=command.bucket,
        delta_fen=command.delta_fen,
        reason=command.reason,
        balance_fen=balance,
    )
    return Accepted(((account_stream(command.account), event),))


def close_year(command: CloseYear, desk: Desk) -> Decision:
    """The current bucket becomes carried, with its open holds. Years close upwards, once each."""
    account = desk.account(command.account)
    if refusal := _cannot_hold_money(account):
        return refusal
    assert account is not None
    if refusal := _beyond_bounds(account, account.balance_fen):
        return refusal
    if account.closed_year is not None and command.year <= account.closed_year:
        return Refusal("year_already_closed", {"closed_year": account.closed_year})
    if command.year > desk.year:
        return Refusal("year_not_over", {"year": command.year})
    event = YearClosed(
        **desk.head, year=command.year, moved_fen=account.current_fen, held_fen=account.held_current_fen
    )
    return Accepted(((account_stream(command.account), event),))


def _cannot_hold_money(account: PersonalAccount | None) -> Refusal | None:
    if account is None:
        return Refusal("account_not_found")
    if account.status == "closed":
        return Refusal("account_closed")
    if account.insurance == "resident":
        return Refusal("no_personal_account")
    return None


def _pays_out(account: PersonalAccount, command: Adjust) -> bool:
    """Whether this takes money out of a closed account without taking anything below zero."""
    if account.status != "closed" or command.delta_fen > 0:
        return False
    match command.bucket:
        case "suspense":
            return account.suspense_fen + command.delta_fen >= 0
        case "current":
            left = account.current_fen + command.delta_fen
        case "carried":
            left = account.carried_fen + command.delta_fen
    return left >= 0 and account.balance_fen + command.delta_fen >= 0


def _out_of_range(account: PersonalAccount, bucket: str, delta_fen: int) -> Refusal | None:
    before = account.current_fen if bucket == "current" else account.carried_fen
    return _beyond_bounds(account, before + delta_fen, account.balance_fen + delta_fen)


def _beyond_bounds(account: PersonalAccount, *figures_fen: int) -> Refusal | None:
    if within_bounds(*figures_fen):
        return None
    return Refusal("balance_out_of_range", {"balance_fen": account.balance_fen})
