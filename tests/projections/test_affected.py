"""Facts told late: which payments they put in doubt, and how much of whose money."""

from typing import Any, Final

import pytest

from projections import queries
from projections.errors import NotFound
from tests.projections.desk import BAO, JUN, LIN, MEI, WEI, Answer, Desk

MORNING: Final = "2026-03-10T08:00:00+08:00"
NOON: Final = "2026-03-10T12:00:00+08:00"
EVENING: Final = "2026-03-10T20:00:00+08:00"
BEFORE: Final = "2026-02-01T10:00:00+08:00"


@pytest.fixture
def family(desk: Desk) -> Desk:
    """Wei and then Mei pay for Lin; at noon a bill of 150 yuan took 100 from Wei and 50 from Mei."""
    desk.opens(LIN, JUN)
    desk.opens(BAO, insurance="resident")
    desk.opens(WEI, fen=100_00)
    desk.opens(MEI, fen=500_00)
    for binder in (WEI, MEI):
        desk.binds(binder, LIN, at=BEFORE)
    desk.charges(LIN, 150_00, settlement="noon", at=NOON)
    return desk


def told(desk: Desk, **asked: Any) -> Answer:
    return desk.asks(queries.affected, **asked)


def in_doubt(found: Answer) -> list[tuple[str, list[tuple[str, str, int]]]]:
    """Each fact's command, with settlement, payer and stake of each payment."""
    return [
        (fact["op"], [(p["settlement"], p["payer"], p["at_stake_fen"]) for p in fact["payments"]])
        for fact in found["facts"]
    ]


def test_an_unbinding_told_late_puts_what_that_binder_paid_since_in_doubt(family: Desk) -> None:
    family.charges(LIN, 20_00, settlement="early", at="2026-03-09T12:00:00+08:00")
    family.does("unbind", binder=MEI, beneficiary=LIN, at=MORNING, reason="divorce", by="staff-07")
    family.charges(LIN, 10_00, settlement="after", at=EVENING)
    found = told(family)
    assert in_doubt(found) == [("unbind", [("noon", MEI, 50_00)])]
    (fact,) = found["facts"]
    assert (fact["account"], fact["beneficiary"], fact["said"], fact["by"]) == (
        MEI,
        LIN,
        "divorce",
        "staff-07",
    )
    assert found["payers"] == [{"payer": MEI, "charges": 1, "at_stake_fen": 50_00}]


def test_an_unbinding_at_the_very_time_of_a_charge_reaches_it_and_one_after_it_does_not(family: Desk) -> None:
    family.does("unbind", binder=WEI, beneficiary=LIN, at=NOON)
    family.does("unbind", binder=MEI, beneficiary=LIN, at="2026-03-10T12:00:01+08:00")
    assert in_doubt(told(family)) == [("unbind", [("noon", WEI, 100_00)])]


def test_what_came_back_is_not_at_stake(family: Desk) -> None:
    family.does("refund", settlement="noon", amount_fen=70_00, at=EVENING)
    family.does("unbind", binder=WEI, beneficiary=LIN, at=MORNING)
    family.does("unbind", binder=MEI, beneficiary=LIN, at=MORNING)
    found = told(family)
    assert [(p["payer"], p["at_stake_fen"]) for p in found["payers"]] == [(WEI, 80_00), (MEI, 0)]
    mei = found["facts"][1]["payments"][0]
    assert (mei["paid_fen"], mei["refunded_fen"]) == (50_00, 50_00)


def test_a_hold_is_at_stake_while_it_is_open_and_when_captured_but_not_once_released(family: Desk) -> None:
    for settlement in ("open", "taken", "let-go"):
        family.charges(LIN, 10_00, op="hold", settlement=settlement, at=NOON)
    family.does("capture", settlement="taken", at=EVENING)
    family.does("release", settlement="let-go", at=EVENING)
    family.does("set_status", account=MEI, status="suspended", at=MORNING)
    ((op, payments),) = in_doubt(told(family))
    assert (op, payments) == (
        "set_status", [("noon", MEI, 50_00), ("open", MEI, 10_00), ("taken", MEI, 10_00)]
    )  # fmt: skip


def test_a_suspended_person_pays_for_itself_but_for_nobody_else_and_nobody_pays_for_it(desk: Desk) -> None:
    desk.opens(LIN, WEI, MEI, fen=100_00)
    desk.binds(WEI, LIN, at=BEFORE)
    desk.binds(MEI, WEI, at=BEFORE)
    desk.charges(LIN, 130_00, settlement="lin", at=NOON)
    desk.charges(WEI, 90_00, settlement="wei", at=NOON)
    desk.does("set_status", account=WEI, status="suspended", at=MORNING)
    assert in_doubt(told(desk)) == [("set_status", [("lin", WEI, 30_00), ("wei", MEI, 20_00)])]


