"""The commands of contract sections 3 and 9: one model per op, in the order of the table."""

import hashlib
from typing import Annotated, Any, ClassVar, Final, Literal, Self

import orjson
from pydantic import BaseModel, Field, model_validator

from ledger.commands.fields import (
    Authorisation,
    Bucket,
    Day,
    Evidence,
    Facts,
    Id,
    Instant,
    Insurance,
    Kind,
    MovedLeg,
    NonNegativeFen,
    PositiveFen,
    Region,
    Relation,
    SignedFen,
    Status,
    Strict,
    Text,
    Year,
)

_NOT_CONTENT: Final = frozenset({"id", "by"})


def _plain(value: object) -> Any:
    if isinstance(value, BaseModel):
        return value.__dict__
    raise TypeError(type(value).__name__)


class Command(Strict):
    """What every command carries: `id` (the request key), `at` (service time) and `by` (the actor)."""

    op: ClassVar[str]
    id: Id
    at: Instant
    by: Id | None = None

    def content(self) -> dict[str, Any]:
        """Every field but `id` and `by`, defaults filled in, what was left out left out."""
        return {k: v for k, v in self.__dict__.items() if k not in _NOT_CONTENT and v is not None}

    def digest(self) -> bytes:
        """The first 16 bytes of SHA-256 over op and content: equal digests mean equal content."""
        return self._digest(self.content())

    def log_digest(self) -> str:
        """The same in 32 hex digits for the log, without what must not leave a trace there: a birth date
        could be found again from a digest by trying every day."""
        return self._digest({k: v for k, v in self.content().items() if k != "born"}).hex()

    def _digest(self, content: dict[str, Any]) -> bytes:
        content = {"op": self.op, **content}
        return hashlib.sha256(orjson.dumps(content, default=_plain, option=orjson.OPT_SORT_KEYS)).digest()[
            :16
        ]


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


class Bind(Command):
    """A binder is bound to a beneficiary; `relation` is what the beneficiary is to the binder."""

    op: ClassVar[str] = "bind"
    binder: Id
    beneficiary: Id
    relation: Relation
    authorisation: Authorisation
    kind: Kind = "mutual_aid"
    limit_fen: NonNegativeFen | None = None
    quota_fen: PositiveFen | None = None
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=16, strict=False)] = ()

    @model_validator(mode="after")
    def _proxies_carry_no_money(self) -> Self:
        if self.kind == "proxy_credential" and (self.limit_fen is not None or self.quota_fen is not None):
            raise ValueError(
                "kind: a proxy_credential takes neither limit_fen nor quota_fen",
                "kind：亲情账户（proxy_credential）不得带 limit_fen 或 quota_fen",
            )
        return self


class Review(Command):
    """Somebody else approves or rejects a pending bind, named by its request id."""

    op: ClassVar[str] = "review"
    by: Id
    request: Id
    decision: Literal["approve", "reject"]
    reason: Text | None = None


class Unbind(Command):
    """A binding ends at `at`."""

    op: ClassVar[str] = "unbind"
    binder: Id
    beneficiary: Id
    kind: Kind = "mutual_aid"
    reason: Text | None = None


class Reorder(Command):
    """A beneficiary's binders are put in another debit order, first payer first."""

    op: ClassVar[str] = "reorder"
    beneficiary: Id
    order: Annotated[tuple[Id, ...], Field(max_length=100, strict=False)]


class SetLimit(Command):
    """A binder's yearly limit for a beneficiary, in fen; null is no limit."""

    op: ClassVar[str] = "set_limit"
    binder: Id
    beneficiary: Id
    limit_fen: NonNegativeFen | None


class GrantQuota(Command):
    """A part of a binder's available money is set aside for a beneficiary."""

    op: ClassVar[str] = "grant_quota"
    binder: Id
    beneficiary: Id
    amount_fen: PositiveFen


class ReleaseQuota(Command):
    """What is left of a quota goes back to its owner."""

    op: ClassVar[str] = "release_quota"
    binder: Id
    beneficiary: Id


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


AnyCommand = (
    OpenAccount | Credit | Adjust | CloseYear | Transfer | SetStatus | Bind | Review | Unbind | Reorder
    | SetLimit | GrantQuota | ReleaseQuota | Charge | Hold | Record | Capture | Release | PayPremium | Refund
    | Quote
)  # fmt: skip

MODELS: Final[dict[str, type[AnyCommand]]] = {
    model.op: model
    for model in (
        OpenAccount, Credit, Adjust, CloseYear, Transfer, SetStatus, Bind, Review, Unbind, Reorder,
        SetLimit, GrantQuota, ReleaseQuota, Charge, Hold, Record, Capture, Release, PayPremium, Refund, Quote,
    )
}  # fmt: skip

NULLABLE: Final = frozenset({"limit_fen"})
"""Optional fields are left out, never null; only these may be null."""
