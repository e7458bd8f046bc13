"""Events of one settlement (stream `settlement:<id>`): the whole decision, and what became of it."""

from typing import ClassVar, Literal

from ledger.events.account import Bucket
from ledger.events.envelope import Event, Fact

BoundBy = Literal[
    "amount",  # it paid all that was still needed
    "balance",  # its available money in the buckets that may pay
    "quota",  # what is left of the quota granted
    "per_leg_cap",  # the policy's cap on one payment of one payer
    "limit",  # what is left of the binder's own yearly limit
    "yearly_cap",  # what is left of the policy's yearly cap
    "suspended",  # the binder is not active
]
Unasked = Literal[
    "class",  # the service class may not be paid this way
    "sources",  # the bill did not allow this source
    "suspended",  # the beneficiary is not active
    "self_paid",  # nothing but fully self-paid items was left
    "covered",  # nothing was left to pay
    "no_account",  # the beneficiary has no account money (resident insurance)
]


class Source(Fact, frozen=True, kw_only=True):
    """A payer that was asked, with every figure the answer rests on, as seen at that moment.

    `available_fen` is its spendable money, `current_fen` and `carried_fen` what each bucket holds beyond its
    own holds, the others what was left of quota, limit and caps (left out where none applies);
    `spendable_fen` is balance less holds, which bounds a quota.
    """

    payer: str
    rank: int
    available_fen: int
    current_fen: int = 0
    carried_fen: int = 0
    quota_fen: int | None = None
    spendable_fen: int | None = None
    limit_fen: int | None = None
    per_leg_cap_fen: int | None = None
    yearly_cap_fen: int | None = None
    bound_by: BoundBy
    taken_fen: int


class Leg(Fact, frozen=True, kw_only=True):
    """Money of one payer out of one bucket: `amount_fen` > 0.

    `account_version` is the version of the payer's own event: a year closed later moves a refund to carried.
    """

    payer: str
    rank: int
    bucket: Bucket
    amount_fen: int
    account_version: int
    binding: int | None = None
    from_quota: bool = False


class SettlementDecided(Event, frozen=True, kw_only=True):
    """A charge, hold or premium, decided: legs and `cash_fen` sum to `amount_fen`, always.

    `digest` (32 hex digits) stands for the command's content without its id; `order` is the debit order seen,
    `sources` the payers asked, `own_unasked` and `binders_unasked` why the others were not.
    """

    topic: ClassVar[str] = "SettlementDecided"
    op: Literal["charge", "hold", "pay_premium"]
    digest: str
    beneficiary: str
    region: str
    amount_fen: int
    self_paid_fen: int = 0
    med_type: str | None = None
    service_class: str
    scheme: str | None = None
    institution: str | None = None
    facts: dict[str, str] | None = None
    allowed_sources: str | None = None
    cash_refused: bool = False
    year: int
    policy: str
    policy_digest: str
    order: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    own_unasked: Unasked | None = None
    binders_unasked: Unasked | None = None
    legs: tuple[Leg, ...] = ()
    cash_fen: int


class SettlementCaptured(Event, frozen=True, kw_only=True):
    """The hold became a charge: its legs, from the buckets the money left."""

    topic: ClassVar[str] = "SettlementCaptured"
    legs: tuple[Leg, ...]


class SettlementReleased(Event, frozen=True, kw_only=True):
    """The hold was given back; the settlement stays known and is never charged."""

    topic: ClassVar[str] = "SettlementReleased"
    legs: tuple[Leg, ...]


class RestoredLeg(Fact, frozen=True, kw_only=True):
    """What one leg got back: `leg` is its place in the settlement's legs, from 0."""

    leg: int
    payer: str
    bucket: Literal["current", "carried", "suspense"]
    amount_fen: int


class SettlementRefunded(Event, frozen=True, kw_only=True):
    """Money went back, last source first. `refundable_fen` is what could still be refunded after it."""

    topic: ClassVar[str] = "SettlementRefunded"
    refund: str
    digest: str
    amount_fen: int
    restored: tuple[RestoredLeg, ...]
    cash_fen: int
    refundable_fen: int


SETTLEMENT_EVENTS = (SettlementDecided, SettlementCaptured, SettlementReleased, SettlementRefunded)
SettlementEvent = SettlementDecided | SettlementCaptured | SettlementReleased | SettlementRefunded
