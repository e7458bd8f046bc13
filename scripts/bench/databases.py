"""Databases of one server: prepared once as templates, copied for every run, measured and dropped."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger.embedded.folder import programs

_LOG_BYTES: Final = """
SELECT sum(pg_total_relation_size(to_regclass(name)))
FROM unnest(ARRAY['ledger.ledger_events', 'ledger.request_keys']) AS name
"""


class Databases:
    """Makes, copies and drops databases of the server that `dsn` leads to, whose files lie in `data`."""

    def __init__(self, dsn: str, data: Path) -> None:
        self._dsn = dsn
        self.data = data
        self._copies = 0

    def make(self, name: str) -> str:
        """An empty database; its DSN."""
        self._statement("CREATE DATABASE {}", name)
        return make_conninfo(self._dsn, dbname=name)

    def settle(self, name: str) -> None:
        """Tidy a database up, as one that has stood for a while would be."""
        with psycopg.connect(make_conninfo(self._dsn, dbname=name), autocommit=True) as connection:
            connection.execute("VACUUM (FREEZE, ANALYZE)")

    @contextmanager
    def copy_of(self, template: str) -> Iterator[str]:
        """The DSN of a fresh copy, dropped at the end. Copying checkpoints: nothing old is left to write."""
        self._copies += 1
        name = f"copy_{self._copies}"
        self._statement(f"CREATE DATABASE {{}} TEMPLATE {template} STRATEGY FILE_COPY", name)
        os.sync()  # nor has the machine anything of the contender before
        try:
            yield make_conninfo(self._dsn, dbname=name)
        finally:
            self._statement("DROP DATABASE {} WITH (FORCE)", name)

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One of PostgreSQL's own client programs, in the data folder, as the account of this process."""
        return subprocess.run(
            [str(programs() / program), *arguments],
            cwd=self.data, check=True, capture_output=True, text=True,
        )  # fmt: skip

    def has(self, program: str) -> bool:
        """Whether the server was shipped with this program."""
        return (programs() / program).exists()

    def cpu_s(self) -> float | None:
        """What all processes of the server have computed so far; None where /proc does not tell."""
        with suppress(OSError, ValueError, IndexError):
            main = int((self.data / "cluster" / "postmaster.pid").read_text().split()[0])
            times = _process_times()
            ended = times[main][1]  # of sessions that are gone
            return ended + sum(own for own, _, parent, pid in times.values() if main in (pid, parent))
        return None

    def _statement(self, text: str, name: str) -> None:
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(sql.SQL(text).format(sql.Identifier(name)))


def sizes(dsn: str) -> Mapping[str, int]:
    """Bytes: `log` is events and request keys with their indexes, `database` is everything."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(_LOG_BYTES).fetchone()
        all_of_it = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    assert all_of_it is not None
    return {"log": int(row[0] or 0), "database": int(all_of_it[0])}


def _process_times() -> dict[int, Sequence[float]]:
    """By process id: its own CPU seconds, those of its ended children, its parent, itself."""
    tick, times = os.sysconf("SC_CLK_TCK"), dict[int, Sequence[float]]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            user, system, ended_user, ended_system = map(int, fields[11:15])
            pid = int(stat.parent.name)
            times[pid] = (
                (user + system) / tick, (ended_user + ended_system) / tick, int(fields[1]), pid,
            )  # fmt: skip
    return times
