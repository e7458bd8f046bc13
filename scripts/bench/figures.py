"""The figures to reach, each with its floor and its aim."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from scripts.bench import proving
from scripts.bench.measuring import Measured, Spread, ratio_of, spread_of
from scripts.bench.plan import CLIENTS, FORMS, PEOPLE, QUESTIONS, Form, QuestionName, query_run

Runs = dict[str, list[Measured]]
Value = Callable[[Runs], Spread | None]

STOCK: Final = "stock-1"
FULL_MEMORY_CHARGES: Final = 1_000_000
FULL_EVENTS: Final = 5_000_000
FULL_IDENTITIES: Final = 1_000_000
FULL_LINES: Final = 1_000_000
FULL_MATCHING: Final = 100_000
FULL_LOG_EVENTS: Final = 200_000
FULL_LONG_EVENTS: Final = 10_000_000
_FEW, _MANY = CLIENTS[1:]


@dataclass(frozen=True, slots=True)
class Figure:
    """What is measured, in which unit. `more_is_better` says on which side of floor and aim to be.

    `stricter` is printed beside it where the stock pair alone is not the most that the stock library can do;
    `by_disk` says that the time of a durable write is. `of_memory`, `of_queries`, `of_proofs`,
    `of_identities`, `of_files`, `of_matching`, `of_log` (replayed, read), `of_long` (an
    archive made longer): only at full size.
    """

    text: str
    unit: str
    floor: float
    aim: float
    value: Value
    more_is_better: bool = True
    stricter: Value | None = None
    by_disk: bool = False
    of_memory: bool = False
    of_queries: bool = False
    of_proofs: bool = False
    of_identities: bool = False
    of_files: bool = False
    of_matching: bool = False
    of_log: bool = False
    of_long: bool = False

    def verdict(self, value: Spread | None) -> str:
        """`aim`, `floor`, `missed` or `not measured`; the median decides."""
        if value is None:
            return "not measured"
        for name, bound in (("aim", self.aim), ("floor", self.floor)):
            if value.median >= bound if self.more_is_better else value.median <= bound:
                return name
        return "missed"


def best_stock(runs: Runs) -> str:
    """The stock library at the number of clients that suits it best."""
    named = [name for name in runs if name.startswith("stock-")]
    return max(named, key=lambda name: median(run.rate for run in runs[name]), default=STOCK)


def against(name: str, other: str | None = None) -> Value:
    """One contender's rate by another's (none: the stock pair at its best), round by round."""
    return lambda runs: ratio_of(runs.get(name, []), runs.get(other or best_stock(runs), []))


def _of(name: str, value: Callable[[Measured], float | None]) -> Value:
    return lambda runs: spread_of(runs.get(name, []), value)


def _slowest(share: str, questions: Sequence[QuestionName], forms: Sequence[Form]) -> Value:
    """The slowest of these questions in these forms, of common accounts and busy ones alike."""
    names = [query_run(q, people, form) for q in questions for people in PEOPLE for form in forms]

    def value(runs: Runs) -> Spread | None:
        found = [run.latency_ms[share] for name in names for run in runs.get(name, [])]
        return Spread.of([max(found)]) if found else None

    return value


def _less(name: str, other: str) -> Value:
    """By how many percent of the other's rate this one is slower, round by round."""

    def value(runs: Runs) -> Spread | None:
        pairs = zip(runs.get(name, []), runs.get(other, []), strict=True)
        lost = [100 * (1 - run.rate / plain.rate) for run, plain in pairs]
        return Spread.of(lost) if lost else None

    return value


def _a_charge(part: str) -> Callable[[Measured], float | None]:
    return lambda run: run.other[part] / run.charges if part in run.other else None


def _seconds(part: str) -> Callable[[Measured], float | None]:
    return lambda run: run.other[part] / 1000 if part in run.other else None


