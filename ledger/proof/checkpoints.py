"""What a log says of itself at a size: who it is, how many entries, which root (C2SP tlog-checkpoint).

copay.example/city          origin
70000                       size
w5v8…=                      root, base64
                            (further lines, of whoever added any; ours has none)
— copay.example/city …      signatures, after an empty line
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Final, NamedTuple, Self

from ledger.proof.errors import NotProven, NotReadable
from ledger.proof.notes import Note, SignerKey, VerifierKey, from_base64, open_note, sign_note
from ledger.proof.tree import HASH_BYTES, MAX_SIZE

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


class Checkpoint(NamedTuple):
    """A log's origin, its size and the root over its leaves; `extensions` are lines of no meaning here."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The text to be signed."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The checkpoint of a note's text. Raises `NotReadable`."""
        *lines, end = text.split("\n")
        if len(lines) < 3 or end or not all(lines):
            raise _bad("it needs three lines or more, none empty: origin, size, root")
        origin, size, root, *extensions = lines
        hash = from_base64(root)
        if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
            raise _bad("its second line is no number of entries")
        if hash is None or len(hash) != HASH_BYTES:
            raise _bad("its third line is no SHA-256 in base64")
        return cls(origin, int(size), hash, tuple(extensions))

    def sign(self, key: SignerKey) -> Note:
        """The checkpoint signed by the log's own key."""
        return sign_note(self.text(), key)


class Attested(NamedTuple):
    """A checkpoint whose log's signature holds; `cosigned` has each known witness's time (from 1970)."""

    checkpoint: Checkpoint
    note: Note
    cosigned: dict[str, int]


def open_checkpoint(raw: bytes | str, log: VerifierKey, witnesses: Iterable[VerifierKey] = ()) -> Attested:
    """The checkpoint in a signed note, of the log whose origin is the name of its key.

    Raises `NotReadable`; `NotProven` when the log's signature or a known witness's does not hold, when the
    log did not sign, or when the checkpoint is of another log.
    """
    note, signed = open_note(raw, (log, *witnesses))
    checkpoint = Checkpoint.parse(note.text)
    if log not in signed or checkpoint.origin != log.name:
        raise NotProven(
            f"this checkpoint of {checkpoint.origin!r} is not signed by {log.name}; give the key of that log",
            f"该检查点（{checkpoint.origin!r}）不是由 {log.name} 签署；请提供该日志的密钥",
        )
    return Attested(checkpoint, note, {key.name: time for key, time in signed.items() if time is not None})


def _bad(reason: str) -> NotReadable:
    return NotReadable(f"this is no checkpoint: {reason}", f"这不是有效的检查点（{reason}）")
