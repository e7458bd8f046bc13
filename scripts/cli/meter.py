"""A progress bar on standard error, for people only: none in files and pipes, none between results."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Meter:
    """Shows how much of something is done. `total` may be unknown."""

    def __init__(self, what: str, total: int | None = None, *, quiet: bool = False) -> None:
        self._what = what
        self._total = total
        self._visible = sys.stderr is not None and sys.stderr.isatty() and not quiet
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def reach(self, done: int, total: int | None = None, note: str = "") -> None:
        """So much is done, of so much. The bar appears with the first call."""
        if not self._visible:
            return
        if self._progress is None:
            self._progress, self._task = self._start()
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total or self._total, note=note)

    def _start(self) -> "tuple[Progress, TaskID]":
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[note]}"),
        )
        progress = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)
        progress.start()
        return progress, progress.add_task(self._what, total=self._total, note="")
