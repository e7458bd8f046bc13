"""Whoever owns the database, but no key, changes the past: it is found, and where it begins is named.

Each trial is drawn from a seed, done in a transaction, verified, and taken back.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.persistence.leaves import read_leaves
from ledger.persistence.log_tree import LogTree
from ledger.persistence.postgres import PostgresLog
from ledger.proof.checkpoints import open_checkpoint
from ledger.proof.errors import NotProven
from ledger.proof.leaves import LogRow, leaves
from ledger.proof.locating import KeptTiles
from ledger.proof.notes import ED25519, SignerKey
from ledger.proof.outside import OutsideFolder
from ledger.proof.verifying import Kept, StoredTree, Verdict, verify
from tests.proof.logs import LOG, ORIGIN, rows
from tests.proof.test_copied_leaves import store

SIGNED = (130, 256, 411, 600)
LAST = SIGNED[-1]
END = 640
"""Events in all: the last 40 are under no checkpoint."""

SHORT, LONG = 4, 100
WHEN = datetime(2026, 1, 5, 3, tzinfo=UTC)
EVENT = "UPDATE ledger.ledger_events SET"


class City(NamedTuple):
    """A log with its stored tree, and the folder of its checkpoints."""

    connection: psycopg.Connection
    kept: list[Kept]
    tiles: KeptTiles
    folder: Path


@pytest.fixture(scope="module")
def city(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    name, folder = f"test_{uuid4().hex}", tmp_path_factory.mktemp("kept")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        dsn = make_conninfo(server, dbname=name)
        PostgresLog(dsn).close()
        with psycopg.connect(dsn, autocommit=True) as connection:
            store(connection, list(rows(END)))
            LogTree(connection).catch_up()
            yield City(connection, signed(folder), KeptTiles(OutsideFolder(folder)), folder)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def signed(folder: Path) -> list[Kept]:
    """The checkpoints of the true log, made while it grew."""
    outside, before = OutsideFolder(folder), 0
    log = list(leaves(rows(LAST)))
    for size in SIGNED:
        outside.sign(LOG, log[before:size], WHEN)
        before = size
    return [
        Kept(str(path), open_checkpoint(path.read_bytes(), LOG.verifier).checkpoint)
        for path in outside.history()
    ]


def verified(city: City, *, tiles: bool = True, tree: bool = False) -> Verdict:
    """The log as it is now, held to the checkpoints."""
    connection = city.connection
    row = connection.execute("SELECT coalesce(max(notification_id), 0) FROM ledger.ledger_events").fetchone()
    assert row is not None
    stored = None
    if tree:
        read = {(level, number): bytes(data) for level, number, data in _tiles(connection)}
        stored = StoredTree(LogTree(connection).size, lambda tile: read.get((tile.level, tile.index), b""))
    return verify(
        lambda after, upto: _leaves(connection, after, upto),
        row[0],
        city.kept,
        city.tiles if tiles else None,
        stored,
    )


def _leaves(connection: psycopg.Connection, after: int, upto: int) -> Iterator[bytes]:
    """The leaves, below a savepoint: to stop reading in the middle cancels the statement."""
    if upto > after:
        with connection.transaction():
            yield from read_leaves(connection, after, upto)


def _tiles(connection: psycopg.Connection) -> list[tuple[int, int, bytes]]:
    found = connection.execute("SELECT level, number, hashes FROM proof.tiles").fetchall()
    return [(level, number, bytes(data)) for level, number, data in found]


Attack = Callable[[psycopg.Connection, Random], int]
"""Does it, and returns the first position that is wrong then."""


def any_signed(random: Random, low: int = 1, high: int = LAST) -> int:
    return random.randint(low, high)


def flipped_bit(connection: psycopg.Connection, random: Random) -> int:
    position = any_signed(random)
    bit = random.randrange(8 * 60)
    connection.execute(
        f"{EVENT} state = set_bit(state, %s, 1 - get_bit(state, %s)) WHERE notification_id = %s",
        (bit, bit, position),
    )
    return position


def in_state(old: str, new: str) -> Attack:
    def attack(connection: psycopg.Connection, random: Random) -> int:
        position = any_signed(random)
        connection.execute(
            f"{EVENT} state = convert_to(regexp_replace(convert_from(state, 'UTF8'), %s, %s), 'UTF8')"
            " WHERE notification_id = %s",
            (old, new, position),
        )
        return position

    return attack


def in_column(change: str) -> Attack:
    def attack(connection: psycopg.Connection, random: Random) -> int:
        position = any_signed(random)
        connection.execute(f"{EVENT} {change} WHERE notification_id = %s", (position,))
        return position

    return attack


def swapped(connection: psycopg.Connection, random: Random) -> int:
    one, other = sorted(random.sample(range(1, LAST + 1), 2))
    move(connection, one, one, -other)
    move(connection, other, other, one)
    move(connection, -other, -other, other)
    return one


def neighbours_swapped(connection: psycopg.Connection, random: Random) -> int:
    one = any_signed(random, high=LAST - 1)
    move(connection, one, one, -1)
    move(connection, one + 1, one + 1, one)
    move(connection, -1, -1, one + 1)
    return one


def move(connection: psycopg.Connection, low: int, high: int, to: int) -> None:
    """Give the events from low to high the positions from `to` on."""
    shift = to - low
    far = 1_000_000
    for by in (far, shift - far):
        connection.execute(
            f"{EVENT} notification_id = notification_id + %s WHERE notification_id BETWEEN %s AND %s",
            (by, low, high),
        )
        low, high = low + far, high + far


def deleted(low: int, high: int) -> Attack:
    def attack(connection: psycopg.Connection, random: Random) -> int:
        position = any_signed(random, low, high)
        connection.execute("DELETE FROM ledger.ledger_events WHERE notification_id = %s", (position,))
        return position

    return attack


def deleted_and_closed_up(connection: psycopg.Connection, random: Random) -> int:
    position = deleted(1, LAST)(connection, random)
    move(connection, position + 1, END, position)
    return position


def last_ones_deleted(connection: psycopg.Connection, random: Random) -> int:
    return cut(connection, random, LAST - 1)


def cut(connection: psycopg.Connection, random: Random, low: int = 0) -> int:
    left = random.randint(low, LAST - 1)
    connection.execute("DELETE FROM ledger.ledger_events WHERE notification_id > %s", (left,))
    return left + 1


def inserted(connection: psycopg.Connection, random: Random) -> int:
    position = any_signed(random)
    move(connection, position, END, position + 1)
    store(connection, [LogRow(position, "account:EVE", 1, "Credited", b'{"amount_fen":1}')])
    return position


def said_twice(connection: psycopg.Connection, random: Random) -> int:
    position = any_signed(random)
    for (name,) in connection.execute(
        "SELECT indexname FROM pg_indexes WHERE schemaname = 'ledger' AND tablename = 'ledger_events'"
        " AND indexdef LIKE '%UNIQUE%(notification_id%'"
    ).fetchall():
        connection.execute(f'DROP INDEX ledger."{name}"')
    store(connection, [LogRow(position, "account:EVE", 1, "Credited", b'{"amount_fen":1}')])
    return position


def renumbered(connection: psycopg.Connection, random: Random) -> int:
    position = any_signed(random)
    move(connection, position, END, position + random.randint(1, 9))
    return position


def recomputed(connection: psycopg.Connection, random: Random) -> int:
    position = in_state('"amount_fen":100', '"amount_fen":900')(connection, random)
    connection.execute("TRUNCATE proof.tiles")
    connection.execute("UPDATE proof.tree SET size = 0")
    LogTree(connection).catch_up()
    return position


def other_history(connection: psycopg.Connection, random: Random) -> int:
    position = cut(connection, random)
    store(connection, list(rows(END + random.randint(0, 90), amount_fen=101))[position - 1 :])
    return position


def back_to_a_backup(connection: psycopg.Connection, random: Random) -> int:
    position = cut(connection, random)
    store(connection, list(rows(random.randint(position, LAST), amount_fen=7))[position - 1 :])
    return position


ATTACKS: dict[str, Attack] = {
    "a bit in an event": flipped_bit,
    "amount": in_state('"amount_fen":100', '"amount_fen":99'),
    "request": in_state('"request":"r-', '"request":"s-'),
    "actor": in_column("originator_id = 'account:EVE'"),
    "time": in_state('"recorded_at":"2026-01-05', '"recorded_at":"2026-01-04'),
    "topic": in_column("topic = 'Adjusted'"),
    "stream version": in_column("originator_version = originator_version + 10000"),
    "two swapped": swapped,
    "neighbours swapped": neighbours_swapped,
    "deleted last": last_ones_deleted,
    "deleted middle": deleted(2, LAST - 1),
    "deleted first": deleted(1, 1),
    "deleted and closed up": deleted_and_closed_up,
    "inserted": inserted,
    "a position said twice": said_twice,
    "renumbered": renumbered,
    "recomputed after an edit": recomputed,
    "cut below a checkpoint": cut,
    "forked": other_history,
    "rolled back to an old backup": back_to_a_backup,
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found_and_its_first_position_named(
    city: City, name: str, pytestconfig: pytest.Config
) -> None:
    for seed in range(LONG if pytestconfig.getoption("--long") else SHORT):
        with city.connection.transaction(force_rollback=True):
            position = ATTACKS[name](city.connection, Random(f"{name} {seed}"))
            exact, between = verified(city), verified(city, tiles=False)
        assert exact.findings[0].position == position, (seed, exact.findings)
        first = between.findings[0]
        assert first.position <= position <= first.upto, (seed, between.findings)


def test_a_log_that_nobody_touched_gives_no_alarm(city: City, pytestconfig: pytest.Config) -> None:
    for seed in range(10 * (LONG if pytestconfig.getoption("--long") else SHORT)):
        random = Random(seed)
        some = random.sample(city.kept, random.randint(0, len(city.kept)))
        with city.connection.transaction(force_rollback=True):
            store(city.connection, list(rows(END + random.randint(0, 60)))[END:])
            if random.random() < 0.5:
                LogTree(city.connection).catch_up()
            seen = verified(city._replace(kept=some), tiles=random.random() < 0.5, tree=True)
        assert (seen.findings, seen.holding) == ([], {one.place for one in some})


def test_an_edited_node_of_the_stored_tree_is_found(city: City, pytestconfig: pytest.Config) -> None:
    for seed in range(LONG if pytestconfig.getoption("--long") else SHORT):
        random = Random(seed)
        level, number, data = random.choice(_tiles(city.connection))
        at = random.randrange(len(data))
        with city.connection.transaction(force_rollback=True):
            city.connection.execute(
                "UPDATE proof.tiles SET hashes = set_byte(hashes, %s, 255 - get_byte(hashes, %s))"
                " WHERE (level, number) = (%s, %s)",
                (at, at, level, number),
            )
            (found,) = verified(city, tree=True).findings
        leaf = (number * 256 + at // 32) << 8 * level
        assert (found.kind, found.position) == ("stored_tree", leaf + 1)


def test_a_checkpoint_signed_by_another_key_is_refused(city: City, pytestconfig: pytest.Config) -> None:
    for seed in range(LONG if pytestconfig.getoption("--long") else SHORT):
        forger = SignerKey(ORIGIN, ED25519, Random(seed).randbytes(32))
        forged = Random(seed).choice(city.kept).checkpoint.sign(forger)
        with pytest.raises(NotProven):
            open_checkpoint(str(forged), LOG.verifier)


def test_what_was_done_is_said(city: City) -> None:
    said = {
        "deleted and closed up": "removed",
        "inserted": "inserted",
        "neighbours swapped": "swapped",
        "deleted middle": "missing",
        "a position said twice": "repeated",
        "cut below a checkpoint": "cut",
        "amount": "changed",
    }
    for name, kind in said.items():
        with city.connection.transaction(force_rollback=True):
            ATTACKS[name](city.connection, Random(5))
            assert verified(city).findings[0].kind == kind


def test_two_checkpoints_of_two_logs_are_a_fork(city: City, tmp_path: Path) -> None:
    other = OutsideFolder(tmp_path / "other")
    other.sign(LOG, list(leaves(rows(411, amount_fen=3))), WHEN)
    note = (tmp_path / "other/checkpoint").read_bytes()
    shown = Kept("other", open_checkpoint(note, LOG.verifier).checkpoint)
    found = verified(city._replace(kept=[*city.kept, shown])).findings
    assert {one.kind for one in found} == {"forked"}
    assert all("two different logs" in one.text("en") for one in found)
