"""`copay totals` over the family's story: the figures a clerk adds up from its lines by hand."""

import json

from tests.scripts.conftest import Copay


def test_totals_of_the_story_are_those_of_its_lines(copay: Copay, family: str) -> None:
    """Lines 12, 15 and 25 of the story, and line 24: the refund of a part of line 15."""
    said = copay("totals", "--institution", "Tongxin Pharmacy", "--dsn", family, "--json")
    answer = json.loads(said.out)
    money = ("count", "amount_fen", "own_fen", "shared_fen", "cash_fen")
    assert [(t["business_day"], t["direction"], *(t[name] for name in money)) for t in answer["totals"]] == [
        ("2025-03-18", "forward", 1, 120_00, 50_00, 70_00, 0),
        ("2025-04-16", "forward", 1, 300_00, 50_00, 230_00, 20_00),
        ("2025-09-03", "reverse", 1, 100_00, 0, 80_00, 20_00),
        ("2025-10-15", "forward", 1, 40_00, 0, 40_00, 0),
    ]
    assert answer["sum"]["net"] == {
        "amount_fen": 360_00, "own_fen": 100_00, "shared_fen": 260_00, "cash_fen": 0
    }  # fmt: skip


def test_the_captured_hold_of_the_story_counts_on_the_day_of_its_capture(copay: Copay, family: str) -> None:
    """Line 21 holds, line 22 captures on 8 July."""
    asked = ("totals", "--from", "2025-07-01", "--to", "2025-07-31", "--dsn", family)
    (total,) = json.loads(copay(*asked, "--json").out)["totals"]
    assert (total["business_day"], total["op"], total["shared_fen"]) == ("2025-07-08", "hold", 60_00)
    page = copay(*asked).out
    assert "60.00" in page
    assert "net" in page


def test_days_without_settlements_are_said_to_have_none(copay: Copay, family: str) -> None:
    asked = ("totals", "--to", "2024-12-31", "--dsn", family)
    assert json.loads(copay(*asked, "--json").out)["totals"] == []
    assert "nothing was settled" in copay(*asked).out
    assert "没有结算" in copay(*asked, "--lang", "zh").out
