"""Bytes to lines: encoding, byte order mark, line ends. Whole pieces at once where they are clean."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from ledger.reconciliation.files.defects import WHOLE_FILE, BadLine
from ledger.reconciliation.files.profile import Profile

_PIECE: Final = 4 * 1024 * 1024
_MARK: Final = b"\xef\xbb\xbf"
_LINE_ENDS: Final = {"lf": b"\n", "crlf": b"\r\n", "cr_tab": b"\r\t\n"}


class Piece(NamedTuple):
    """Some lines in a row, the first of which has this number. Each ends in LF, and in no CR before it.

    A line whose bytes cannot be read stands as an empty one, and its number in `lost`.
    """

    first: int
    text: str
    lost: frozenset[int]


def pieces(profile: Profile, content: bytes, bad: list[BadLine]) -> Iterator[Piece]:
    """The lines of a file. What is wrong with its bytes is added to `bad`."""
    content = _without_mark(profile, content, bad)
    if _is_utf8_after_all(profile, content):
        bad.append(BadLine(WHOLE_FILE, None, "other_encoding"))
        return
    start, number = 0, 1
    while start < len(content):
        end = _cut(content, start)
        piece = _piece(profile, content[start:end], number, end == len(content), bad)
        yield piece
        number += piece.text.count("\n")
        start = end


def _without_mark(profile: Profile, content: bytes, bad: list[BadLine]) -> bytes:
    mark = _MARK if profile.encoding == "utf-8" else "\ufeff".encode("gb18030")
    if content.startswith(mark):
        if profile.bom == "refused":
            bad.append(BadLine(1, None, "byte_order_mark"))
        return content[len(mark) :]
    return content


def _is_utf8_after_all(profile: Profile, content: bytes) -> bool:
    """Whether a file that should be GB18030 is UTF-8: it is valid as that, and Chinese.

    Read as GB18030 most such bytes stand for other characters, so that nothing else would notice.
    """
    if profile.encoding == "utf-8" or content.isascii():
        return False
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _cut(content: bytes, start: int) -> int:
    end = content.find(b"\n", start + _PIECE)
    return len(content) if end < 0 else end + 1


def _piece(profile: Profile, raw: bytes, first: int, is_last: bool, bad: list[BadLine]) -> Piece:
    ends = _LINE_ENDS[profile.line_end or "lf"]
    if is_last and not raw.endswith(b"\n"):
        if profile.last_line_end == "required":
            bad.append(BadLine(first + raw.count(b"\n"), None, "cut_off"))
        raw = raw + (ends if not raw.endswith(ends[:-1]) or ends == b"\n" else b"\n")
    count = raw.count(b"\n")
    if raw.count(ends) == count:
        clean = raw if ends == b"\n" else raw.replace(ends, b"\n")
        try:
            return Piece(first, clean.decode(profile.encoding), frozenset())
        except UnicodeDecodeError:
            pass
    return _line_by_line(profile, raw, first, ends, bad)


def _line_by_line(profile: Profile, raw: bytes, first: int, ends: bytes, bad: list[BadLine]) -> Piece:
    lines: list[str] = []
    lost: set[int] = set()
    for number, line in enumerate(raw.split(b"\n")[:-1], first):
        wrong = None if (line + b"\n").endswith(ends) else "line_end"
        try:
            text = line[: len(line) - len(ends) + 1].decode(profile.encoding)
        except UnicodeDecodeError:
            wrong = "not_in_encoding"
        if wrong:
            bad.append(BadLine(number, None, wrong))
            lost.add(number)
            text = ""
        lines.append(f"{text}\n")
    return Piece(first, "".join(lines), frozenset(lost))
