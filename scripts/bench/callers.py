"""Many callers with one charge under way each, for a while; and callers who come at their own pace."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from random import Random
from threading import Barrier
from time import perf_counter, sleep
from typing import Any, Final

from scripts.bench.measuring import Measured, Stopwatch, percentiles_ms
from scripts.bench.plan import SEED

Charge = Callable[[], bool | None]
"""Makes one charge and waits for its durable answer: whether it was accepted; None when there are no more."""

_WARM_UP: Final = 0.3  # of the time, not measured: connections, prepared statements, pages


class Calls:
    """What one caller saw."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.not_accepted = 0

    def make(self, charge: Charge, seconds: float) -> None:
        """Charge after charge until the time is over."""
        end = perf_counter() + seconds
        while (began := perf_counter()) < end:
            accepted = charge()
            if accepted is None:
                return
            self.latencies.append(perf_counter() - began)
            self.not_accepted += not accepted


def by_threads(charges: list[Charge], seconds: float) -> Measured:
    """A thread for each caller."""
    Calls().make(charges[0], seconds * _WARM_UP)
    start = Barrier(len(charges) + 1)

    def call(charge: Charge) -> Calls:
        calls = Calls()
        start.wait()
        calls.make(charge, seconds)
        return calls

    with ThreadPoolExecutor(len(charges)) as threads:
        waiting = [threads.submit(call, charge) for charge in charges]
        start.wait()
        watch = Stopwatch()
        done = [call.result() for call in waiting]
        return together(done, watch)


def together(done: list[Calls], watch: Stopwatch) -> Measured:
    """All callers as one."""
    latencies = [latency for calls in done for latency in calls.latencies]
    return watch.measured(len(latencies), latencies, sum(calls.not_accepted for calls in done))


def of_processes(done: list[tuple[Calls, float]]) -> Measured:
    """Callers in processes of their own, each with the seconds it took: they began at the same moment."""
    latencies = [latency for calls, _ in done for latency in calls.latencies]
    return Measured(
        len(latencies),
        max(seconds for _, seconds in done),
        percentiles_ms(latencies),
        not_accepted=sum(calls.not_accepted for calls, _ in done),
    )


def paced(
    submit: Callable[[bytes], "Future[Any]"], lines: Iterator[bytes], rate: float, seconds: float
) -> Measured:
    """Callers who come at random moments, so many a second on average, whether others were answered or not.

    A latency counts from the moment the caller came, also when the program was late to take the charge.
    """
    random, latencies, answers = Random(SEED), list[float](), list[Future[Any]]()
    watch, due = Stopwatch(), perf_counter()
    end = due + seconds
    for line in lines:
        due += random.expovariate(rate)
        if due > end:
            break
        if (early := due - perf_counter()) > 0:
            sleep(early)
        answer = submit(line)
        answer.add_done_callback(partial(_note, latencies, due))
        answers.append(answer)
    statuses: list[str] = [answer.result().status for answer in answers]
    late = len(statuses) - statuses.count("accepted")
    return watch.measured(len(latencies), latencies, late, {"asked_per_s": rate})


def _note(latencies: list[float], came: float, _: object) -> None:
    latencies.append(perf_counter() - came)
