"""Which rows of two sides belong together, and why the others do not. Pure: no store, no clock.

Read in this order:

    outcome      what is found: matches, breaks, sums
    ladder       the rules from strongest to weakest; `match` is the door
    board        the rows of a run, what is joined, what waits for a person; the one place that signs amounts
    numbered     settlement ids, and copies
    keyed        message ids; person, visit, total and day
    pairs        forward and reverse rows that only one side has
    clusters     one person's rows: covering sets, several to several, tolerance
    covers       candidates that tie in every column, within a search budget
    choosing     which candidates hold: the one best assignment, or nobody's
    naming       which class a break has; twins are bills booked twice
    likely       the event behind it
    corrections  what would put it right
    keys         names of breaks that last
    reporting    all of it as one outcome
"""

from ledger.reconciliation.matching.ladder import match as match
from ledger.reconciliation.matching.outcome import (
    Amounts as Amounts,
)
from ledger.reconciliation.matching.outcome import (
    Break as Break,
)
from ledger.reconciliation.matching.outcome import (
    BreakClass as BreakClass,
)
from ledger.reconciliation.matching.outcome import (
    Line as Line,
)
from ledger.reconciliation.matching.outcome import (
    Match as Match,
)
from ledger.reconciliation.matching.outcome import (
    Outcome as Outcome,
)
