"""A second process that keeps the read models up while a long file is applied, on the other core."""

import subprocess
import sys
from types import TracebackType
from typing import Final, Self

AFTER_LINES: Final = 5_000
"""A file shorter than this is not worth a second process."""


class Follower:
    """Starts following once enough lines were applied; stops with its `with`, wherever it is then."""

    def __init__(self, dsn: str, *, wanted: bool = True) -> None:
        self._dsn = dsn
        self._wanted = wanted
        self._process: subprocess.Popen[bytes] | None = None

    def applied(self, lines: int) -> None:
        """So many lines are in the log by now."""
        if self._wanted and self._process is None and lines >= AFTER_LINES:
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
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()
