"""A second process that keeps the read models up while a long file is applied, on the other core."""

import subprocess
import sys
from types import TracebackType
from typing import Final, Self

WORTH_BYTES: Final = 500_000
"""A file shorter than this is not worth a second process."""

WORTH_LINES: Final = 2_000
"""The same for input whose end is not in sight."""


class Follower:
    """Starts following at once for a long file, else once enough lines were applied; ends with its `with`."""

    def __init__(self, dsn: str, size: int | None, *, wanted: bool = True) -> None:
        """`size` is the input's length in bytes, where it has one."""
        self._dsn = dsn
        self._wanted = wanted and (size is None or size >= WORTH_BYTES)
        self._after = WORTH_LINES if size is None else 0
        self._process: subprocess.Popen[bytes] | None = None

    def applied(self, lines: int) -> None:
        """So many lines are in the log by now."""
        if self._wanted and self._process is None and lines >= self._after:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "projections.follower"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            assert self._process.stdin is not None
            self._process.stdin.write(self._dsn.encode() + b"\n")
            self._process.stdin.flush()

    def __enter__(self) -> Self:
        self.applied(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()
