"""What proof costs: verifying a log from PostgreSQL, keeping its tree, proofs, exports.

The log is a city's year, written by the ledger once, then repeated under other stream ids: the very rows,
sizes and order, as many as are wanted. The cost of the tree is the file of charges applied with and without
a keeper of the tree beside the writer, on fresh copies of one database, in turn.
"""

import shutil
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from time import perf_counter, sleep
from typing import Any, Final

import psycopg

from ledger.application import Ledger
from ledger.persistence.leaves import read_leaves
from ledger.persistence.log_tree import LogTree
from ledger.persistence.tree_keeper import TreeKeeper
from ledger.proof.export import export
from ledger.proof.leaves import leaf_bytes
from ledger.proof.proofs import check_inclusion
from ledger.proof.tree import leaf_hash
from ledger.proof.verifying import verify
from scripts.bench import own
from scripts.bench.apart import apart, beside
from scripts.bench.databases import Databases
from scripts.bench.following import behind, watched
from scripts.bench.measuring import Measured, Stopwatch, percentiles_ms
from scripts.bench.plan import SEED, Plan
from scripts.generate import lines

Say = Callable[[str], object]
Runs = dict[str, list[Measured]]

VERIFIED: Final = "proof-verified"
PLAIN: Final = "proof-plain"
KEPT: Final = "proof-kept"
MADE: Final = "proof-made"
CHECKED: Final = "proof-checked"
EXPORTED: Final = "proof-exported"
EXPORT_EVENTS: Final = 1_000_000

_BASE_EVENTS: Final = 250_000
_EVENTS_A_PERSON: Final = 34
_PROOFS: Final = 1_000
_PATIENCE_S: Final = 60
_END: Final = "SELECT coalesce(max(notification_id), 0) FROM ledger.ledger_events"
_REPEAT: Final = """
INSERT INTO ledger.ledger_events (notification_id, originator_version, originator_id, topic, state)
SELECT notification_id + %(by)s::int8, originator_version, originator_id || %(mark)s::text, topic, state
FROM ledger.ledger_events WHERE notification_id <= %(many)s ORDER BY notification_id
"""
_TREE_ENDS: Final = """
SELECT (SELECT coalesce(max(notification_id), 0) FROM ledger.ledger_events), (SELECT size FROM proof.tree)
"""
_ROW: Final = """
SELECT notification_id, originator_id, originator_version, topic, state FROM ledger.ledger_events
WHERE notification_id = %s
"""


def measure(plan: Plan, databases: Databases, city: str, say: Say) -> Runs:
    """Everything; `city` is the template on which charges are applied."""
    say(f"a log of {plan.events:,} events and its tree")
    dsn, runs = databases.make("proof"), Runs()
    apart(fill, dsn, plan.events)
    databases.settle("proof")
    apart(keep_up, dsn)
    for number in range(1, plan.rounds + 1):
        say(f"round {number} of {plan.rounds}: verification, proofs, export")
        runs.setdefault(VERIFIED, []).append(apart(verified, dsn))
        made, checked = apart(proofs, dsn)
        runs.setdefault(MADE, []).append(made)
        runs.setdefault(CHECKED, []).append(checked)
        runs.setdefault(EXPORTED, []).append(apart(exported, dsn, plan.folder / "export"))
        for name in (PLAIN, KEPT) if number % 2 else (KEPT, PLAIN):
            say(f"round {number} of {plan.rounds}: a file, {'tree kept up' if name == KEPT else 'log only'}")
            with databases.copy_of(city) as fresh:
                applied = with_tree if name == KEPT else without_tree
                runs.setdefault(name, []).append(applied(fresh, plan.natural_file))
    return runs