def test_a_death_told_late_reaches_all_its_money_and_what_others_paid_and_is_one_fact(desk: Desk) -> None:
    desk.opens(LIN, WEI, MEI, fen=100_00)
    desk.binds(WEI, LIN, at=BEFORE)
    desk.binds(MEI, WEI, at=BEFORE)
    desk.charges(LIN, 130_00, settlement="lin", at=NOON)
    desk.charges(WEI, 90_00, settlement="wei", at=NOON)
    desk.does("set_status", account=WEI, status="closed", at=MORNING)
    found = told(desk)
    assert in_doubt(found) == [
        ("set_status", [("lin", WEI, 30_00), ("wei", WEI, 70_00), ("wei", MEI, 20_00)])
    ]
    assert [(p["payer"], p["charges"], p["at_stake_fen"]) for p in found["payers"]] == [
        (WEI, 2, 100_00), (MEI, 1, 20_00)
    ]  # fmt: skip
    assert found["at_stake_fen"] == 120_00


def test_a_move_told_late_reaches_its_own_bills_and_ends_what_it_paid_for_others(desk: Desk) -> None:
    desk.opens(LIN, WEI, MEI, fen=100_00)
    desk.binds(WEI, LIN, at=BEFORE)
    desk.binds(MEI, WEI, at=BEFORE)
    desk.charges(LIN, 130_00, settlement="lin", at=NOON)
    desk.charges(WEI, 90_00, settlement="wei", at=NOON)
    desk.does("transfer", account=WEI, region="510107", at=MORNING)
    assert in_doubt(told(desk)) == [
        ("transfer", [("wei", WEI, 70_00), ("wei", MEI, 20_00), ("lin", WEI, 30_00)])
    ]


def test_an_adjustment_told_late_reaches_whatever_the_account_paid_since(family: Desk) -> None:
    family.charges(MEI, 30_00, settlement="own", at=NOON)
    family.does("adjust", account=MEI, delta_fen=-5_00, reason="clearing", at=MORNING)
    family.does("adjust", account=WEI, delta_fen=5_00, reason="clearing", at=EVENING)
    found = told(family)
    assert in_doubt(found) == [("adjust", [("noon", MEI, 50_00), ("own", MEI, 30_00)])]
    assert found["facts"][0]["said"] == "clearing"


def test_a_limit_told_late_reaches_that_binder_and_an_order_all_that_it_names(family: Desk) -> None:
    family.does("set_limit", binder=MEI, beneficiary=LIN, limit_fen=20_00, at=MORNING)
    family.does("reorder", beneficiary=LIN, order=[MEI, WEI], at=MORNING)
    found = told(family)
    assert in_doubt(found) == [
        ("set_limit", [("noon", MEI, 50_00)]),
        ("reorder", [("noon", WEI, 100_00), ("noon", MEI, 50_00)]),
    ]
    assert found["facts"][1]["said"] == [MEI, WEI]
    assert found["at_stake_fen"] == 150_00  # a payment in doubt twice is at stake once


def test_what_was_told_in_time_and_what_takes_no_ground_away_is_not_listed(family: Desk) -> None:
    family.does("credit", account=LIN, amount_fen=1_00, at=MORNING)
    family.does("grant_quota", binder=MEI, beneficiary=LIN, amount_fen=1_00, at=MORNING)
    family.does("unbind", binder=MEI, beneficiary=LIN, at=EVENING)
    family.does("set_status", account=WEI, status="suspended", at=EVENING)
    found = told(family)
    assert (found["facts"], found["payers"], found["at_stake_fen"]) == ([], [], 0)


def test_a_proxy_credential_and_an_own_bill_have_nothing_to_do_with_an_unbinding(desk: Desk) -> None:
    desk.opens(LIN, WEI, fen=100_00)
    desk.binds(WEI, LIN, kind="proxy_credential", at=BEFORE)
    desk.charges(LIN, 30_00, at=NOON)
    desk.does("unbind", binder=WEI, beneficiary=LIN, kind="proxy_credential", at=MORNING)
    assert told(desk)["facts"] == []


def test_the_list_can_start_at_a_position_and_keep_to_one_account_or_one_beneficiary(family: Desk) -> None:
    family.binds(MEI, JUN, at=BEFORE)
    family.charges(JUN, 10_00, settlement="jun", at=NOON)
    family.does("unbind", binder=WEI, beneficiary=LIN, at=MORNING)
    since = told(family)["position"]
    family.does("set_status", account=MEI, status="suspended", at=MORNING)
    assert [op for op, _ in in_doubt(told(family, since=since))] == ["set_status"]
    assert [op for op, _ in in_doubt(told(family, account=WEI))] == ["unbind"]
    assert in_doubt(told(family, beneficiary=JUN)) == [("set_status", [("jun", MEI, 10_00)])]
    with pytest.raises(NotFound):
        told(family, account="NOBODY")


def test_a_premium_is_in_doubt_like_a_bill(desk: Desk) -> None:
    desk.opens(BAO, insurance="resident")
    desk.opens(WEI, fen=900_00)
    desk.binds(WEI, BAO, relation="child", at=BEFORE)
    desk.does(
        "pay_premium",
        settlement="fee",
        payer=WEI,
        beneficiary=BAO,
        amount_fen=400_00,
        scheme="resident",
        at=NOON,
    )
    desk.does("unbind", binder=WEI, beneficiary=BAO, at=MORNING)
    assert in_doubt(told(desk)) == [("unbind", [("fee", WEI, 400_00)])]
