"""The stored tree kept up by a thread: never far behind, through a lost connection, and not past a gap."""

from time import monotonic, sleep

import psycopg

from ledger.persistence.log_tree import LogTree
from ledger.persistence.postgres import PostgresLog
from ledger.persistence.tree_keeper import TreeKeeper
from ledger.proof.leaves import leaf_bytes
from ledger.proof.tree import leaf_hash, root_of
from tests.proof.logs import rows
from tests.proof.test_copied_leaves import connection, store

__all__ = ["connection"]

LOG = list(rows(900))
SECONDS = 20
"""More than anything here takes, even where much else goes on."""


def comes_to(keeper: TreeKeeper, size: int) -> None:
    deadline = monotonic() + SECONDS
    while keeper.size != size:
        assert monotonic() < deadline, keeper.size
        sleep(0.01)


def test_it_follows_while_it_is_wanted_and_has_all_at_the_end(
    connection: psycopg.Connection, database: str
) -> None:
    with TreeKeeper(database, pause=0.02) as keeper:
        for start in (0, 300, 600):
            store(connection, LOG[start : start + 300])
            comes_to(keeper, start + 300)
    with TreeKeeper(database, pause=SECONDS):
        store(connection, [row._replace(position=901, version=900) for row in LOG[:1]])
    tree = LogTree(connection)
    assert (tree.size, tree.root(900)) == (901, root_of(leaf_hash(leaf_bytes(*row)) for row in LOG))


def test_it_waits_for_a_log_and_connects_again_when_its_session_is_ended(database: str) -> None:
    with TreeKeeper(database, pause=0.02) as keeper:
        PostgresLog(database).close()
        with psycopg.connect(database, autocommit=True) as connection:
            store(connection, LOG[:300])
            comes_to(keeper, 300)
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            store(connection, LOG[300:])
            comes_to(keeper, 900)
    assert (keeper.broken, keeper.refused) == (None, False)


def test_it_stops_before_a_gap_and_says_so(connection: psycopg.Connection, database: str) -> None:
    store(connection, [*LOG[:300], *LOG[301:]])
    with TreeKeeper(database, pause=0.02) as keeper:
        pass
    assert keeper.broken is not None
    assert keeper.broken.position == 301


def test_a_role_that_may_only_read_is_told_so(connection: psycopg.Connection, database: str) -> None:
    connection.execute("CREATE ROLE tree_reader LOGIN")
    connection.execute("GRANT USAGE ON SCHEMA ledger TO tree_reader")
    try:
        with TreeKeeper(psycopg.conninfo.make_conninfo(database, user="tree_reader"), pause=0.02) as keeper:
            pass
        assert keeper.refused
    finally:
        connection.execute("DROP OWNED BY tree_reader")
        connection.execute("DROP ROLE tree_reader")
