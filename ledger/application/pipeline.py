"""Deciding one batch while the one before is being saved.

The database works on one core while Python works on the other. A batch is decided on the states the one
before left behind; should that one fail to be saved, both are decided again. Answers come only after their
batch is durable.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Self

from ledger.application.results import Result

if TYPE_CHECKING:
    from ledger.application.ledger import Ledger, Lines, Saving


class Pipeline:
    """Batches in order through one ledger; one at a time is being saved. Close it when done."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self._saving: Saving | None = None

    def push(self, commands: "Lines", first_line: int) -> list[Result]:
        """Decide a batch and start saving it; returns the answers of the batch before.

        Raises what the batch before, or this one, met: `StoreUnavailable`, `Busy`.
        """
        before, self._saving = self._saving, None
        self._saving = self._ledger.start(commands, first_line, before)
        return [] if before is None else self._ledger.finish(before)

    def settle(self) -> list[Result]:
        """Wait for the batch that is being saved; its answers, or none if there is no such batch."""
        saving, self._saving = self._saving, None
        return [] if saving is None else self._ledger.finish(saving)

    def drop(self) -> None:
        """Give up on the batch that is being saved: its ids will tell whether it was, if they come again."""
        saving, self._saving = self._saving, None
        if saving is not None:
            saving.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.drop()


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
