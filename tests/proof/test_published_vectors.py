"""Every published vector, reproduced by the ledger and by the stand-alone verifier."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from typing import Any

import pytest

from ledger.proof.proofs import prove_consistency, prove_inclusion, prove_subtree
from ledger.proof.tree import NodeId, cover, joined, leaf_hash, perfect_root
from scripts import verify_log
from tests.proof.judges import JUDGES, VERIFIER, Judge, yes
from tests.proof.published import hashes, needs_vectors, vectors

pytestmark = needs_vectors
each_judge = pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.name)


def nodes_over(leaves: list[bytes]) -> Any:
    """A provider of nodes that hashes the leaves below each, once."""

    @cache
    def node(wanted: NodeId) -> bytes:
        return perfect_root(leaves[wanted.index << wanted.level : (wanted.index + 1) << wanted.level])

    return lambda wanted: [node(one) for one in wanted]


def reference_leaves() -> list[bytes]:
    return [leaf_hash(entry) for entry in hashes(vectors()["reference_tree"]["leaf_inputs"])]


def test_the_file_holds_as_many_vectors_as_it_says() -> None:
    told, counts = vectors(), vectors()["about"]["counts"]
    reference = told["reference_tree"]
    assert counts == {
        "hash_vectors": len(told["hash_vectors"]),
        "roots": len(reference["roots_by_size"]),
        "inclusion_published": len(reference["inclusion_published"]),
        "consistency_published": len(reference["consistency_published"]),
        "inclusion_all_derived": len(reference["inclusion_all_derived"]),
        "consistency_all_derived": len(reference["consistency_all_derived"]),
        "inclusion_probes": len(told["inclusion_probes"]["cases"]),
        "inclusion_probes_accept": sum(case["want"] for case in told["inclusion_probes"]["cases"]),
        "consistency_probes": len(told["consistency_probes"]["cases"]),
        "consistency_probes_accept": sum(case["want"] for case in told["consistency_probes"]["cases"]),
        "accumulated_lines_published": sum(one["lines"] for one in told["accumulated"]["published"]),
        "real_log_proofs": len(told["real_logs"]["cases"]),
        "signed_notes": len(told["signed_notes"]["cases"]),
        "signed_checkpoints": len(told["tiled_log"]["checkpoints_by_size"]),
        "checkpoint_text": len(told["checkpoint_text"]["cases"]),
    }
    assert counts["inclusion_probes"] + counts["consistency_probes"] == 196


@each_judge
def test_hashes_and_roots(judge: Judge) -> None:
    for case in vectors()["hash_vectors"]:
        match case["kind"]:
            case "empty":
                found = judge.root([])
            case "leaf":
                found = judge.leaf(bytes.fromhex(case["entry"]))
            case _:
                found = judge.node(bytes.fromhex(case["left"]), bytes.fromhex(case["right"]))
        assert found.hex() == case["want"]
    for size, root in enumerate(vectors()["reference_tree"]["roots_by_size"]):
        assert judge.root(reference_leaves()[:size]).hex() == root


def test_nodes_by_level() -> None:
    nodes = nodes_over(reference_leaves())
    for level, row in enumerate(vectors()["reference_tree"]["node_hashes_by_level"]):
        assert nodes([NodeId(level, index) for index in range(len(row))]) == hashes(row)


@each_judge
def test_proofs_of_the_reference_tree(judge: Judge) -> None:
    told, leaves = vectors()["reference_tree"], reference_leaves()
    roots = hashes(told["roots_by_size"])
    inclusion = [(one["index"], one["size"], one["proof"]) for one in told["inclusion_published"]]
    for index, size, proof in (*inclusion, *told["inclusion_all_derived"]):
        assert prove_inclusion(index, size, nodes_over(leaves)) == hashes(proof)
        judge.included(leaves[index], index, size, hashes(proof), roots[size])
    consistency = [(one["first"], one["second"], one["proof"]) for one in told["consistency_published"]]
    for first, second, proof in (*consistency, *told["consistency_all_derived"]):
        assert prove_consistency(first, second, nodes_over(leaves)) == hashes(proof)
        judge.goes_on(first, second, roots[first], roots[second], hashes(proof))


@each_judge
@pytest.mark.parametrize("number", range(98))
def test_inclusion_probes(judge: Judge, number: int) -> None:
    case = vectors()["inclusion_probes"]["cases"][number]
    leaf, root = hashes([case["leaf_hash"], case["root"]])
    asked = (leaf, case["index"], case["size"], hashes(case["proof"]), root)
    assert yes(judge.included, *asked) == case["want"], case["f"]


@each_judge
@pytest.mark.parametrize("number", range(98))
def test_consistency_probes(judge: Judge, number: int) -> None:
    case = vectors()["consistency_probes"]["cases"][number]
    root1, root2 = hashes([case["root1"], case["root2"]])
    asked = (case["first"], case["second"], root1, root2, hashes(case["proof"]))
    assert yes(judge.goes_on, *asked) == case["want"], case["f"]


LEAVES = [leaf_hash(bytes((entry,))) for entry in range(130)]
NODES = nodes_over(LEAVES)


def subtrees(end: int) -> Iterator[int]:
    """The starts of the valid subtrees with this end, as the vectors' file defines them."""
    for start in range(end + 1):
        width = 1 << (end - start - 1).bit_length() if end > start else 1
        if start in (0, end) or start % width == 0:
            yield start


