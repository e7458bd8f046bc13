"""Memory stays flat: what `copay apply` needs does not grow with the number of lines."""

import gc
import subprocess
import sys
import tracemalloc
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import pytest

from ledger.application import Ledger, Result
from scripts.generate import lines
from tests.durability.program import ROOT
from tests.durability.story import WEI, credited, opened

MIB: Final = 1024  # ru_maxrss counts in KiB
MILLION: Final = 1_000_000

# A small program in between: a process inherits the peak of the one that started it.
_WATCH: Final = """
import os, subprocess, sys
program = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(program.pid, 0)
program.returncode = os.waitstatus_to_exitcode(status)
print(program.returncode, usage.ru_maxrss)
"""


def peak_mib(file: Path, dsn: str) -> int:
    """The largest resident memory that `copay apply FILE` ever had, read models caught up."""
    watched = [sys.executable, "-m", "scripts.copay", "apply", str(file), "--dsn", dsn]
    said = subprocess.run(
        [sys.executable, "-c", _WATCH, *watched], cwd=ROOT, capture_output=True, check=True, text=True
    )
    status, peak_kib = map(int, said.stdout.split())
    assert status in (0, 1)
    return peak_kib // MIB


def written(path: Path, city: Iterable[bytes]) -> Path:
    with path.open("wb") as file:
        file.writelines(city)
    return path


def test_ten_times_the_lines_take_about_the_same_memory(database: str, tmp_path: Path) -> None:
    city = list(lines(1100, 9, seed=47))
    assert len(city) > 15_000
    few = peak_mib(written(tmp_path / "few.jsonl", city[: len(city) // 10]), database)
    many = peak_mib(written(tmp_path / "many.jsonl", city), database)
    assert many < 300
    assert many - few < 150, "what differs are a batch of the read models and the states of 1,100 people"


def test_what_a_batch_needed_is_forgotten_after_it(database: str) -> None:
    batches = 120
    with Ledger.open(database) as ledger:
        ledger.submit([opened(WEI)])
        answers = ledger.apply_lines((credited(WEI, 1, f"c-{n}") for n in range(batches * 50)), 50)
        tracemalloc.start()
        few, many = (_held_after(answers, 50 * part) for part in (20, batches - 22))
        tracemalloc.stop()
    assert many - few < 500 * 1024, "less than 100 bytes for each of the lines in between"


def _held_after(answers: Iterator[Result], lines: int) -> int:
    """The bytes that Python holds when so many more lines have been answered."""
    deque(islice(answers, lines), maxlen=0)
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.long
def test_a_million_lines_take_less_than_one_gib(database: str, tmp_path: Path) -> None:
    city = islice(lines(85_000, 7, seed=53), MILLION)
    peak = peak_mib(written(tmp_path / "city.jsonl", city), database)
    (tmp_path / "peak-mib").write_text(f"{peak}\n")  # the figure, for whoever asks
    assert peak < 1024
