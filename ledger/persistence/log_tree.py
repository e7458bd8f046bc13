"""The Merkle tree over the log, kept beside it in tiles: it follows the log in steps, each one transaction.

The writer knows nothing of it, so appending is as fast as without. A stored tile is no proof by itself: a
proof made of a wrong one does not hold, and a verification makes every hash anew from the events.
"""

from importlib.resources import files
from itertools import islice
from typing import Any, Final, Self

import psycopg

from ledger.persistence.leaves import read_leaves
from ledger.proof.proofs import Nodes, prove_consistency, prove_inclusion
from ledger.proof.tiles import TILE_WIDTH, GrowingTiles, Tile, tile_nodes
from ledger.proof.tree import cover, joined, leaf_hashes

_SCHEMA: Final = (files("ledger.persistence") / "log_tree.sql").read_text()
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(7310003)"
_THERE: Final = "SELECT to_regclass('proof.tree') IS NOT NULL AND to_regclass('proof.tiles') IS NOT NULL"
_SIZE: Final = "SELECT size FROM proof.tree"
_END: Final = "SELECT coalesce(max(notification_id), 0) FROM ledger.ledger_events"
_TILE: Final = "SELECT hashes FROM proof.tiles WHERE level = %s AND number = %s"
_KEEP_TILE: Final = """
INSERT INTO proof.tiles (level, number, hashes) VALUES (%s, %s, %s)
ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes
"""
_KEEP_SIZE: Final = "UPDATE proof.tree SET size = %s"
_STEP: Final = 65_536
"""Events in one transaction at most; their hashes take 2 MiB."""


class LogTree:
    """The stored tree, over a connection in autocommit mode that nobody else uses meanwhile."""

    def __init__(self, connection: psycopg.Connection[Any], *, make: bool = True) -> None:
        """Make the tables where they are missing; several programs may do it at once."""
        self._connection = connection
        if not make or self._there():
            return
        with connection.transaction():
            connection.execute(_ONE_AT_A_TIME)
            connection.execute(_SCHEMA)

    @classmethod
    def found(cls, connection: psycopg.Connection[Any]) -> Self | None:
        """The tree as it lies there, for those who only read; None where there is none."""
        tree = cls(connection, make=False)
        return tree if tree._there() else None

    def _there(self) -> bool:
        row = self._connection.execute(_THERE).fetchone()
        return bool(row and row[0])

    @property
    def size(self) -> int:
        """How many events the tree covers: the position of the last one."""
        return self._number(_SIZE)

    def catch_up(self) -> int:
        """Follow the log to its end as it is now, or as it was when another program did; returns the size.

        Raises `LogBroken` at a position that is missing or there twice; the tree then stands before its step.
        """
        end = self._number(_END)
        while (size := self.size) < end:
            with self._connection.transaction():
                self._connection.execute(_ONE_AT_A_TIME)
                self._step(self.size, min(end, size + _STEP))
        return size

    def root(self, size: int) -> bytes:
        """The root over the first `size` events, as many as the tree covers at most."""
        return joined(self._nodes()(cover(0, size)))

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """The proof that the event at a position (from 1) is among the first `size`. Raises `NotProven`."""
        return prove_inclusion(position - 1, size, self._nodes())

    def consistency(self, first: int, second: int) -> list[bytes]:
        """The proof that the first `second` events begin with the first `first`. Raises `NotProven`."""
        return prove_consistency(first, second, self._nodes())

    def _step(self, size: int, upto: int) -> None:
        tiles = GrowingTiles.resume(size, self.tile)
        leaves = read_leaves(self._connection, size, upto)
        changed = list[tuple[Tile, bytes]]()
        while some := list(islice(leaves, TILE_WIDTH)):
            changed += tiles.extend(leaf_hashes(some))
        with self._connection.cursor() as cursor:
            kept = [(tile.level, tile.index, data) for tile, data in (*changed, *tiles.partial())]
            cursor.executemany(_KEEP_TILE, kept)
            cursor.execute(_KEEP_SIZE, (tiles.size,))

    def _nodes(self) -> Nodes:
        return tile_nodes(self.tile, self.size)

    def tile(self, tile: Tile) -> bytes:
        """The hashes of a tile as they are stored; none where it is missing."""
        row = self._connection.execute(_TILE, (tile.level, tile.index)).fetchone()
        return b"" if row is None else bytes(row[0])

    def _number(self, query: str) -> int:
        row = self._connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])