@cache
def subtree_root(start: int, end: int) -> bytes:
    return joined(NODES(cover(start, end)))


def line(head: str, proof: list[bytes]) -> str:
    return "".join([head, *(f" {hash.hex()}" for hash in proof), "\n"])


def subtree_hashes(judge: Judge) -> Iterator[str]:
    for end in range(131):
        for start in subtrees(end):
            assert subtree_root(start, end) == judge.root(LEAVES[start:end])
            yield f"[{start}, {end}) {judge.root(LEAVES[start:end]).hex()}\n"


def subtree_inclusion(judge: Judge) -> Iterator[str]:
    for end in range(131):
        for start in subtrees(end):
            root = subtree_root(start, end)
            for index in range(start, end):
                proof = prove_subtree(index, index + 1, start, end, NODES)
                judge.included(LEAVES[index], index - start, end - start, proof, root)
                yield line(f"{index} [{start}, {end})", proof)


def subtree_consistency(judge: Judge) -> Iterator[str]:
    roots = [judge.root(LEAVES[:size]) for size in range(131)]
    for size in range(131):
        for end in range(size + 1):
            for start in subtrees(end):
                proof = prove_subtree(start, end, 0, size, NODES)
                if judge is VERIFIER and start < end:
                    verify_log.check_proof(start, end, size, subtree_root(start, end), proof, roots[size])
                elif start == 0 < end:
                    judge.goes_on(end, size, roots[end], roots[size], proof)
                yield line(f"[{start}, {end}) {size}", proof)


def roots_by_size(judge: Judge) -> Iterator[str]:
    for size in range(1, 131):
        yield f"{size} {judge.root(LEAVES[:size]).hex()}\n"


def inclusion_by_size(judge: Judge) -> Iterator[str]:
    for size in range(1, 131):
        root = judge.root(LEAVES[:size])
        for index in range(size):
            proof = prove_inclusion(index, size, NODES)
            judge.included(LEAVES[index], index, size, proof, root)
            yield line(f"{index} {size}", proof)


def consistency_by_size(judge: Judge) -> Iterator[str]:
    roots = [judge.root(LEAVES[:size]) for size in range(131)]
    for second in range(1, 131):
        for first in range(1, second + 1):
            proof = prove_consistency(first, second, NODES)
            judge.goes_on(first, second, roots[first], roots[second], proof)
            yield line(f"{first} {second}", proof)


@each_judge
@pytest.mark.parametrize(
    ("which", "number", "tell"),
    [
        ("published", 0, subtree_hashes),
        ("published", 1, subtree_inclusion),
        ("published", 2, subtree_consistency),
        ("derived_rfc6962_only", 0, roots_by_size),
        ("derived_rfc6962_only", 1, inclusion_by_size),
        ("derived_rfc6962_only", 2, consistency_by_size),
    ],
)
def test_rolling_digests(judge: Judge, which: str, number: int, tell: Any) -> None:
    told, digest, lines = vectors()["accumulated"][which][number], sha256(), 0
    for one in tell(judge):
        digest.update(one.encode())
        lines += 1
    assert (lines, digest.hexdigest()) == (told["lines"], told["sha256"])


@each_judge
@pytest.mark.parametrize("number", range(34))
def test_proofs_of_real_logs(judge: Judge, number: int) -> None:
    case = vectors()["real_logs"]["cases"][number]
    leaf, root = hashes([case["leaf_hash"], case["root"]])
    asked = (leaf, case["index"], case["size"], hashes(case["proof"]), root)
    assert yes(judge.included, *asked) == case["want"], case.get("case")
    if "entry" in case:
        assert judge.leaf(bytes.fromhex(case["entry"])) == leaf
