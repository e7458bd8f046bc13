"""The tree, its compact range and both kinds of proof: every small size, and large ones at random."""

from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.errors import NotProven, NotReadable
from ledger.proof.proofs import check_consistency, check_inclusion, prove_consistency, prove_inclusion
from ledger.proof.tree import EMPTY_ROOT, CompactRange, NodeId, leaf_hash, node_hash, root_of
from scripts import verify_log

SMALL = 66
BIG = 20_000
LEAVES = [leaf_hash(f"event {index}".encode()) for index in range(BIG)]
sizes = st.integers(1, BIG)


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = max(1 << power for power in range(32) if 1 << power < len(leaves))
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


@cache
def root(size: int) -> bytes:
    return root_of(LEAVES[:size])


def nodes(wanted: Sequence[NodeId]) -> list[bytes]:
    return [root_of(LEAVES[one.index << one.level : (one.index + 1) << one.level]) for one in wanted]


def test_every_small_tree_has_the_root_of_the_definition() -> None:
    tree = CompactRange()
    for size in range(SMALL):
        assert tree.root() == root_of(LEAVES[:size]) == by_definition(LEAVES[:size])
        assert tree.size == size
        tree.append(LEAVES[size])


@given(sizes)
def test_a_large_tree_has_the_root_that_the_verifier_finds(size: int) -> None:
    assert root(size) == verify_log.root_of(LEAVES[:size])


@given(st.lists(st.integers(0, 700), max_size=20))
def test_a_compact_range_may_grow_in_any_steps_and_be_stored_in_between(steps: list[int]) -> None:
    tree = CompactRange()
    for step in steps:
        tree.extend(LEAVES[tree.size : tree.size + step])
        stored = tree.to_bytes()
        assert len(stored) == 8 + 32 * tree.size.bit_count()
        tree = CompactRange.from_bytes(stored)
    assert tree.size == sum(steps)
    assert tree.root() == root(tree.size)


@pytest.mark.parametrize(
    "stored", [b"", bytes(7), bytes(9), (1).to_bytes(8, "big"), (2**63).to_bytes(8, "big") + bytes(32)]
)
def test_bytes_that_are_no_compact_range_are_refused_in_one_sentence(stored: bytes) -> None:
    with pytest.raises(NotReadable, match="make it again from the log"):
        CompactRange.from_bytes(stored)


def test_every_small_inclusion_is_proven_and_nothing_else() -> None:
    for size in range(1, SMALL):
        for index in range(size):
            proof = prove_inclusion(index, size, nodes)
            check_inclusion(LEAVES[index], index, size, proof, root(size))
            other = (index + 1) % size
            if other != index:
                assert refused(LEAVES[index], other, size, proof, root(size))
                assert refused(LEAVES[other], index, size, proof, root(size))


def test_every_small_growth_is_proven_and_nothing_else() -> None:
    for second in range(1, SMALL):
        for first in range(1, second + 1):
            proof = prove_consistency(first, second, nodes)
            check_consistency(first, second, root(first), root(second), proof)
            with pytest.raises(NotProven):
                check_consistency(first, second, root(first + 1), root(second), proof)


@given(st.data())
def test_an_inclusion_in_a_large_tree_is_proven_and_no_bit_of_it_may_change(data: st.DataObject) -> None:
    size = data.draw(sizes)
    index = data.draw(st.integers(0, size - 1))
    proof = prove_inclusion(index, size, nodes)
    assert len(proof) <= (size - 1).bit_length()
    check_inclusion(LEAVES[index], index, size, proof, root(size))
    verify_log.check_proof(index, index + 1, size, LEAVES[index], proof, root(size))
    assert refused(LEAVES[index], index, size, damaged(data, proof), root(size))
    assert refused(LEAVES[index], index, size, [*proof, LEAVES[0]], root(size))
    assert refused(LEAVES[index], index, size, proof, root(size)[:31])


@given(st.data())
def test_a_growth_of_a_large_tree_is_proven_and_no_bit_of_it_may_change(data: st.DataObject) -> None:
    second = data.draw(sizes)
    first = data.draw(st.integers(1, second))
    proof = prove_consistency(first, second, nodes)
    check_consistency(first, second, root(first), root(second), proof)
    verify_log.check_proof(0, first, second, root(first), proof, root(second))
    for wrong in (damaged(data, proof), [*proof, LEAVES[0]]):
        with pytest.raises(NotProven):
            check_consistency(first, second, root(first), root(second), wrong)
        with pytest.raises(verify_log.Wrong):
            verify_log.check_proof(0, first, second, root(first), wrong, root(second))


def damaged(data: st.DataObject, proof: list[bytes]) -> list[bytes]:
    """The proof with one bit changed, or one hash lost; with one hash too many where it has none."""
    if not proof:
        return [LEAVES[0]]
    at = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 256))
    if bit == 256:
        return proof[:at] + proof[at + 1 :]
    changed = int.from_bytes(proof[at], "big") ^ (1 << bit)
    return [*proof[:at], changed.to_bytes(32, "big"), *proof[at + 1 :]]


def refused(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """Whether both the ledger and the verifier refuse."""
    with pytest.raises(NotProven):
        check_inclusion(leaf, index, size, proof, root)
    with pytest.raises(verify_log.Wrong):
        verify_log.check_proof(index, index + 1, size, leaf, proof, root)
    return True


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 5), (6, 5), (-1, 5)])
def test_from_an_empty_log_or_backwards_nothing_is_ever_proven(first: int, second: int) -> None:
    with pytest.raises(NotProven, match="nothing is proven"):
        prove_consistency(first, second, nodes)
    with pytest.raises(NotProven, match="nothing is proven"):
        check_consistency(first, second, root(5), root(5), [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_an_entry_outside_the_log_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(NotProven, match="ask for one from 1 to"):
        prove_inclusion(index, size, nodes)
