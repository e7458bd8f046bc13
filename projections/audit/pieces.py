"""The log in pieces: typed columns in Parquet, in position order, a quarter of a million events at a time."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from projections.audit import columns
from projections.audit.database import Database
from projections.audit.workspace import Workspace


class Piece(NamedTuple):
    """Events after position `after` up to `reach`, found in `files` (which may hold more).

    `by_name` are those of the files with events whose people have no numbers. When a piece is handed over,
    table `chunk` holds its events.
    """

    after: int
    reach: int
    files: Sequence[Path]
    events: int
    by_name: Sequence[Path]


def from_database(space: Workspace, database: Database, end: int, size: int) -> Iterator[Piece]:
    """The log of a database. The next piece is fetched while one is worked on."""

    def fetch(after: int) -> tuple[Path, bool]:
        source = space.folder / f"log-{after}.csv"
        return source, database.copy_log(source, after, min(after + size, end))

    with ThreadPoolExecutor(1) as fetcher:
        coming = fetcher.submit(fetch, 0)
        for after in range(0, end or 1, size):  # of an empty log, one empty piece
            source, is_text = coming.result()
            reach = min(after + size, end)
            if reach < end:
                coming = fetcher.submit(fetch, reach)
            target = space.folder / f"log-{after}.parquet"
            name = "read_events" if is_text else "read_bytes"
            space.run(name, source=str(source), shape=columns.those_replayed())
            source.unlink()
            space.run("keep_events", target=str(target))
            yield Piece(after, reach, [target], space.value("count_chunk"), [target])
