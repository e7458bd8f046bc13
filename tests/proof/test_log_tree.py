"""The tree kept beside the log: follows it in any steps, and proves what it covers."""

import psycopg
import pytest

from ledger.persistence import log_tree
from ledger.persistence.log_tree import LogTree
from ledger.proof.errors import LogBroken, NotProven, NotReadable
from ledger.proof.leaves import leaf_bytes
from ledger.proof.proofs import check_consistency, check_inclusion
from ledger.proof.tree import EMPTY_ROOT, leaf_hash, root_of
from tests.proof.logs import rows
from tests.proof.test_copied_leaves import connection, store

__all__ = ["connection"]

LOG = list(rows(1_500))
LEAVES = [leaf_hash(leaf_bytes(*row)) for row in LOG]


def test_the_tree_follows_the_log_in_steps_and_has_every_root(connection: psycopg.Connection) -> None:
    tree, before = LogTree(connection), 0
    assert (tree.catch_up(), tree.root(0)) == (0, EMPTY_ROOT)
    for size in (1, 3, 256, 300, 1_500):
        store(connection, LOG[before:size])
        assert tree.catch_up() == tree.size == size
        assert tree.root(size) == root_of(LEAVES[:size])
        before = size
    for size in range(0, 1_500, 37):
        assert tree.root(size) == root_of(LEAVES[:size])


def test_it_goes_on_in_another_program_and_with_smaller_steps(
    connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(connection, LOG[:500])
    assert LogTree(connection).catch_up() == 500
    monkeypatch.setattr(log_tree, "_STEP", 100)
    store(connection, LOG[500:])
    assert LogTree(connection).catch_up() == 1_500
    assert LogTree(connection).root(1_500) == root_of(LEAVES)


def test_it_proves_events_and_growth_at_every_size_it_covers(connection: psycopg.Connection) -> None:
    store(connection, LOG)
    tree = LogTree(connection)
    tree.catch_up()
    for position in range(1, 1_501, 71):
        for size in (position, 1_024, 1_500):
            if position <= size:
                proof = tree.inclusion(position, size)
                check_inclusion(LEAVES[position - 1], position - 1, size, proof, tree.root(size))
        check_consistency(
            position, 1_500, tree.root(position), tree.root(1_500), tree.consistency(position, 1_500)
        )
    with pytest.raises(NotProven, match="ask for one from 1 to 1500"):
        tree.inclusion(1_501, 1_500)


def test_it_stops_before_a_step_with_a_missing_event_and_goes_on_once_it_is_there(
    connection: psycopg.Connection,
) -> None:
    tree = LogTree(connection)
    store(connection, LOG[:300])
    tree.catch_up()
    store(connection, [*LOG[300:399], *LOG[400:500]])
    with pytest.raises(LogBroken, match="no event at position 400"):
        tree.catch_up()
    assert (tree.size, tree.root(300)) == (300, root_of(LEAVES[:300]))
    store(connection, [LOG[399]])
    assert tree.catch_up() == 500
    assert tree.root(500) == root_of(LEAVES[:500])


def test_a_proof_from_an_edited_node_does_not_hold(connection: psycopg.Connection) -> None:
    store(connection, LOG)
    tree = LogTree(connection)
    tree.catch_up()
    connection.execute(
        "UPDATE proof.tiles SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1)"
        " WHERE level = 0 AND number = 2"
    )
    with pytest.raises(NotProven):
        check_inclusion(LEAVES[512], 512, 1_500, tree.inclusion(513, 1_500), root_of(LEAVES))
    connection.execute(
        "UPDATE proof.tiles SET hashes = substring(hashes FROM 2) WHERE level = 0 AND number = 2"
    )
    with pytest.raises(NotReadable, match="a tile of 256 hashes has 8192 bytes, not 8191"):
        tree.inclusion(513, 1_500)
