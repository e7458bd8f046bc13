"""The one place where a stored event becomes the bytes of a leaf, and its way back.

    1 byte    format of the leaf: 1, or 2 where the state is too long for an entry bundle
    8 bytes   position in the log, from 1
    2 bytes   length of the stream id, then the id
    8 bytes   version in the stream, from 1
    2 bytes   length of the topic, then the topic
    2 bytes   length of the recorded time, then the time, in the very characters of the state
    4 bytes   length of the state; then, in format 1, the state as stored; in format 2, its SHA-256

Numbers have their highest byte first, texts are UTF-8. Every part has a fixed length or says its own, so two
events can never give the same bytes. Format 2 stands exactly where format 1 would exceed 65,535 bytes, the
most that tlog-tiles allows an entry: a policy pack of a whole province may. The recorded time is cut from the
state, so that a leaf tells when it was written to whoever knows no event's form; a state that names none (it
cannot be an event of ours) gives an empty one and, like any other, a leaf of its own.

These bytes are for ever: a test holds them. Another form would be another first byte.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from struct import Struct
from typing import Final, NamedTuple

from ledger.proof.errors import LogBroken, NotReadable

MAX_LEAF_BYTES: Final = 65_535
"""The longest entry of a bundle (tlog-tiles: a length of two bytes)."""

_INLINE: Final = 1
_DIGEST: Final = 2
_HEAD: Final = Struct(">BQH")
_VERSION_TOPIC: Final = Struct(">QH")
_LENGTH: Final = Struct(">H")
_RECORDED: Final = b'"recorded_at":"'
_RECORDED_WITHIN: Final = 256  # it is the first, second or third key


class LogRow(NamedTuple):
    """An event as the log stores it."""

    position: int
    stream: str
    version: int
    topic: str
    state: bytes


class Leaf(NamedTuple):
    """What a leaf tells: `state` is None where only its digest stands in the leaf."""

    position: int
    stream: str
    version: int
    topic: str
    recorded_at: str
    state: bytes | None
    state_bytes: int
    state_digest: bytes


def leaf_bytes(position: int, stream: str, version: int, topic: str, state: bytes) -> bytes:
    """The leaf of a stored event. Position and version from 1; stream id and topic below 64 KiB.

    Raises `LogBroken` for a row that no program of ours can have written.
    """
    stream_text, topic_text, recorded = stream.encode(), topic.encode(), recorded_time(state)
    try:
        head = b"".join(
            (
                _HEAD.pack(_INLINE, position, len(stream_text)),
                stream_text,
                _VERSION_TOPIC.pack(version, len(topic_text)),
                topic_text,
                _LENGTH.pack(len(recorded)),
                recorded,
                len(state).to_bytes(4, "big"),
            )
        )
    except (struct.error, OverflowError):
        raise LogBroken(
            position,
            f"the event at position {position} has a version below 0, or a stream id or topic beyond 64 KiB",
            f"位置 {position} 的事件版本号为负，或其流编号、类型超过 64 KiB",
        ) from None
    if len(head) + len(state) <= MAX_LEAF_BYTES:
        return head + state
    return bytes((_DIGEST,)) + head[1:] + sha256(state).digest()


def recorded_time(state: bytes) -> bytes:
    """The characters of `recorded_at` in a stored state; none where it has none."""
    start = state.find(_RECORDED, 0, _RECORDED_WITHIN)
    if start < 0:
        return b""
    start += len(_RECORDED)
    end = state.find(b'"', start, start + 64)
    return state[start:end] if end > 0 else b""


def leaves(
    rows: Iterable[LogRow], after: int = 0, left_out: Callable[[int, bytes], None] | None = None
) -> Iterator[bytes]:
    """The leaves of the rows after a position.

    `left_out` is told position and state where the leaf holds only the state's digest.
    Raises `LogBroken` at a gap, a repeat or a row out of place.
    """
    expected = after + 1
    for row in rows:
        if row[0] != expected:
            raise _out_of_place(row[0], expected)
        leaf = leaf_bytes(*row)
        if left_out is not None and leaf[0] == _DIGEST:
            left_out(row[0], row[4])
        yield leaf
        expected += 1


def _out_of_place(position: int, expected: int) -> LogBroken:
    if position > expected:
        return LogBroken(
            expected,
            f"the log has no event at position {expected}; the next one stands at {position}",
            f"日志在位置 {expected} 没有事件；下一条在位置 {position}",
        )
    return LogBroken(
        position,
        f"the log gives position {position} again where position {expected} is due",
        f"日志在应为位置 {expected} 处重复给出位置 {position}",
    )


def read_leaf(leaf: bytes) -> Leaf:
    """What stands in a leaf. Raises `NotReadable` for bytes that `leaf_bytes` cannot have given."""
    read = _Reading(leaf)
    kind, position = read.number(1), read.number(8)
    stream, version = read.text(2), read.number(8)
    topic, recorded, length = read.text(2), read.text(2), read.number(4)
    state = read.take(length) if kind == _INLINE else None
    digest = read.take(32) if state is None else sha256(state).digest()
    whole = _HEAD.size + _VERSION_TOPIC.size + _LENGTH.size + 4 + length
    whole += sum(len(text.encode()) for text in (stream, topic, recorded))
    if kind not in (_INLINE, _DIGEST) or read.left or (kind == _DIGEST) != (whole > MAX_LEAF_BYTES):
        raise _unreadable(leaf)
    if not position or not version or (state is not None and recorded_time(state) != recorded.encode()):
        raise _unreadable(leaf)
    return Leaf(position, stream, version, topic, recorded, state, length, digest)


class _Reading:
    """A cursor over a leaf that never reads past its end."""

    def __init__(self, leaf: bytes) -> None:
        self._leaf = leaf
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._leaf) - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise _unreadable(self._leaf)
        self._at += count
        return self._leaf[self._at - count : self._at]

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def text(self, width: int) -> str:
        try:
            return self.take(self.number(width)).decode()
        except UnicodeDecodeError:
            raise _unreadable(self._leaf) from None


def _unreadable(leaf: bytes) -> NotReadable:
    return NotReadable(
        f"{len(leaf)} bytes are no leaf of this log: of another format, cut, or longer than they say",
        f"这 {len(leaf)} 字节不是本日志的叶子：格式不同、被截断或过长",
    )
