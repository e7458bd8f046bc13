"""What matching finds: matches, breaks, and the sums that hold both to the input.

Money effects are theirs minus ours, signed, in fen, for total, fund and account. Over all breaks they sum to
the difference of the two sides' totals. Every row of the input is in exactly one of: an automatic match, a
break of its own side's rows (open), or beyond the period.
"""

from datetime import date
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec import Struct

Rule = Literal[
    "settlement_and_amounts",
    "settlement",  # the same settlement id, other amounts
    "message",  # the sender's message id
    "bill",  # person, visit, total and day
    "pair",  # forward and reverse on one side only: closed, nothing on the other
    "one_to_one",  # person or visit and all three amounts, on another day or without a visit
    "one_to_many",  # one of theirs is several of ours
    "many_to_one",  # several of theirs are one of ours
    "many_to_many",  # inside one person and day
    "tolerance",
    "released",  # never settled on the one side that knows it: no money, nothing on the other
    "not_listed",  # a result file lists what differs, and not this
    "clerk",  # joined by a person before
]
BreakClass = Literal[
    "unreadable",
    "late",
    "in_doubt",
    "duplicate_there",
    "duplicate_here",
    "status",
    "refund_without_pair",
    "rounding",
    "total",
    "split",
    "region",
    "class",
    "cut_off",
    "ambiguous",
    "missing_there",
    "missing_here",
    "wrong_payer",
]
"""In the order in which, of several that fit, the first names a break; a wrong payer is found beside them."""
Side = Literal["here", "there", "both"]
"""Whose rows a break holds: only ours, only theirs, or both."""
What = Literal[
    "settlement",  # the event of our row: this settlement was decided here
    "hold",  # a hold of ours that is open still
    "release",  # a hold of ours that was released
    "refund",  # a refund of ours
    "other_direction",  # the settlement itself, where only one side has its refund (or the other way about)
    "twin",  # the booking that this one repeats
    "same_message",  # a row of ours with their message id
    "same_visit",  # a row of ours of the same visit
    "same_person",  # a row of ours of the same person and total, days apart
    "none",  # nothing here that could be it
]
Action = Literal[
    "report_again",  # the other side lacks it: send the row again
    "record",  # we lack it: record what the platform did
    "refund_and_record",  # refund in full, and record what was right (with `corrects`)
    "refund",
    "ask_to_remove",  # the other side has it once too often
    "accept",  # a fen of rounding: to be named and accepted by the checker
    "correct_facts",  # the amounts are right, a fact is not
    "wait",  # timing: the next day shows it
    "capture",
    "query",  # nobody knows yet: ask (2601), then capture or release
    "link",  # belongs to a break of the signed period
    "ask_for_file",
    "choose",  # equal candidates: a person decides
]


class Amounts(NamedTuple):
    """Signed fen: total, fund, account."""

    total_fen: int = 0
    fund_fen: int = 0
    account_fen: int = 0

    def plus(self, other: "Amounts") -> "Amounts":
        """Column by column."""
        return Amounts(self[0] + other[0], self[1] + other[1], self[2] + other[2])

    def minus(self, other: "Amounts") -> "Amounts":
        """Column by column."""
        return Amounts(self[0] - other[0], self[1] - other[1], self[2] - other[2])


NOTHING: Final = Amounts()


class Line(NamedTuple):
    """A row of theirs: the file's digest and the line in it."""

    file: str
    line: int


class Match(NamedTuple):
    """Rows that belong together: ids of ours, lines of theirs. Of rows closed on one side the other is empty.

    A suggested match joins nothing: its rows stay open until a person has decided.
    """

    ours: tuple[str, ...]
    theirs: tuple[Line, ...]
    rule: Rule
    automatic: bool = True


class Likely(NamedTuple):
    """The event that most likely is behind a break: its log position, or none and `what` says so."""

    what: What
    position: int | None = None
    row: str | None = None


class Correction(NamedTuple):
    """What would put a break right; `row` is the id of ours it works on, where there is one."""

    action: Action
    row: str | None = None


class Break(Struct, frozen=True, kw_only=True):
    """A difference, or a question. `key` names it in every run that sees it: by the row of ours, else by
    their settlement id, else by file and line.

    `since` is the earliest day of its rows (none: no row says). `payers` are, for a wrong payer, theirs minus
    ours for each payer that differs. `searched` is false where the budget ended a search. `reason` is the
    parser's sentence about an unreadable line. `refers` is the key of the break or row that it goes with: a
    copy to the line it repeats, a late line to the row of ours that was missing there.
    """

    side: Side
    key: str
    kind: BreakClass
    effect: Amounts
    ours: tuple[str, ...] = ()
    theirs: tuple[Line, ...] = ()
    matched: bool = False
    since: date | None = None
    likely: Likely = Likely("none")
    correction: Correction
    payers: tuple[tuple[str, int], ...] = ()
    searched: bool = True
    reason: str | None = None
    refers: str | None = None


class Tally(NamedTuple):
    """Rows of one side: how many, and their signed sums."""

    rows: int = 0
    amounts: Amounts = NOTHING

    def plus(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(self.rows + other.rows, self.amounts.plus(other.amounts))


class Balance(NamedTuple):
    """One side: what went in, and where it is now. `given` is matched, open and beyond together, always."""

    given: Tally
    matched: Tally
    open: Tally
    beyond: Tally


class Outcome(Struct, frozen=True, kw_only=True):
    """Everything a run found, in an order that only the rows decide.

    `difference` is theirs minus ours over what is matched or open. `not_searched` counts searches that the
    budget ended.
    """

    matches: tuple[Match, ...]
    breaks: tuple[Break, ...]
    ours: Balance
    theirs: Balance
    difference: Amounts
    not_searched: int

    def to_json(self) -> bytes:
        """The same bytes for the same rows, in whatever order they came."""
        return msgspec.json.encode(self)
