"""The whole log as a folder that anybody can check without the ledger (C2SP tlog-tiles).

    checkpoint       signed, over exactly the entries that are there
    tile/…           as in `tiles`
    states/71        beside the standard: the stored state of position 71, if its leaf holds but its digest

The folder appears under its name when it is whole and on the disk, or not at all.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from ledger.proof.errors import ExportRefused
from ledger.proof.leaves import LogRow, leaves
from ledger.proof.notes import Note
from ledger.proof.tiles import TILE_WIDTH, GrowingTiles, Tile, bundle
from ledger.proof.tree import leaf_hash

Seal = Callable[[int, bytes], Note]
"""Gives the signed checkpoint for a size and a root; raises when it has none for these."""


def export_log(folder: Path, rows: Iterable[LogRow], seal: Seal) -> Note:
    """Write rows from position 1 on as a folder that does not exist yet, or is empty; returns its checkpoint.

    Raises `LogBroken` where rows are out of order, `ExportRefused` when the folder cannot be had, and what
    `seal` raises. Nothing is left behind then.
    """
    with _all_or_nothing(folder) as unfinished:
        states = _Folders(unfinished / "states")
        beside = leaves(rows, left_out=lambda position, state: states.write(str(position), state))
        return _write(unfinished, beside, seal)


def export_entries(folder: Path, entries: Iterable[bytes], seal: Seal) -> Note:
    """The same for entries of any kind; raises `NotReadable` for one of more than 65,535 bytes."""
    with _all_or_nothing(folder) as unfinished:
        return _write(unfinished, entries, seal)


def _write(folder: Path, entries: Iterable[bytes], seal: Seal) -> Note:
    tiles, made = GrowingTiles(), _Folders(folder)
    left = iter(entries)
    while some := list(islice(left, TILE_WIDTH)):
        made.write(Tile(0, tiles.size // TILE_WIDTH, len(some)).bundle_path(), bundle(some))
        for tile, data in tiles.extend([leaf_hash(entry) for entry in some]):
            made.write(tile.path(), data)
    for tile, data in tiles.partial():
        made.write(tile.path(), data)
    note = seal(tiles.size, tiles.root())
    made.write("checkpoint", str(note).encode())
    return note


class _Folders:
    """Writes files below a folder, making each folder once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: set[str] = set()

    def write(self, path: str, data: bytes) -> None:
        above = path.rpartition("/")[0]
        if above not in self._known:
            (self._root / above).mkdir(parents=True, exist_ok=True)
            self._known.add(above)
        (self._root / path).write_bytes(data)


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[Path]:
    """A folder beside the one asked for, which takes its name at the end, or goes away."""
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    with _in_one_sentence(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ExportRefused(
                f"{folder} exists already; name a folder that does not, so that no older export is mixed in",
                f"{folder} 已存在；请指定一个尚不存在的目录，以免与旧的导出混在一起",
            )
        if unfinished.exists():
            raise ExportRefused(
                f"{unfinished} is left of an export that was stopped, or belongs to one under way; "
                "remove it and try again",
                f"{unfinished} 是被中断或正在进行的导出；请删除后重试",
            )
        unfinished.mkdir(parents=True)
        try:
            yield unfinished
            os.sync()  # one call where thousands of fsync would do the same
            unfinished.replace(folder)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise


@contextmanager
def _in_one_sentence(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ExportRefused(
            f"the export cannot be written to {folder} ({reason}); name another folder, or make room",
            f"无法将导出写入 {folder}（{reason}）；请指定其他目录或腾出空间",
        ) from error
