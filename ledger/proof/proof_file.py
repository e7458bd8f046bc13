"""One event's proof as a file that needs nothing else but the keys (C2SP tlog-proof).

c2sp.org/tlog-proof@v1
extra BASE64                 here: the leaf itself, so that the file shows what it proves
index 73893                  position 73,894
BASE64                       the inclusion proof, a hash a line
                             an empty line, then the signed checkpoint
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Final, Self

from ledger.proof.checkpoints import Attested, Checkpoint, open_checkpoint
from ledger.proof.errors import NotProven, NotReadable
from ledger.proof.notes import Note, VerifierKey, from_base64, parse_note
from ledger.proof.proofs import check_inclusion
from ledger.proof.tree import HASH_BYTES, leaf_hash

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
_MAX_HASHES: Final = 63
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class ProofFile:
    """An entry's index (from 0), the way from its leaf to the root, the checkpoint; `extra` is the leaf."""

    index: int
    hashes: tuple[bytes, ...]
    note: Note
    extra: bytes | None = None

    def __str__(self) -> str:
        extra = [] if self.extra is None else [f"extra {b64encode(self.extra).decode()}"]
        hashes = [b64encode(hash).decode() for hash in self.hashes]
        return "\n".join([FIRST_LINE, *extra, f"index {self.index}", *hashes, "", str(self.note)])

    @classmethod
    def parse(cls, raw: bytes | str) -> Self:
        """The proof of a file. Raises `NotReadable`."""
        try:
            text = raw if isinstance(raw, str) else raw.decode()
        except UnicodeDecodeError:
            raise _bad("it is not UTF-8") from None
        above, _, below = text.partition("\n\n")
        first, *lines = above.split("\n")
        if first != FIRST_LINE or not lines:
            raise _bad(f"its first line is not {FIRST_LINE}, or nothing follows")
        extra = _extra(lines.pop(0)) if lines[0].startswith("extra ") else None
        index = _INDEX.fullmatch(lines[0]) if lines else None
        hashes = [from_base64(line) for line in lines[1:]]
        if index is None or len(hashes) > _MAX_HASHES:
            raise _bad("it does not give the index of the entry, or too many hashes")
        whole = tuple(hash for hash in hashes if hash is not None and len(hash) == HASH_BYTES)
        if len(whole) != len(hashes):
            raise _bad("a line of its proof is no SHA-256 in base64")
        return cls(int(index[1]), whole, parse_note(below), extra)

    def check(self, leaf: bytes, log: VerifierKey, *witnesses: VerifierKey) -> Attested:
        """Check that the leaf's bytes stand at the index, in the log that signed.

        Raises `NotProven`, `NotReadable`.
        """
        if self.extra not in (None, leaf):
            raise NotProven(
                "the file shows another entry than the one to be proven", "文件所示条目与待证条目不同"
            )
        attested = open_checkpoint(str(self.note), log, witnesses)
        checkpoint: Checkpoint = attested.checkpoint
        check_inclusion(leaf_hash(leaf), self.index, checkpoint.size, self.hashes, checkpoint.root)
        return attested


def _extra(line: str) -> bytes:
    extra = from_base64(line.removeprefix("extra "))
    if extra is None:
        raise _bad("what follows `extra` is not base64")
    return extra


def _bad(reason: str) -> NotReadable:
    return NotReadable(f"this is no tlog-proof: {reason}", f"这不是有效的 tlog-proof 证明文件（{reason}）")
