"""A DuckDB in memory with a folder of its own for what does not fit; gone when the work is done."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

import duckdb

from projections.audit.statements import statement

MEMORY: Final = "600MB"
"""What DuckDB may hold at once; the rest goes to the folder, so that a long log costs time, not memory."""

THREADS: Final = 2

Row = tuple[Any, ...]
_PAGE: Final = 10_000


class Workspace:
    """Statements by name, on one connection. `folder` is for files that go with it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._connection = connection
        self.folder = folder

    @classmethod
    @contextmanager
    def opened(
        cls, folder: Path | None = None, threads: int = THREADS, memory: str = MEMORY
    ) -> Iterator[Self]:
        """A new one in a temporary folder (inside `folder`, if given), removed at the end."""
        with tempfile.TemporaryDirectory(prefix="copay-replay-", dir=folder) as place:
            settings: dict[str, Any] = {
                "threads": threads,
                "memory_limit": memory,
                "temp_directory": str(Path(place) / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
            with duckdb.connect(":memory:", config=settings) as connection:
                space = cls(connection, Path(place))
                space.run("session")
                yield space

    def aside(self) -> Self:
        """A second connection to the same tables, for another thread."""
        beside = type(self)(self._connection.cursor(), self.folder)
        beside.run("session")
        return beside

    def run(self, name: str, **parameters: Any) -> None:
        """Run a named statement, or several that stand under one name."""
        for part in statement(name).split(";\n"):
            if parameters:
                self._connection.execute(part, parameters)
            else:
                self._connection.execute(part)

    def rows(self, name: str, **parameters: Any) -> list[Row]:
        """The rows of a named statement."""
        found: list[Row] = self._connection.execute(statement(name), parameters or None).fetchall()
        return found

    def stream(self, name: str, **parameters: Any) -> Iterator[Row]:
        """The rows of a named statement, a few at a time."""
        cursor = self._connection.execute(statement(name), parameters or None)
        while page := cursor.fetchmany(_PAGE):
            yield from page

    def records(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a named statement by column name."""
        cursor = self._connection.execute(statement(name), parameters or None)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, name: str, **parameters: Any) -> Any:
        """The one value of a named statement."""
        ((value,),) = self.rows(name, **parameters)
        return value

    def remember(self, values: Mapping[str, object]) -> None:
        """Set variables that statements read with `getvariable`."""
        for name, value in values.items():
            self._connection.execute(f"SET VARIABLE {name} = $value", {"value": value})

    def stage_rows(self, table: str, source: Path, columns: Mapping[str, str]) -> None:
        """Type copied rows into a table `found_…`; `columns` are names and DuckDB types."""
        self.run("stage_rows", source=str(source), columns=dict(columns))
        self._connection.execute(f"ALTER TABLE staged RENAME TO found_{table}")

    def files(self, variable: str, paths: Sequence[Path]) -> None:
        """A variable that lists files."""
        self.remember({variable: [str(path) for path in paths]})
