"""Who takes part, in the order of the first round."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from scripts.bench import own, plain, stock
from scripts.bench.apart import apart
from scripts.bench.databases import Databases
from scripts.bench.measuring import Measured
from scripts.bench.plan import CLIENTS, Plan

Template = Literal["city", "cascade", "owners", "stock", "pgbench"]
CITY: Final = "city"
CASCADE: Final = "cascade"
OWNERS: Final = "owners"
STOCK: Final = "stock"
PGBENCH: Final = "pgbench"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a contender may use. `peak` is the last rate of the most callers at once, in charges a second."""

    plan: Plan
    databases: Databases
    peak: float = 100.0


@dataclass(frozen=True, slots=True)
class Contender:
    """`work` is given the DSN of a fresh copy of `template`. Watched: its read models' lag is noted."""

    name: str
    title: str
    template: Template
    work: Callable[[str, Setting], Measured]
    watched: bool = False


def contenders(plan: Plan, *, with_pgbench: bool) -> list[Contender]:
    """Everybody; a pair that is compared stands close together."""
    few, many = CLIENTS[1:]
    return [
        Contender("stock-1", "stock library, 1 caller", STOCK, partial(_stock, 1)),
        Contender("single", "this ledger, 1 caller", CITY, _single),
        Contender(f"stock-{few}", f"stock library, {few} threads", STOCK, partial(_stock, few)),
        Contender(f"callers-{few}", f"this ledger, {few} callers", CITY, partial(_callers, few)),
        Contender(f"stock-{many}", f"stock library, {many} threads", STOCK, partial(_stock, many)),
        Contender(f"callers-{many}", f"this ledger, {many} callers", CITY, partial(_callers, many)),
        Contender(
            f"stock-{few}-programs", f"stock library, {few} programs", STOCK, partial(_stock_programs, few)
        ),
        Contender("half-load", "this ledger, half of that peak", CITY, _half_load),
        Contender(
            f"callers-{many}-followed", f"this ledger, {many} callers, read models followed", CITY,
            partial(_followed_callers, many), watched=True,
        ),
        Contender("file", f"file of {plan.charges:,} charges, log only", CITY, _file),
        Contender("file-followed", "the same, read models caught up", CITY, _file_followed, watched=True),
        Contender(
            "cascade-followed", f"file of {plan.cascade:,} charges on three accounts, read models caught up",
            CASCADE, _cascade_followed, watched=True,
        ),
        Contender("copy", "COPY of the file's events into a table like the log", OWNERS, _copy),
        Contender("one-owner", f"{few} callers on one owner's account", OWNERS, partial(_threads, "one")),
        Contender("owner-each", f"{few} callers on an owner each", OWNERS, partial(_threads, "each")),
        Contender(
            "one-owner-programs", f"{few} programs on one owner's account", OWNERS, partial(_programs, "one")
        ),
        Contender(
            "owner-each-programs", f"{few} programs on an owner each", OWNERS, partial(_programs, "each")
        ),
        *(
            Contender(f"pgbench-{many}", f"pgbench, {many} clients", PGBENCH, partial(_pgbench, many))
            for many in CLIENTS if with_pgbench
        ),
    ]  # fmt: skip


def _single(dsn: str, setting: Setting) -> Measured:
    return apart(own.one_caller, dsn, setting.plan)


def _callers(clients: int, dsn: str, setting: Setting) -> Measured:
    return apart(own.callers, dsn, setting.plan, clients)


def _followed_callers(clients: int, dsn: str, setting: Setting) -> Measured:
    return apart(own.followed_callers, dsn, setting.plan, clients)


def _half_load(dsn: str, setting: Setting) -> Measured:
    return apart(own.half_load, dsn, setting.plan, setting.peak)


def _file(dsn: str, setting: Setting) -> Measured:
    return apart(own.log_only, dsn, setting.plan.natural_file)


def _file_followed(dsn: str, setting: Setting) -> Measured:
    return apart(own.copay_apply, dsn, setting.plan.natural_file, setting.plan.charges)


def _cascade_followed(dsn: str, setting: Setting) -> Measured:
    return apart(own.copay_apply, dsn, setting.plan.cascade_file, setting.plan.cascade)


def _threads(whose: str, dsn: str, setting: Setting) -> Measured:
    return apart(own.owners_by_threads, dsn, setting.plan, whose)


def _programs(whose: str, dsn: str, setting: Setting) -> Measured:
    return apart(own.owners_by_processes, dsn, setting.plan, whose)


def _stock(clients: int, dsn: str, setting: Setting) -> Measured:
    return apart(stock.by_stock_threads, dsn, setting.plan, clients)


def _stock_programs(clients: int, dsn: str, setting: Setting) -> Measured:
    return apart(stock.by_stock_processes, dsn, setting.plan, clients)


def _copy(dsn: str, setting: Setting) -> Measured:
    return apart(plain.raw_copy, dsn, setting.plan)


def _pgbench(clients: int, dsn: str, setting: Setting) -> Measured:
    return plain.pgbench(setting.databases, dsn, setting.plan.seconds, clients)
