"""`copay apply` is killed at random moments and run again until it is done: it ends like one clean run."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from time import sleep

import orjson
import pytest

from ledger.embedded import embedded_server
from scripts.generate import lines
from tests.durability.program import (
    BATCH,
    Answer,
    Program,
    Said,
    apply,
    copay,
    data_folder,
    state_of,
    stop_server,
)

START, MIDDLE, END = "at the start", "in the middle", "at the end"
SEED = 20250301


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    with data_folder(tmp_path / "copay-data") as data:
        yield data


def kill(file: Path, data: Path, random: Random, moment: str, target: int) -> Said:
    """One life of the program: it is killed soon after so many results; one in four times with its server."""
    program = Program("apply", file, "--batch", BATCH, "--data", data)
    program.read(target)
    sleep(random.uniform(0, 0.9 if moment == START else 0.08 if moment == END else 0.03))
    victims = [program.process.kill]
    if random.random() < 0.25:
        victims.insert(random.randrange(2), lambda: stop_server(data))
    for victim in victims:
        victim()
    return program.ended()


def moments(random: Random, kills: int) -> list[str]:
    """The first kill meets a folder that is being made, the last ones the read models catching up."""
    between = [START] * (kills // 6) + [MIDDLE] * (kills - kills // 6 - kills // 7 - 1)
    random.shuffle(between)
    return [START, *between, *[END] * (kills // 7)]


@pytest.mark.parametrize(
    ("kills", "people"), [pytest.param(21, 350), pytest.param(150, 4000, marks=pytest.mark.long)]
)
def test_a_run_that_is_killed_again_and_again_ends_like_one_clean_run(
    data: Path, database: str, tmp_path: Path, kills: int, people: int
) -> None:
    random = Random(SEED)
    city = list(lines(people, 2, seed=41))
    file = tmp_path / "city.jsonl"
    file.write_bytes(b"".join(city))
    printed: list[Answer] = []
    killed_at: list[int] = []
    for moment in moments(random, kills):
        step = random.randint(1, 2 * len(city) // kills)
        target = {START: 0, MIDDLE: max([0, *killed_at]) + step, END: len(city)}[moment]
        life = kill(file, data, random, moment, min(target, len(city)))
        printed += life.answers
        killed_at.append(len(life.answers))
    assert sum(0 < reached < len(city) for reached in killed_at) >= kills // 3, (
        "hit in the middle of the file"
    )

    finished, clean = apply(file, "--data", data), apply(file, "--dsn", database)
    assert (finished.status, clean.status) == (1, 1), "the city makes mistakes"
    nothing_printed_was_lost([*printed, *finished.answers], clean.answers)
    assert apply(file, "--data", data).out == apply(file, "--dsn", database).out
    with embedded_server(data) as dsn:
        assert state_of(dsn) == state_of(database)
        for account in sample_of_accounts(random, city):
            assert balance(account, dsn) == balance(account, database)


def nothing_printed_was_lost(printed: Iterable[Answer], clean: list[Answer]) -> None:
    """Every life answered like the clean run, and `accepted` only once; quotes are of the moment."""
    accepted: set[int] = set()
    for answer in printed:
        line, expected = answer["line"], clean[answer["line"] - 1]
        if answer["op"] == "quote":
            continue
        assert {**answer, "status": None} == {**expected, "status": None}
        if answer["status"] == "accepted":
            assert line not in accepted, "what was printed as accepted was on record"
            accepted.add(line)
        else:
            assert answer["status"] in (expected["status"], "duplicate")


def sample_of_accounts(random: Random, city: list[bytes]) -> list[str]:
    opened = [orjson.loads(line) for line in city if b'"open_account"' in line]
    return [command["account"] for command in random.sample(opened, 3)]


def balance(account: str, dsn: str) -> bytes:
    said = copay("balance", account, "--json", "--dsn", dsn)
    assert (said.status, said.err) == (0, "")
    return said.out
