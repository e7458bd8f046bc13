"""Commands about accounts (contract section 3), in the order of the table."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from ledger.commands.command import Command
from ledger.commands.fields import (
    Bucket,
    Day,
    Id,
    Insurance,
    PositiveFen,
    Region,
    SignedFen,
    Status,
    Text,
    Year,
)


class OpenAccount(Command):
    """A person becomes known: region and insurance; `born` (optional) stays beside the log."""

    op: ClassVar[str] = "open_account"
    account: Id
    region: Region
    insurance: Insurance
    born: Day | None = None


class Credit(Command):
    """Money comes into a bucket of an account: `amount_fen` > 0."""

    op: ClassVar[str] = "credit"
    account: Id
    amount_fen: PositiveFen
    bucket: Bucket = "current"
    kind: Literal["allotment", "interest", "transfer_in", "other"] | None = None


class Adjust(Command):
    """A signed correction from outside, or paying out the suspense of a closed account."""

    op: ClassVar[str] = "adjust"
    account: Id
    delta_fen: SignedFen
    bucket: Literal["current", "carried", "suspense"] = "current"
    reason: Text

    @model_validator(mode="after")
    def _moves_something(self) -> Self:
        if self.delta_fen == 0:
            raise ValueError("delta_fen: must not be 0", "delta_fen：不得为 0")
        return self


class CloseYear(Command):
    """The current bucket of an account becomes carried, up to and including `year`."""

    op: ClassVar[str] = "close_year"
    account: Id
    year: Year


class Transfer(Command):
    """An account's insurance moves to another region."""

    op: ClassVar[str] = "transfer"
    account: Id
    region: Region
    reason: Text | None = None


class SetStatus(Command):
    """An account becomes active, suspended, or closed for good."""

    op: ClassVar[str] = "set_status"
    account: Id
    status: Status
    reason: Text | None = None
