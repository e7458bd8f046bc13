"""Whatever is typed or lies in a file, the program's own words repeat no citizen-ID number and no name."""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.application import Ledger
from ledger.embedded import embedded_server
from scripts.generate import lines
from tests.privacy.planting import Somebody, planted, somebody
from tests.scripts.conftest import STORY, Copay, Said, copay, shell

__all__ = ["copay", "shell"]

WHO = somebody(Random(7))
COMMANDS = [
    ["balance", "{}"], ["balance", "WEI", "--at", "{}"], ["balance", "WEI", "--position", "{}"],
    ["balance", "WEI", "{}"], ["balance", "WEI", "--{}"], ["{}"], ["--lang", "{}", "balance", "WEI"],
    ["balance", "WEI", "--wait-seconds={}"], ["debit-order", "{}"], ["limits", "{}", "--year", "2025"],
    ["limits", "LIN", "--year", "{}"], ["members", "{}"], ["statement", "{}"],
    ["statement", "WEI", "--from", "{}"],
    ["history", "{}"], ["history", "WEI", "--kind", "{}"], ["explain", "{}"], ["list", "{}"],
    ["list", "bindings", "--region", "{}"], ["totals", "--from", "{}"], ["diff", "{}", "--from", "1"],
    ["diff", "WEI", "--from", "{}"], ["affected", "--account", "{}"], ["rebuild", "{}"], ["digest", "{}"],
    ["receipt", "{}"], ["policies", "--region", "{}"], ["apply", "-", "--batch", "{}"], ["grant-reader", ""],
    ["init", "--roles", "--prefix", "{}"], ["replay", "--order", "{}", "--beneficiary", "{}"],
]  # fmt: skip


@pytest.fixture(scope="module")
def family(server: str) -> Iterator[str]:
    """The DSN of a database with the family's story."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        dsn = make_conninfo(server, dbname=name)
        with Ledger.open(dsn) as ledger:
            list(ledger.apply_lines(STORY.read_bytes().splitlines()))
        yield dsn
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


NUMBER = re.compile(r"(?=([0-9]{17}[0-9X]))")
"""Whatever might be a citizen-ID number, wherever it stands."""


def repeats(said: Said, who: Somebody) -> list[str]:
    told = (said.out + said.err).upper()
    return [trace for trace in (who.number, who.name) if trace.upper() in told]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("trace", [WHO.number, WHO.name], ids=["number", "name"])
def test_no_command_repeats_a_person_it_was_given(
    command: list[str], trace: str, family: str, copay: Copay
) -> None:
    said = copay(*(part.format(trace) for part in command), "--dsn", family)
    assert said.status in (0, 1, 2)
    assert repeats(said, WHO) == []


def test_files_of_any_kind_are_refused_without_their_words(family: str, copay: Copay, tmp_path: Path) -> None:
    file = tmp_path / "of-somebody"
    for text in (
        f"{WHO.number}: {WHO.name}",
        f"- name: {WHO.number}\n  region: {WHO.name}\n  {WHO.number}: {WHO.phone}\n",
        f'{{"{WHO.number}": "{WHO.name}"}}',
    ):
        file.write_text(text, "utf-8")
        for command in (
            ["policies", "--policy", file], ["apply", file], ["verify", "--key", file, "--checkpoint", file],
            ["prove", "1", "--key", file], ["export-log", tmp_path / "x", "--key", file],
            ["replay", "--policy", file], ["person", "put", "--from", file, "--keys", tmp_path / "keys"],
        ):  # fmt: skip
            said = copay(*command, "--dsn", family)
            assert said.status in (1, 2), command
            assert repeats(said, WHO) == [], (command, said)


@pytest.mark.parametrize("count", [600, pytest.param(100_000, marks=pytest.mark.long)])
def test_the_whole_program_leaves_no_number_anywhere_but_in_the_rejects(
    count: int, shell: Copay, tmp_path: Path
) -> None:
    random = Random(count)
    people, bad = zip(*planted(random, count), strict=True)
    file, data, rejects = tmp_path / "lines", tmp_path / "data", tmp_path / "rejects"
    file.write_bytes(STORY.read_bytes() + b"".join(lines(50, 1, 3)) + b"\n".join(bad) + b"\n")
    said = shell("apply", file, "--rejects", rejects, "--data", data)
    assert said.status == 1
    with embedded_server(data) as dsn, psycopg.connect(dsn) as connection:
        stored = connection.execute(
            "SELECT string_agg(originator_id || convert_from(state, 'UTF8'), ' ') FROM ledger.ledger_events"
        ).fetchone()
    assert stored is not None
    places = {
        "standard output": said.out,
        "standard error": said.err,
        "the log": stored[0],
        "the server's log": (data / "server.log").read_text("utf-8", errors="replace"),
    }
    numbers = {who.number for who in people}
    for place, text in places.items():
        assert numbers.isdisjoint(NUMBER.findall(text.upper())), place
    words = said.err + places["the server's log"]
    assert [who for who in people if who.name in words or who.phone in words] == []
    assert not numbers.isdisjoint(NUMBER.findall(rejects.read_text("utf-8", errors="replace").upper()))
