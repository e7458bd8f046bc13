"""What the questions have in common: the shape of an answer, and whether the one asked about exists."""

from datetime import datetime
from typing import Any

from ledger.ids import ID_PATTERN
from projections.errors import NotFound, Subject
from projections.models.accounts import Account, AccountStep, account_after
from projections.store import Snapshot

Answer = dict[str, Any]
"""JSON values under the contract's keys (section 8)."""


def known_account(
    moment: Snapshot, account: str, upto: int, at: datetime, subject: Subject = "account"
) -> Account:
    """The account at that moment. Raises NotFound (`account_not_found`, `beneficiary_not_found`)."""
    must_be_id(account, subject)
    steps = moment.rows("account_steps", AccountStep, account=account, upto=upto, at=at)
    found = account_after(steps)
    if found is None:
        raise NotFound(subject, account)
    return found


def must_be_id(id: str, subject: Subject) -> None:
    """What is no id names nothing. Raises NotFound; the database is not asked."""
    if not ID_PATTERN.fullmatch(id):
        raise NotFound(subject, id)
