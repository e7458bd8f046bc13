"""Lines out of a file descriptor, in batches, in flat memory.

A batch ends when it is full, or when its sender pauses: a caller on a pipe may write one line and wait for
its answer. A line beyond 1 MiB is cut, which is enough for the parser to call it too long; only when the
rejects must be kept does the rest of it go to a nameless file on disk.
"""

import os
import select
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Final

LONGEST_LINE: Final = 1024 * 1024
"""Bytes of the longest line that may be a command, without its LF (contract section 2)."""

PAUSE_SECONDS: Final = 0.005
_CHUNK: Final = 256 * 1024
_BATCH_BYTES: Final = 4 * 1024 * 1024


class Overlong(bytes):
    """The first 1 MiB and one byte of a line that is longer; `rest` holds what follows, where it was kept."""

    rest: IO[bytes] | None = None


class LineReader:
    """Reads the lines of one open file descriptor. `bytes_read` says how far it is."""

    def __init__(self, fd: int, size: Callable[[], int], *, keep_overlong: bool = False) -> None:
        self.bytes_read = 0
        self._fd = fd
        self._size = size
        self._keep = keep_overlong
        self._tail = bytearray()
        self._rest: IO[bytes] | None = None
        self._cut = False

    def batches(self) -> Iterator[list[bytes]]:
        """Batches of 1 to `size()` lines without their LF; the last line of the input needs none."""
        lines: list[bytes] = []
        weight = 0
        while True:
            if lines and not self._has_more():
                yield lines
                lines, weight = [], 0
            chunk = self._read()
            if not chunk:
                break
            weight += len(chunk)
            lines += self._complete(chunk)
            while len(lines) >= (size := self._size()):
                yield lines[:size]
                lines = lines[size:]
                weight = 0
            if lines and weight >= _BATCH_BYTES:
                yield lines
                lines, weight = [], 0
        if self._tail:
            lines.append(self._take_tail())
        if lines:
            yield lines

    def _has_more(self) -> bool:
        return bool(select.select([self._fd], [], [], PAUSE_SECONDS)[0])

    def _read(self) -> bytes:
        while True:
            try:
                chunk = os.read(self._fd, _CHUNK)
            except BlockingIOError:  # a parent process left the pipe non-blocking
                select.select([self._fd], [], [])
                continue
            self.bytes_read += len(chunk)
            return chunk

    def _complete(self, chunk: bytes) -> list[bytes]:
        """The lines that end in this chunk; what follows the last LF waits for the next one."""
        first, *others = chunk.split(b"\n")
        self._extend(first)
        if not others:
            return []
        line = self._take_tail()
        self._extend(others.pop())
        return [line, *others]

    def _extend(self, piece: bytes) -> None:
        room = LONGEST_LINE + 1 - len(self._tail)
        self._tail += piece[:room]
        if len(self._tail) > LONGEST_LINE:
            self._cut = True
            self._spill(piece[room:])

    def _spill(self, piece: bytes) -> None:
        if not self._keep or not piece:
            return
        if self._rest is None:
            self._rest = tempfile.TemporaryFile()  # noqa: SIM115  its line owns it
        self._rest.write(piece)

    def _take_tail(self) -> bytes:
        if not self._cut:
            line = bytes(self._tail)
        else:
            line = overlong = Overlong(self._tail)
            overlong.rest, self._rest, self._cut = self._rest, None, False
        self._tail.clear()
        return line
