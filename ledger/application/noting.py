"""Events that no command line asks for: a checkpoint signed, a person forgotten, a correction approved.

They go into the same log, through the same append, under the same lock as every other; only what they rest on
is said by their own module instead of a decider's.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from ledger.errors import Busy
from ledger.events.envelope import Event, StreamEvent
from ledger.persistence.log import NOTHING, Batch, Conflict, Log, Span

Known = Mapping[str, Sequence[Event]]
"""The events of each stream that was read, in order; none for one that has none."""
ToWrite = Sequence[tuple[str, Event]]
"""Events to be written, each with its stream, which must be one of those read."""

_ATTEMPTS: Final = 8
_OPTIMISTIC: Final = 3


def note(
    log: Log,
    streams: Collection[str] | Mapping[str, int],
    decide: Callable[[Known], ToWrite],
    *,
    alone: bool = False,
) -> Span:
    """Read streams, ask `decide` what is to be written on them, and write it: all of it, durably, or nothing.

    Long streams may be read from a version each on. When another writer changes one of the streams meanwhile,
    it is read and decided again. `alone` keeps every other writer out from the start: what `decide` reads
    beside the log is then of the same transaction. Returns where the events stand; `NOTHING` when there were
    none. Raises what `decide` raises, `StoreUnavailable`, or `Busy` when others were always faster.
    """
    after = dict(streams) if isinstance(streams, Mapping) else dict.fromkeys(streams, 0)
    for attempt in range(_ATTEMPTS):
        try:
            with log.session(exclusive=alone or attempt >= _OPTIMISTIC):
                since = log.end()  # before the streams are read: what comes between is a conflict
                known: dict[str, list[Event]] = {stream: [] for stream in after}
                versions = dict(after)
                for stream, version, event in log.load(after):
                    known[stream].append(event)
                    versions[stream] = version
                noted = decide(known)
                if not noted:
                    return NOTHING
                return log.append(Batch(since, reads=tuple(after), events=_placed(versions, noted)))
        except Conflict:
            continue
    raise Busy(
        "other writers kept changing the same thing; nothing was kept, run it again",
        "其他写入者持续修改同一对象；未保存任何内容，请重新运行",
    )


def _placed(versions: dict[str, int], noted: ToWrite) -> list[StreamEvent]:
    """The events, each at the next version of its stream."""
    placed = []
    for stream, event in noted:
        versions[stream] += 1
        placed.append(StreamEvent(stream, versions[stream], event))
    return placed
