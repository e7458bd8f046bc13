"""The two sides of a reconciliation as rows: what this ledger says, what the other side says, and the rules.

All three are made elsewhere (our rows from the log, theirs from files by a declared profile) and only read by
the matching. Amounts are whole fen and unsigned; `direction` says which way they went, and one place gives
them their sign. `total_fen`, `fund_fen` and `account_fen` are the three columns of the national detail file
(`medfee_sumamt`, `fund_pay_sumamt`, `acct_pay`), taken alike on both sides: whether the account column holds
the mutual-aid money is settled before a row is made. Days are those of Shanghai. A value that a side does not
have is None, never an empty text.
"""

from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from msgspec import Struct

Direction = Literal["forward", "reverse"]
State = Literal["charged", "held", "captured", "released"]
Status = Literal["settled", "released", "unknown"]
"""What the other side says became of a row, where it says so at all: `released` was never settled there."""
Finding = Literal["balanced", "centre_more", "institution_more", "amounts_differ"]
"""`stmt_rslt` of a result file in words; each profile maps its own code set (`centre` is the insurer's)."""
Leg = tuple[str, str | None, int]
"""Payer, the region that owes the money (none: not said), fen."""


class Ours(Struct, frozen=True, gc=False):
    """One movement of a settlement as this ledger recorded it: the settlement itself, or one refund of it.

    `settlement` and `refund` are the ledger's own ids, `external` is the number under which both sides report
    it (a correction reports under that of the settlement it `corrects`). A reverse row takes the settlement's
    amounts. `message` is the sender message id (`medins_setl_id`), `agency` the clearing agency
    (`clr_optins`), `at` the service time, `day` its business day, `position` the log position of its event.
    A row counts as money while it is charged or captured; one that is held is in doubt.
    """

    settlement: str
    external: str
    direction: Direction
    person: str
    at: datetime
    day: date
    total_fen: int
    fund_fen: int
    account_fen: int
    position: int
    region: str
    service_class: str
    state: State = "charged"
    refund: str | None = None
    visit: str | None = None
    message: str | None = None
    institution: str | None = None
    insutype: str | None = None
    clr_type: str | None = None
    agency: str | None = None
    med_type: str | None = None
    legs: tuple[Leg, ...] = ()
    corrects: str | None = None

    @property
    def id(self) -> str:
        """The one name of this row: the settlement, or settlement/refund (no id of ours holds a slash)."""
        return self.settlement if self.refund is None else f"{self.settlement}/{self.refund}"


class Theirs(Struct, frozen=True, gc=False):
    """One line of the other side's files. `file` is the file's SHA-256 in hexadecimal digits, `name` what it
    was called when it came; `line` counts from 1. File and line name the row.

    `receipt` is a local number that is no settlement id, `day` the day the file gives it, `result` the
    finding of a result file, `legs` what each payer gave in the regional and exchange forms.
    """

    file: str
    line: int
    direction: Direction
    total_fen: int
    fund_fen: int
    account_fen: int
    name: str = ""
    settlement: str | None = None
    visit: str | None = None
    person: str | None = None
    message: str | None = None
    receipt: str | None = None
    day: date | None = None
    clr_type: str | None = None
    insutype: str | None = None
    agency: str | None = None
    result: Finding | None = None
    memo: str | None = None
    legs: tuple[Leg, ...] | None = None
    status: Status | None = None


class Unreadable(NamedTuple):
    """A line that no profile could read: it opens a break, and its file takes no part."""

    file: str
    name: str
    line: int
    reason: str


class Rules(Struct, frozen=True, kw_only=True):
    """What a profile says about matching.

    `tolerance_fen` is how far each column may differ in the last, weakest rule (0: it is not used).
    `settlement_is_receipt`: their settlement column carries local receipt numbers, so that a different one
    forbids nothing. `only_differences`: their rows are those of a result file, which lists what differs; rows
    of ours that it does not list were found equal. `nullable` are the columns of theirs that may be
    empty. `cut_off_days` is how far apart one settlement's days may lie, `window_days` how many consecutive
    days a covering set may span, `set_size` how many rows it may hold, `twice_minutes` how close two
    bookings of one bill are. `search_budget` bounds the steps of one search; what it cuts short is told as
    not searched. `signed_through` is the last day of a signed period: theirs of such a day are late, and
    so are ours recorded after log position `signed_position`. `first_day` and `last_day` bound the period: a
    row beyond them takes part only where it is joined to something, as both sides' rows about midnight are.
    """

    tolerance_fen: int = 0
    settlement_is_receipt: bool = False
    only_differences: bool = False
    nullable: frozenset[str] = frozenset()
    cut_off_days: int = 1
    window_days: int = 3
    set_size: int = 6
    twice_minutes: int = 60
    search_budget: int = 20_000
    signed_through: date | None = None
    signed_position: int | None = None
    first_day: date | None = None
    last_day: date | None = None


DEFAULT_RULES: Final = Rules()
