"""Commands about bills, decided here or elsewhere (contract sections 3 and 9), and what becomes of them."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ledger.commands.command import Command
from ledger.commands.fields import Facts, Id, MovedLeg, NonNegativeFen, PositiveFen, Text


class Cost(Command):
    """What every bill has, decided here or elsewhere: an amount somebody has to pay for somebody's care."""

    beneficiary: Id
    amount_fen: PositiveFen
    med_type: Text
    institution: Text | None = None
    self_paid_fen: NonNegativeFen = 0
    facts: Facts = Field(default_factory=dict)

    @model_validator(mode="after")
    def _self_paid_is_a_part(self) -> Self:
        if self.self_paid_fen > self.amount_fen:
            raise ValueError(
                "self_paid_fen: must not be more than amount_fen", "self_paid_fen：不得大于 amount_fen"
            )
        return self


class Bill(Cost):
    """What `charge`, `hold` and `quote` have in common: the ledger decides who pays."""

    sources: Literal["own_then_shared", "own", "shared"] = "own_then_shared"
    cash: Literal["allowed", "refused"] = "allowed"


class Charge(Bill):
    """A bill is paid now, under a settlement id."""

    op: ClassVar[str] = "charge"
    settlement: Id


class Hold(Bill):
    """The money for a bill is set aside, under a settlement id."""

    op: ClassVar[str] = "hold"
    settlement: Id


class Record(Cost):
    """A bill that was decided elsewhere: `legs` are whose money has moved, in fen; the rest was cash.

    `corrects` names a settlement that was refunded in full before, whose external number stays.
    """

    op: ClassVar[str] = "record"
    settlement: Id
    legs: Annotated[tuple[MovedLeg, ...], Field(min_length=1, max_length=20, strict=False)]
    corrects: Id | None = None

    @model_validator(mode="after")
    def _legs_are_a_part(self) -> Self:
        if sum(leg.amount_fen for leg in self.legs) > self.amount_fen:
            raise ValueError("legs: must not sum to more than amount_fen", "legs：合计不得大于 amount_fen")
        return self


class Capture(Command):
    """A hold becomes a charge."""

    op: ClassVar[str] = "capture"
    settlement: Id


class Release(Command):
    """A hold is given back."""

    op: ClassVar[str] = "release"
    settlement: Id


class PayPremium(Command):
    """One payer pays a beneficiary's whole premium, or nothing happens."""

    op: ClassVar[str] = "pay_premium"
    settlement: Id
    payer: Id
    beneficiary: Id
    amount_fen: PositiveFen
    scheme: Literal["resident", "long_term_care"]


class Refund(Command):
    """Money of a settlement goes back; without `amount_fen` all that is left."""

    op: ClassVar[str] = "refund"
    settlement: Id
    refund: Id
    amount_fen: PositiveFen | None = None


class Quote(Bill):
    """What a charge would do now; nothing is recorded."""

    op: ClassVar[str] = "quote"
