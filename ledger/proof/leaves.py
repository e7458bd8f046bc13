"""The one place where a stored event becomes the bytes of a leaf, and its way back.

    2 bytes   number of parts: 7, or 8 where the state is too long for an entry bundle
    then each part after its length in 4 bytes:
        format of the leaf, 2 bytes: 1, or 2 where the state is too long
        position in the log from 1, 8 bytes
        stream id
        version in the stream from 1, 8 bytes
        topic
        recorded time, in the very characters of the state
        the state as stored; in format 2 its length, 8 bytes, and as an eighth part its SHA-256

Numbers have their highest byte first, texts are UTF-8. Every part says its length, so two events can never
give the same bytes. It is how PostgreSQL sends a row in binary COPY: verification hashes rows as they come.

Format 2 stands exactly where format 1 would exceed 65,535 bytes, the most that tlog-tiles allows an entry: a
policy pack of a whole province may. The recorded time is cut from the state, so that a leaf tells when it was
written to whoever knows no event's form; a state that names none (it cannot be an event of ours) gives an
empty one and, like any other, a leaf of its own.

These bytes are for ever: a test holds them. Another form would have another format number.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from struct import Struct
from typing import Final, NamedTuple

from ledger.proof.errors import LogBroken, NotReadable

MAX_LEAF_BYTES: Final = 65_535
"""The longest entry of a bundle (tlog-tiles: a length of two bytes)."""

_INLINE: Final = b"\x00\x01"
_DIGEST: Final = b"\x00\x02"
_TO_STREAM: Final = Struct(">HI2sIqI")
_TO_TOPIC: Final = Struct(">IqI")
_LENGTH: Final = Struct(">I")
_LONG_STATE: Final = Struct(">IqI32s")
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
    """The leaf of a stored event. Position and version from 1.

    Raises `LogBroken` for a row that no program of ours can have written.
    """
    leaf = _head(_INLINE, position, stream, version, topic, state) + _LENGTH.pack(len(state)) + state
    if len(leaf) > MAX_LEAF_BYTES:
        long_state = _LONG_STATE.pack(8, len(state), 32, sha256(state).digest())
        leaf = _head(_DIGEST, position, stream, version, topic, state) + long_state
    if len(leaf) > MAX_LEAF_BYTES:
        raise LogBroken(
            position,
            f"the event at position {position} has a stream id or topic of more than 60,000 bytes",
            f"位置 {position} 的事件的流编号或类型超过 60,000 字节",
        )
    return leaf


def leaf_of_row(row: bytes) -> bytes:
    """The leaf of a row of any length, given its parts as in format 1."""
    _, position, stream, version, topic, _, state = _parts(row)
    place, nth = int.from_bytes(position, "big"), int.from_bytes(version, "big")
    return leaf_bytes(place, stream.decode(), nth, topic.decode(), state)


def state_of_row(row: bytes) -> bytes:
    """The state as stored, out of a row given its parts as in format 1."""
    return _parts(row)[-1]


def _head(form: bytes, position: int, stream: str, version: int, topic: str, state: bytes) -> bytes:
    """All parts before the state."""
    stream_text, topic_text, recorded = stream.encode(), topic.encode(), recorded_time(state)
    return b"".join(
        (
            _TO_STREAM.pack(7 if form is _INLINE else 8, 2, form, 8, position, len(stream_text)),
            stream_text,
            _TO_TOPIC.pack(8, version, len(topic_text)),
            topic_text,
            _LENGTH.pack(len(recorded)),
            recorded,
        )
    )


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
            raise out_of_place(row[0], expected)
        leaf = leaf_bytes(*row)
        if left_out is not None and leaf[6:8] == _DIGEST:
            left_out(row[0], row[4])
        yield leaf
        expected += 1


def out_of_place(position: int, expected: int) -> LogBroken:
    """What is wrong when a row has this position where another was expected."""
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
        again=True,
    )


def read_leaf(leaf: bytes) -> Leaf:
    """What stands in a leaf. Raises `NotReadable` for bytes that `leaf_bytes` cannot have given."""
    form, position, stream, version, topic, recorded, *state = _parts(leaf)
    if len(position) != 8 or len(version) != 8 or len(leaf) > MAX_LEAF_BYTES:
        raise _unreadable(leaf)
    if form == _INLINE and len(state) == 1:
        found: bytes | None = state[0]
        length, digest = len(state[0]), sha256(state[0]).digest()
    elif form == _DIGEST and len(state) == 2 and len(state[0]) == 8:
        found, length, digest = None, int.from_bytes(state[0], "big"), state[1]
    else:
        raise _unreadable(leaf)
    try:
        texts = stream.decode(), topic.decode(), recorded.decode()
    except UnicodeDecodeError:
        raise _unreadable(leaf) from None
    at, nth = int.from_bytes(position, "big", signed=True), int.from_bytes(version, "big", signed=True)
    if found is not None and leaf_bytes(at, texts[0], nth, texts[1], found) != leaf:
        raise _unreadable(leaf)
    if found is None and (len(leaf) - 44 + length <= MAX_LEAF_BYTES or len(digest) != 32):
        raise _unreadable(leaf)
    return Leaf(at, texts[0], nth, texts[1], texts[2], found, length, digest)


def _parts(leaf: bytes) -> list[bytes]:
    """The parts that a leaf says it has, seven or eight."""
    parts, at = list[bytes](), 2
    while at < len(leaf):
        start = at + 4
        at = start + int.from_bytes(leaf[at:start], "big")
        parts.append(leaf[start:at])
    if at != len(leaf) or len(parts) not in (7, 8) or leaf[:2] != bytes((0, len(parts))):
        raise _unreadable(leaf)
    return parts


def _unreadable(leaf: bytes) -> NotReadable:
    return NotReadable(
        f"{len(leaf)} bytes are no leaf of this log: of another format, cut, or longer than they say",
        f"这 {len(leaf)} 字节不是本日志的叶子：格式不同、被截断或过长",
    )
