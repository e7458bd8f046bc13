"""The run itself: prepare once, then everybody once a round, each on a fresh copy of its database."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, assert_never

import psycopg

from ledger.embedded import embedded_server
from scripts.bench import asking, lookups, own, parsing, proving, reconciled, reconciling, stock, workloads
from scripts.bench.apart import apart
from scripts.bench.contenders import CITY, Contender, Setting, Template, contenders
from scripts.bench.databases import Databases, sizes
from scripts.bench.following import behind, watched
from scripts.bench.log_work import LogWork
from scripts.bench.measuring import Measured, percentiles_ms
from scripts.bench.plain import export_rows, fill_pgbench
from scripts.bench.plan import CLIENTS, SEED, PartName, Plan
from scripts.bench.whereabouts import where_time_goes
from scripts.generate import natural_charges, opening

Say = Callable[[str], object]
Runs = dict[str, list[Measured]]
Profile = dict[str, dict[str, dict[str, float]]]

PEAK = f"callers-{CLIENTS[-1]}"


class Benchmark:
    """One server, its templates, and what was measured on it so far."""

    def __init__(self, plan: Plan, dsn: str, data: Path, say: Say) -> None:
        self.plan = plan
        self.databases = Databases(dsn, data)
        self.dsn = dsn
        self.runs: Runs = {}
        self.profile: Profile = {}
        self.asked: list[asking.Asked] = []
        self.events = 0
        self._made = set[Template]()
        self._say = say
        self._setting = Setting(plan, self.databases)

    @classmethod
    @contextmanager
    def started(cls, plan: Plan, say: Say) -> Iterator["Benchmark"]:
        """A benchmark with a server of its own in the plan's folder."""
        data = plan.folder / "data"
        with embedded_server(data) as dsn:
            yield cls(plan, dsn, data, say)

    def field(self, only: Sequence[str] = ()) -> list[Contender]:
        """Who takes part: all, or those whose names begin so."""
        everybody = contenders(self.plan, with_pgbench=self.databases.has("pgbench"))
        return [one for one in everybody if not only or one.name.startswith(tuple(only))]

    def prepare(self, field: Sequence[Contender]) -> None:
        """The files and templates that these contenders need."""
        workloads.write_files(self.plan)
        wanted: set[Template] = {CITY, *(one.template for one in field)}
        for name in sorted(wanted):
            self._make(name)

    def look_where_time_goes(self) -> None:
        """Untimed: the file and the most callers, sampled. The file's events are kept for COPY."""
        self._say("where the time goes")
        with self.databases.copy_of(CITY) as dsn:
            with psycopg.connect(dsn) as connection:
                row = connection.execute("SELECT max(notification_id) FROM ledger.ledger_events").fetchone()
            self.profile["file"] = apart(_sampled, own.log_only, dsn, self.plan.natural_file)
            assert row is not None
            export_rows(dsn, row[0], self.plan.rows_file)
        with self.databases.copy_of(CITY) as dsn:
            self.profile[PEAK] = apart(_sampled, own.callers, dsn, self.plan, CLIENTS[-1])

    def round(self, field: Sequence[Contender], number: int) -> None:
        """Everybody once; every other round in the opposite order."""
        for one in field if number % 2 else reversed(field):
            self._say(f"round {number} of {self.plan.rounds}: {one.title}")
            measured = self._run(one)
            self.runs.setdefault(one.name, []).append(measured)
            if one.name == PEAK:
                self._setting = replace(self._setting, peak=measured.rate)

    def writers_memory(self) -> None:
        """A city from its opening on, twice as many charges as people, through one writer."""
        charges = self.plan.memory_charges
        people, file = charges // 2, self.plan.folder / "memory.jsonl"
        self._say(f"memory of the writer over {charges:,} charges of {people:,} people")
        with file.open("wb") as out:
            out.writelines(chain(opening(people, SEED), natural_charges(people, charges, SEED)))
        self.databases.make("memory")
        with self.databases.copy_of("memory") as dsn:
            self.runs["memory"] = [apart(own.log_only, dsn, file)]
        file.unlink()

    def questions(self) -> None:
        """A log of its own, written and read as in life; then everything that can be asked of it."""
        self._say(f"a log of about {self.plan.events:,} events")
        dsn = self.databases.make("queries")
        self.events = apart(asking.fill, dsn, self.plan.events)
        self.databases.settle("queries")
        self._say(f"asking about {self.events:,} events")
        self.asked = apart(asking.ask, dsn, self.plan.events)
        self.runs |= {one.name: [one.measured] for one in self.asked}

    def proofs(self) -> None:
        """A log of its own to verify and prove; then the file with and without a tree that follows."""
        if CITY not in self._made:
            workloads.write_files(self.plan)
            self._make(CITY)
        self.runs |= proving.measure(self.plan, self.databases, CITY, self._say)

    def _make(self, name: Template) -> None:
        self._say(f"preparing {name}")
        self._fill(name, self.databases.make(name))
        self.databases.settle(name)
        self._made.add(name)

    def lookups(self) -> None:
        """A vault of its own, filled by the real encryption; then people found, shown and forgotten in it."""
        self._say(f"a vault of {self.plan.identities:,} people")
        dsn, keys = self.databases.make("vault"), self.plan.folder / "keys"
        self.runs["vault-put"] = [apart(lookups.fill, dsn, keys, self.plan.identities)]
        self.databases.settle("vault")
        self._say("asking the vault")
        self.runs |= {
            f"vault-{name}": [one]
            for name, one in apart(lookups.ask, dsn, keys, self.plan.identities).items()
        }

    def detail_files(self) -> None:
        """A detail file of 3202, read once a round in a process of its own."""
        self._say(f"a detail file of {self.plan.lines:,} lines")
        file = self.plan.folder / "details.zip"
        apart(parsing.write_details, file, self.plan.lines)
        self.runs["files"] = [apart(parsing.parsed, file) for _ in range(self.plan.rounds)]
        file.unlink()

    def matching(self) -> None:
        """Two sides of a month, matched as often as there are rounds; no database takes part."""
        self._say(f"matching {self.plan.matching:,} settlements with as many lines")
        runs = [apart(reconciling.matched, self.plan.matching) for _ in range(self.plan.rounds)]
        self.runs["matching"] = runs

    def reconciling(self) -> None:
        """A month in the database and in files, reconciled whole in every round, each time anew."""
        self._say(f"a month of {self.plan.matching:,} settlements in the database and in files")
        dsn, folder = self.databases.make("month"), self.plan.folder / "month"
        apart(reconciled.prepare, dsn, folder, self.plan.matching)
        self.databases.settle("month")
        self._say("reconciling it")
        for number in range(self.plan.rounds):
            with self.databases.copy_of("month") as copy:
                measured = apart(reconciled.reconcile, copy, folder, self.plan.folder / f"reports-{number}")
                self.runs.setdefault("reconcile", []).append(measured)

    def work_on_a_log(self, parts: Sequence[PartName]) -> None:
        """Replay, the runners and deciding again, on one log that each of them needs."""
        work = LogWork(self.plan, self.databases, self._say)
        self.runs |= work.measured(parts)

    def _fill(self, template: Template, dsn: str) -> None:
        match template:
            case "city":
                apart(workloads.fill_city, dsn, self.plan.people)
            case "cascade":
                apart(workloads.fill_cascade, dsn, self.plan.cascade)
            case "owners":
                apart(workloads.fill_owners, dsn)
            case "stock":
                apart(stock.fill, dsn, self.plan.stock_accounts)
            case "pgbench":
                fill_pgbench(self.databases, dsn)
            case _:
                assert_never(template)

    def _run(self, one: Contender) -> Measured:
        with self.databases.copy_of(one.template) as dsn:
            before, worked = sizes(dsn), self.databases.cpu_s()
            if one.watched:
                with watched(dsn) as moments:
                    measured = one.work(dsn, self._setting)
                lags = percentiles_ms(behind(moments))
            else:
                measured, lags = one.work(dsn, self._setting), {}
            other: dict[str, float] = {f"lag_{name}_ms": value for name, value in lags.items()}
            if worked is not None:
                other["server_cpu_s"] = (self.databases.cpu_s() or worked) - worked
            other |= {f"{part}_bytes": size - before[part] for part, size in sizes(dsn).items()}
            return replace(measured, other={**measured.other, **other})


def _sampled(work: Callable[..., Measured], *args: Any) -> dict[str, dict[str, float]]:
    return where_time_goes(lambda: work(*args))
