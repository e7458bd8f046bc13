"""The whole log as a folder that anybody can check without the ledger (C2SP tlog-tiles); see `folder`.

A new folder appears under its name when it is whole and on the disk, or not at all. One that is there
already goes on where it stands.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.proof.checkpoints import Checkpoint
from ledger.proof.errors import ExportRefused
from ledger.proof.folder import CHECKPOINT, UNSIGNED, Progress, TileFolder
from ledger.proof.leaves import LogRow, leaves
from ledger.proof.notes import Note
from ledger.proof.tiles import GrowingTiles

Seal = Callable[[int, bytes], Note]
"""Gives the signed checkpoint for a size and a root; raises when it has none for these."""

LeftOut = Callable[[int, bytes], None]
Source = Callable[[int, LeftOut], Iterable[bytes]]
"""Gives the leaves after a position, and tells of each state that is too long to stand in its leaf."""

NOBODY = "unsigned"
"""The origin in a checkpoint without a signature."""


def export_log(folder: Path, rows: Iterable[LogRow], seal: Seal) -> Note:
    """Write rows from position 1 on as a folder that does not exist yet, or is empty; returns its checkpoint.

    Raises `LogBroken` where rows are out of order, `ExportRefused` when the folder cannot be had, and what
    `seal` raises. Nothing is left behind then.
    """
    with _all_or_nothing(folder) as unfinished:
        made = TileFolder(unfinished)
        return _sealed(made, leaves(rows, left_out=made.keep_state), seal)


def export_entries(folder: Path, entries: Iterable[bytes], seal: Seal) -> Note:
    """The same for entries of any kind; raises `NotReadable` for one of more than 65,535 bytes."""
    with _all_or_nothing(folder) as unfinished:
        return _sealed(TileFolder(unfinished), entries, seal)


def export(folder: Path, source: Source, seal: Seal | None, progress: Progress | None = None) -> Checkpoint:
    """Write the log as a new folder, or add to an older export what came since; returns what it reaches.

    Without `seal` the checkpoint has no signature. An older export keeps its checkpoint until all is there.
    Raises as `export_log` does, and `NotProven` when the older export was damaged.
    """
    if any((folder / name).is_file() for name in (CHECKPOINT, UNSIGNED)):
        with _in_one_sentence(folder):
            return _grown(TileFolder(folder), source, seal, progress)
    with _all_or_nothing(folder) as unfinished:
        return _grown(TileFolder(unfinished), source, seal, progress)


def _sealed(folder: TileFolder, entries: Iterable[bytes], seal: Seal) -> Note:
    tiles = GrowingTiles()
    folder.grow(tiles, entries, entries=True)
    note = seal(tiles.size, tiles.root())
    folder.keep(CHECKPOINT, str(note))
    return note


def _grown(folder: TileFolder, source: Source, seal: Seal | None, progress: Progress | None) -> Checkpoint:
    tiles = folder.resume()
    folder.grow(tiles, source(tiles.size, folder.keep_state), entries=True, progress=progress)
    found = Checkpoint(NOBODY, tiles.size, tiles.root())
    if seal is None:
        folder.keep(UNSIGNED, found.text())
        return found
    note = seal(tiles.size, tiles.root())
    folder.keep(CHECKPOINT, str(note))
    (folder.root / UNSIGNED).unlink(missing_ok=True)
    return Checkpoint.parse(note.text)


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
