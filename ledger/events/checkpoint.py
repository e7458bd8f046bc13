"""Events of the log about itself (stream `checkpoints`): what was signed of it, and kept outside.

No command asks for one. It stands after the events it speaks of, and under the next checkpoint.
"""

from typing import ClassVar

from ledger.events.envelope import Fact, Noted


class SignedModel(Fact, frozen=True, kw_only=True):
    """The SHA-256 (64 hex digits) that a read model of this version had at a position."""

    model: str
    version: int
    position: int
    sha256: str


class CheckpointSigned(Noted, frozen=True, kw_only=True):
    """The first `size` events have the Merkle root `root` (64 hex digits): signed at `at` by the key `key_id`
    (8 hex digits) of the log named `origin`.

    `note` is the signed checkpoint as it lies outside; `digests` are what it says of read models.
    """

    topic: ClassVar[str] = "CheckpointSigned"
    size: int
    root: str
    origin: str
    key_id: str
    digests: tuple[SignedModel, ...] = ()
    note: str
