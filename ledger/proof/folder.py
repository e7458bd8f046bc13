"""A log's folder that grows (C2SP tlog-tiles): what is there stays as it is, and the checkpoint changes last.

    checkpoint             signed, over entries that are all there
    checkpoint.unsigned    the same without a signature, where nobody had a key
    tile/…                 as in `tiles`; entries only where they were wanted
    states/71              beside the standard: the stored state of position 71, where its leaf has no room

Stopped at any moment, the folder is still a whole one for the checkpoint that it had.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from ledger.proof.checkpoints import Checkpoint
from ledger.proof.errors import NotProven
from ledger.proof.notes import parse_note
from ledger.proof.tiles import TILE_WIDTH, GrowingTiles, Tile, bundle, read_bundle
from ledger.proof.tree import leaf_hashes

CHECKPOINT: Final = "checkpoint"
UNSIGNED: Final = "checkpoint.unsigned"
_ONE_BY_ONE: Final = 64
"""More new files than this are made durable by one call for the whole system."""

Progress = Callable[[int], object]


class TileFolder:
    """Reads and writes one folder. Methods raise `OSError` as the system does."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: set[Path] = set()
        self._written: list[Path] = []
        self._superseded: list[Path] = []

    def checkpoint(self) -> bytes | None:
        """The signed checkpoint, unread; None where there is none."""
        path = self.root / CHECKPOINT
        return path.read_bytes() if path.exists() else None

    def reached(self) -> Checkpoint | None:
        """What the folder holds by its own account, signed or not. Raises `NotReadable`."""
        signed, unsigned = self.checkpoint(), self.root / UNSIGNED
        found = [Checkpoint.parse(parse_note(signed).text)] if signed else []
        if unsigned.exists():
            found.append(Checkpoint.parse(unsigned.read_text()))
        return max(found, key=lambda one: one.size, default=None)

    def read(self, tile: Tile) -> bytes:
        """The hashes of a tile, cut from the full one where only that is left; none where it is missing."""
        for candidate in (tile, Tile(tile.level, tile.index)):
            path = self.root / candidate.path()
            if path.is_file():
                return path.read_bytes()[: 32 * tile.width]
        return b""

    def entries(self, tile: Tile) -> bytes:
        """The entry bundle under a tile of level 0, as it lies there; none where it is missing."""
        path = self.root / tile.bundle_path()
        return path.read_bytes() if path.is_file() else b""

    def resume(self) -> GrowingTiles:
        """The tree as far as the folder has it. Raises `NotProven` when its tiles are not those it names."""
        reached = self.reached()
        tiles = GrowingTiles.resume(reached.size, self.read) if reached else GrowingTiles()
        if reached and tiles.root() != reached.root:
            raise NotProven(
                f"the tiles in {self.root} are not those of its checkpoint of {reached.size} entries; "
                "they were changed or damaged: restore the folder, or begin another one",
                f"{self.root} 中的数据块与其检查点（{reached.size} 条）不符：被改动或已损坏；"
                "请恢复该目录，或另建新目录",
            )
        return tiles

    def grow(
        self,
        tiles: GrowingTiles,
        leaves: Iterable[bytes],
        *,
        entries: bool,
        progress: Progress | None = None,
    ) -> None:
        """Add the leaves after those of `tiles`, which grow along; durable when this returns."""
        left = iter(leaves)
        while some := list(islice(left, TILE_WIDTH - tiles.size % TILE_WIDTH)):
            if entries:
                self._add_entries(tiles.size, some)
            for tile, data in tiles.extend(leaf_hashes(some)):
                self._write(tile.path(), data)
                self._superseded.append(Path(f"{self.root / tile.path()}.p"))
            if progress:
                progress(tiles.size)
        for tile, data in tiles.partial():
            self._write(tile.path(), data)
        self._make_durable()

    def keep_state(self, position: int, state: bytes) -> None:
        """Keep the state of an event whose leaf holds but its digest."""
        self._write(f"states/{position}", state)

    def keep(self, name: str, text: str) -> None:
        """Put a file in place of the one of this name, whole and durable or not at all.

        With a new checkpoint go the partial tiles that only the one before it needed.
        """
        path = self.root / name
        self._make_above(path)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_bytes(text.encode())
        _to_disk(fresh)
        fresh.replace(path)
        _to_disk(path.parent)
        if name in (CHECKPOINT, UNSIGNED):
            for partial in self._superseded:
                shutil.rmtree(partial, ignore_errors=True)
            self._superseded.clear()

    def _add_entries(self, size: int, some: list[bytes]) -> None:
        index, before = divmod(size, TILE_WIDTH)
        earlier = self.entries(Tile(0, index, before)) if before else b""
        read_bundle(earlier, before)  # a folder that lost its entries does not go on without them
        bundled = Tile(0, index, before + len(some))
        self._write(bundled.bundle_path(), earlier + bundle(some))
        if bundled.width == TILE_WIDTH:
            self._superseded.append(Path(f"{self.root / bundled.bundle_path()}.p"))

    def _write(self, name: str, data: bytes) -> None:
        path = self.root / name
        self._make_above(path)
        path.write_bytes(data)
        self._written.append(path)

    def _make_above(self, path: Path) -> None:
        if path.parent not in self._known:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._known.add(path.parent)

    def _make_durable(self) -> None:
        if len(self._written) > _ONE_BY_ONE:
            os.sync()
        else:
            for path in (*self._written, *{path.parent for path in self._written}):
                if path.exists():
                    _to_disk(path)
        self._written.clear()
        self._known.clear()


def _to_disk(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
