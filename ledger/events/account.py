"""Events of one person's account (stream `account:<person number>`). Amounts in fen, unsigned unless said."""

from typing import ClassVar, Literal

from ledger.events.envelope import Event

Bucket = Literal["current", "carried"]
Kind = Literal["mutual_aid", "proxy_credential"]


class AccountOpened(Event, frozen=True, kw_only=True):
    """The person is known: region (six digits) and insurance. A birth date is never part of the log."""

    topic: ClassVar[str] = "AccountOpened"
    region: str
    insurance: Literal["employee", "resident"]


class Credited(Event, frozen=True, kw_only=True):
    """Money came in. `balance_fen` is the balance of both buckets after it."""

    topic: ClassVar[str] = "Credited"
    bucket: Bucket
    amount_fen: int
    kind: str | None = None
    balance_fen: int


class Adjusted(Event, frozen=True, kw_only=True):
    """A correction from outside, signed; the only one that may take a balance below zero.

    Bucket `suspense` pays suspense out (then `balance_fen` is untouched by it).
    """

    topic: ClassVar[str] = "Adjusted"
    bucket: Literal["current", "carried", "suspense"]
    delta_fen: int
    reason: str
    balance_fen: int


class YearClosed(Event, frozen=True, kw_only=True):
    """The current bucket (`moved_fen`, signed) and its open holds (`held_fen`) became carried."""

    topic: ClassVar[str] = "YearClosed"
    year: int
    moved_fen: int
    held_fen: int


class AccountTransferred(Event, frozen=True, kw_only=True):
    """The insurance moved to another region; `unbound` lists the mutual-aid bindings that ended with it."""

    topic: ClassVar[str] = "AccountTransferred"
    region: str
    reason: str | None = None
    unbound: tuple[tuple[Kind, str, str], ...]


class StatusChanged(Event, frozen=True, kw_only=True):
    """Active, suspended or closed; `unbound` lists `[kind, binder, beneficiary]` a closing has ended."""

    topic: ClassVar[str] = "StatusChanged"
    status: Literal["active", "suspended", "closed"]
    reason: str | None = None
    unbound: tuple[tuple[Kind, str, str], ...]


class AccountConfirmed(Event, frozen=True, kw_only=True):
    """A status or region was set to what it already was."""

    topic: ClassVar[str] = "AccountConfirmed"
    op: Literal["set_status", "transfer"]


class AccountPayment(Event, frozen=True, kw_only=True):
    """What this account's money did for one settlement.

    `rank` 0 is the account's own bill, else its place in the debit order; `current_fen` and `carried_fen` are
    its legs. `limit_year` is the year whose limits the payment uses (none for own money and premiums),
    `binding` the number of the binding in the beneficiary's family, `from_quota` set when the money came out
    of a granted quota.
    """

    settlement: str
    beneficiary: str
    rank: int = 0
    current_fen: int = 0
    carried_fen: int = 0
    limit_year: int | None = None
    binding: int | None = None
    from_quota: bool = False

    @property
    def amount_fen(self) -> int:
        """Both legs together."""
        return self.current_fen + self.carried_fen

    @property
    def drawn_fen(self) -> int:
        """What of it came out of a granted quota."""
        return self.amount_fen if self.from_quota else 0


class CoPaymentCharged(AccountPayment, frozen=True, kw_only=True):
    """The account paid its legs of a settlement (a premium included).

    `quota_part_fen` is what of it came out of the quota where that was not all: only money that was moved
    elsewhere is more than a quota holds.
    """

    topic: ClassVar[str] = "CoPaymentCharged"
    quota_part_fen: int | None = None

    @property
    def drawn_fen(self) -> int:
        """What of it came out of a granted quota."""
        return super().drawn_fen if self.quota_part_fen is None else self.quota_part_fen


class CoPaymentHeld(AccountPayment, frozen=True, kw_only=True):
    """The legs were set aside: nothing has left the account yet."""

    topic: ClassVar[str] = "CoPaymentHeld"


class CoPaymentCaptured(AccountPayment, frozen=True, kw_only=True):
    """Held legs became debits, from the buckets that hold them now."""

    topic: ClassVar[str] = "CoPaymentCaptured"


class HoldReleased(AccountPayment, frozen=True, kw_only=True):
    """Held legs were given back."""

    topic: ClassVar[str] = "HoldReleased"


class CoPaymentRefunded(Event, frozen=True, kw_only=True):
    """Money came back: into the buckets, or to suspense when the account is closed.

    `into_quota` is set when the quota it came from still stands, `quota_part_fen` what of it went there where
    that was not all; `limit_year` as in the payment.
    """

    topic: ClassVar[str] = "CoPaymentRefunded"
    settlement: str
    refund: str
    beneficiary: str
    rank: int = 0
    current_fen: int = 0
    carried_fen: int = 0
    suspense_fen: int = 0
    limit_year: int | None = None
    limit_fen: int = 0
    binding: int | None = None
    into_quota: bool = False
    quota_part_fen: int | None = None

    @property
    def refilled_fen(self) -> int:
        """What of it went back into a granted quota."""
        if not self.into_quota:
            return 0
        return self.current_fen + self.carried_fen if self.quota_part_fen is None else self.quota_part_fen


class QuotaGranted(Event, frozen=True, kw_only=True):
    """A part of the balance was set aside for one beneficiary. `quota_fen` is the unused quota after it."""

    topic: ClassVar[str] = "QuotaGranted"
    beneficiary: str
    binding: int
    amount_fen: int
    quota_fen: int


class QuotaReleased(Event, frozen=True, kw_only=True):
    """What was left of a quota is the owner's again; the binding goes on drawing on its quota only."""

    topic: ClassVar[str] = "QuotaReleased"
    beneficiary: str
    binding: int
    released_fen: int


class BindingSlotTaken(Event, frozen=True, kw_only=True):
    """This account became a binder. `month` is the calendar month the bind counts in."""

    topic: ClassVar[str] = "BindingSlotTaken"
    kind: Kind
    beneficiary: str
    binding: int
    month: str


class BindingSlotFreed(Event, frozen=True, kw_only=True):
    """This account is no longer a binder of that person."""

    topic: ClassVar[str] = "BindingSlotFreed"
    kind: Kind
    beneficiary: str
    binding: int


ACCOUNT_EVENTS = (
    AccountOpened, Credited, Adjusted, YearClosed, AccountTransferred, StatusChanged, AccountConfirmed,
    CoPaymentCharged, CoPaymentHeld, CoPaymentCaptured, HoldReleased, CoPaymentRefunded,
    QuotaGranted, QuotaReleased, BindingSlotTaken, BindingSlotFreed,
)  # fmt: skip
AccountEvent = (
    AccountOpened | Credited | Adjusted | YearClosed | AccountTransferred | StatusChanged | AccountConfirmed
    | CoPaymentCharged | CoPaymentHeld | CoPaymentCaptured | HoldReleased | CoPaymentRefunded
    | QuotaGranted | QuotaReleased | BindingSlotTaken | BindingSlotFreed
)  # fmt: skip