def fill(dsn: str, events: int) -> None:
    """The city's events, then the same under other stream ids until there are so many."""
    base = min(events, _BASE_EVENTS)
    with Ledger.open(dsn) as ledger:
        for _ in ledger.apply_lines(lines(max(base // _EVENTS_A_PERSON, 20), 12, SEED)):
            pass
    with psycopg.connect(dsn, autocommit=True) as connection:
        end = base = _end(connection)
        while end < events:
            many = min(base, events - end)
            connection.execute(_REPEAT, {"by": end, "mark": f"~{end // base}", "many": many})
            end += many


def keep_up(dsn: str) -> int:
    """Make the stored tree of the whole log; how many events it covers."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        return LogTree(connection).catch_up()


def verified(dsn: str) -> Measured:
    """The whole log hashed anew, as `copay verify` does, without checkpoints and without the stored tree."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        end, watch = _end(connection), Stopwatch()
        verdict = verify(lambda after, upto: read_leaves(connection, after, upto), end, ())
        assert (verdict.events, verdict.findings) == (end, [])
        return watch.measured(end)


def proofs(dsn: str) -> tuple[Measured, Measured]:
    """That events anywhere are in the whole log: each proof made from the stored tree, and checked."""
    made, checked, hashes, random = list[float](), list[float](), 0, Random(SEED)
    with psycopg.connect(dsn, autocommit=True) as connection:
        tree = LogTree(connection)
        size = tree.size
        root = tree.root(size)
        for _ in range(_PROOFS):
            position = random.randint(1, size)
            began = perf_counter()
            proof = tree.inclusion(position, size)
            made.append(perf_counter() - began)
            row = connection.execute(_ROW, (position,)).fetchone()
            assert row is not None
            leaf = leaf_bytes(*row)
            began = perf_counter()
            check_inclusion(leaf_hash(leaf), position - 1, size, proof, root)
            checked.append(perf_counter() - began)
            hashes = max(hashes, len(proof))
    return (
        Measured(_PROOFS, sum(made), percentiles_ms(made), other={"hashes": hashes, "events": size}),
        Measured(_PROOFS, sum(checked), percentiles_ms(checked)),
    )


def exported(dsn: str, folder: Path) -> Measured:
    """The first million events as a tlog-tiles folder, durable."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        end, watch = min(_end(connection), EXPORT_EVENTS), Stopwatch()
        export(folder, lambda after, left_out: read_leaves(connection, after, end, left_out), None)
        measured = watch.measured(end)
    shutil.rmtree(folder)
    return measured


def without_tree(dsn: str, file: Path) -> Measured:
    """A file applied, and nobody beside the writer."""
    return apart(own.log_only, dsn, file)


def with_tree(dsn: str, file: Path) -> Measured:
    """A file applied while a keeper beside the writer keeps the tree up, and how far that was behind."""
    with beside(_keep, dsn) as keeper:
        keeper.recv()
        with watched(dsn, _TREE_ENDS) as moments:
            measured = apart(own.log_only, dsn, file)
            _wait_for_tree(dsn)
        keeper.send(None)
        cpu_s = keeper.recv()
    lags = {f"lag_{name}_ms": value for name, value in percentiles_ms(behind(moments)).items()}
    return Measured(
        measured.charges, measured.seconds, measured.latency_ms, measured.peak_mib, measured.cpu_s,
        measured.not_accepted, {**lags, "follower_cpu_s": cpu_s},
    )  # fmt: skip


def _keep(pipe: Connection, dsn: str) -> None:
    keep_up(dsn)
    watch = Stopwatch()
    with TreeKeeper(dsn):
        pipe.send(None)
        pipe.recv()
    pipe.send(watch.measured(0).cpu_s)


def _wait_for_tree(dsn: str) -> None:
    deadline = perf_counter() + _PATIENCE_S
    with psycopg.connect(dsn, autocommit=True) as connection:
        while _end(connection) > LogTree(connection).size:
            assert perf_counter() < deadline, "the tree is not kept up"
            sleep(0.05)


def _end(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute(_END).fetchone()
    assert row is not None
    return int(row[0])
