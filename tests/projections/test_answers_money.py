"""Balances and statements of a small family, with figures that can be checked by hand."""

from datetime import date
from itertools import product
from typing import Any, Final

import pytest

from ledger.clock import for_people
from projections import queries
from projections.errors import NotFound
from tests.projections.desk import LIN, MEI, WEI, Desk, instant

QUESTIONS: Final[tuple[Any, ...]] = (
    queries.balance,
    queries.debit_order,
    queries.statement,
    queries.history,
    queries.explain,
)


def test_a_balance_tells_what_of_it_can_be_spent(desk: Desk) -> None:
    desk.opens(WEI, fen=500_00)
    desk.does("credit", account=WEI, bucket="carried", amount_fen=80_00)
    desk.opens(MEI)
    desk.binds(WEI, MEI, quota_fen=60_00)
    desk.charges(WEI, 30_00, op="hold")
    answer = desk.asks(queries.balance, WEI)
    assert answer.pop("position") > 0
    assert answer == {
        "account": WEI, "region": "510104", "insurance": "employee", "status": "active",
        "current_fen": 500_00, "carried_fen": 80_00, "balance_fen": 580_00,
        "reserved_fen": 60_00, "held_fen": 30_00, "available_fen": 490_00, "suspense_fen": 0,
    }  # fmt: skip


def test_a_balance_below_zero_leaves_nothing_to_spend(desk: Desk) -> None:
    desk.opens(WEI, fen=10_00)
    desk.does("adjust", account=WEI, delta_fen=-25_00, reason="clearing")
    answer = desk.asks(queries.balance, WEI)
    assert (answer["balance_fen"], answer["available_fen"]) == (-15_00, 0)


def test_a_balance_as_of_a_moment_takes_what_had_happened_by_then(desk: Desk) -> None:
    desk.opens(WEI, fen=100_00)
    desk.does("credit", account=WEI, amount_fen=50_00, at="2026-02-05T09:00:00+08:00")
    desk.does("transfer", account=WEI, region="330106", at="2026-02-10T09:00:00+08:00")
    desk.does("set_status", account=WEI, status="suspended", at="2026-02-12T09:00:00+08:00")
    known = desk.asks(queries.balance, WEI)["position"]
    desk.does("credit", account=WEI, amount_fen=7_00, at="2026-01-20T09:00:00+08:00")  # told late

    january = instant("2026-01-31T23:59:59+08:00")
    then, now = desk.asks(queries.balance, WEI, at=january), desk.asks(queries.balance, WEI)
    assert (then["region"], then["status"], then["balance_fen"]) == ("510104", "active", 107_00)
    assert (now["region"], now["status"], now["balance_fen"]) == ("330106", "suspended", 157_00)
    assert desk.asks(queries.balance, WEI, position=known)["balance_fen"] == 150_00
    both = desk.asks(queries.balance, WEI, at=january, position=known)
    assert (both["balance_fen"], both["position"]) == (100_00, known)


def test_an_account_is_not_found_before_it_was_opened(desk: Desk) -> None:
    desk.opens(WEI)
    before = instant("2026-01-05T08:59:59+08:00")
    with pytest.raises(NotFound, match="there is no account WEI") as absent:
        desk.asks(queries.balance, WEI, at=before)
    assert absent.value.code == "account_not_found"
    for position in (0, -3):
        with pytest.raises(NotFound):
            desk.asks(queries.balance, WEI, position=position)


def test_a_position_beyond_the_log_is_the_present(desk: Desk) -> None:
    desk.opens(WEI, fen=5_00)
    assert desk.asks(queries.balance, WEI, position=10**30) == desk.asks(queries.balance, WEI)


def test_what_is_no_id_is_not_found(desk: Desk) -> None:
    for question, id in product(QUESTIONS, ("", "a b", "x" * 65, "\x00", "\udcff", "账户")):
        with pytest.raises(NotFound) as absent:
            desk.asks(question, id)
        absent.value.text("zh").encode()


