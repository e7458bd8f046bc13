"""What an archive holds, file by file: `manifest.json`. A file that is not as it says is refused."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from projections.audit.errors import ArchiveDamaged, NothingToReplay

NAME: Final = "manifest.json"
FORMAT: Final = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """A span of positions, `first` to `last`, of one `month`: a file of events, and one of what they moved.

    Paths are inside the archive, `bytes` are sizes, `sums` are of the columns: events, stored bytes, fen.
    """

    path: str
    month: str
    first: int
    last: int
    sha256: str
    bytes: int
    moves: str
    moves_sha256: str
    moves_bytes: int
    sums: Mapping[str, int]

    def files(self) -> tuple[tuple[str, int, str], ...]:
        """Path, size and digest of both files."""
        return (self.path, self.bytes, self.sha256), (self.moves, self.moves_bytes, self.moves_sha256)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of an archive, in position order."""

    files: Sequence[Entry] = ()

    @property
    def position(self) -> int:
        """The last position archived; 0 when nothing is."""
        return self.files[-1].last if self.files else 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as they stand in the file."""
        return {"format": FORMAT, "position": self.position, "files": [asdict(entry) for entry in self.files]}


def read(folder: Path) -> Manifest:
    """The manifest of an archive; an empty one where there is none. Raises ArchiveDamaged."""
    path = folder / NAME
    if not path.exists():
        return Manifest()
    try:
        told = json.loads(path.read_text("utf-8"))
        files = tuple(Entry(**entry) for entry in told["files"])
    except (ValueError, KeyError, TypeError):
        raise ArchiveDamaged(path, "is not a manifest", "不是有效的清单") from None
    if told.get("format") != FORMAT:
        raise ArchiveDamaged(path, f"is not of format {FORMAT}", f"格式不是 {FORMAT}")
    reached = 0
    for entry in files:
        if entry.first != reached + 1:
            raise ArchiveDamaged(folder / entry.path, "does not follow the one before", "与前一文件不衔接")
        reached = entry.last
    return Manifest(files)


def write(folder: Path, manifest: Manifest) -> None:
    """Put the manifest in place in one step."""
    coming = folder / f"{NAME}.part"
    coming.write_text(json.dumps(manifest.as_dict(), indent=1), "utf-8")
    put_in_place(coming, folder / NAME)


def put_in_place(coming: Path, target: Path) -> None:
    """Make a file durable, then give it its name; whoever looks sees all of it or nothing."""
    with coming.open("rb") as file:
        os.fsync(file.fileno())
    coming.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sha256(path: Path) -> str:
    """The digest of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked(folder: Path) -> Manifest:
    """The manifest, every file of it compared with its digest.

    Raises NothingToReplay (`nothing_to_replay`), ArchiveDamaged (`archive_damaged`).
    """
    manifest = read(folder)
    if not manifest.files:
        raise NothingToReplay(
            f"there is no archive in {folder}; write one with copay archive",
            f"{folder} 中没有归档；请先执行 copay archive",
        )
    verify(folder, manifest)
    return manifest


def verify(folder: Path, manifest: Manifest) -> None:
    """Compare every file with what the manifest says of it. Raises ArchiveDamaged."""
    for name, size, digest in (file for entry in manifest.files for file in entry.files()):
        path = folder / name
        if not path.is_file():
            raise ArchiveDamaged(path, "is missing", "缺失")
        if path.stat().st_size != size or sha256(path) != digest:
            raise ArchiveDamaged(path, "is not what the manifest says", "与清单不符")
