"""This ledger at work, in each of the ways it is used. Every function runs in a process of its own."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Final

from ledger.application import GroupCommit, Ledger
from scripts.bench.apart import all_ready, several
from scripts.bench.callers import Calls, Charge, by_threads, of_processes, paced
from scripts.bench.following import followed
from scripts.bench.measuring import Measured, Stopwatch
from scripts.bench.plan import Plan
from scripts.bench.workloads import of_an_owner_each, of_one_owner, some
from scripts.cli.app import run

_LINES: Final = 200_000  # more than anybody charges one by one in the time there is

Owners = Callable[[int], Iterator[bytes]]
OWNERS: Final[dict[str, Owners]] = {"one": of_one_owner, "each": of_an_owner_each}


class Unfinished(Exception):
    """The program did not apply the file."""


def one_caller(dsn: str, plan: Plan) -> Measured:
    """One caller, one charge at a time, each in a transaction of its own."""
    with Ledger.open(dsn) as ledger:
        return by_threads([_alone(ledger, iter(some(plan.natural_file, _LINES)))], plan.seconds)


def callers(dsn: str, plan: Plan, clients: int) -> Measured:
    """So many threads, each waiting for its own answer, through one writer."""
    lines = iter(some(plan.natural_file, _LINES))
    with Ledger.open(dsn) as ledger, GroupCommit(ledger) as door:
        return by_threads([_at(door, lines) for _ in range(clients)], plan.seconds)


def followed_callers(dsn: str, plan: Plan, clients: int) -> Measured:
    """The same while a follower keeps the read models."""
    with followed(dsn):
        return callers(dsn, plan, clients)


def half_load(dsn: str, plan: Plan, peak: float) -> Measured:
    """Callers at half the rate that the most callers at once reached."""
    with Ledger.open(dsn) as ledger, GroupCommit(ledger) as door:
        lines = iter(some(plan.natural_file, _LINES))
        by_threads([_at(door, lines)], plan.seconds / 10)  # connections and prepared statements
        return paced(door.submit, lines, peak / 2, plan.seconds)


def log_only(dsn: str, file: Path) -> Measured:
    """A command file from beginning to end through `Ledger.apply_lines`, answers written out."""
    charges = not_accepted = 0
    watch = Stopwatch()
    with Ledger.open(dsn) as ledger, file.open("rb") as lines, Path(os.devnull).open("wb") as out:
        for result in ledger.apply_lines(lines):
            out.write(result.to_json() + b"\n")
            charges += 1
            not_accepted += result.status != "accepted"
    return watch.measured(charges, (), not_accepted)


def copay_apply(dsn: str, file: Path, charges: int) -> Measured:
    """The same file through the program `copay apply`, which ends when its read models have caught up."""
    watch = Stopwatch()
    with _quiet():
        status = run(["apply", str(file), "--dsn", dsn])
    if status:
        raise Unfinished(f"copay apply ended with {status}")
    follower = getrusage(RUSAGE_CHILDREN)
    return watch.measured(charges, other={"follower_cpu_s": follower.ru_utime + follower.ru_stime})


def owners_by_threads(dsn: str, plan: Plan, whose: str) -> Measured:
    """Eight callers on one owner's account, or on an owner's each, through one writer."""
    with Ledger.open(dsn) as ledger, GroupCommit(ledger) as door:
        return by_threads([_at(door, OWNERS[whose](place)) for place in range(8)], plan.seconds)


def owners_by_processes(dsn: str, plan: Plan, whose: str) -> Measured:
    """The same with a program for each caller, and so with eight writers."""
    return of_processes(several(_own_program, 8, dsn, plan.seconds, whose))


def _own_program(place: int, dsn: str, seconds: float, whose: str) -> tuple[Calls, float]:
    with Ledger.open(dsn) as ledger:
        charge, calls = _alone(ledger, OWNERS[whose](place)), Calls()
        charge()
        all_ready()
        watch = Stopwatch()
        calls.make(charge, seconds)
        return calls, watch.seconds


def _alone(ledger: Ledger, lines: Iterator[bytes]) -> Charge:
    def charge() -> bool | None:
        line = next(lines, None)
        return None if line is None else ledger.submit([line])[0].status == "accepted"

    return charge


def _at(door: GroupCommit, lines: Iterator[bytes]) -> Charge:
    def charge() -> bool | None:
        line = next(lines, None)
        return None if line is None else door.submit(line).result().status == "accepted"

    return charge


@contextmanager
def _quiet() -> Iterator[None]:
    """Results and the program's own words go nowhere."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    yield
