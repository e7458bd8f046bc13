"""Events of one beneficiary's family (stream `family:<person number>`): binders, debit order, limits.

A binding is numbered within its family from 1; binding the same pair again gives a new number.
`at` of the first five is the family timeline: it never goes back.
"""

from typing import ClassVar, Literal

from ledger.events.account import Kind
from ledger.events.envelope import Event, Fact


class EvidenceShown(Fact, frozen=True, kw_only=True):
    """A document shown at binding: its type and the SHA-256 of its file."""

    type: str
    sha256: str


class Bound(Event, frozen=True, kw_only=True):
    """A binder was bound. `rank` is the place in the debit order (none for a proxy credential).

    `face_age_reached`: whether the beneficiary had reached the policy's face age (also when no birth
    date is known); the birth date itself stays out of the log. `reviewed` is the id of the pending
    request an approval made effective.
    """

    topic: ClassVar[str] = "Bound"
    binding: int
    kind: Kind
    binder: str
    relation: str
    authorisation: str
    face_age_reached: bool
    limit_fen: int | None = None
    quota_fen: int | None = None
    evidence: tuple[EvidenceShown, ...] = ()
    rank: int | None = None
    policy: str
    policy_digest: str
    reviewed: str | None = None


class Unbound(Event, frozen=True, kw_only=True):
    """A binding ended at `at`, by a command, a closing or a transfer. `returned_fen`: quota given back."""

    topic: ClassVar[str] = "Unbound"
    binding: int
    kind: Kind
    binder: str
    cause: Literal["unbind", "closed", "transferred"]
    reason: str | None = None
    returned_fen: int = 0


class PriorityReordered(Event, frozen=True, kw_only=True):
    """The debit order of the binders, first payer first (the own account always comes before them)."""

    topic: ClassVar[str] = "PriorityReordered"
    order: tuple[str, ...]


class LimitSet(Event, frozen=True, kw_only=True):
    """A binder's yearly limit for this beneficiary; none is unlimited."""

    topic: ClassVar[str] = "LimitSet"
    binding: int
    binder: str
    limit_fen: int | None = None


class TimelineAdvanced(Event, frozen=True, kw_only=True):
    """An accepted family command that changed nothing here, but whose time counts."""

    topic: ClassVar[str] = "TimelineAdvanced"
    op: Literal["reorder", "set_limit", "grant_quota", "release_quota"]


class SharedUse(Fact, frozen=True, kw_only=True):
    """What one binder paid or holds for this beneficiary: counted for (binder, beneficiary, year)."""

    binder: str
    binding: int
    amount_fen: int


class LimitUsed(Event, frozen=True, kw_only=True):
    """A charge used up limits of a year."""

    topic: ClassVar[str] = "LimitUsed"
    settlement: str
    year: int
    uses: tuple[SharedUse, ...]


class HoldPlaced(Event, frozen=True, kw_only=True):
    """A hold for this beneficiary is open; its shared legs (none when all own or cash) use limits at once."""

    topic: ClassVar[str] = "HoldPlaced"
    settlement: str
    year: int
    uses: tuple[SharedUse, ...] = ()


class HoldEnded(Event, frozen=True, kw_only=True):
    """A hold was captured (its use stays) or released (its use is given back)."""

    topic: ClassVar[str] = "HoldEnded"
    settlement: str
    outcome: Literal["captured", "released"]


class LimitRestored(Event, frozen=True, kw_only=True):
    """A refund gave limit use back, in the year of the charge."""

    topic: ClassVar[str] = "LimitRestored"
    settlement: str
    refund: str
    year: int
    uses: tuple[SharedUse, ...]


FAMILY_EVENTS = (
    Bound, Unbound, PriorityReordered, LimitSet, TimelineAdvanced, LimitUsed, HoldPlaced, HoldEnded,
    LimitRestored,
)  # fmt: skip
FamilyEvent = (
    Bound | Unbound | PriorityReordered | LimitSet | TimelineAdvanced | LimitUsed | HoldPlaced | HoldEnded
    | LimitRestored
)  # fmt: skip
