"""The log in pieces: typed columns, in position order, a quarter of a million events at a time."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from projections.audit import columns
from projections.audit.database import Database
from projections.audit.workspace import Workspace


class Piece(NamedTuple):
    """Events after position `after` up to `reach`; when it is handed over, `chunk` holds them.

    `files` are those of an archive in which they stand (with others, perhaps), `by_name` those of the files
    with events whose people have no numbers. Events of a database are kept in the workspace instead.
    """

    after: int
    reach: int
    events: int
    files: Sequence[Path] = ()
    by_name: Sequence[Path] = ()


def from_database(space: Workspace, database: Database, end: int, size: int) -> Iterator[Piece]:
    """The log of a database. The next piece is fetched while one is worked on."""

    def fetch(after: int) -> tuple[Path, bool]:
        source = space.folder / f"log-{after}.csv"
        return source, database.copy_log(source, after, min(after + size, end))

    space.run("typed_lines")
    with ThreadPoolExecutor(1) as fetcher:
        coming = fetcher.submit(fetch, 0)
        for after in range(0, end or 1, size):  # of an empty log, one empty piece
            source, is_text = coming.result()
            reach = min(after + size, end)
            if reach < end:
                coming = fetcher.submit(fetch, reach)
            space.run("read_lines" if is_text else "read_hex_lines", source=str(source))
            source.unlink()
            space.run("keep_more" if after else "keep_first", shape=columns.those_replayed())
            space.run("forget_lines")
            space.run("chunk_kept")
            space.remember({"after": after, "reach": reach})
            yield Piece(after, reach, space.value("count_chunk"))
