"""Every published vector, reproduced by the ledger and by the stand-alone verifier."""

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ledger.proof import tiles
from ledger.proof.checkpoints import Checkpoint, open_checkpoint
from ledger.proof.export import export_entries
from ledger.proof.notes import Note, SignerKey, VerifierKey, parse_note, sign_note
from ledger.proof.proofs import prove_consistency, prove_inclusion, prove_subtree
from ledger.proof.tree import CompactRange, NodeId, cover, joined, leaf_hash, perfect_root
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


@each_judge
def test_checkpoints_of_real_logs_give_size_and_root(judge: Judge) -> None:
    cases = [case for case in vectors()["real_logs"]["cases"] if "checkpoint" in case]
    unlike = []
    for case in cases:
        _, size, root = judge.checkpoint(parse_note(case["checkpoint"]).text)
        if (size, root) != (case["size"], bytes.fromhex(case["root"])):
            unlike.append(case["case"])
    assert len(cases) > len(unlike)
    assert all("checkpoint" in case and case.endswith("_fail") for case in unlike)


@each_judge
@pytest.mark.parametrize("number", range(13))
def test_signed_notes(judge: Judge, number: int) -> None:
    case = vectors()["signed_notes"]["cases"][number]
    assert yes(judge.signers, case["note"], case["vkeys"]) == case["want"], case.get("why")
    if case["want"]:
        assert judge.signers(case["note"], case["vkeys"]) == case.get("verified", 1)


def test_signing_gives_the_published_note() -> None:
    told = vectors()["signed_notes"]
    key, published = SignerKey.parse(told["skey_for_signing_test"]), told["cases"][0]
    assert str(key.verifier) == published["vkeys"][0]
    assert key.secret() == told["skey_for_signing_test"]
    assert str(sign_note(parse_note(published["note"]).text, key)) == published["note"]


@each_judge
def test_checkpoint_texts(judge: Judge) -> None:
    for case in vectors()["checkpoint_text"]["cases"]:
        assert yes(judge.checkpoint, case["text"]) == case["want"], case.get("why")
        if case["want"]:
            assert judge.checkpoint(case["text"]) == (
                case["origin"],
                case["size"],
                bytes.fromhex(case["root"]),
            )


def test_the_tiny_log_grows_through_its_signed_checkpoints() -> None:
    told, tree = vectors()["tiled_log"], CompactRange()
    key = VerifierKey.parse(told["vkey"])
    for size, note in enumerate(told["checkpoints_by_size"]):
        found = open_checkpoint(note, key).checkpoint
        assert (found.origin, found.size, found.root) == (key.name, size, tree.root())
        if size < 15:
            tree.append(leaf_hash(bytes.fromhex(told["entries_hex"][size])))


def tiny_log() -> tuple[list[bytes], Note]:
    told = vectors()["tiled_log"]
    return hashes(told["entries_hex"]), parse_note(told["checkpoints_by_size"][15])


def test_the_tiny_log_is_exported_byte_for_byte(tmp_path: Path) -> None:
    told, (entries, note) = vectors()["tiled_log"], tiny_log()
    export_entries(tmp_path / "log", entries, lambda *_: note)
    files = {str(path.relative_to(tmp_path / "log")) for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"checkpoint", "tile/0/000.p/15", "tile/entries/000.p/15"}
    assert (tmp_path / "log/checkpoint").read_text() == told["checkpoints_by_size"][15]
    assert (tmp_path / "log/tile/0/000.p/15").read_bytes().hex() == told["level0_tile_15_hex"]
    assert (tmp_path / "log/tile/entries/000.p/15").read_bytes().hex() == told["entry_bundle_15_hex"]
    assert tiles.read_bundle(bytes.fromhex(told["entry_bundle_15_hex"]), 15) == entries


def test_the_verifier_accepts_the_tiny_log_with_each_of_its_checkpoints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told, (entries, note) = vectors()["tiled_log"], tiny_log()
    export_entries(tmp_path / "log", entries, lambda *_: note)
    kept = []
    for size, checkpoint in enumerate(told["checkpoints_by_size"]):
        (tmp_path / f"kept-{size}").write_text(checkpoint)
        kept += ["--checkpoint", str(tmp_path / f"kept-{size}")]
    asked = [str(tmp_path / "log"), "--plain", "--key", told["vkey"]]
    assert verify_log.main([*asked, *kept]) == 0
    assert "begins with the 14 entries of" in capsys.readouterr().out
    for size in range(16):  # a root that is not the log's at that size
        other = told["checkpoints_by_size"][(size + 1) % 16].replace(f"\n{(size + 1) % 16}\n", f"\n{size}\n")
        (tmp_path / "kept").write_text(other)
        assert verify_log.main([*asked[:2], "--checkpoint", str(tmp_path / "kept")]) == 1


@each_judge
def test_the_tiny_logs_checkpoints_are_signed(judge: Judge) -> None:
    told = vectors()["tiled_log"]
    for note in told["checkpoints_by_size"]:
        assert judge.signers(note, [told["vkey"]]) == 1
        text, size, root = note.split("\n")[:3]
        forged = note.replace(f"\n{size}\n", f"\n{int(size) + 1}\n")
        assert not yes(judge.signers, forged, [told["vkey"]])
        assert b64encode(judge.checkpoint(f"{text}\n{size}\n{root}\n")[2]).decode() == root


def test_tiles_are_where_the_standard_puts_them() -> None:
    rules = vectors()["tiled_log"]["tile_rules"]
    assert tiles.Tile(0, 1234067).path() == f"tile/0/{rules['path_of_index_1234067']}"
    assert verify_log.numbered(1234067, 256) == rules["path_of_index_1234067"]
    for size in (70000, 256):
        told = rules[f"size_{size}"]
        found = list(tiles.tiles_of(size))
        for level in range(4):
            full = [tile for tile in found if tile.level == level and tile.width == 256]
            partial = [tile.width for tile in found if tile.level == level and tile.width < 256]
            assert len(full) == told.get(f"level{level}_full", 0)
            assert partial == [width for name, width in told.items() if name == f"level{level}_partial_width"]


def test_a_checkpoint_is_written_as_it_was_read() -> None:
    for note in vectors()["tiled_log"]["checkpoints_by_size"]:
        parsed = parse_note(note)
        assert str(parsed) == note
        assert Checkpoint.parse(parsed.text).text() == parsed.text
