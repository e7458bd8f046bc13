"""One PostgreSQL for a data folder: it comes with its first user and goes with its last, crash or not."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import sleep

import psycopg
import pytest

from ledger.embedded import embedded_server
from ledger.errors import StoreUnavailable

FOLDER = {"cluster", "server.lock", "server.log", "turn.lock", "users.lock"}
USER_PROGRAM = """
import os, sys
from pathlib import Path
from ledger.embedded import embedded_server
with embedded_server(Path(sys.argv[1])) as dsn:
    {body}
    print(dsn, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "copay-data"


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose server runs, for tests that only look."""
    data = tmp_path_factory.mktemp("private", numbered=False) / "copay-data"
    data.mkdir(mode=0o755)
    with embedded_server(data):
        yield data


@contextmanager
def another_program(data: Path, body: str = "pass") -> Iterator[subprocess.Popen[str]]:
    """A program that uses the server until its standard input is closed."""
    command = [sys.executable, "-c", USER_PROGRAM.format(body=body), str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        yield program


def says_its_dsn(program: subprocess.Popen[str]) -> str:
    assert program.stdout
    return program.stdout.readline().strip()


def postmaster(data: Path) -> int:
    return int((data / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def is_stopped(data: Path) -> bool:
    return not (data / "cluster" / "postmaster.pid").exists()


def remember(dsn: str, word: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (word text PRIMARY KEY)")
        connection.execute("INSERT INTO notes VALUES (%s)", [word])


def remembered(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM notes ORDER BY word").fetchall()]


def setting(dsn: str, name: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        return row and row[0]


def refusal(data: Path) -> str:
    with pytest.raises(StoreUnavailable) as refused, embedded_server(data):
        pass
    assert "\n" not in refused.value.message
    assert "\n" not in refused.value.message_zh
    return refused.value.message


# Start, share, stop


def test_a_new_folder_gets_a_server_with_the_database_copay(data: Path) -> None:
    with embedded_server(data) as dsn, psycopg.connect(dsn) as connection:
        assert connection.info.dbname == "copay"
        assert connection.info.parameter_status("server_encoding") == "UTF8"
    assert is_stopped(data)


def test_what_was_committed_is_there_at_the_next_start(data: Path) -> None:
    with embedded_server(data) as dsn:
        remember(dsn, "first")
    with embedded_server(data) as dsn:
        assert remembered(dsn) == ["first"]


def test_the_server_stops_with_its_last_user_and_not_before(data: Path) -> None:
    with embedded_server(data) as dsn:
        with embedded_server(data) as same:
            assert same == dsn
        with another_program(data) as program:
            assert says_its_dsn(program) == dsn
        remember(dsn, "still here")
    assert is_stopped(data)


def test_programs_that_start_at_the_same_time_share_one_server(data: Path) -> None:
    with ExitStack() as programs:
        crowd = [programs.enter_context(another_program(data)) for _ in range(4)]
        dsns = {says_its_dsn(program) for program in crowd}
        assert len(dsns) == 1
        remember(dsns.pop(), "shared")
    assert is_stopped(data)
    assert (data / "server.log").read_text().count("ready to accept connections") == 1


def test_a_forked_child_that_leaves_does_not_stop_its_parents_server(data: Path) -> None:
    fork = "pid = os.fork()\n    if not pid: sys.exit()\n    os.waitpid(pid, 0)"
    with another_program(data, fork) as program:
        remember(says_its_dsn(program), "still here")
    assert is_stopped(data)


def test_the_terminals_interrupt_does_not_reach_the_server(standing: Path) -> None:
    assert os.getsid(postmaster(standing)) != os.getsid(0)
    assert os.getpgid(postmaster(standing)) != os.getpgid(0)


# Killed users, killed servers


def test_the_server_of_a_killed_user_is_taken_over_and_stopped_by_the_next_one(data: Path) -> None:
    with another_program(data) as program:
        remember(says_its_dsn(program), "before the kill")
        program.kill()
    left_over = postmaster(data)
    with embedded_server(data) as dsn:
        assert postmaster(data) == left_over
        assert remembered(dsn) == ["before the kill"]
    assert is_stopped(data)


def test_a_killed_server_is_recovered_by_the_next_user_with_all_that_was_committed(data: Path) -> None:
    with another_program(data) as program:
        remember(says_its_dsn(program), "committed")
        killed = postmaster(data)
        os.kill(killed, signal.SIGKILL)
        with embedded_server(data) as dsn:
            assert postmaster(data) != killed
            assert remembered(dsn) == ["committed"]
    assert is_stopped(data)


def test_a_user_killed_in_the_middle_of_the_first_start_leaves_a_folder_that_works(data: Path) -> None:
    for pause in (0.1, 0.3, 0.5, 0.7):
        with another_program(data) as program:
            sleep(pause)
            program.kill()
    with embedded_server(data) as dsn:
        remember(dsn, "whole")
    assert is_stopped(data)
    assert {path.name for path in data.iterdir()} == FOLDER


def test_a_left_over_process_id_that_is_another_process_by_now_does_no_harm(data: Path) -> None:
    with embedded_server(data):
        remnant = (data / "cluster" / "postmaster.pid").read_text().partition("\n")[2]
    account = (data / "cluster").stat().st_uid
    with subprocess.Popen(["sleep", "60"], user=account if account != os.geteuid() else None) as innocent:
        left = data / "cluster" / "postmaster.pid"
        left.write_text(f"{innocent.pid}\n{remnant}")
        os.chown(left, account, -1)
        with embedded_server(data) as dsn:
            remember(dsn, "started")
        assert innocent.poll() is None
        innocent.kill()


# The folder


def test_the_folder_is_closed_to_others_and_there_is_no_tcp_port(standing: Path) -> None:
    with embedded_server(standing) as dsn:
        assert setting(dsn, "listen_addresses") == ""
    assert stat.S_IMODE(standing.stat().st_mode) == 0o700
    assert stat.S_IMODE((standing / "cluster").stat().st_mode) == 0o700


def test_parent_folders_never_become_readable(standing: Path) -> None:
    assert not standing.parent.stat().st_mode & (stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH)


def test_a_path_that_is_long_or_full_of_signs_works(tmp_path: Path) -> None:
    for name in ("家庭 账本, $HOME `id` \"quoted\" 'too'", "long/" * 30 + "data"):
        with embedded_server(tmp_path / name) as dsn:
            remember(dsn, "here")


def test_no_value_that_people_sent_is_in_the_servers_log(standing: Path) -> None:
    with embedded_server(standing) as dsn:
        remember(dsn, "lin-secret")
        with pytest.raises(psycopg.errors.UniqueViolation):
            remember(dsn, "lin-secret")
        with psycopg.connect(dsn) as connection, pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("SELECT 'lin-secret'::int")
    log = (standing / "server.log").read_text()
    assert "ready to accept connections" in log
    assert "lin-secret" not in log


def test_what_was_answered_is_on_the_disk(standing: Path) -> None:
    with embedded_server(standing) as dsn:
        assert [setting(dsn, name) for name in ("fsync", "synchronous_commit", "full_page_writes")] == [
            "on"
        ] * 3


# One sentence


def test_a_folder_of_another_postgresql_is_refused_with_both_versions(data: Path) -> None:
    with embedded_server(data):
        pass
    (data / "cluster" / "PG_VERSION").write_text("17\n")
    sentence = refusal(data)
    assert "made by PostgreSQL 17, this program brings PostgreSQL 18" in sentence
    assert "--data" in sentence


def test_a_folder_with_other_things_is_refused_and_left_as_it_was(data: Path) -> None:
    data.mkdir(mode=0o755)
    (data / "thesis.txt").write_text("chapter one")
    assert "holds other things (thesis.txt)" in refusal(data)
    assert [path.name for path in data.iterdir()] == ["thesis.txt"]
    assert stat.S_IMODE(data.stat().st_mode) == 0o755


def test_a_file_in_the_folders_place_is_refused(data: Path) -> None:
    data.write_text("not a folder")
    assert "cannot be used (File exists)" in refusal(data)


def test_a_folder_that_nobody_can_make_is_refused() -> None:
    assert "cannot be used" in refusal(Path("/proc/copay-data"))


def test_a_server_that_does_not_start_is_reported_with_its_reason(data: Path) -> None:
    with embedded_server(data):
        pass
    (data / "cluster" / "global" / "pg_control").unlink()
    sentence = refusal(data)
    assert "did not start" in sentence
    assert "server.log" in sentence
