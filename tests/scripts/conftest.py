"""The program at work: called in this process or in one of its own, and one family's story on record."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from scripts.cli.app import run

ROOT = Path(__file__).resolve().parents[2]
STORY = ROOT / "scripts" / "sample" / "family.jsonl"


class Said(NamedTuple):
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


Copay = Callable[..., Said]


@pytest.fixture
def copay(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Copay:
    """The program, run inside this process."""
    monkeypatch.delenv("COPAY_DSN", raising=False)
    monkeypatch.delenv("COPAY_LANG", raising=False)

    def call(*arguments: object) -> Said:
        handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
        capfd.readouterr()
        try:
            status = run([str(argument) for argument in arguments])
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        return Said(status, *capfd.readouterr())

    return call


@pytest.fixture(scope="session")
def shell() -> Copay:
    """The program as a process of its own; `stdin` is what it reads, `env` is added to its environment."""

    def call(*arguments: object, stdin: bytes = b"", env: dict[str, str] | None = None) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "scripts.copay", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            check=False,
            cwd=ROOT,
            env=environment() | (env or {}),
        )
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


def environment() -> dict[str, str]:
    """The environment without what would steer the program."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COPAY_")}
    return clean | {"PYTHONIOENCODING": "utf-8"}


@pytest.fixture(scope="session")
def family(server: str, shell: Copay) -> str:
    """The DSN of a database on which the family's story was applied; tests only read it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE family")
    dsn = make_conninfo(server, dbname="family")
    assert shell("apply", STORY, "--dsn", dsn).status == 1
    return dsn
