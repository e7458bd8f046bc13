"""What is done with a whole log, and how quickly: replay, the runners, decisions taken again.

One city's year, as often as there are rounds; each piece of work in a process of its own, and in turn with
what it stands in for. Both folds of an archive are told in events a second: the loop's rows, decoded in
memory, would not fit for the log made longer. Decisions taken again are told in decisions a second.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, ParamSpec

from ledger.application import Ledger
from ledger.persistence.stored_log import PostgresStoredLog
from ledger.redeciding.redecide import redecide_from_facts
from ledger.redeciding.together import redecide_together
from projections.audit.archive import archive
from projections.runner import catch_up
from projections.store import Store
from scripts.bench import amplified, replaying, running
from scripts.bench.apart import apart
from scripts.bench.databases import Databases
from scripts.bench.measuring import Measured, Stopwatch, peak_mib
from scripts.bench.plan import SEED, PartName, Plan
from scripts.generate import lines

TITLES: Final[dict[str, str]] = {
    "replay-log": "replay of the log with comparison",
    "replay-stock": "the library's repository.get of 20,000 of its streams",
    "replay-archive": "replay of the archive made longer",
    "replay-columns": "fold of the archive made longer, in columns",
    "replay-python": "fold of the archive, a Python loop over decoded rows",
    "replay-charges": "balances and yearly totals of charges from the archive",
    "runner-batch": "batch runner, every read model",
    "runner-stock": "the library's ProjectionRunner, balances alone",
    "redecide-one": "decisions taken again, one process",
    "redecide-all": "decisions taken again, a process on each core",
    "redecide-facts": "decisions taken again from their own facts",
}
"""Runs by name, in the order in which they are shown."""

_YEAR: Final = "year"
_EVENTS_A_PERSON: Final = 34
_STREAMS: Final = 20_000

Work = ParamSpec("Work")


class LogWork:
    """One log on one server, and what was measured on it so far."""

    def __init__(self, plan: Plan, databases: Databases, say: Callable[[str], object]) -> None:
        self._plan = plan
        self._databases = databases
        self._say = say
        self._runs: dict[str, list[Measured]] = defaultdict(list)

    def measured(self, parts: Sequence[PartName]) -> dict[str, list[Measured]]:
        """The runs of these parts, by the names of `TITLES`."""
        self._say(f"a log of about {self._plan.log_events:,} events")
        dsn = self._databases.make(_YEAR)
        apart(fill, dsn, self._plan.log_events)
        self._databases.settle(_YEAR)
        if "runner" in parts:
            self._runners()
        if "redecide" in parts:
            self._decisions(dsn)
        if "replay" in parts:
            apart(catch_up_once, dsn)
            self._replays(dsn)
        return dict(self._runs)

    def _runners(self) -> None:
        for _ in range(self._plan.rounds):
            with self._databases.copy_of(_YEAR) as dsn:
                self._run("runner-batch", running.in_batches, dsn)
            with self._databases.copy_of(_YEAR) as dsn:
                self._run("runner-stock", running.one_by_one, dsn, self._plan.seconds)

    def _decisions(self, dsn: str) -> None:
        for _ in range(self._plan.rounds):
            self._run("redecide-one", decided_again, dsn, 1)
            self._run("redecide-all", decided_again, dsn, os.cpu_count() or 1)
            self._run("redecide-facts", decided_from_facts, dsn)

    def _replays(self, dsn: str) -> None:
        for _ in range(self._plan.rounds):
            self._run("replay-log", replaying.replayed, dsn)
            self._run("replay-stock", replaying.rebuilt_by_stock, dsn, _STREAMS)
        short, long = self._plan.folder / "archive", self._plan.folder / "long"
        apart(archive, dsn, short)
        if self._plan.long_events:
            apart(amplified.whole_logs, short, long, self._plan.long_events)
            self._run("replay-archive", replaying.replayed_archive, long)
        for _ in range(self._plan.rounds):
            self._run("replay-columns", amplified.folded_in_columns, long if long.exists() else short)
            self._run("replay-python", amplified.folded_in_python, short)
        if self._plan.long_events:
            charges = self._plan.folder / "charges"
            apart(amplified.charges_only, short, charges, self._plan.long_events)
            for _ in range(self._plan.rounds):
                self._run("replay-charges", amplified.charges_folded, charges)

    def _run(
        self, name: str, work: Callable[Work, Measured], *args: Work.args, **kwargs: Work.kwargs
    ) -> None:
        self._say(TITLES[name])
        self._runs[name].append(apart(work, *args, **kwargs))


def fill(dsn: str, events: int) -> None:
    """A city's year of about so many events."""
    with Ledger.open(dsn) as ledger:
        for _ in ledger.apply_lines(lines(max(events // _EVENTS_A_PERSON, 20), 12, SEED)):
            pass


def catch_up_once(dsn: str) -> None:
    """Its read models."""
    with Store.open(dsn) as store:
        catch_up(store)


def decided_again(dsn: str, processes: int) -> Measured:
    """Every decision of the log, on the states as of its place."""
    watch = Stopwatch()
    report = redecide_together(partial(PostgresStoredLog, dsn), processes, worth=0)
    assert report.unsupported == 0, report.findings[:3]
    return Measured(report.decisions, watch.seconds, peak_mib=peak_mib())


def decided_from_facts(dsn: str) -> Measured:
    """Every charge, hold and premium, from nothing but its own facts."""
    watch = Stopwatch()
    with PostgresStoredLog(dsn) as log:
        report = redecide_from_facts(log)
    assert report.unsupported == 0, report.findings[:3]
    return Measured(report.decisions, watch.seconds, peak_mib=peak_mib())
