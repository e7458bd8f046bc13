"""The server stops, or somebody presses Ctrl-C, during an apply; or the data are of another version."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import sleep

import psycopg
import pytest

from ledger.embedded import embedded_server
from scripts.generate import lines
from tests.durability.program import (
    BATCH,
    Program,
    Said,
    State,
    apply,
    copay,
    data_folder,
    postmaster,
    state_of,
    stop_server,
)
from tests.durability.recorded import keys_of

SEED = 43
QUESTIONS = (
    ("balance", "WEI", "--json"),
    ("list", "holds"),
    ("policies",),
)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    with data_folder(tmp_path / "copay-data") as data:
        yield data


@pytest.fixture(scope="module")
def city() -> list[bytes]:
    return list(lines(200, 2, seed=SEED))


@pytest.fixture(scope="module")
def file(city: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("city") / "city.jsonl"
    file.write_bytes(b"".join(city))
    return file


@pytest.fixture(scope="module")
def clean(file: Path, tmp_path_factory: pytest.TempPathFactory) -> State:
    """The state after one run that nobody disturbed."""
    with embedded_server(tmp_path_factory.mktemp("clean") / "data") as dsn:
        apply(file, "--dsn", dsn)
        return state_of(dsn)


def says_one_sentence(said: Said, *words: str) -> None:
    """Exit status 2, no result, and one sentence on standard error that names these."""
    assert (said.status, said.out) == (2, b"")
    (sentence,) = said.err.splitlines()
    assert sentence.startswith("copay: ")
    assert all(word in sentence for word in words)
    assert "Traceback" not in said.err


def finishes(file: Path, data: Path, clean: State) -> None:
    """Run again, the file is finished, and nothing tells that it was ever disturbed."""
    assert apply(file, "--data", data).status == 1
    with embedded_server(data) as dsn:
        assert state_of(dsn) == clean


# A stopped server ------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["stopped", "crashed"])
def test_lines_that_a_stopped_server_did_not_take_get_no_result_and_are_finished_later(
    data: Path, city: list[bytes], file: Path, clean: State, how: int
) -> None:
    taken, rest = city[: 6 * BATCH], city[6 * BATCH :]
    program = Program("apply", "-", "--batch", BATCH, "--data", data, stdin=subprocess.PIPE)
    program.send(taken)
    program.read(len(taken))
    stop_server(data, how)
    program.send(rest)
    said = program.ended()
    assert len(said.answers) == len(taken)
    says_one_sentence(said._replace(out=b""), "database")
    finishes(file, data, clean)


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path, file: Path) -> None:
    for command in (("apply", file), QUESTIONS[0]):
        says_one_sentence(copay(*command, "--dsn", f"host={tmp_path} dbname=copay"), "--dsn")


# Ctrl-C ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_loses_no_printed_result_and_is_finished_by_another(
    data: Path, city: list[bytes], file: Path, clean: State, number: int, status: int
) -> None:
    random = Random(SEED)
    interrupted = interrupt(file, data, random, len(city) // 5, number)
    assert interrupted.status == status
    assert postmaster(data) is None, "the server has stopped with the program"
    with embedded_server(data) as dsn:
        is_on_record(interrupted, dsn)
        interrupted = interrupt(file, data, random, len(city) * 3 // 5, number)
        assert interrupted.status == status
        is_on_record(interrupted, dsn)
    finishes(file, data, clean)


def interrupt(file: Path, data: Path, random: Random, reached: int, number: int) -> Said:
    """One life of the program: it gets a signal soon after it has printed so many results."""
    program = Program("apply", file, "--batch", BATCH, "--data", data)
    program.read(reached)
    sleep(random.uniform(0, 0.01))
    program.interrupt(number)
    said = program.ended()
    assert said.err.splitlines()[-1].startswith("copay: ")
    assert len(said.answers) >= reached
    return said


def is_on_record(said: Said, dsn: str) -> None:
    recorded = set(keys_of(dsn))
    assert {answer["id"] for answer in said.answers if answer["op"] != "quote"} <= recorded


# Another version -------------------------------------------------------------------------------------


def test_a_data_folder_of_another_postgresql_is_one_sentence(tmp_path: Path, file: Path) -> None:
    data = tmp_path / "copay-data"
    with embedded_server(data):
        pass
    (data / "cluster" / "PG_VERSION").write_text("17\n")
    for command in (("apply", file), QUESTIONS[0]):
        says_one_sentence(copay(*command, "--data", data), "PostgreSQL 17", "--data")


def test_a_ledger_of_another_format_is_one_sentence_for_every_command(
    database: str, tmp_path: Path, file: Path
) -> None:
    assert copay("apply", "/dev/null", "--dsn", database).status == 0
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE ledger.format SET version = 99")
    for command in (("apply", file), ("apply", file, "--dry-run"), *QUESTIONS):
        says_one_sentence(copay(*command, "--dsn", database), "format 99")
