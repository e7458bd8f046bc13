"""Command lines as bytes: request ids, times, and the frame every command shares."""

from datetime import date


def stamp(day: str, second: int) -> str:
    """An RFC 3339 time of day in Asia/Shanghai; `second` counts from midnight."""
    minute, second = divmod(second, 60)
    hour, minute = divmod(minute, 60)
    return f"{day}T{hour:02d}:{minute:02d}:{second:02d}+08:00"


def first_day(start: str) -> date:
    """The first day of a month written `YYYY-MM`. ValueError if it is not one."""
    if len(start) != 7:
        raise ValueError(f"a start month is written YYYY-MM, not {start!r}")
    return date.fromisoformat(f"{start}-01")


class Writer:
    """Numbers requests and frames lines. Texts handed in are known not to need JSON escapes."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._count = 0

    def line(self, op: str, at: str, fields: str) -> bytes:
        """One command under the next request id; `fields` is the inside of a JSON object."""
        self._count += 1
        return f'{{"id":"{self._prefix}{self._count:09d}","op":"{op}","at":"{at}",{fields}}}\n'.encode()

    def same_id(self, op: str, at: str, fields: str) -> bytes:
        """One command that wrongly takes the request id of the line before it."""
        self._count -= 1
        return self.line(op, at, fields)
