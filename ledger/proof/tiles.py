"""Nodes and entries of the tree as files (C2SP tlog-tiles).

checkpoint                       the signed checkpoint
tile/0/x001/234                  256 leaf hashes, from leaf 1,234 * 256 on
tile/1/004                       256 roots of full tiles of level 0, and so on upwards
tile/0/x001/235.p/17             the last tile of a level, while it has only 17 hashes
tile/entries/x001/234            the 256 entries under a tile of level 0, each after its length in two bytes
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Final, Self

from ledger.proof.errors import NotReadable
from ledger.proof.leaves import MAX_LEAF_BYTES
from ledger.proof.tree import HASH_BYTES, NodeId, cover, joined, perfect_root

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT


@dataclass(frozen=True, slots=True)
class Tile:
    """The `index`-th row of 256 hashes at a level (or, with `width` below that, the last and partial one)."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def path(self) -> str:
        """Where its hashes lie, below the log's folder."""
        return f"tile/{self.level}/{_numbered(self.index, self.width)}"

    def bundle_path(self) -> str:
        """Where the entries under a tile of level 0 lie."""
        assert self.level == 0, "entries lie under tiles of level 0"
        return f"tile/entries/{_numbered(self.index, self.width)}"


def _numbered(index: int, width: int) -> str:
    digits = f"{index % 1000:03d}"
    while index := index // 1000:
        digits = f"x{index % 1000:03d}/{digits}"
    return digits if width == TILE_WIDTH else f"{digits}.p/{width}"


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree, level by level, the partial one of a level last."""
    for level in count():
        hashes = size >> TILE_HEIGHT * level
        if not hashes:
            return
        full, width = divmod(hashes, TILE_WIDTH)
        yield from (Tile(level, index) for index in range(full))
        if width:
            yield Tile(level, full, width)


def bundle(entries: Sequence[bytes]) -> bytes:
    """The bytes of an entry bundle. Raises `NotReadable` for an entry too long for a length of two bytes."""
    try:
        return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])
    except OverflowError:
        longest = max(map(len, entries))
        raise NotReadable(
            f"an entry of {longest} bytes fits no bundle; {MAX_LEAF_BYTES} bytes are the most",
            f"长度为 {longest} 字节的条目无法放入条目包；上限为 {MAX_LEAF_BYTES} 字节",
        ) from None


def read_bundle(data: bytes, width: int) -> list[bytes]:
    """The entries of a bundle that must hold `width` of them. Raises `NotReadable`."""
    entries, at = [], 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        entries.append(data[start:at])
    if at != len(data) or len(entries) != width:
        raise NotReadable(
            f"an entry bundle of {len(data)} bytes does not hold {width} entries: it is cut, or has too many",
            f"{len(data)} 字节的条目包所含条目不是 {width} 条：被截断或有多余",
        )
    return entries


def read_tile(data: bytes, width: int) -> list[bytes]:
    """The hashes of a tile that must hold `width` of them. Raises `NotReadable`."""
    if len(data) != width * HASH_BYTES:
        raise NotReadable(
            f"a tile of {width} hashes has {width * HASH_BYTES} bytes, not {len(data)}",
            f"含 {width} 个哈希的数据块应为 {width * HASH_BYTES} 字节，实为 {len(data)} 字节",
        )
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def tile_nodes(read: Callable[[Tile], bytes], size: int) -> Callable[[Sequence[NodeId]], list[bytes]]:
    """A provider of nodes for proofs, out of the tiles of a tree; each tile is read once.

    Nothing is checked but lengths: a proof made of wrong tiles is a proof that does not hold.
    """

    @cache
    def hashes(level: int, index: int) -> list[bytes]:
        width = min(TILE_WIDTH, (size >> TILE_HEIGHT * level) - index * TILE_WIDTH)
        return read_tile(read(Tile(level, index, width)), width)

    def node(wanted: NodeId) -> bytes:
        level, height = divmod(wanted.level, TILE_HEIGHT)
        index, first = divmod(wanted.index << height, TILE_WIDTH)
        return perfect_root(hashes(level, index)[first : first + (1 << height)])

    return lambda wanted: [node(one) for one in wanted]


class GrowingTiles:
    """The tiles of a tree while it grows: gives each full tile once, and holds the last row of every level.

    To go on later, only the partial tiles and the size are needed.
    """

    __slots__ = ("_rows", "size")

    def __init__(self) -> None:
        self.size = 0
        self._rows: list[list[bytes]] = []

    @classmethod
    def resume(cls, size: int, read: Callable[[Tile], bytes]) -> Self:
        """The tiles of a tree of this size, its partial tiles read. Raises `NotReadable`."""
        tiles = cls()
        tiles.size = size
        for level in range(-(-size.bit_length() // TILE_HEIGHT)):
            index, width = divmod(size >> TILE_HEIGHT * level, TILE_WIDTH)
            tiles._rows.append(read_tile(read(Tile(level, index, width)), width) if width else [])
        return tiles

    def extend(self, leaves: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
        """Add leaves, given their hashes; returns the tiles that this made full, with their bytes."""
        full: list[tuple[Tile, bytes]] = []
        done = 0
        while done < len(leaves):
            room = TILE_WIDTH - self.size % TILE_WIDTH
            part = leaves[done : done + room]
            self.size += len(part)
            done += len(part)
            self._add(0, part, full)
        return full

    def _add(self, level: int, hashes: Sequence[bytes], full: list[tuple[Tile, bytes]]) -> None:
        if level == len(self._rows):
            self._rows.append([])
        row = self._rows[level]
        row.extend(hashes)
        if len(row) == TILE_WIDTH:
            index = (self.size >> TILE_HEIGHT * (level + 1)) - 1
            full.append((Tile(level, index), b"".join(row)))
            self._rows[level] = []
            self._add(level + 1, (perfect_root(row),), full)

    def partial(self) -> list[tuple[Tile, bytes]]:
        """The partial tiles, with their bytes."""
        return [
            (Tile(level, (self.size >> TILE_HEIGHT * level) // TILE_WIDTH, len(row)), b"".join(row))
            for level, row in enumerate(self._rows)
            if row
        ]

    def root(self) -> bytes:
        """The root hash of the tree as it is."""
        return joined(
            [
                perfect_root(row[node.index << node.level : (node.index + 1) << node.level])
                for row in reversed(self._rows)
                for node in cover(0, len(row))
            ]
        )
