"""The log in pieces: typed columns, in position order, a quarter of a million events at a time."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from projections.audit import columns
from projections.audit.database import Database
from projections.audit.workspace import Workspace


class Archived(NamedTuple):
    """Files of an archive: `events`, and what they did to people with numbers (`moves`), who may be all
    (`everybody`): then nothing need be folded by name."""

    events: Sequence[Path] = ()
    moves: Sequence[Path] = ()
    everybody: bool = True

    def with_those_of(self, other: "Archived") -> "Archived":
        """These files and the others, each once."""
        return Archived(
            tuple(dict.fromkeys((*self.events, *other.events))),
            tuple(dict.fromkeys((*self.moves, *other.moves))),
            self.everybody and other.everybody,
        )


class Piece(NamedTuple):
    """Events after position `after` up to `reach`; when it is handed over, `chunk` holds them.

    `archived` are the files of an archive in which they stand (with others, perhaps). Events of a database
    are kept in the workspace instead.
    """

    after: int
    reach: int
    events: int
    archived: Archived | None = None


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
