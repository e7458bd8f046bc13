"""The Merkle tree of RFC 6962 (section 2.1; the same in RFC 9162) with SHA-256.

    leaf = SHA-256(0x00 || entry)      node = SHA-256(0x01 || left || right)      no leaves: SHA-256("")

A tree of n leaves splits at the largest power of two below n, so it is a row of perfect subtrees, the largest
first, one for each bit set in n: its compact range.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from ledger.proof.errors import NotReadable

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
MAX_SIZE: Final = 2**63 - 1
"""The most leaves that any of the formats can count."""


@dataclass(frozen=True, slots=True)
class NodeId:
    """The root of a perfect subtree: the `index`-th (from 0) of those with 2**`level` leaves."""

    level: int
    index: int


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The hashes of many entries, without a call for each."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees as one."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """The root over 1, 2, 4, 8 … leaf hashes (or roots of perfect subtrees of one height)."""
    row = hashes
    while len(row) > 1:
        row = [
            sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=True)
        ]
    return row[0]


def joined(peaks: Sequence[bytes]) -> bytes:
    """The root over the roots of neighbouring perfect subtrees, the largest first; of none: `EMPTY_ROOT`."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def cover(start: int, end: int) -> list[NodeId]:
    """The perfect subtrees that make up the leaves [start, end), the largest first; `joined`, its root.

    `start` is a multiple of the smallest power of two that is not below end - start, as in every subtree.
    """
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append(NodeId(level, start >> level))
        start += 1 << level
    return nodes


class CompactRange:
    """A growing tree that remembers one hash for each bit set in its size, enough to go on and have the root.

    tree = CompactRange()
    tree.extend(leaf_hash(entry) for entry in entries)
    tree.root()
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._peaks: list[bytes] = []

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._size

    def root(self) -> bytes:
        """The root hash of the tree as it is."""
        return joined(self._peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf, given its hash."""
        self.append_subtree(0, leaf)

    def append_subtree(self, level: int, root: bytes) -> None:
        """Add 2**level leaves at once, given their root; the size so far is a multiple of that many."""
        assert len(root) == HASH_BYTES, "a hash has 32 bytes"
        before = self._size >> level
        assert before << level == self._size, "a subtree stands at a multiple of its size"
        while before & 1:
            root = node_hash(self._peaks.pop(), root)
            before >>= 1
        self._peaks.append(root)
        self._size += 1 << level

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves, given their hashes, in perfect subtrees as large as fit."""
        row = leaves if isinstance(leaves, list) else list(leaves)
        done = 0
        while done < len(row):
            level = (len(row) - done).bit_length() - 1
            if self._size:
                level = min(level, (self._size & -self._size).bit_length() - 1)
            self.append_subtree(level, perfect_root(row[done : done + (1 << level)]))
            done += 1 << level

    def to_bytes(self) -> bytes:
        """The size in eight bytes, the highest first, then the hashes: what to store, 8 to 2,024 bytes."""
        return self._size.to_bytes(8, "big") + b"".join(self._peaks)

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """What `to_bytes` gave. Raises `NotReadable` when it cannot be that."""
        size, hashes = int.from_bytes(stored[:8], "big"), stored[8:]
        if len(stored) < 8 or size > MAX_SIZE or len(hashes) != HASH_BYTES * size.bit_count():
            raise NotReadable(
                f"a compact range of {size} leaves cannot be read from {len(stored)} bytes; "
                "make it again from the log",
                f"无法从 {len(stored)} 字节读出 {size} 个叶子的紧凑区间；请由日志重新生成",
            )
        tree = cls()
        tree._size = size
        tree._peaks = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
        return tree


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    tree = CompactRange()
    tree.extend(leaves)
    return tree.root()
