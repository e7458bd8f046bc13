"""Events ⇄ bytes. The bytes are JSON, so that SQL and any other language can read the log.

An old event is brought up to its class's present version while it is read (`upcast_v1_v2` and so on are
static methods of the class, each changing the plain state in place); stored bytes are never rewritten.
"""

from typing import Any, Final

import msgspec

from ledger.errors import LogCorrupt, StoreUnavailable
from ledger.events.account import ACCOUNT_EVENTS
from ledger.events.checkpoint import CheckpointSigned
from ledger.events.envelope import Event, Noted
from ledger.events.facts import FACTS_EVENTS
from ledger.events.family import FAMILY_EVENTS
from ledger.events.periods import PERIOD_EVENTS
from ledger.events.reconciliation import BREAK_EVENTS
from ledger.events.request import REQUEST_EVENTS, PolicyRecorded, RefundTaken
from ledger.events.settlement import SETTLEMENT_EVENTS
from ledger.events.subject import SUBJECT_EVENTS

LOG_FORMAT: Final = 2
"""How the log lies in its tables. Every program refuses a ledger of another format, in one sentence."""

EVENT_CLASSES: Final[tuple[type[Event], ...]] = (
    *ACCOUNT_EVENTS, *FAMILY_EVENTS, *SETTLEMENT_EVENTS, *REQUEST_EVENTS, RefundTaken, PolicyRecorded,
    *BREAK_EVENTS, *PERIOD_EVENTS, *FACTS_EVENTS, *SUBJECT_EVENTS, CheckpointSigned,
)  # fmt: skip
TOPICS: Final[dict[str, type[Event]]] = {cls.topic: cls for cls in EVENT_CLASSES}
NOTED: Final = frozenset(cls.topic for cls in EVENT_CLASSES if issubclass(cls, Noted))
"""Topics of events that answer no request."""


_ENCODER: Final = msgspec.json.Encoder()
_DECODERS: Final[dict[str, msgspec.json.Decoder[Event]]] = {
    topic: msgspec.json.Decoder(cls) for topic, cls in TOPICS.items()
}


def encode(event: Event) -> bytes:
    """The bytes of an event; the class version stands in them once it is above 1."""
    state = _ENCODER.encode(event)
    if event.class_version == 1:
        return state
    return b'{"class_version":%d,%s' % (event.class_version, state[1:])


def decode(topic: str, state: bytes) -> Event:
    """The event of a stored topic and its bytes. Raises `LogCorrupt` when either is not ours."""
    cls = TOPICS.get(topic)
    if cls is None:
        raise LogCorrupt(
            f"the log holds an event of unknown topic {topic!r}", f"日志中有未知类型的事件 {topic!r}"
        )
    try:
        if cls.class_version == 1:
            return _DECODERS[topic].decode(state)
        return msgspec.convert(upcast(cls, msgspec.json.decode(state)), cls)
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # whatever an upcast stumbles over
        raise LogCorrupt(
            f"a stored {topic} cannot be read: it is not what its topic says",
            f"存储的 {topic} 事件无法读取：内容与类型不符",
        ) from error


def upcast(cls: type[Event], state: dict[str, Any]) -> dict[str, Any]:
    """Apply the class's upcasts, one version at a time, to a stored state."""
    version = state.pop("class_version", 1)
    if version > cls.class_version:
        raise ValueError("written by a newer program")
    while version < cls.class_version:
        getattr(cls, f"upcast_v{version}_v{version + 1}")(state)
        version += 1
    return state


def check_log_format(found: int) -> None:
    """Raises `StoreUnavailable` when a database holds a ledger of another format than this program reads."""
    if found != LOG_FORMAT:
        raise StoreUnavailable(
            f"the database holds a ledger of format {found}; this program reads format {LOG_FORMAT}",
            f"数据库中的账本格式为 {found}，本程序只读取格式 {LOG_FORMAT}",
        )
