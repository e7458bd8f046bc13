"""A contender in a process of its own: its memory, its caches and its garbage are nobody else's."""

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
SPAWN: Final = get_context("spawn")
PATIENCE_S: Final = 600
_start: Barrier


def apart(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The answer of a function that runs in a fresh process."""
    with ProcessPoolExecutor(1, SPAWN, initializer=collect_garbage_seldom) as process:
        return process.submit(work, *args, **kwargs).result()


def several(work: Callable[..., T], many: int, *args: object) -> list[T]:
    """The answers of a function that runs in so many processes at once, each told its place from 0.

    Each must call `all_ready` once, when it is set up: all go on from there at the same moment.
    """
    barrier = SPAWN.Barrier(many)
    with ProcessPoolExecutor(many, SPAWN, initializer=_begin, initargs=(barrier,)) as processes:
        return [
            answer.result()
            for answer in [processes.submit(_guarded, work, place, *args) for place in range(many)]
        ]


def all_ready() -> None:
    """Wait until every one of `several` is set up."""
    _start.wait(PATIENCE_S)


@contextmanager
def beside(work: Callable[..., object], *args: object) -> Iterator[Connection]:
    """A process at work beside this one; both get an end of a pipe, `work` as its first argument."""
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=work, args=(there, *args))
    process.start()
    there.close()
    try:
        yield here
        process.join(PATIENCE_S)
    finally:
        process.kill()
        process.join()


def collect_garbage_seldom() -> None:
    """What `copay apply` does for itself, done for every contender, the stock library too."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _begin(start: Barrier) -> None:
    global _start  # noqa: PLW0603  a barrier reaches a process only when that begins
    _start = start
    collect_garbage_seldom()


def _guarded(work: Callable[..., Any], place: int, *args: object) -> Any:
    try:
        return work(place, *args)
    except BaseException:
        _start.abort()  # nobody waits for one that failed
        raise