def test_a_statement_shows_money_that_moved_with_the_balance_after_it(desk: Desk) -> None:
    desk.opens(LIN)
    desk.opens(WEI, fen=100_00)
    desk.does("credit", account=WEI, bucket="carried", amount_fen=40_00, kind="interest")
    desk.binds(WEI, LIN)
    desk.charges(LIN, 120_00, settlement="s-1")
    desk.charges(LIN, 20_00, op="hold", settlement="s-2")
    desk.does("capture", settlement="s-2")
    desk.does("refund", settlement="s-1", amount_fen=30_00)
    lines = desk.asks(queries.statement, WEI)["lines"]
    assert [(line["type"], line["bucket"], line["amount_fen"], line["balance_fen"]) for line in lines] == [
        ("Credited", "current", 100_00, 100_00),
        ("Credited", "carried", 40_00, 140_00),
        ("CoPaymentCharged", "current", -100_00, 40_00),
        ("CoPaymentCharged", "carried", -20_00, 20_00),
        ("CoPaymentCaptured", "carried", -20_00, 0),
        ("CoPaymentRefunded", "current", 10_00, 10_00),
        ("CoPaymentRefunded", "carried", 20_00, 30_00),
    ]
    assert [line["note"] for line in lines[:3]] == [None, "interest", None]
    assert {(line["settlement"], line["beneficiary"]) for line in lines[2:4]} == {("s-1", LIN)}
    assert lines[0]["at"] == "2026-01-05T09:00:00+08:00"
    assert lines[0]["recorded_at"] == "2027-06-30T12:00:00+08:00"


def test_the_days_of_a_statement_are_local_and_counted_whole(desk: Desk) -> None:
    desk.opens(WEI)
    for at in ("2026-01-31T23:59:59+08:00", "2026-02-01T00:00:00+08:00", "2026-02-28T23:59:59.999999+08:00"):
        desk.does("credit", account=WEI, amount_fen=10_00, at=at)
    desk.does("credit", account=WEI, amount_fen=10_00, at="2026-03-01T00:00:00+08:00")
    desk.does("credit", account=WEI, amount_fen=1_00, at="2026-02-10T09:00:00+08:00")  # told late

    february = desk.asks(queries.statement, WEI, first=date(2026, 2, 1), last=date(2026, 2, 28))
    assert (february["from"], february["to"]) == ("2026-02-01", "2026-02-28")
    shown = [(line["amount_fen"], line["balance_fen"]) for line in february["lines"]]
    assert shown == [(10_00, 20_00), (10_00, 30_00), (1_00, 41_00)]
    since = desk.asks(queries.statement, WEI, first=date(2026, 3, 1))["lines"]
    assert [line["balance_fen"] for line in since] == [40_00]
    until = desk.asks(queries.statement, WEI, last=date(2026, 1, 31))["lines"]
    assert [line["balance_fen"] for line in until] == [10_00]
    assert len(desk.asks(queries.statement, WEI, first=date.min, last=date.max)["lines"]) == 5


def test_a_statement_as_of_a_position_ends_there(desk: Desk) -> None:
    desk.opens(WEI, fen=10_00)
    known = desk.asks(queries.statement, WEI)["position"]
    desk.does("credit", account=WEI, amount_fen=5_00)
    assert len(desk.asks(queries.statement, WEI, position=known)["lines"]) == 1
    with pytest.raises(NotFound):
        desk.asks(queries.statement, WEI, position=0)


def test_money_in_suspense_has_its_lines_and_leaves_the_balance_alone(desk: Desk) -> None:
    desk.opens(LIN, fen=50_00)
    desk.charges(LIN, 30_00, settlement="s-1")
    desk.does("set_status", account=LIN, status="closed")
    desk.does("refund", settlement="s-1")
    desk.does("adjust", account=LIN, bucket="suspense", delta_fen=-10_00, reason="paid out")
    lines = desk.asks(queries.statement, LIN)["lines"]
    assert [(line["bucket"], line["amount_fen"], line["balance_fen"]) for line in lines[2:]] == [
        ("suspense", 30_00, 20_00), ("suspense", -10_00, 20_00),
    ]  # fmt: skip
    answer = desk.asks(queries.balance, LIN)
    assert (answer["status"], answer["balance_fen"], answer["suspense_fen"]) == ("closed", 20_00, 20_00)


def test_an_account_without_money_has_an_empty_statement(desk: Desk) -> None:
    desk.opens(LIN, insurance="resident")
    assert desk.asks(queries.statement, LIN)["lines"] == []


def test_the_times_of_a_statement_are_those_of_shanghai_in_any_century(desk: Desk) -> None:
    told = ("1900-06-01T00:00:00+08:00", "1988-06-01T12:00:00.5+09:00", "2026-03-10T10:00:00.000001Z")
    desk.opens(WEI)
    for at in told:
        desk.does("credit", account=WEI, amount_fen=1, at=at)
        lines = desk.asks(queries.statement, WEI)["lines"]
        assert [line["at"] for line in lines] == [for_people(instant(line)) for line in told[: len(lines)]]
    (summer,) = desk.asks(queries.statement, WEI, date(1988, 6, 1), date(1988, 6, 1))["lines"]
    assert summer["at"] == "1988-06-01T12:00:00.500000+09:00"
    first, *_ = desk.asks(queries.statement, WEI)["lines"]
    assert first["at"].endswith("+08:05:43")
