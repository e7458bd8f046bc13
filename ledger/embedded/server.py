"""The server of a data folder: started, joined, taken over or stopped by whoever has the turn."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import psycopg
from psycopg.conninfo import make_conninfo

from ledger.embedded.folder import UNFINISHED, DataFolder, try_lock
from ledger.errors import StoreUnavailable

DATABASE = "copay"
USER = "copay"
PORT = 5432  # part of the socket's name; nothing listens on it
SOCKET_PATH_LIMIT = 103  # bytes; 107 on Linux
START_LIMIT_S = 300  # recovery after a crash may read gigabytes again
STOP_LIMIT_S = 60
SETTINGS = Path(__file__).with_name("postgresql.conf")


@dataclass(frozen=True, slots=True)
class Server:
    """Every method but `dsn` is called by the one that has the turn."""

    folder: DataFolder

    def ensure_running(self) -> None:
        """Join the server if it answers; else wait for one that is starting or stopping, or start it.

        Raises StoreUnavailable with PostgreSQL's own reason.
        """
        deadline = monotonic() + START_LIMIT_S
        while not self._answers():
            if monotonic() > deadline:
                raise self._not_started("it does not answer")
            with self._life() as life:
                if life is None:
                    sleep(0.05)
                else:
                    self._start(life)
        self._make_database()

    def stop(self) -> None:
        """Stop the server, if there is one. One that takes too long is left to whoever comes next."""
        with self._life() as life:
            if life is None:
                self.folder.run("pg_ctl", "stop", "-D", "cluster", "-m", "fast", "-t", str(STOP_LIMIT_S))
        shutil.rmtree(self._short_folder, ignore_errors=True)

    def dsn(self, database: str = DATABASE) -> str:
        """How libpq reaches a database of this server."""
        return make_conninfo(host=str(self._socket_folder()), port=PORT, user=USER, dbname=database)

    # Start

    @contextmanager
    def _life(self) -> Iterator[int | None]:
        """The lock that every process of a server inherits, to hand to the next one; None while one is alive.

        Process ids would not do: after a crash they may be anybody's, and sessions outlive a killed server.
        """
        lock = self.folder.open_lock("server.lock")
        try:
            yield lock if try_lock(lock) else None
        finally:
            os.close(lock)  # which lets go only of a lock that no child has

    def _start(self, life: int) -> None:
        """Start the server and wait until it is ready. Nobody else is alive, so what a crash left is void."""
        if not self.folder.cluster.exists():
            self._create(life)
        self._check_version()
        self.folder.write("postgresql.conf", SETTINGS.read_text())
        for remnant in ("postmaster.pid", f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.folder.cluster / remnant).unlink(missing_ok=True)
        options = ("-D", "cluster", "-l", self.folder.log.name, "-t", str(START_LIMIT_S))
        started = self.folder.run("pg_ctl", "start", *options, life=life)
        if started.returncode:
            log = self.folder.log.read_text(errors="replace") if self.folder.log.exists() else ""
            reasons = [line.partition("FATAL:")[2] for line in log.splitlines() if "FATAL:" in line]
            raise self._not_started(reasons[-1] if reasons else started.stderr)

    def _create(self, life: int) -> None:
        """Make the cluster; it appears whole, or not at all."""
        for remnant in self.folder.path.glob(f"{UNFINISHED}*"):
            shutil.rmtree(remnant)
        unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self.folder.path))
        self.folder.give(unfinished)
        options = ("-U", USER, "--encoding=UTF8", "--locale=C", "--auth-local=trust", "--auth-host=reject")
        made = self.folder.run("initdb", "-D", unfinished.name, *options, life=life)
        if made.returncode:
            raise self._not_started(made.stderr)
        unfinished.rename(self.folder.cluster)

    def _check_version(self) -> None:
        stored = (self.folder.cluster / "PG_VERSION").read_text().strip()
        shipped = self.folder.run("postgres", "--version").stdout.split()[-1].partition(".")[0]
        if stored != shipped:
            raise StoreUnavailable(
                f"The data folder {self.folder.path} was made by PostgreSQL {stored}, this program brings "
                f"PostgreSQL {shipped}: use the release of copay-ledger that made it, or name another folder "
                "with --data.",
                f"数据目录 {self.folder.path} 由 PostgreSQL {stored} 建立，本程序自带 PostgreSQL {shipped}："
                "请使用建立它的 copay-ledger 版本，或用 --data 指定其他目录。",
            )

    def _make_database(self) -> None:
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.dsn("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    # The socket

    def _socket_folder(self) -> Path:
        """The cluster's folder; where libpq cannot take that path, a short one with a link to it."""
        cluster = self.folder.cluster
        path = str(cluster / f".s.PGSQL.{PORT}")
        if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT and "," not in path and path.isprintable():
            return cluster
        short = self._short_folder
        if len(os.fsencode(short)) > SOCKET_PATH_LIMIT - len(f"/cluster/.s.PGSQL.{PORT}"):
            raise OSError(f"its path is too long for a socket, and so is {short}")
        short.mkdir(mode=0o700, exist_ok=True)
        if short.is_symlink() or short.stat().st_uid != os.geteuid() or short.stat().st_mode & 0o077:
            raise PermissionError(f"{short} belongs to somebody else")
        link = short / "cluster"
        if not link.is_symlink() or link.readlink() != cluster:
            link.unlink(missing_ok=True)
            link.symlink_to(cluster)
        return link

    @property
    def _short_folder(self) -> Path:
        there = self.folder.path.stat()
        name = hashlib.sha256(f"{there.st_dev}:{there.st_ino}".encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir(), f"copay-{name}-{os.geteuid()}")

    def _not_started(self, said: str) -> StoreUnavailable:
        path, log, reason = self.folder.path, self.folder.log, said.strip().rpartition("\n")[2].strip()
        return StoreUnavailable(
            f"PostgreSQL did not start in {path} ({reason}): see {log}, or name another folder with --data.",
            f"PostgreSQL 未能在 {path} 启动（{reason}）：请查看 {log}，或用 --data 指定其他目录。",
        )
