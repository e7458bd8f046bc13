"""That an event is in the log, and that a longer log begins with a shorter one: made and checked.

A proof is a list of hashes in the order of RFC 6962 (section 2.1): from the leaf's neighbour up to the child
of the root. Making one asks a provider for nodes of the tree, all at once; checking one needs no tree.
"""

from collections.abc import Callable, Sequence
from itertools import islice

from ledger.proof.errors import NotProven
from ledger.proof.tree import HASH_BYTES, NodeId, cover, joined, node_hash

Nodes = Callable[[Sequence[NodeId]], Sequence[bytes]]
"""Gives the hashes of perfect subtrees, in the order asked for."""


def prove_inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that leaf `index` (from 0) is in the tree of `size` leaves. Raises `NotProven` if not."""
    if not 0 <= index < size:
        raise NotProven(
            f"there is no entry {index + 1} in a log of {size}; ask for one from 1 to {size}",
            f"日志共 {size} 条，没有第 {index + 1} 条；请给出 1 至 {size} 之间的位置",
        )
    return prove_subtree(index, index + 1, 0, size, nodes)


def prove_consistency(first: int, second: int, nodes: Nodes) -> list[bytes]:
    """The proof that the tree of `second` leaves begins with that of `first`.

    Raises `NotProven` where there can be none.
    """
    if not 0 < first <= second:
        raise _no_growth(first, second)
    return prove_subtree(0, first, 0, second, nodes)


def prove_subtree(start: int, end: int, low: int, high: int, nodes: Nodes) -> list[bytes]:
    """The proof that the subtree over [start, end) is part of the one over [low, high).

    Both are subtrees of the same tree (draft-ietf-plants-merkle-tree-certs, section 4); a leaf in a tree and
    a tree in a longer one are special cases.
    """
    if start == end:
        return []
    asked = [cover(*part) for part in _parts(start, end, low, high, whole=True)]
    hashes = iter(nodes([node for part in asked for node in part]))
    return [joined(list(islice(hashes, len(part)))) for part in asked]


def _parts(start: int, end: int, low: int, high: int, *, whole: bool) -> list[tuple[int, int]]:
    """Which subtrees the proof names. `whole`: the checker knows the root of [start, end) already."""
    if (start, end) == (low, high):
        return [] if whole else [(low, high)]
    split = low + (1 << (high - low - 1).bit_length() - 1)
    if end <= split:
        return [*_parts(start, end, low, split, whole=whole), (split, high)]
    if start >= split:
        return [*_parts(start, end, split, high, whole=whole), (low, split)]
    return [*_parts(split, end, split, high, whole=False), (low, split)]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash stands at `index` of the tree with this size and root (RFC 9162, 2.1.3.2).

    Raises `NotProven`. Hashes that are not of 32 bytes, and proofs too long or too short, never pass.
    """
    if not 0 <= index < size:
        raise NotProven(
            f"index {index} lies outside a log of {size} entries", f"序号 {index} 不在共 {size} 条的日志之内"
        )
    _whole_hashes(leaf, root, *proof)
    at, last, hash = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise _wrong_length(len(proof))
        if at & 1 or at == last:
            hash = node_hash(sibling, hash)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            hash = node_hash(hash, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise _wrong_length(len(proof))
    if hash != root:
        raise NotProven(
            f"the entry at index {index} is not in the log of {size} entries with root {root.hex()}: "
            f"the proof leads to {hash.hex()}",
            f"序号 {index} 的条目不在根为 {root.hex()}、共 {size} 条的日志中：证明得到 {hash.hex()}",
        )


def check_consistency(first: int, second: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of size `second` begins with the tree of size `first` (RFC 9162, 2.1.4.2).

    Raises `NotProven`. From size 0 nothing is ever proven. Equal sizes want equal roots and an empty proof.
    """
    if not 0 < first <= second:
        raise _no_growth(first, second)
    if first == second:
        if proof:
            raise _wrong_length(len(proof))
        old, new = root1, root1  # whatever the roots are, only one tree is spoken of
    else:
        old, new = _grown(first, second, root1, root2, proof)
    for size, root, found in ((first, root1, old), (second, root2, new)):
        if found != root:
            raise NotProven(
                f"the log of {second} entries does not go on from the log of {first}: "
                f"the root at {size} is {root.hex()}, the proof leads to {found.hex()}",
                f"共 {second} 条的日志不是由共 {first} 条的日志延续而来："
                f"{size} 条时的根为 {root.hex()}，证明得到 {found.hex()}",
            )


def _grown(
    first: int, second: int, root1: bytes, root2: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The roots that the proof leads to, of the shorter tree and of the longer."""
    _whole_hashes(root1, root2, *proof)
    path = [root1, *proof] if first & (first - 1) == 0 else proof
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not path or not proof:
        raise _wrong_length(len(proof))
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise _wrong_length(len(proof))
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise _wrong_length(len(proof))
    return old, new


def _whole_hashes(*hashes: bytes) -> None:
    for hash in hashes:
        if len(hash) != HASH_BYTES:
            raise NotProven(
                f"a hash of {len(hash)} bytes where SHA-256 gives {HASH_BYTES}",
                f"哈希长度为 {len(hash)} 字节，而 SHA-256 应为 {HASH_BYTES} 字节",
            )


def _wrong_length(hashes: int) -> NotProven:
    return NotProven(
        f"a proof of {hashes} hashes is too long or too short for these sizes",
        f"证明含 {hashes} 个哈希，与所给大小不符",
    )


def _no_growth(first: int, second: int) -> NotProven:
    return NotProven(
        f"nothing is proven from a log of {first} entries to one of {second}; "
        "the first needs at least one entry, the second no fewer than the first",
        f"从共 {first} 条的日志到共 {second} 条的日志无从证明；前者至少一条，后者不得少于前者",
    )
