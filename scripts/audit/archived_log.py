"""The log of an archive for those who read it event by event: decided again, or supposed otherwise.

Parquet is read in one direction. So the events are laid out once in a file of SQLite beside, for as long as
they are needed: it takes as much room as their stored bytes, and every process reads the same one.
"""

import json
import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, Self

from ledger.errors import StoreUnavailable
from ledger.proof.leaves import LogRow
from projections.audit.columns import NOTED
from projections.audit.manifest import checked
from projections.audit.workspace import Workspace

_MAKE: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE rows (position INTEGER, stream TEXT, version INTEGER, topic TEXT, state BLOB);
CREATE TABLE answers (request TEXT PRIMARY KEY, position INTEGER) WITHOUT ROWID;
"""
_ORDER: Final = """
CREATE INDEX places ON rows (position);
CREATE INDEX streams ON rows (stream, version);
"""
_END: Final = "SELECT coalesce(max(position), 0) FROM rows"
_BATCH: Final = "SELECT * FROM rows WHERE position > ? AND position <= ? ORDER BY position"
_BEFORE: Final = """
SELECT * FROM rows WHERE stream IN (SELECT value FROM json_each(?)) AND position < ? ORDER BY stream, version
"""
_ANSWERS: Final = "SELECT request, position FROM answers WHERE request IN (SELECT value FROM json_each(?))"


@contextmanager
def laid_out(archive: Path) -> Iterator[Path]:
    """The events of an archive in a file that `ArchivedLog` reads; gone at the end.

    Raises ArchiveDamaged (`archive_damaged`), NothingToReplay, and StoreUnavailable when there is no room.
    """
    known = checked(archive)
    files = [str(archive / entry.path) for entry in known.files]
    with tempfile.TemporaryDirectory(prefix="copay-archive-") as folder:
        place = Path(folder) / "log.sqlite"
        with _in_one_sentence(), closing(sqlite3.connect(place)) as connection, Workspace.opened() as space:
            connection.executescript(_MAKE)
            for file in files:
                rows = space.stream("stored_rows", file=file)
                connection.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", rows)
            again = space.stream("requests_again", files=files, noted=list(NOTED))
            connection.executemany("INSERT INTO answers VALUES (?, ?)", again)
            connection.commit()
            connection.executescript(_ORDER)
        yield place


class ArchivedLog:
    """A log laid out in a file: a `StoredLog` that needs no database. Close it, or use `with`."""

    def __init__(self, place: Path) -> None:
        self._connection = sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True)

    def end(self) -> int:
        """The position of the last event; 0 for an empty log."""
        return int(self._rows(_END)[0][0])

    def batch(self, after: int, upto: int) -> list[LogRow]:
        """The rows after a position, up to and including another, in position order."""
        return [LogRow(*row) for row in self._rows(_BATCH, after, upto)]

    def before(self, streams: Collection[str], position: int) -> Iterator[LogRow]:
        """What these streams held before a position, stream by stream, in order of version."""
        yield from (LogRow(*row) for row in self._rows(_BEFORE, json.dumps(list(streams)), position))

    def answers(self, requests: Collection[str]) -> dict[str, int]:
        """Where the first answers stand to those of these request ids that came more than once."""
        return dict(self._rows(_ANSWERS, json.dumps(list(requests))))

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with _in_one_sentence():
            return self._connection.execute(query, parameters).fetchall()


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreUnavailable(
            "the archive's events could not be laid out or read in the temporary folder; see that it has room"
            " for them, or name another one with TMPDIR",
            "无法在临时目录中展开或读取归档的事件；请确认空间足够，或用 TMPDIR 指定其他目录",
        ) from error
