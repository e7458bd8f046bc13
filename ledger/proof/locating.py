"""The first position that is not what was signed, by the tiles that were kept outside the database."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from ledger.proof import findings
from ledger.proof.errors import NotReadable
from ledger.proof.findings import Finding
from ledger.proof.folder import TileFolder
from ledger.proof.leaves import read_leaf
from ledger.proof.tiles import TILE_WIDTH, Tile, read_bundle, read_tile
from ledger.proof.tree import leaf_hash, perfect_root

Read = Callable[[int, int], Iterable[bytes]]
"""The leaves after a position, up to and including another. Raises `LogBroken`."""

_PARTS: Final = ("stream", "version", "topic", "recorded_at", "state_digest")
_SAID: Final = ("stream", "stream version", "topic", "recorded time", "stored state")
_POSITION: Final = slice(12, 20)
"""Where a leaf has its position."""


class KeptTiles:
    """The leaf hashes under the checkpoint of a folder, each checked up to the root before it is believed."""

    def __init__(self, folder: TileFolder) -> None:
        """Raises `NotProven` and `NotReadable` when the folder is not what its checkpoint says."""
        tiles = folder.resume()
        self.size = tiles.size
        self._folder = folder
        self._edge = {(tile.level, tile.index): read_tile(data, tile.width) for tile, data in tiles.partial()}
        self._hashes = lru_cache(maxsize=64)(self._checked)

    def hash(self, position: int) -> bytes:
        """The leaf hash at a position from 1 to `size`. Raises `NotReadable` where a tile is wrong."""
        index, at = divmod(position - 1, TILE_WIDTH)
        return self._hashes(0, index)[at]

    def leaf(self, position: int) -> bytes | None:
        """The entry at a position, where the folder has it and it is the one under the checkpoint."""
        index, at = divmod(position - 1, TILE_WIDTH)
        width = min(TILE_WIDTH, self.size - index * TILE_WIDTH)
        try:
            found = read_bundle(self._folder.entries(Tile(0, index, width)), width)[at]
        except NotReadable:
            return None
        return found if leaf_hash(found) == self.hash(position) else None

    def _checked(self, level: int, index: int) -> list[bytes]:
        if (level, index) in self._edge:
            return self._edge[level, index]
        hashes = read_tile(self._folder.read(Tile(level, index)), TILE_WIDTH)
        above, at = divmod(index, TILE_WIDTH)
        if perfect_root(hashes) != self._hashes(level + 1, above)[at]:
            raise NotReadable(
                f"{Tile(level, index).path()} is not the tile under its checkpoint",
                f"{Tile(level, index).path()} 与其检查点不符",
            )
        return hashes


def locate(read: Read, after: int, upto: int, kept: KeptTiles) -> Finding | None:
    """The first of the positions after one, up to another, that is not the event signed there.

    None when all are, as far as the tiles go, or when a tile that is needed is damaged itself.
    """
    leaves = iter(read(after, min(upto, kept.size)))
    leaf, position = next(leaves, None), after + 1
    try:
        while leaf is not None:
            following = next(leaves, None)
            if leaf_hash(leaf) != kept.hash(position):
                return _what(kept, position, leaf, following)
            leaf, position = following, position + 1
    except NotReadable:
        pass
    return None


def _what(kept: KeptTiles, position: int, leaf: bytes, following: bytes | None) -> Finding:
    """What became of the event signed at a position, by its neighbours."""
    up = position < kept.size and leaf_hash(_moved(leaf, position + 1)) == kept.hash(position + 1)
    down = following is not None and leaf_hash(_moved(following, position)) == kept.hash(position)
    if up and down:
        return findings.swapped(position)
    if down:
        return findings.inserted(position)
    if up:
        return findings.removed(position)
    return findings.changed(position, _difference(kept.leaf(position), leaf))


def _moved(leaf: bytes, position: int) -> bytes:
    """The leaf as it would be at another position."""
    return leaf[: _POSITION.start] + position.to_bytes(8, "big") + leaf[_POSITION.stop :]


def _difference(signed: bytes | None, leaf: bytes) -> str:
    """Which parts differ from the entry that was signed; nothing where that is not there."""
    if signed is None:
        return ""
    try:
        before, now = read_leaf(signed), read_leaf(leaf)
    except NotReadable:
        return ""
    differ = [
        said for part, said in zip(_PARTS, _SAID, strict=True) if getattr(before, part) != getattr(now, part)
    ]
    return ", ".join(differ)
