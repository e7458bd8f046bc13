"""Where the time goes: every few milliseconds, what is each thread at?

Samples say it without slowing anything down, and without a list of functions to wrap. A sample belongs to the
innermost frame that stands in one of the places below; frames that are used from several (folding, the codec)
are passed over to whoever called them.
"""

import sys
from collections import Counter
from collections.abc import Callable
from itertools import count
from threading import Event, Thread, enumerate, get_ident
from time import perf_counter
from types import FrameType
from typing import Final

from scripts.bench.measuring import Measured

_EVERY_S: Final = 0.002
_IDLE: Final = "waits for another thread"

_WAITS: Final = (
    ("psycopg/", "wait", "the database"),
    ("psycopg/", "fetch", "the database"),
    ("threading.py", "wait", "another thread"),
    ("threading.py", "_wait_for_tstate_lock", "another thread"),
    ("concurrent/futures/", "", "another thread"),
    ("/queue.py", "get", "another thread"),
)
"""File, beginning of the function's name, and what it waits for, when it is the innermost frame."""

_PLACES: Final = (
    ("ledger/commands/", "", "parse"),
    ("ledger/events/codec", "encode", "encode"),
    ("ledger/persistence/recorder", "to_stored_event", "encode"),
    ("ledger/events/codec", "decode", "load"),
    ("ledger/application/prefetch", "", "load"),
    ("ledger/application/workspace", "load", "load"),
    ("ledger/application/workspace", "save", "save"),
    ("ledger/application/workspace", "add", "fold"),
    ("ledger/application/workspace", "remember", "remember"),
    ("ledger/application/workspace", "follows", "remember"),
    ("ledger/application/workspace", "", "decide"),
    ("ledger/deciders/", "", "decide"),
    ("ledger/policies/", "", "decide"),
    ("ledger/application/answering", "", "decide"),
    ("ledger/application/results", "", "answer"),
    ("ledger/persistence/", "", "save"),
    ("ledger/application/pipeline", "read", "read lines"),
    ("ledger/application/", "", "pass on"),
    ("scripts/bench/", "", "the benchmark itself"),
)
"""File, beginning of the function's name, and the part."""


def where_time_goes(work: Callable[[], Measured]) -> dict[str, dict[str, float]]:
    """By kind of thread and part: how many threads were at it on average; the idle are left out."""
    seen: dict[str, Counter[str]] = {}
    done, ticks = Event(), count()
    sampler = Thread(target=_sample, args=(seen, done, ticks), name="sampler")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_EVERY_S / 4)  # or a thread at work is met only when it lets go by itself
    sampler.start()
    try:
        work()
    finally:
        done.set()
        sampler.join()
        sys.setswitchinterval(interval)
    samples = max(next(ticks), 1)
    return {
        thread: shares
        for thread, parts in seen.items()
        if (shares := {part: n / samples for part, n in parts.most_common() if part != _IDLE})
    }


def part_of(frame: FrameType | None) -> str:
    """What a thread in this frame is at."""
    if frame is not None and (waits := _found(frame, _WAITS)):
        return f"waits for {waits}"
    while frame is not None:
        if part := _found(frame, _PLACES):
            return part
        frame = frame.f_back
    return "other"


def _found(frame: FrameType, places: tuple[tuple[str, str, str], ...]) -> str | None:
    file, function = frame.f_code.co_filename, frame.f_code.co_name
    return next((part for place, name, part in places if place in file and function.startswith(name)), None)


def _sample(seen: dict[str, Counter[str]], done: Event, ticks: "count[int]") -> None:
    due = perf_counter()
    while not done.wait(max(0.0, due - perf_counter())):
        due = perf_counter() + _EVERY_S
        next(ticks)
        names = {thread.ident: _kind(thread.name) for thread in enumerate()}
        frames = sys._current_frames()  # noqa: SLF001  documented, and the only way to see other threads
        for ident, frame in frames.items():
            if ident != get_ident() and ident in names:
                seen.setdefault(names[ident], Counter())[part_of(frame)] += 1


def _kind(name: str) -> str:
    """Threads of one pool are one kind."""
    return name.rstrip("0123456789_-").removeprefix("ThreadPoolExecutor") or "callers"
