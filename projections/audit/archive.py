"""The log in files: Parquet by month of recording, stored bytes and typed columns side by side.

A file is written beside its place, checked, made durable and named; then the manifest names it. Files hold
whole commands. Killed at any point, the archive is what its manifest says, and archiving again goes on there.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from projections.audit import columns, manifest
from projections.audit.database import Database
from projections.audit.errors import ArchiveDamaged
from projections.audit.manifest import Entry, Manifest
from projections.audit.pieces import Archived, Piece
from projections.audit.workspace import Workspace

FILE: Final = 200_000
"""Events a file, at most."""

Progress = Callable[[int, int], object]

_PATHS: Final = [f"$.{name}" for name in columns.COLUMNS if name not in ("at", "recorded_at", *columns.LISTS)]


def archive(dsn: str, folder: Path, progress: Progress | None = None, size: int = FILE) -> Manifest:
    """Add what the log of a database has beyond the archive in `folder`, and return what is archived now.

    Raises ArchiveDamaged (`archive_damaged`) when a file is not what the manifest says or the archive is of
    another log, StoreUnavailable, NothingToReplay.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = manifest.read(folder)
    manifest.verify(folder, known)
    with Workspace.opened() as space, Database.opened(dsn) as database:
        space.run("business_day")
        space.run("without_nulls")
        space.run("account_moves")
        _same_log(space, database, folder, known)
        if known.files:
            space.run("opened_before", files=[str(folder / entry.path) for entry in known.files])
        else:
            space.run("nobody_opened")
        end = database.log_end()
        while known.position < end:
            reach = min(known.position + size, end)
            _read(space, database, known.position, reach)
            upto = reach if reach == end else space.value("whole_commands")
            for month, first, last in space.rows("months_of_piece", upto=upto):
                known = Manifest((*known.files, _file(space, folder, month, first, last)))
                manifest.write(folder, known)
            if progress:
                progress(known.position, end)
    return known


def pieces_of(space: Workspace, known: Manifest, folder: Path, size: int) -> Iterator[Piece]:
    """An archive in pieces, as a replay takes them."""
    space.remember({"replayed": list(columns.REPLAYED)})
    for after in range(0, known.position, size):
        reach = min(after + size, known.position)
        here = [entry for entry in known.files if entry.last > after and entry.first <= reach]
        found = archived(here, folder)
        events_in_files(space, found.events)
        space.files("moves_here", found.moves)
        space.remember({"after": after, "reach": reach})
        space.run("take_chunk")
        yield Piece(after, reach, reach - after, found)


def events_in_files(space: Workspace, files: Sequence[Path]) -> None:
    """Make view `stored`: the events of these files, with every column there is, be it in a file or not."""
    space.files("files", files)
    space.remember({"files_differ": space.value("files_differ")})
    space.run("no_event", shape=columns.all_of_them())
    space.run("stored_in_files")


def archived(entries: Sequence[Entry], folder: Path) -> Archived:
    """The files of these spans."""
    return Archived(
        [folder / entry.path for entry in entries],
        [folder / entry.moves for entry in entries],
        all(entry.sums.get("unnumbered") == 0 for entry in entries),
    )


def _read(space: Workspace, database: Database, after: int, upto: int) -> None:
    source = space.folder / "log.csv"
    is_text = database.copy_log(source, after, upto)
    space.run("read_lines" if is_text else "read_hex_lines", source=str(source))
    source.unlink()
    space.run("type_log_piece", shape=columns.all_of_them(), noted=list(columns.NOTED))
    space.run("forget_lines")
    space.run("opened_here")


def _file(space: Workspace, folder: Path, month: str, first: int, last: int) -> Entry:
    path, moves = (Path(month) / f"{kind}-{first:012}-{last:012}.parquet" for kind in ("events", "moves"))
    coming, moving = folder / f"{path}.part", folder / f"{moves}.part"
    coming.parent.mkdir(exist_ok=True)
    space.run("write_span", first=first, last=last, target=str(coming))
    space.run("write_moves", first=first, last=last, target=str(moving))
    apart = space.value("columns_apart", file=str(coming), paths=_PATHS, names=list(columns.COLUMNS))
    if apart is None:
        apart = space.value("numbers_apart", file=str(coming), moves=str(moving))
    if apart is not None:
        raise ArchiveDamaged(
            coming,
            f"was not kept: the event at position {apart} has bytes that its columns do not say",
            f"未保留：位置 {apart} 的事件，其字节与各列不符",
        )
    (sums,) = space.records("sums_of_file", file=str(coming))
    sums["unnumbered"] = space.value("unnumbered_count", file=str(moving), first=first, last=last)
    entry = Entry(
        path.as_posix(), month, first, last, manifest.sha256(coming), coming.stat().st_size,
        moves.as_posix(), manifest.sha256(moving), moving.stat().st_size, sums,
    )  # fmt: skip
    manifest.put_in_place(coming, folder / path)
    manifest.put_in_place(moving, folder / moves)
    return entry


def _same_log(space: Workspace, database: Database, folder: Path, known: Manifest) -> None:
    if not known.files:
        return
    last = known.files[-1]
    path = folder / last.path
    ((archived,),) = space.rows("bytes_at", file=str(path), position=last.last)
    if database.bytes_at(last.last) != bytes(archived):
        raise ArchiveDamaged(path, "is of another log than this database holds", "不属于该数据库中的日志")
