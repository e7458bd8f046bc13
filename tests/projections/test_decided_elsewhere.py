"""What people see of a settlement decided elsewhere: in every answer, and in the list for a clerk."""

from typing import Any

import pytest

from projections import queries
from projections.errors import Subject
from tests.projections.desk import LIN, MEI, NOW, WEI, Desk


def no_cap(_: str) -> None:
    """No yearly cap in any region."""


def leg(payer: str, fen: int) -> dict[str, Any]:
    return {"payer": payer, "bucket": "current", "amount_fen": fen}


@pytest.fixture
def family(desk: Desk) -> Desk:
    """Lin has 10, her son Wei is bound with 20; the platform took 30 from Wei and 5 from Mei, who is not."""
    desk.opens(LIN, fen=10_00)
    desk.opens(WEI, fen=20_00)
    desk.opens(MEI, fen=50_00)
    desk.binds(WEI, LIN)
    desk.does(
        "record", settlement="s-1", beneficiary=LIN, amount_fen=40_00, med_type="11", institution="Clinic",
        legs=[leg(WEI, 30_00), leg(MEI, 5_00)],
    )  # fmt: skip
    return desk


def test_an_explanation_says_that_it_was_decided_elsewhere(family: Desk) -> None:
    found = family.asks(queries.explain, "s-1")
    assert (found["op"], found["state"]) == ("record", "charged")
    assert found["exceptions"] == ["not_bound", "below_zero", "other_order"]
    assert [
        (s["payer"], s["rank"], s["available_fen"], s["bound_by"], s["taken_fen"]) for s in found["sources"]
    ] == [
        (LIN, 0, 10_00, "recorded", 0),
        (WEI, 1, 20_00, "recorded", 30_00),
        (MEI, None, 50_00, "recorded", 5_00),
    ]
    assert [(paid["payer"], paid["rank"]) for paid in found["legs"]] == [(WEI, 1), (MEI, None)]
    assert (found["own_fen"], found["shared_fen"], found["cash_fen"]) == (0, 35_00, 5_00)


def test_balances_limits_statement_and_totals_count_it(family: Desk) -> None:
    assert family.asks(queries.balance, WEI)["balance_fen"] == -10_00
    limits = family.asks(queries.limits, LIN, 2026, no_cap)
    assert [(b["binder"], b["used_fen"]) for b in limits["by_binder"]] == [(WEI, 30_00), (MEI, 5_00)]
    last = family.asks(queries.statement, MEI)["lines"][-1]
    assert (last["type"], last["amount_fen"], last["settlement"]) == ("CoPaymentCharged", -5_00, "s-1")
    (total,) = family.asks(queries.totals)["totals"]
    assert (total["op"], total["institution"], total["amount_fen"]) == ("record", "Clinic", 40_00)


def test_it_waits_for_a_clerk_until_it_is_given_back(family: Desk) -> None:
    family.does(
        "record", settlement="s-2", beneficiary=LIN, amount_fen=10_00, med_type="11", legs=[leg(LIN, 10_00)]
    )
    (row,) = family.asks(queries.exceptions, NOW)["exceptions"]
    assert (row["settlement"], row["exceptions"]) == ("s-1", ["not_bound", "below_zero", "other_order"])
    assert row["age_days"] == 477
    family.does("refund", settlement="s-1")
    assert family.asks(queries.exceptions, NOW)["exceptions"] == []


def test_a_correction_and_what_it_corrects_name_each_other(family: Desk) -> None:
    family.does("refund", settlement="s-1")
    family.does(
        "record", settlement="s-1-A", beneficiary=LIN, amount_fen=40_00, med_type="11",
        legs=[leg(LIN, 10_00), leg(WEI, 20_00)], corrects="s-1",
    )  # fmt: skip
    old, new = family.asks(queries.explain, "s-1"), family.asks(queries.explain, "s-1-A")
    assert (old["state"], old["corrected_by"]) == ("refunded", "s-1-A")
    assert (new["corrects"], new["external"], new["exceptions"]) == ("s-1", "s-1", [])
    listed = family.asks(queries.history, "s-1", "settlement")["events"]
    assert [event["type"] for event in listed if event["stream"] == "settlement:s-1"] == [
        "SettlementDecided",
        "SettlementRefunded",
        "SettlementCorrected",
    ]


def test_a_refusal_is_found_under_everybody_it_names(family: Desk) -> None:
    family.sends(
        "record", settlement="s-3", beneficiary=LIN, amount_fen=10_00, med_type="11",
        legs=[leg(MEI, 10_00)], corrects="s-1", id="r-refused",
    )  # fmt: skip
    named: tuple[tuple[str, Subject], ...] = (
        (LIN, "beneficiary"), (MEI, "account"), ("s-1", "settlement"), ("s-3", "settlement"),
    )  # fmt: skip
    for id_, kind in named:
        assert "r-refused" in {e["id"] for e in family.asks(queries.history, id_, kind)["events"]}
