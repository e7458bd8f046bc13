"""What one run came to, and medians with spread over several."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from sys import platform
from time import perf_counter, process_time
from typing import Any, Self


def percentiles_ms(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and the worst, in milliseconds: the smallest value that so many stay at or below."""
    if not seconds:
        return {}
    ordered = sorted(seconds)
    at = {f"p{share}": ordered[-(-share * len(ordered) // 100) - 1] for share in (50, 95, 99)}
    return {name: value * 1000 for name, value in (at | {"max": ordered[-1]}).items()}


def peak_mib() -> float:
    """The most memory this process ever held, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():  # the kernel's other figure starts with what the parent held
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return getrusage(RUSAGE_SELF).ru_maxrss / (1024 * 1024 if platform == "darwin" else 1024)


@dataclass(frozen=True, slots=True)
class Measured:
    """One contender in one round. `cpu_s` is the process that decides; latencies are in milliseconds."""

    charges: int
    seconds: float
    latency_ms: Mapping[str, float] = field(default_factory=dict)
    peak_mib: float | None = None
    cpu_s: float | None = None
    not_accepted: int = 0
    other: Mapping[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Charges a second."""
        return self.charges / self.seconds

    def as_dict(self) -> dict[str, Any]:
        """Plain values, with the rate."""
        return {"charges_per_s": self.rate, **asdict(self)}


class Stopwatch:
    """Measures from its making: wall clock and this process's own work."""

    def __init__(self) -> None:
        self._wall, self._cpu = perf_counter(), process_time()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return perf_counter() - self._wall

    def measured(
        self,
        charges: int,
        latencies: Sequence[float] = (),
        not_accepted: int = 0,
        other: Mapping[str, float] | None = None,
    ) -> Measured:
        """What there is to say at the end."""
        return Measured(
            charges,
            self.seconds,
            percentiles_ms(latencies),
            peak_mib(),
            process_time() - self._cpu,
            not_accepted,
            other or {},
        )


@dataclass(frozen=True, slots=True)
class Spread:
    """A median, and the least and the most over the rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """At least one value."""
        return cls(median(values), min(values), max(values))


def spread_of(runs: Sequence[Measured], value: Callable[[Measured], float | None]) -> Spread | None:
    """One quantity over the rounds; None where it was not measured."""
    found = [number for run in runs if (number := value(run)) is not None]
    return Spread.of(found) if found else None


def ratio_of(runs: Sequence[Measured], others: Sequence[Measured]) -> Spread | None:
    """Rate against rate, round by round, so that a drift of the machine touches both alike."""
    ratios = [run.rate / other.rate for run, other in zip(runs, others, strict=False)]
    return Spread.of(ratios) if ratios else None
