"""A labelled month through everything: commands into the log, their files through a profile, then matched."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import orjson
import pytest
from msgspec.structs import replace

from ledger.reconciliation.files.details import Scope, read_details
from ledger.reconciliation.files.legs import by_settlement, read_legs
from ledger.reconciliation.files.profile import load, named
from ledger.reconciliation.files.reading import Taken
from ledger.reconciliation.matching import match
from ledger.reconciliation.rows import Ours, Theirs
from projections import queries
from scripts.generator.month.build import Month, month
from scripts.generator.month.files import write
from scripts.generator.month.scoring import score
from tests.projections.desk import Desk
from tests.scripts.conftest import Copay


@pytest.fixture(scope="module")
def made() -> Month:
    return month(400, 6, status_told=False)


@pytest.fixture(scope="module")
def folder(made: Month, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("month")
    write(made, place)
    return place


def their_rows(folder: Path) -> Iterator[Theirs]:
    """Every detail file by its profile, with the legs that are told apart."""
    profiles = load([folder / "month-details.yaml"])
    legs = read_legs(named(profiles, "legs-exchange"), "legs.txt", (folder / "theirs/legs.txt").read_bytes())
    assert isinstance(legs, Taken), legs
    paid = by_settlement(legs.rows)
    for listed in json.loads((folder / "files.json").read_bytes()):
        name, *scope = listed["name"], listed["clr_type"], listed["insutype"], listed["agency"]
        content = (folder / "theirs" / name).read_bytes()
        taken = read_details(named(profiles, "month-details"), name, content, Scope(*scope))
        assert isinstance(taken, Taken), taken
        for row in taken.rows:
            yield replace(row, legs=paid.get((row.settlement or "", row.direction)))


def test_the_files_of_a_month_say_what_its_rows_say(made: Month, folder: Path) -> None:
    found = {(row.name, row.line): replace(row, file="") for row in their_rows(folder)}
    assert found == {(row.name, row.line): replace(row, file="") for row in made.theirs}


def test_a_month_through_the_log_and_its_files_is_matched_as_it_was_planted(
    made: Month, folder: Path, desk: Desk
) -> None:
    for name in ("commands.jsonl", "late.jsonl"):
        answers = desk.ledger.submit((folder / name).read_bytes().splitlines())
        assert {orjson.loads(one.to_json())["status"] for one in answers} == {"accepted"}
    answer = desk.looks(lambda moment: queries.our_side(moment, date(2025, 8, 1), date(2025, 9, 30)))
    ours = [Ours(**row) for row in answer["rows"]]
    assert {row.id for row in ours} == {row.id for row in made.ours}
    late = min(row.position for row in ours if row.day < date(2025, 9, 1))
    theirs = list(their_rows(folder))
    digests = {row.name: row.file for row in theirs}
    told = [replace(row, file=digests[row.name]) for row in made.theirs]
    rules = replace(made.rules, signed_position=late - 1)
    found = score(Month(made.ours, told, rules, made.links, made.breaks), match(ours, theirs, rules))
    assert (found.precision, found.recall("1:1"), found.wrong) == (1.0, 1.0, [])


def test_the_program_writes_the_same_month_every_time(copay: Copay, tmp_path: Path) -> None:
    for name in ("one", "two"):
        arguments = (
            "generate-month",
            str(tmp_path / name),
            "--settlements",
            "40",
            "--seed",
            "3",
            "--collisions",
        )
        assert copay(*arguments).status == 0
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert [(tmp_path / "two" / path).read_bytes() for path in files] == [
        (tmp_path / "one" / path).read_bytes() for path in files
    ]
    assert {"commands.jsonl", "truth.json", "files.json"} <= {path.name for path in files}
