"""Matching measured: a labelled month of rows in memory, matched, named and written as bytes."""

from ledger.reconciliation.matching import match
from scripts.bench.measuring import Measured, Stopwatch
from scripts.bench.plan import SEED
from scripts.generator.month.build import month


def matched(settlements: int) -> Measured:
    """One matching of so many settlements against the other side's lines, one in seven without a settlement
    id and one in five with amounts and day of another. `charges` counts rows of ours; memory has the month.
    """
    made = month(settlements, SEED, collisions=True)
    watch = Stopwatch()
    found = match(made.ours, made.theirs, made.rules).to_json()
    assert found
    return watch.measured(len(made.ours))
