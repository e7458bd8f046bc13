"""Events of a break between the two sides of a reconciliation (stream `break:<id>`).

No command line asks for them; they are written through `ledger.application.noting`. `by` is the staff number
of whoever acted, taken from an authenticated identity and never from what was typed. Amounts are fen; an
`Effect` is signed, theirs minus ours. Rows of files stay beside the log; an event names file and line.
"""

from typing import Any, ClassVar, Literal

from ledger.events.envelope import Fact, Noted

Side = Literal["here", "there", "both"]
"""Who has the row: this ledger alone, the other side alone, or both and not alike."""
MoneyAction = Literal["refund", "record", "refund_and_record"]
QuietAction = Literal["timing", "explain", "write_off", "join"]
"""Accepted as a matter of time, as explained, as a difference written off; rows that belong together after
all: no money moves."""
Action = MoneyAction | QuietAction


class Effect(Fact, frozen=True, kw_only=True):
    """What something does to the three columns: total, fund, account; signed fen."""

    total_fen: int = 0
    fund_fen: int = 0
    account_fen: int = 0


class Sums(Fact, frozen=True, kw_only=True):
    """How many rows, and the sums of the three columns: signed fen, reverse rows counted negative."""

    rows: int = 0
    total_fen: int = 0
    fund_fen: int = 0
    account_fen: int = 0


class TheirRow(Fact, frozen=True, kw_only=True):
    """A row of the other side: the SHA-256 of its file and its line there (from 1)."""

    file: str
    line: int


class BreakOpened(Noted, frozen=True, kw_only=True):
    """The two sides differ here. `external` is the number under which both sides report it, for ever.

    `first_day` is the day it was first seen; it never changes, however often the item is carried over.
    `linked` is the earlier item this one goes on from (late after sign-off). `cause` is the likely event,
    or none: `cause_position` is where it stands in the log.
    """

    topic: ClassVar[str] = "BreakOpened"
    party: str
    first: str
    last: str
    side: Side
    key: str
    break_class: str
    effect: Effect
    first_day: str
    external: str | None = None
    settlement: str | None = None
    ours: tuple[str, ...] = ()
    theirs: tuple[TheirRow, ...] = ()
    cause: str | None = None
    cause_position: int | None = None
    proposed: str | None = None
    linked: str | None = None


class BreakChanged(Noted, frozen=True, kw_only=True):
    """A later run of the matching sees it otherwise. What was proposed or approved before is void."""

    topic: ClassVar[str] = "BreakChanged"
    break_class: str
    effect: Effect
    ours: tuple[str, ...] = ()
    theirs: tuple[TheirRow, ...] = ()
    cause: str | None = None
    cause_position: int | None = None
    proposed: str | None = None


class BreakAssigned(Noted, frozen=True, kw_only=True):
    """Somebody is to look after it: `owner` is a staff number."""

    topic: ClassVar[str] = "BreakAssigned"
    owner: str


class BreakAsked(Noted, frozen=True, kw_only=True):
    """The other side was asked; the item waits for an answer and stays open. No money moves."""

    topic: ClassVar[str] = "BreakAsked"
    question: str


class BreakProposed(Noted, frozen=True, kw_only=True):
    """A maker (`by`) proposes what to do. `proposal` counts from 1 within the item.

    `refund_fen` is given back in full from `settlement`, `record_fen` recorded anew with `record` (the fields
    of the command `record` but id, at, settlement and corrects). `ours` and `theirs` are rows to be joined.
    `digest` covers item, number, action, amounts and fields: an approval is of that and of nothing else.
    """

    topic: ClassVar[str] = "BreakProposed"
    proposal: int
    action: Action
    digest: str
    reason: str
    settlement: str | None = None
    refund_fen: int = 0
    record_fen: int = 0
    record: dict[str, Any] | None = None
    ours: tuple[str, ...] = ()
    theirs: tuple[TheirRow, ...] = ()


class BreakApproved(Noted, frozen=True, kw_only=True):
    """A checker (`by`), another person than the `maker`, agrees to one proposal, once."""

    topic: ClassVar[str] = "BreakApproved"
    proposal: int
    digest: str
    maker: str


class BreakRefused(Noted, frozen=True, kw_only=True):
    """A checker (`by`), another person than the `maker`, turns a proposal down."""

    topic: ClassVar[str] = "BreakRefused"
    proposal: int
    digest: str
    maker: str
    reason: str


class CorrectionBegun(Noted, frozen=True, kw_only=True):
    """The approval is used from here on: its refund and record are sent under ids of the item's own."""

    topic: ClassVar[str] = "CorrectionBegun"
    proposal: int
    digest: str


class BreakCorrected(Noted, frozen=True, kw_only=True):
    """The approval was carried out: the refund and the settlement recorded instead stand in the ledger.

    `refund` is the refund id, `recorded` the id of the new settlement; either may be none.
    """

    topic: ClassVar[str] = "BreakCorrected"
    proposal: int
    action: MoneyAction
    digest: str
    maker: str
    checker: str
    settlement: str | None = None
    refund: str | None = None
    refund_fen: int = 0
    recorded: str | None = None
    record_fen: int = 0


class BreakNotCorrected(Noted, frozen=True, kw_only=True):
    """The ledger refused what was approved, and the approval is gone: `code` says why. `refunded` if the
    refund stands nevertheless."""

    topic: ClassVar[str] = "BreakNotCorrected"
    proposal: int
    digest: str
    code: str
    refunded: bool = False


class BreakClosed(Noted, frozen=True, kw_only=True):
    """Nothing more is to be done. `how` is the action that was carried out, or `matched`: it is gone."""

    topic: ClassVar[str] = "BreakClosed"
    how: Literal[
        "refund", "record", "refund_and_record", "timing", "explain", "write_off", "join", "matched"
    ]  # fmt: skip
    proposal: int | None = None
    maker: str | None = None
    checker: str | None = None


class BreakReopened(Noted, frozen=True, kw_only=True):
    """It was closed, and is not done with. Its first day stays."""

    topic: ClassVar[str] = "BreakReopened"
    reason: str


BREAK_EVENTS = (
    BreakOpened, BreakChanged, BreakAssigned, BreakAsked, BreakProposed, BreakApproved, BreakRefused,
    CorrectionBegun, BreakCorrected, BreakNotCorrected, BreakClosed, BreakReopened,
)  # fmt: skip
BreakEvent = (
    BreakOpened | BreakChanged | BreakAssigned | BreakAsked | BreakProposed | BreakApproved | BreakRefused
    | CorrectionBegun | BreakCorrected | BreakNotCorrected | BreakClosed | BreakReopened
)  # fmt: skip
