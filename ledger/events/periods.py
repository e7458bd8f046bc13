"""Events of the days reconciled together with one institution or agency (stream `period:<id>`), up to their
signature. `here` is this ledger, `there` the other side; amounts are signed fen.
"""

from typing import ClassVar

from ledger.events.envelope import Fact, Noted
from ledger.events.reconciliation import Effect, Sums


class PeriodOpened(Noted, frozen=True, kw_only=True):
    """An institution or agency is reconciled for these days, both included; `after` is the period before."""

    topic: ClassVar[str] = "PeriodOpened"
    party: str
    first: str
    last: str
    after: str | None = None


class PeriodListed(Noted, frozen=True, kw_only=True):
    """A period began (stream `periods:<party>`)."""

    topic: ClassVar[str] = "PeriodListed"
    first: str
    last: str


class FileTaken(Noted, frozen=True, kw_only=True):
    """A file of the other side counts from now on: `file` is the SHA-256 of its bytes, `rows_digest` of
    its rows whatever their order, `sums` those of its rows, `new` those that no file before it had brought.

    `late_for` is the signed period that its rows belong to.
    """

    topic: ClassVar[str] = "FileTaken"
    file: str
    name: str
    profile: str
    profile_digest: str
    rows_digest: str
    sums: Sums
    new: Sums
    late_for: str | None = None


class RuleSums(Fact, frozen=True, kw_only=True):
    """What one rule matched: how many matches, and the rows of both sides. A suggestion is not matched."""

    rule: str
    matches: int
    here: Sums
    there: Sums


class ClassSums(Fact, frozen=True, kw_only=True):
    """The breaks of one class: how many, and their effect."""

    break_class: str
    breaks: int
    effect: Effect


class PeriodMatched(Noted, frozen=True, kw_only=True):
    """One run of the matching. Rows matched and rows left over are the rows that came in, on both sides.

    `breaks` are the items that stand after it; `upto` is the log position our rows were read at.
    """

    topic: ClassVar[str] = "PeriodMatched"
    run: int
    upto: int
    files: tuple[str, ...]
    here: Sums
    there: Sums
    left_here: Sums
    left_there: Sums
    rules: tuple[RuleSums, ...]
    classes: tuple[ClassSums, ...]
    breaks: tuple[str, ...]


class NamedRest(Fact, frozen=True, kw_only=True):
    """A part of the difference that no break explains, and what it is said to be."""

    reason: str
    effect: Effect


class SignOffProposed(Noted, frozen=True, kw_only=True):
    """A maker (`by`) asks for a statement to be signed. `digest` covers its figures and the rest named."""

    topic: ClassVar[str] = "SignOffProposed"
    proposal: int
    digest: str
    rest: tuple[NamedRest, ...] = ()


class SignOffRefused(Noted, frozen=True, kw_only=True):
    """A checker (`by`), another person than the `maker`, does not sign."""

    topic: ClassVar[str] = "SignOffRefused"
    proposal: int
    maker: str
    reason: str


class ItemLine(Fact, frozen=True, kw_only=True):
    """An item as it stands on the sheet. Days are calendar days and working days since its first day."""

    item: str
    break_class: str
    effect: Effect
    state: str
    first_day: str
    days: int
    working_days: int
    owner: str | None = None
    how: str | None = None
    maker: str | None = None
    checker: str | None = None
    external: str | None = None
    refund: str | None = None
    recorded: str | None = None


class FileLine(Fact, frozen=True, kw_only=True):
    """A file as it stands on the sheet."""

    file: str
    name: str
    profile: str
    sums: Sums
    new: Sums


class Statement(Fact, frozen=True, kw_only=True):
    """The sign-off sheet. On each side opening + movements = closing; and, column by column,
    theirs − ours of the movements = the effects of `items` + the rest that was named and accepted.

    `items` are the breaks that stand, open or done with, `settled` those that a correction or a later
    file has made go away, `carried` the open ones of earlier periods. `unknown_years` are years whose public
    holidays no notice in the calendar gives: only weekends count as free there.
    """

    party: str
    first: str
    last: str
    opening_here: Sums
    opening_there: Sums
    movements_here: Sums
    movements_there: Sums
    closing_here: Sums
    closing_there: Sums
    left_here: Sums
    left_there: Sums
    rules: tuple[RuleSums, ...]
    classes: tuple[ClassSums, ...]
    items: tuple[ItemLine, ...]
    settled: tuple[ItemLine, ...] = ()
    carried: tuple[ItemLine, ...]
    files: tuple[FileLine, ...]
    rest: tuple[NamedRest, ...]
    unexplained: Effect
    day: str
    unknown_years: tuple[int, ...] = ()


class PeriodSigned(Noted, frozen=True, kw_only=True):
    """A checker (`by`), another person than the `maker`, signed. Nothing is added to the period any more.

    `position` is where the log stood; `open_items` go on into the next period.
    """

    topic: ClassVar[str] = "PeriodSigned"
    proposal: int
    digest: str
    maker: str
    position: int
    statement: Statement
    open_items: tuple[str, ...] = ()


PERIOD_EVENTS = (
    PeriodOpened, PeriodListed, FileTaken, PeriodMatched, SignOffProposed, SignOffRefused, PeriodSigned,
)  # fmt: skip
PeriodEvent = PeriodOpened | FileTaken | PeriodMatched | SignOffProposed | SignOffRefused | PeriodSigned
