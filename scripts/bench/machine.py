"""The machine's shape, and how quiet it was."""

import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, Final

import psycopg

from scripts.bench.measuring import percentiles_ms
from scripts.bench.plain import durable_row_ms

_LIBRARIES: Final = ("eventsourcing", "psycopg", "pydantic", "orjson")
_PAGE: Final = bytes(8192)


def machine(dsn: str, data: Path) -> dict[str, Any]:
    """Processor, cores, memory, disk's file system, and the versions of what was run."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    assert row is not None
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "file_system": _file_system(data),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": str(row[0]),
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def noise(dsn: str, folder: Path, when: str) -> dict[str, Any]:
    """What others were doing, and how long the disk takes to keep something, at this moment."""
    return {
        "when": when,
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "busy_while_idle": _busy_share(),
        "fdatasync_ms": _fdatasync_ms(folder / "durable"),
        "one_row_commit_ms": durable_row_ms(dsn),
    }


def _fdatasync_ms(file: Path, many: int = 200) -> dict[str, float]:
    """How long the disk takes to make one page durable."""
    took: list[float] = []
    handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for _ in range(many):
            began = perf_counter()
            os.pwrite(handle, _PAGE, 0)
            os.fdatasync(handle)
            took.append(perf_counter() - began)
    finally:
        os.close(handle)
        file.unlink()
    return percentiles_ms(took)


def _busy_share(seconds: float = 0.5) -> float | None:
    """Which share of all cores was at work while this program was not; None where /proc does not tell."""
    with suppress(OSError):
        idle, total = _ticks()
        sleep(seconds)
        idle_then, total_then = _ticks()
        return 1 - (idle_then - idle) / max(total_then - total, 1)
    return None


def _ticks() -> tuple[int, int]:
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return fields[3] + fields[4], sum(fields)


def _processor() -> str:
    names = dict(_pairs(Path("/proc/cpuinfo")))
    return names.get("model name") or platform.processor() or platform.machine()


def _pairs(file: Path) -> Iterator[tuple[str, str]]:
    with suppress(OSError):
        for line in file.read_text().splitlines():
            name, _, value = line.partition(":")
            yield name.strip(), value.strip()


def _file_system(folder: Path) -> str:
    """The kind of the file system that the folder lies on."""
    place, kind = "", "unknown"
    with suppress(OSError):
        for line in Path("/proc/mounts").read_text().splitlines():
            _, mount, found, *_ = line.split()
            if folder.is_relative_to(mount) and len(mount) >= len(place):
                place, kind = mount, found
    return kind
