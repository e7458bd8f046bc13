"""`copay import settlements`: files of the platform in, a page or one object out, bad files refused whole."""

import json
from pathlib import Path

import pytest

from tests.ledger.reconciliation.test_intake import BILL, HEADER, LEGS, NUMBER
from tests.scripts.conftest import Copay

PEOPLE = ("LIN", "WEI", "MEI")
AT = "2026-01-05T10:00:00+08:00"


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """One day's file: case 1 as the platform tells it."""
    file = tmp_path / "day.jsonl"
    file.write_text(json.dumps(BILL, ensure_ascii=False) + "\n", "utf-8")
    return file


@pytest.fixture
def legs(tmp_path: Path) -> Path:
    """Whose money paid it."""
    file = tmp_path / "legs.tsv"
    file.write_text("".join("\t".join(row) + "\n" for row in (HEADER, *LEGS)), "utf-8")
    return file


@pytest.fixture
def ledger(copay: Copay, tmp_path: Path, database: str) -> str:
    """Lin 50.00, bound by Wei 120.00; Mei 500.00 is known and not bound."""
    commands: list[dict[str, object]] = []
    for person, fen in zip(PEOPLE, (50_00, 120_00, 500_00), strict=True):
        opening: dict[str, object] = {
            "op": "open_account",
            "account": person,
            "region": "130102",
            "insurance": "employee",
        }
        commands += [opening, {"op": "credit", "account": person, "amount_fen": fen}]
    bound = {"op": "bind", "binder": "WEI", "beneficiary": "LIN", "relation": "parent"}
    commands.append({**bound, "authorisation": "face"})
    file = tmp_path / "commands.jsonl"
    stamped = ({"id": f"r-{n}", "at": AT, **one} for n, one in enumerate(commands))
    file.write_text("".join(json.dumps(one) + "\n" for one in stamped), "utf-8")
    assert copay("apply", file, "--dsn", database).status == 0
    return database


def test_settlements_are_recorded_once_and_a_clerk_sees_the_exceptions(
    copay: Copay, ledger: str, day: Path, legs: Path
) -> None:
    asked = ("import", "settlements", day, "--mode", "record", "--legs", legs, "--dsn", ledger)
    said = copay(*asked, "--dry-run", "--json")
    assert said.status == 0
    assert json.loads(said.out)["counts"] == {"recorded": 1}
    said = copay(*asked)
    assert (said.status, said.err) == (0, "")
    assert "not_bound" in said.out
    assert json.loads(copay(*asked, "--json").out)["counts"] == {"known": 1}
    listed = json.loads(copay("list", "exceptions", "--dsn", ledger, "--json").out)["exceptions"]
    assert [(row["settlement"], row["exceptions"]) for row in listed] == [("S-1", ["not_bound"])]
    assert "外部已决" in copay("list", "exceptions", "--dsn", ledger, "--lang", "zh").out


def test_a_file_with_a_bad_line_is_refused_whole_with_every_reason(
    copay: Copay, ledger: str, day: Path
) -> None:
    worse = BILL | {"setl_id": "S-2", "psn_part_amt": "1.00"}
    day.write_text(day.read_text("utf-8") + json.dumps(worse) + "\n" + "{}\n", "utf-8")
    asked = ("import", "settlements", day, "--mode", "decide", "--dsn", ledger)
    said = copay(*asked, "--json")
    assert said.status == 2
    answer = json.loads(said.out)
    assert answer["error"]["code"] == "file_unreadable"
    assert {line["line"] for line in answer["bad"]} == {3}
    day.write_text(json.dumps(BILL) + "\n" + json.dumps(worse) + "\n", "utf-8")
    said = copay(*asked)
    assert said.status == 2
    assert "line 2, column psn_part_amt" in said.err
    assert "was not taken: 1 bad line" in said.err
    assert copay("explain", "S-1", "--dsn", ledger).status == 1


def test_no_name_and_no_citizen_id_number_reaches_the_output(copay: Copay, ledger: str, day: Path) -> None:
    said = copay("import", "settlements", day, "--mode", "decide", "--dsn", ledger, "--json")
    assert json.loads(said.out)["counts"] == {"charged": 1}
    shown = said.out + said.err + copay("history", "S-1", "--dsn", ledger, "--json").out
    assert "林" not in shown
    assert NUMBER not in shown


def test_what_does_not_go_together_is_one_sentence(
    copay: Copay, day: Path, legs: Path, tmp_path: Path
) -> None:
    for arguments in (
        (day, "--mode", "decide", "--legs", legs),
        (tmp_path / "nothing", "--mode", "decide"),
        (day, "--mode", "decide", "--profile", "no-such-profile"),
    ):
        said = copay("import", "settlements", *arguments, "--data", tmp_path / "data")
        assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
        assert said.err.startswith("copay: ")
    assert not (tmp_path / "data").exists()


def test_the_command_explains_itself(copay: Copay) -> None:
    said = copay("import", "settlements", "--help")
    assert "copay import settlements" in said.out.split("Examples:")[1]
