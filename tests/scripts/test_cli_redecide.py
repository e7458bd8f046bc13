"""`copay replay --decide`, `--policy` and `--order`, as processes of their own."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scripts.audit_replay import main
from tests.scripts.conftest import STORY, Copay, Said
from tests.tampering import tampering

EDIT = """
UPDATE ledger.ledger_events
SET state = convert_to(
    replace(convert_from(state, 'UTF8'), '"bound_by":"limit"', '"bound_by":"balance"'), 'UTF8'
)
WHERE originator_id = 'settlement:LIN-S3'
"""


def answer(said: Said) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said.out)
    return found


def test_every_decision_of_the_story_is_supported(shell: Copay, family: str) -> None:
    said = shell("replay", "--decide", "--json", "--dsn", family)

    found = answer(said)
    assert (said.status, said.err) == (0, "")
    assert (found["decisions"], found["unsupported"], found["findings"]) == (29, 0, [])
    assert found["supported"] + found["undecidable"] == 29
    assert found["undecidable"] == 2  # a refused face check, and Bao's birth certificate


def test_a_page_says_it_in_either_language(copay: Copay, family: str) -> None:
    english = copay("replay", "--decide", "--dsn", family).out
    chinese = copay("replay", "--decide", "--dsn", family, "--lang", "zh").out

    assert "every decision is supported" in english
    assert "所有决定均有依据" in chinese


def test_an_edited_decision_is_listed_and_the_status_is_1(shell: Copay, copay: Copay, database: str) -> None:
    copay("apply", STORY, "--dsn", database)
    with tampering(database) as connection:
        assert connection.execute(EDIT).rowcount == 1

    said = shell("replay", "--decide", "--json", "--dsn", database)
    page = copay("replay", "--own-facts", "--dsn", database)

    (finding,) = answer(said)["findings"]
    assert (said.status, page.status) == (1, 1)
    assert (finding["kind"], finding["settlement"], finding["contradicts"]) == (
        "bound_by",
        "LIN-S3",
        "own_facts",
    )
    assert finding["differences"] == [
        {"field": "SettlementDecided.sources[1].bound_by", "recorded": "balance", "by_the_rules": "limit"}
    ]
    assert "something else limited it" in page.out


def test_without_a_database_the_status_is_2(shell: Copay) -> None:
    said = shell("replay", "--decide", "--dsn", "host=127.0.0.1 port=1 dbname=none")

    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("copay: the database server cannot be reached")


def test_another_order_is_shown_fen_by_fen(copay: Copay, family: str) -> None:
    asked = ("replay", "--order", "MEI,WEI", "--beneficiary", "LIN", "--year", "2025", "--dsn", family)
    found = answer(copay(*asked, "--json"))

    first = found["changed"][0]
    lines = {line["payer"]: (line["recorded_fen"], line["would_be_fen"]) for line in first["payers"]}
    assert (first["settlement"], lines) == (
        "LIN-S1",
        {"LIN": (50_00, 50_00), "WEI": (70_00, 0), "MEI": (0, 70_00), None: (0, 0)},
    )
    assert sum(line["difference_fen"] for line in found["totals"]) == 0
    assert "2 of 6 bills would have gone otherwise" in copay(*asked).out


def test_another_pack_is_shown_and_nothing_is_written(
    shell: Copay, copay: Copay, family: str, tmp_path: Path
) -> None:
    file = tmp_path / "capped.yaml"
    file.write_text(
        'name: supposed\nregions: ["51"]\neffective: 2025-01-01\nsource: made up\ncertainty: I\n'
        "debit: {per_leg_cap_fen: 3000}\n"
    )
    before = log_of(family)

    found = answer(shell("replay", "--policy", file, "--beneficiary", "LIN", "--dsn", family, "--json"))
    page = copay("--policy", file, "replay", "--dsn", family, "--lang", "zh")

    (bill,) = [bill for bill in found["changed"] if bill["settlement"] == "LIN-S3"]
    assert {line["payer"]: line["would_be_fen"] for line in bill["payers"]} == {
        "MEI": 30_00, "WEI": 30_00, None: 90_00
    }  # fmt: skip
    assert bill["policy"] == {"recorded": "national-2024", "would_be": "supposed"}
    assert (page.status, "笔账单中有" in page.out) == (0, True)
    assert log_of(family) == before


def log_of(dsn: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute("SELECT * FROM ledger.ledger_events ORDER BY notification_id").fetchall()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--order", "MEI,WEI"], "--order needs --beneficiary"),
        (["--order", "MEI,BAO", "--beneficiary", "LIN"], "of those who were ever bound: MEI, WEI"),
        (["--order", "MEI,MEI", "--beneficiary", "LIN"], "--order names each once"),
        (["--beneficiary", "LIN"], "--beneficiary and --year go with --policy or --order"),
        (["--decide", "--full"], "one at a time"),
    ],
)
def test_bad_usage_is_one_sentence(arguments: list[str], sentence: str, copay: Copay, family: str) -> None:
    said = copay("replay", *arguments, "--dsn", family)

    assert said.status == 2
    assert sentence in said.err


def test_a_beneficiary_that_does_not_exist_is_status_1(copay: Copay, family: str) -> None:
    asked = ("replay", "--order", "MEI", "--beneficiary", "NOBODY", "--dsn", family)

    assert copay(*asked).status == 1
    assert answer(copay(*asked, "--json"))["error"]["code"] == "beneficiary_not_found"


def test_the_scripted_door_gives_the_same(
    copay: Copay, family: str, capfd: pytest.CaptureFixture[str]
) -> None:
    given = copay("replay", "--decide", "--dsn", family, "--json").out
    assert main(["--dsn", family, "--decide"]) == 0
    assert capfd.readouterr().out == given

    supposed = copay("replay", "--order", "MEI,WEI", "--beneficiary", "LIN", "--dsn", family, "--json").out
    assert main(["--dsn", family, "--order", "MEI,WEI", "--beneficiary", "LIN"]) == 0
    assert capfd.readouterr().out == supposed
