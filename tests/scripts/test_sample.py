"""The family's story: the ledger answers every line as the table beside the file says."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ledger.application import Ledger, Result

SAMPLE = Path(__file__).parents[2] / "scripts" / "sample"
PEOPLE = ("LIN", "WEI", "MEI")


class Row(NamedTuple):
    """One row of the table in scripts/sample/README.md."""

    number: int
    status: str
    answer: str
    balances: tuple[int | None, ...]


@pytest.fixture(scope="module")
def story() -> list[bytes]:
    return (SAMPLE / "family.jsonl").read_bytes().splitlines()


@pytest.fixture(scope="module")
def results(story: list[bytes]) -> list[Result]:
    with Ledger.in_memory() as ledger:
        return list(ledger.apply_lines(story))


@pytest.fixture(scope="module")
def table() -> list[Row]:
    rows = []
    for text in (SAMPLE / "README.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in text.strip("|").split("|")]
        if len(cells) == 7 and cells[0].isdigit():
            balances = tuple(_fen(cell.split(" ")[0]) if cell else None for cell in cells[4:])
            rows.append(Row(int(cells[0]), cells[2], cells[3], balances))
    return rows


def test_the_story_is_told_in_order_of_time(story: list[bytes]) -> None:
    times = [json.loads(line)["at"] for line in story]
    assert times == sorted(times)


def test_every_line_has_its_row(story: list[bytes], table: list[Row]) -> None:
    assert [row.number for row in table] == list(range(1, len(story) + 1))


def test_every_line_is_accepted_or_refused_as_told(results: list[Result], table: list[Row]) -> None:
    answered = [f"{result.status} `{result.code}`" if result.code else result.status for result in results]
    assert answered == [row.status for row in table]


def test_every_leg_and_figure_is_the_one_worked_out_by_hand(results: list[Result], table: list[Row]) -> None:
    for result, row in zip(results, table, strict=True):
        if "·" in row.answer:
            assert _parts(row.answer) == _told(result), row
        for name, figure in re.findall(r"`(\w+)` ([\d,]+)", row.answer):
            assert result.result[name] == _fen(figure), row


def test_every_balance_is_the_one_worked_out_by_hand(
    story: list[bytes], results: list[Result], table: list[Row]
) -> None:
    balances: Counter[str] = Counter()
    for line, result, row in zip(story, results, table, strict=True):
        _post(balances, json.loads(line), result)
        told = dict(zip(PEOPLE, row.balances, strict=True))
        assert {person: fen for person, fen in told.items() if fen is not None} == {
            person: balances[person] for person, fen in told.items() if fen is not None
        }, row


def _fen(text: str) -> int:
    return int(text.replace(",", ""))


def _parts(answer: str) -> list[tuple[str, int]]:
    """Who and how much, in the order of an answer such as `LIN 5,000 · WEI 7,000 · cash 0`."""
    return [(who, _fen(fen)) for who, fen in re.findall(r"\b(LIN|WEI|MEI|cash) ([\d,]+)", answer)]


def _told(result: Result) -> list[tuple[str, int]]:
    cash = ("cash", result.result["cash_fen"])
    if result.op == "refund":
        return [cash, *((leg["payer"], leg["amount_fen"]) for leg in result.result["restored"])]
    return [*((leg["payer"], leg["amount_fen"]) for leg in result.result["legs"]), cash]


def _post(balances: Counter[str], command: dict[str, Any], result: Result) -> None:
    if result.status != "accepted":
        return
    if result.op == "credit":
        balances[command["account"]] += command["amount_fen"]
    for leg in result.result.get("legs", ()) if result.op != "hold" else ():
        balances[leg["payer"]] -= leg["amount_fen"]
    for leg in result.result.get("restored", ()):
        balances[leg["payer"]] += leg["amount_fen"]
