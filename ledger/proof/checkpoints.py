"""What a log says of itself at a size: who it is, how many entries, which root (C2SP tlog-checkpoint).

    copay.example/city          origin
    70000                       size
    w5v8…=                      root, base64
                                (then lines of whoever added any; ours has none)
    — copay.example/city …      signatures
"""

import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Final, NamedTuple, Self

from ledger.proof.errors import NotProven, NotReadable
from ledger.proof.notes import COSIGNATURE, Note, SignerKey, VerifierKey, from_base64, open_note, sign_note
from ledger.proof.tree import HASH_BYTES, MAX_SIZE

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


class Checkpoint(NamedTuple):
    """A log's origin, its size and the root over its leaves; `extensions` are further lines, of no meaning here."""

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
        origin, size, root, *extensions = [*text.split("\n"), "", ""][: text.count("\n") + 3]
        *extensions, end, _, _ = [*extensions, "", "", ""] if not extensions else [*extensions]
        raise NotImplementedError
