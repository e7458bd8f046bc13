"""Events of one settlement (stream `settlement:<id>`): the whole decision, and what became of it."""

from collections.abc import Iterator
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
    "recorded",  # nothing here: it was decided elsewhere, and is recorded as it was told
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
    """A payer that was asked: every figure its answer rests on, as seen at that moment, and what it paid.

    `current_fen` and `carried_fen` are what each bucket holds beyond its own holds; `free_fen` is what may be
    spent, where that is less than both. With a quota, `quota_fen` is what is left of it and `spendable_fen`
    (balance less holds) bounds it. The others are what was left of limit and caps (none: it does not apply).
    `from_current_fen` and `from_carried_fen` are what it paid, its legs; `account_version` is the version of
    its own event about them: a year closed later moves a refund to carried.

    Above rank 0 without a binding stands who was not bound, behind everybody who was; only in a settlement
    that was decided elsewhere.
    """

    payer: str
    rank: int = 0
    binding: int | None = None
    current_fen: int = 0
    carried_fen: int = 0
    free_fen: int | None = None
    quota_fen: int | None = None
    spendable_fen: int | None = None
    limit_fen: int | None = None
    per_leg_cap_fen: int | None = None
    yearly_cap_fen: int | None = None
    bound_by: BoundBy = "amount"
    from_current_fen: int = 0
    from_carried_fen: int = 0
    account_version: int = 0

    @property
    def available_fen(self) -> int:
        """What it could have spent: less what is promised as quotas to others."""
        return self.current_fen + self.carried_fen if self.free_fen is None else self.free_fen

    @property
    def taken_fen(self) -> int:
        """What it paid."""
        return self.from_current_fen + self.from_carried_fen

    @property
    def drawn_fen(self) -> int:
        """What of it came out of a quota."""
        return 0 if self.quota_fen is None else min(self.quota_fen, self.taken_fen)

    def legs(self) -> "Iterator[Leg]":
        """What it paid, bucket by bucket."""
        if self.from_current_fen:
            yield self._leg("current", self.from_current_fen)
        if self.from_carried_fen:
            yield self._leg("carried", self.from_carried_fen)

    def _leg(self, bucket: Bucket, amount_fen: int) -> "Leg":
        return Leg(
            payer=self.payer,
            rank=self.rank,
            bucket=bucket,
            amount_fen=amount_fen,
            account_version=self.account_version,
            binding=self.binding,
            from_quota=self.quota_fen is not None,
        )


class Leg(Fact, frozen=True, kw_only=True):
    """Money of one payer out of one bucket: `amount_fen` > 0."""

    payer: str
    rank: int
    bucket: Bucket
    amount_fen: int
    account_version: int
    binding: int | None = None
    from_quota: bool = False

    @property
    def place(self) -> int | None:
        """The payer's rank as people are told it: none for one who was not bound."""
        return self.rank if self.rank == 0 or self.binding is not None else None


Exceptional = Literal[
    "not_bound",  # a payer was neither the beneficiary nor bound to it then
    "below_zero",  # a payer had less money there than was taken
    "over_limit",  # more than a quota, limit or cap left
    "out_of_class",  # what own money, or binders, may not pay for
    "other_order",  # somebody else's money, another bucket, or cash would have been next
]
"""What this ledger would have refused of a settlement that was decided elsewhere."""


class SettlementDecided(Event, frozen=True, kw_only=True):
    """A charge, hold or premium, decided: what the sources paid and `cash_fen` sum to `amount_fen`, always.

    Op `record` was decided elsewhere: its sources are all who might have paid here and all who did there,
    with the figures seen; `exceptions` says what this ledger would have refused; `given` are the legs as
    told, where that is not one leg per payer and bucket in debit order; `corrects` is the settlement it
    stands for instead, and `external` the settlement whose number reports use for both.

    `digest` (32 hex digits) stands for the command's content without its id; `order` is the debit order seen,
    `sources` the payers asked, `own_unasked` and `binders_unasked` why the others were not (none: all were,
    and something was left to pay).
    """

    topic: ClassVar[str] = "SettlementDecided"
    op: Literal["charge", "hold", "pay_premium", "record"] = "charge"
    digest: str
    beneficiary: str
    region: str
    amount_fen: int
    self_paid_fen: int = 0
    med_type: str | None = None
    service_class: str = "outpatient"
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
    binders_unasked: Unasked | None = "covered"
    cash_fen: int = 0
    exceptions: tuple[Exceptional, ...] = ()
    given: tuple[Leg, ...] = ()
    corrects: str | None = None
    external: str | None = None

    @property
    def legs(self) -> tuple[Leg, ...]:
        """The money of each payer and bucket, in debit order; or as it was told."""
        return self.given or tuple(leg for source in self.sources for leg in source.legs())


class SettlementCorrected(Event, frozen=True, kw_only=True):
    """It was refunded in full, and another settlement now stands for it; this happens once."""

    topic: ClassVar[str] = "SettlementCorrected"
    corrected_by: str


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


SETTLEMENT_EVENTS = (
    SettlementDecided, SettlementCaptured, SettlementReleased, SettlementRefunded, SettlementCorrected,
)  # fmt: skip
SettlementEvent = (
    SettlementDecided | SettlementCaptured | SettlementReleased | SettlementRefunded | SettlementCorrected
)
