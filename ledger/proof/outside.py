"""Checkpoints in a folder outside the database: what a changed log cannot change, too.

    checkpoint                          the newest, as in `folder`
    checkpoints/2026-11-22/000000070000 every one that was signed, by day of Shanghai and size
    tile/…                              tiles without entries: the first changed position can be named

What a checkpoint says beside origin, size and root stands in lines of its own below them, signed with them:

    time 2026-11-22T03:16:40Z           when it was signed
    read-model balances 3 70000 9f86…   a read model: version, position, and its digest there
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, Self

from ledger.clock import business_date
from ledger.proof.checkpoints import Checkpoint, open_checkpoint
from ledger.proof.folder import CHECKPOINT, TileFolder
from ledger.proof.notes import Note, SignerKey

HISTORY: Final = "checkpoints"
_TIME: Final = "time "
_MODEL: Final = "read-model "


class SignedDigest(NamedTuple):
    """The SHA-256 that a read model of this version had at a position."""

    model: str
    version: int
    position: int
    sha256: str

    def line(self) -> str:
        """The line in a checkpoint."""
        return f"{_MODEL}{self.model} {self.version} {self.position} {self.sha256}"

    @classmethod
    def read(cls, line: str) -> Self | None:
        """The digest in a line; None in a line that has none."""
        parts = line.removeprefix(_MODEL).split(" ")
        if not line.startswith(_MODEL) or len(parts) != 4 or not all(part.isdecimal() for part in parts[1:3]):
            return None
        return cls(parts[0], int(parts[1]), int(parts[2]), parts[3])


class OutsideFolder(TileFolder):
    """The folder of checkpoints. Only what goes on from the last one is ever signed into it."""

    def sign(
        self, key: SignerKey, leaves: Iterable[bytes], at: datetime, digests: Iterable[SignedDigest] = ()
    ) -> Note:
        """Sign the log as far as the last checkpoint and these leaves after it go; durable when this returns.

        Raises `NotProven` when the last checkpoint is not of this key, or the folder was changed.
        """
        last = self.checkpoint()
        if last is not None:
            open_checkpoint(last, key.verifier)
        tiles = self.resume()
        self.grow(tiles, leaves, entries=False)
        lines = (f"{_TIME}{at:%Y-%m-%dT%H:%M:%SZ}", *(digest.line() for digest in digests))
        note = Checkpoint(key.name, tiles.size, tiles.root(), lines).sign(key)
        self.keep(f"{HISTORY}/{business_date(at)}/{tiles.size:012d}", str(note))
        self.keep(CHECKPOINT, str(note))
        return note

    def history(self) -> Iterator[Path]:
        """Every checkpoint that lies there, the newest under its own name first."""
        if (self.root / CHECKPOINT).is_file():
            yield self.root / CHECKPOINT
        if (self.root / HISTORY).is_dir():
            yield from (path for path in sorted((self.root / HISTORY).glob("*/*")) if path.name.isdecimal())


def signed_at(checkpoint: Checkpoint) -> str | None:
    """When it was signed by its own account, as it stands there."""
    return next((line.removeprefix(_TIME) for line in checkpoint.extensions if line.startswith(_TIME)), None)


def signed_digests(checkpoint: Checkpoint) -> list[SignedDigest]:
    """What it says of read models."""
    found = (SignedDigest.read(line) for line in checkpoint.extensions)
    return [digest for digest in found if digest is not None]
