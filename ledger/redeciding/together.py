"""Deciding again on every core: each process follows the whole log and decides a share of it.

Following is a quarter of the work, so two processes take two thirds of the time of one.
"""

import gc
from collections.abc import Callable
from contextlib import AbstractContextManager
from multiprocessing import get_context
from typing import Final

from ledger.persistence.stored_log import StoredLog
from ledger.redeciding.findings import Report
from ledger.redeciding.redecide import Progress, Share, redecide

WORTH_EVENTS: Final = 50_000
"""A shorter log is not worth a second process."""


Opening = Callable[[], AbstractContextManager[StoredLog]]
"""Opens a log in the process that calls it; it is sent to others, so it can be pickled."""


def redecide_together(
    opening: Opening, processes: int, progress: Progress | None = None, worth: int = WORTH_EVENTS
) -> Report:
    """The report that `redecide` gives of a log that each process opens. Raises `StoreUnavailable`."""
    with opening() as log:
        end = log.end()
        if processes < 2 or end < worth:
            return redecide(log, progress, upto=end)
        with get_context("spawn").Pool(
            processes - 1, collect_garbage_seldom
        ) as pool:  # killed when left early
            others = [pool.apply_async(_share, (opening, n, processes, end)) for n in range(1, processes)]
            report = redecide(log, progress, share=Share(0, processes), upto=end)
            for other in others:
                report.merge(other.get())
    return report


def collect_garbage_seldom() -> None:
    """Events and states hold no cycles: looking for them takes time and finds nothing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _share(opening: Opening, number: int, of: int, end: int) -> Report:
    with opening() as log:
        return redecide(log, share=Share(number, of), upto=end)
