"""`copay` as processes of its own: started, read from, killed, and asked afterwards what there is."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import orjson
import psycopg

from ledger.embedded import embedded_server
from tests.durability.recorded import Key, keys_of, log_of, stands_in_order, timeless

ROOT: Final = Path(__file__).resolve().parents[2]
BATCH: Final = 50
"""Lines a transaction in these tests: small, so that there are many moments between two of them."""

Answer = dict[str, Any]


class Said(NamedTuple):
    """What a program that has ended printed, and its exit status."""

    status: int
    out: bytes
    err: str

    @property
    def answers(self) -> list[Answer]:
        """The results that were printed whole."""
        return answers_in(self.out)


def answers_in(printed: bytes) -> list[Answer]:
    """One answer a whole line; a kill may have cut the last one."""
    return [orjson.loads(line) for line in printed.split(b"\n")[:-1]]


class Program:
    """A running `copay`, whose output is read as it comes."""

    def __init__(self, *arguments: object, stdin: int | None = subprocess.DEVNULL) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  the program outlives this function
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COPAY_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scripts.copay", *map(str, arguments)],
            cwd=ROOT,
            env=environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self._printed: list[bytes] = []

    @property
    def _out(self) -> IO[bytes]:
        assert self.process.stdout
        return self.process.stdout

    def read(self, lines: int) -> None:
        """Wait until so many lines have been printed in all, or the program has closed its output."""
        while len(self._printed) < lines and (line := self._out.readline()):
            self._printed.append(line)

    def send(self, lines: list[bytes]) -> None:
        """Write lines to its standard input, for as long as it reads them."""
        assert self.process.stdin
        with suppress(BrokenPipeError):
            self.process.stdin.writelines(lines)
            self.process.stdin.flush()

    def interrupt(self, number: int) -> None:
        """Send a signal to this process only."""
        self.process.send_signal(number)

    def ended(self) -> Said:
        """Wait for the end; everything it printed."""
        with self.process, self._errors:
            if self.process.stdin:
                with suppress(BrokenPipeError):
                    self.process.stdin.close()
            out = b"".join([*self._printed, *self._out])
            status = self.process.wait(timeout=120)
            self._errors.seek(0)
            return Said(status, out, self._errors.read().decode())


def copay(*arguments: object) -> Said:
    """Run the program to its end."""
    return Program(*arguments).ended()


def apply(file: Path, where: str, place: object) -> Said:
    """`copay apply` in small batches; `where` is `--data` or `--dsn`."""
    return copay("apply", file, "--batch", BATCH, where, place)


# The embedded server of a data folder ----------------------------------------------------------------


def postmaster(data: Path) -> int | None:
    """The process id of the folder's server, if one was started and not stopped."""
    try:
        return int((data / "cluster" / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, IndexError):
        return None


def stop_server(data: Path, number: int = signal.SIGKILL) -> None:
    """Send the folder's server a signal: SIGKILL is a crash, SIGINT a fast stop (by an administrator)."""
    process = postmaster(data)
    if process is not None and _is_of(process, data):
        os.kill(process, number)


def _is_of(process: int, data: Path) -> bool:
    """Whether it is this folder's server still: the number a crash left may be another program's by now."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{process}/cwd").samefile(data / "cluster")
    return False


@contextmanager
def data_folder(data: Path) -> Iterator[Path]:
    """A folder for the program alone; whatever a test leaves running in it is stopped at the end."""
    yield data
    with embedded_server(data):
        pass
    assert postmaster(data) is None


# What is there in the end ----------------------------------------------------------------------------


class State(NamedTuple):
    """Everything that is on record, but for the time of recording."""

    log: list[tuple[Any, ...]]
    keys: dict[str, Key]
    births: list[tuple[Any, ...]]
    read_models: dict[str, list[tuple[Any, ...]]]


_COLUMNS: Final = """
SELECT table_name, array_agg(quote_ident(column_name) ORDER BY ordinal_position)
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = 'read_model' AND table_type = 'BASE TABLE' AND column_name <> 'recorded_at'
GROUP BY table_name
"""


def state_of(dsn: str) -> State:
    """The whole state of a database whose log stands in order."""
    log = log_of(dsn)
    stands_in_order(log)
    with psycopg.connect(dsn) as connection:
        births = connection.execute("SELECT account, born FROM ledger.subjects ORDER BY account").fetchall()
        models = {
            table: sorted(
                connection.execute(f"SELECT {', '.join(columns)} FROM read_model.{table}").fetchall(),
                key=repr,
            )
            for table, columns in connection.execute(_COLUMNS).fetchall()
        }
    return State(timeless(log), keys_of(dsn), births, models)