FIGURES: Final[Sequence[Figure]] = (
    Figure("file in its natural mix, read models caught up, to the stock pair", "x", 6, 12,
           against("file-followed", STOCK), stricter=against("file-followed")),
    Figure("the same, log only", "x", 8, 15, against("file", STOCK), stricter=against("file")),
    Figure("own account and two binders pay every charge, limits on, read models caught up", "x", 4, 8,
           against("cascade-followed", STOCK), stricter=against("cascade-followed")),
    Figure(f"{_MANY} callers, each waiting for its own answer, to the stock pair at its best", "x", 3, 5,
           against(f"callers-{_MANY}")),
    Figure("one caller, one charge at a time, to the stock pair", "x", 1.5, 3, against("single", STOCK),
           by_disk=True),
    Figure("p99 of a single charge at half of peak load", "ms", 50, 15,
           _of("half-load", lambda run: run.latency_ms.get("p99")), more_is_better=False),
    Figure(f"{_FEW} callers on one owner's account, to {_FEW} on different families", "x", 0.7, 0.95,
           against("one-owner", "owner-each")),
    Figure("bytes a charge: the log with its indexes and request keys", "bytes", 1300, 900,
           _of("file-followed", _a_charge("log_bytes")), more_is_better=False),
    Figure("bytes a charge: everything in the database", "bytes", 4000, 2500,
           _of("file-followed", _a_charge("database_bytes")), more_is_better=False),
    Figure("memory of the writer over 1,000,000 charges of 500,000 people", "GiB", 1.5, 0.7,
           _of("memory", lambda run: run.peak_mib and run.peak_mib / 1024), more_is_better=False,
           of_memory=True),
    Figure(f"read models behind the log (p99) with {_MANY} callers at full load", "s", 1, 0.2,
           _of(f"callers-{_MANY}-followed", _seconds("lag_p99_ms")), more_is_better=False),
    Figure("read models behind the log (p99) while a file is applied at full speed", "s", 1, 0.2,
           _of("file-followed", _seconds("lag_p99_ms")), more_is_better=False),
    Figure("lookup by citizen-ID number among 1,000,000 people, p95", "ms", 10, 2,
           _of("vault-find", lambda run: run.latency_ms.get("p95")), more_is_better=False,
           of_identities=True),
    Figure("1,000,000 lines of a detail file of 3202, zipped, read and checked", "s", 10, 6,
           _of("files", lambda run: run.seconds), more_is_better=False, of_files=True),
    Figure("held at most by the process that reads them, all rows kept", "GiB", 1, 0.7,
           _of("files", lambda run: run.peak_mib and run.peak_mib / 1024), more_is_better=False,
           of_files=True),
    Figure("100,000 settlements matched with as many lines of the other side", "s", 30, 3,
           _of("matching", lambda run: run.seconds), more_is_better=False, of_matching=True),
    Figure("held at most by the process that matches them, both sides' rows with it", "GiB", 1, 0.5,
           _of("matching", lambda run: run.peak_mib and run.peak_mib / 1024), more_is_better=False,
           of_matching=True),
    Figure("the same whole way: files read, our side from the database, breaks opened, reports in four forms",
           "s", 30, 30, _of("reconcile", lambda run: run.seconds), more_is_better=False, of_matching=True),
    Figure("held at most by the process that does it", "GiB", 1, 1,
           _of("reconcile", lambda run: run.peak_mib and run.peak_mib / 1024), more_is_better=False,
           of_matching=True),
    Figure("balance, debit order and limits at 5,000,000 events, p99 of the slowest, also of accounts that "
           "moved 10,000 times", "ms", 10, 2, _slowest("p99", QUESTIONS[:3], FORMS[:1]), more_is_better=False,
           of_queries=True),
    Figure("the same and statements as of any time and position, p95 of the slowest", "ms", 50, 50,
           _slowest("p95", QUESTIONS, FORMS[1:]), more_is_better=False, of_queries=True),
    Figure("full verification from PostgreSQL, by one client process", "events/s", 300_000, 450_000,
           _of(proving.VERIFIED, lambda run: run.rate), of_proofs=True),
    Figure("cost of the tree to a file applied at full speed, share of its throughput", "%", 8, 4,
           _less(proving.KEPT, proving.PLAIN), more_is_better=False),
    Figure("stored tree behind the log (most) meanwhile", "s", 1, 1,
           _of(proving.KEPT, _seconds("lag_max_ms")), more_is_better=False),
    Figure("proof at 5,000,000 events", "hashes", 24, 24,
           _of(proving.MADE, lambda run: run.other["hashes"]), more_is_better=False, of_proofs=True),
    Figure("the same, to make, p99", "ms", 20, 5,
           _of(proving.MADE, lambda run: run.latency_ms["p99"]), more_is_better=False, of_proofs=True),
    Figure("the same, to check, p99", "ms", 0.2, 0.1,
           _of(proving.CHECKED, lambda run: run.latency_ms["p99"]), more_is_better=False, of_proofs=True),
    Figure("export of 1,000,000 events", "s", 30, 10, _of(proving.EXPORTED, lambda run: run.seconds),
           more_is_better=False, of_proofs=True),
    Figure("replay of the full log with comparison, to the library's `repository.get` of the same streams",
           "x", 5, 12, against("replay-log", "replay-stock"), of_log=True),
    Figure("fold of the archive in columns, to a plain Python loop over decoded rows", "x", 10, 19,
           against("replay-columns", "replay-python"), of_log=True),
    Figure("batch runner, to the library's `ProjectionRunner` on the same log", "x", 10, 18,
           against("runner-batch", "runner-stock"), of_log=True),
    Figure("10,000,000 charge events from the archive: balances and yearly totals", "s", 20, 5,
           _of("replay-charges", lambda run: run.seconds), more_is_better=False, of_long=True),
    Figure("memory of replay, 10,000,000 events", "GiB", 2, 1,
           _of("replay-archive", lambda run: run.peak_mib and run.peak_mib / 1024), more_is_better=False,
           of_long=True),
)  # fmt: skip
