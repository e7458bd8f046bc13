"""A second key in another hand, which signs a checkpoint only if it goes on from the last one it signed.

A log that showed two histories would need the witness to sign both, and the witness signs no second one
(C2SP tlog-cosignature). What it must keep is the last checkpoint it signed, in a place the log's operator
cannot write.
"""

from collections.abc import Sequence

from ledger.proof.checkpoints import Checkpoint, open_checkpoint
from ledger.proof.errors import NotProven
from ledger.proof.notes import Note, SignerKey, VerifierKey
from ledger.proof.proofs import check_consistency


def cosign(
    seen: Checkpoint | None,
    raw: bytes | str,
    log: VerifierKey,
    proof: Sequence[bytes],
    witness: SignerKey,
    seconds: int,
) -> Note:
    """The checkpoint in `raw` with the witness's signature added, made at `seconds` since 1970.

    `seen` is the last checkpoint this witness signed, None before its first; `proof` is the consistency proof
    from there. Raises `NotReadable`; `NotProven` when the log did not sign, is another, went back, or forked.
    """
    new, note, _ = open_checkpoint(raw, log)
    if seen is not None:
        _goes_on(seen, new, proof)
    mine = witness.sign(note.text, seconds)
    others = tuple(one for one in note.signatures if one[:2] != mine[:2])
    return Note(note.text, (*others, mine))


def _goes_on(seen: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    if seen.origin != new.origin:
        raise NotProven(
            f"this witness watches {seen.origin!r}; the checkpoint is of {new.origin!r}",
            f"本见证人见证的是 {seen.origin!r}，而检查点属于 {new.origin!r}",
        )
    if new.size < seen.size:
        raise NotProven(
            f"the log had {seen.size} entries when last cosigned and now shows {new.size}: "
            "it was cut or rolled back",
            f"上次会签时日志有 {seen.size} 条，现只有 {new.size} 条：日志被截断或回退",
        )
    if seen.size:
        check_consistency(seen.size, new.size, seen.root, new.root, proof)
