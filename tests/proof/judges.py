"""The two implementations, the ledger's and the stand-alone verifier's, asked alike: is it so?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.errors import LedgerError
from ledger.proof import checkpoints, notes, proofs, tree
from scripts import verify_log


@dataclass(frozen=True)
class Judge:
    """One implementation; each question is answered by yes or no."""

    name: str
    leaf: Callable[[bytes], bytes]
    node: Callable[[bytes, bytes], bytes]
    root: Callable[[Sequence[bytes]], bytes]
    included: Callable[[bytes, int, int, list[bytes], bytes], None]
    goes_on: Callable[[int, int, bytes, bytes, list[bytes]], None]
    signers: Callable[[str, list[str]], int]
    checkpoint: Callable[[str], tuple[str, int, bytes]]


def yes(question: Callable[..., object], *values: object) -> bool:
    """Whether the implementation accepts; anything but its own refusals is a fault and goes through."""
    try:
        question(*values)
    except (LedgerError, ValueError):  # the verifier's, which its `main` puts into words
        return False
    return True


def _ledger_signers(note: str, keys: list[str]) -> int:
    return len(notes.open_note(note, map(notes.VerifierKey.parse, keys))[1])


def _verifier_signers(note: str, keys: list[str]) -> int:
    signed = verify_log.open_note(note.encode(), [verify_log.parse_key(key) for key in keys])[1]
    if not signed:  # as `Check.checkpoint` refuses a checkpoint that lacks one of the keys asked for
        raise verify_log.Wrong("unsigned")
    return len(signed)


def _verifier_included(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> None:
    verify_log.check_proof(index, index + 1, size, leaf, proof, root)


def _verifier_goes_on(first: int, second: int, root1: bytes, root2: bytes, proof: list[bytes]) -> None:
    verify_log.check_proof(0, first, second, root1, proof, root2)


LEDGER = Judge(
    "ledger",
    tree.leaf_hash,
    tree.node_hash,
    tree.root_of,
    proofs.check_inclusion,
    proofs.check_consistency,
    _ledger_signers,
    lambda text: checkpoints.Checkpoint.parse(text)[:3],
)
VERIFIER = Judge(
    "verify_log",
    lambda entry: verify_log.sha(b"\0", entry),
    lambda left, right: verify_log.sha(b"\1", left, right),
    verify_log.root_of,
    _verifier_included,
    _verifier_goes_on,
    _verifier_signers,
    verify_log.parse_checkpoint,
)
JUDGES = (LEDGER, VERIFIER)
