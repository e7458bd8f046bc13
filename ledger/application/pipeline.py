"""Deciding one batch while the one before is being saved.

The database works on one core while Python works on the other. A batch is decided on the states the one
before left behind; should that one fail to be saved, both are decided again. Answers come only after their
batch is durable.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from ledger.application.results import Result
from ledger.persistence.log import NOTHING, Conflict, Span

if TYPE_CHECKING:
    from ledger.application.ledger import Attempt, Ledger, Lines


class _Saving(NamedTuple):
    commands: "Lines"
    first_line: int
    attempt: "Attempt"
    saved: "Future[Span]"


class Pipeline:
    """Batches in order through one ledger; at most one is being saved. Close it when done."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self._saver = ThreadPoolExecutor(max_workers=1, thread_name_prefix="save")
        self._saving: _Saving | None = None

    @property
    def busy(self) -> bool:
        """Whether a batch is being saved."""
        return self._saving is not None

    def push(self, commands: "Lines", first_line: int) -> list[Result]:
        """Decide a batch and start saving it; returns the answers of the batch before.

        Raises what the batch before, or this one, met: `StoreUnavailable`, `Busy`.
        """
        if self._saving is not None and self._saving.attempt.space.batch.own != NOTHING:
            # Others are writing too: the batch before rests on an older moment, so none is built on it.
            earlier = self.settle()
            self._start(commands, first_line, self._ledger.decide(commands, first_line, None))
            return earlier
        saving = self._saving
        attempt = self._ledger.decide(commands, first_line, None if saving is None else saving.attempt.space)
        earlier = []
        if saving is not None:
            span = self._wait(saving)
            if span is None:
                earlier = self._again(saving)
                attempt = self._ledger.decide(commands, first_line, None)
            else:
                earlier = saving.attempt.results
                attempt.space.follows(span, saving.attempt.space)
        self._start(commands, first_line, attempt)
        return earlier

    def settle(self) -> list[Result]:
        """Wait for the batch that is being saved; its answers, or none if there is no such batch."""
        if self._saving is None:
            return []
        saving = self._saving
        return self._again(saving) if self._wait(saving) is None else saving.attempt.results

    def drop(self) -> None:
        """Give up on the batch that is being saved: its ids will tell whether it was, when they come again."""
        if self._saving is not None:
            wait([self._saving.saved])
        self._saving = None

    def close(self) -> None:
        """Wait for what is being saved, without its answers."""
        self._saver.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _start(self, commands: "Lines", first_line: int, attempt: "Attempt") -> None:
        self._saving = _Saving(commands, first_line, attempt, self._saver.submit(attempt.space.save))

    def _wait(self, saving: _Saving) -> Span | None:
        """Where the batch was saved; none when another writer was faster."""
        self._saving = None
        try:
            span = saving.saved.result()
        except Conflict:
            return None
        self._ledger.remember(saving.attempt, span)
        return span

    def _again(self, saving: _Saving) -> list[Result]:
        return self._ledger.execute(saving.commands, saving.first_line)


_END: Final = object()


def ahead(
    batches: Iterable[Sequence[bytes]], idle: Callable[[], list[Result]]
) -> Iterator[Sequence[bytes] | list[Result]]:
    """Batches read by a thread of their own, so that reading overlaps with everything else.

    Whenever none is waiting, `idle` is called first and its answers are yielded as a list: a caller that
    waits for an answer before it sends the next line gets it. Batches themselves are passed on as tuples.
    """
    waiting: queue.Queue[object] = queue.Queue(maxsize=2)
    stopped = threading.Event()

    def read() -> None:
        try:
            for batch in batches:
                if stopped.is_set():
                    return
                waiting.put(tuple(batch))
            waiting.put(_END)
        except BaseException as error:  # passed on to the reader's caller
            waiting.put(error)

    threading.Thread(target=read, name="read", daemon=True).start()
    try:
        while True:
            if waiting.empty():
                yield idle()
            item = waiting.get()
            if item is _END:
                return
            if isinstance(item, BaseException):
                yield idle()
                raise item
            assert isinstance(item, tuple)
            yield item
    finally:
        stopped.set()
        while not waiting.empty():  # lets a reader that waits for room go on and notice
            waiting.get_nowait()
