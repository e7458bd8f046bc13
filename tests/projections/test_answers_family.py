"""Debit orders, limits and members of a small family, with figures that can be checked by hand."""

import pytest

from projections import queries
from projections.errors import NotFound
from tests.projections.desk import BAO, JUN, LIN, MEI, WEI, Desk, instant

FIRST = "2026-02-01T09:00:00+08:00"
SECOND = "2026-02-02T09:00:00+08:00"


def no_cap(region: str) -> int | None:
    return None


def order(desk: Desk, beneficiary: str, at: str | None = None, position: int | None = None) -> list[str]:
    moment = instant(at) if at else None
    answer = desk.asks(queries.debit_order, beneficiary, at=moment, position=position)
    return [row["binder"] for row in answer["order"]]


def by_binder(desk: Desk, year: int = 2026) -> list[tuple[str, int, int | None, int | None, bool]]:
    rows = desk.asks(queries.limits, LIN, year, no_cap)["by_binder"]
    return [
        (row["binder"], row["used_fen"], row["limit_fen"], row["remaining_fen"], row["bound"]) for row in rows
    ]


def test_the_own_account_comes_first_and_carries_no_figures(desk: Desk) -> None:
    desk.opens(LIN, WEI, fen=100_00)
    desk.binds(WEI, LIN, at=FIRST, limit_fen=300_00)
    answer = desk.asks(queries.debit_order, LIN)
    assert (answer["beneficiary"], answer["insurance"], answer["status"]) == (LIN, "employee", "active")
    assert answer["order"] == [
        {
            "rank": 0, "binder": LIN, "relation": "self",
            "since": None, "limit_fen": None, "quota_fen": None, "binding": None,
        },
        {
            "rank": 1, "binder": WEI, "relation": "parent",
            "since": FIRST, "limit_fen": 300_00, "quota_fen": None, "binding": 1,
        },
    ]  # fmt: skip


def test_resident_insurance_has_no_own_account_to_list(desk: Desk) -> None:
    desk.opens(MEI)
    desk.opens(BAO, insurance="resident")
    desk.binds(MEI, BAO, relation="child")
    assert order(desk, BAO) == [MEI]


def test_a_proxy_credential_is_no_payer(desk: Desk) -> None:
    desk.opens(LIN, WEI)
    desk.binds(WEI, LIN, kind="proxy_credential")
    assert order(desk, LIN) == [LIN]


def test_a_quota_shows_what_is_left_of_it_also_when_nothing_is(desk: Desk) -> None:
    desk.opens(LIN)
    desk.opens(WEI, fen=100_00)
    desk.binds(WEI, LIN, quota_fen=60_00)
    desk.charges(LIN, 25_00, settlement="s-1")
    assert desk.asks(queries.debit_order, LIN)["order"][1]["quota_fen"] == 35_00
    desk.does("release_quota", binder=WEI, beneficiary=LIN)
    assert desk.asks(queries.debit_order, LIN)["order"][1]["quota_fen"] == 0
    desk.does("refund", settlement="s-1", amount_fen=5_00)
    assert desk.asks(queries.debit_order, LIN)["order"][1]["quota_fen"] == 5_00


def test_the_order_as_of_any_moment_is_that_moments_order(desk: Desk) -> None:
    desk.opens(LIN, WEI, MEI)
    desk.binds(WEI, LIN, at=FIRST)
    desk.binds(MEI, LIN, at=SECOND)
    known = desk.asks(queries.debit_order, LIN)["position"]
    desk.does("reorder", beneficiary=LIN, order=[MEI, WEI], at="2026-03-01T09:00:00+08:00")
    desk.does("unbind", binder=WEI, beneficiary=LIN, at="2026-03-05T09:00:00+08:00")
    assert order(desk, LIN) == [LIN, MEI]
    assert order(desk, LIN, at="2026-02-01T08:59:59+08:00") == [LIN]
    assert order(desk, LIN, at=FIRST) == [LIN, WEI]
    assert order(desk, LIN, at=SECOND) == [LIN, WEI, MEI]
    assert order(desk, LIN, at="2026-03-04T09:00:00+08:00") == [LIN, MEI, WEI]
    assert order(desk, LIN, position=known) == [LIN, WEI, MEI]
    assert order(desk, LIN, at=FIRST, position=known) == [LIN, WEI]
    assert order(desk, LIN, at="2026-03-04T09:00:00+08:00", position=known) == [LIN, WEI, MEI]


def test_closing_an_account_empties_its_order_but_for_itself(desk: Desk) -> None:
    desk.opens(LIN, WEI)
    desk.binds(WEI, LIN)
    desk.does("set_status", account=LIN, status="closed")
    assert order(desk, LIN) == [LIN]
    assert desk.asks(queries.debit_order, LIN)["status"] == "closed"


def test_a_beneficiary_nobody_knows_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound) as absent:
        desk.asks(queries.debit_order, LIN)
    assert absent.value.code == "beneficiary_not_found"
    with pytest.raises(NotFound) as absent:
        desk.asks(queries.limits, LIN, 2026, no_cap)
    assert (absent.value.code, absent.value.id) == ("beneficiary_not_found", LIN)


def test_limits_count_shared_money_and_holds_but_no_own_money_and_no_premium(desk: Desk) -> None:
    desk.opens(LIN, fen=10_00)
    desk.opens(WEI, MEI, fen=500_00)
    desk.binds(WEI, LIN, limit_fen=100_00)
    desk.binds(MEI, LIN)
    desk.charges(LIN, 50_00)  # 10 her own, 40 Wei
    desk.charges(LIN, 90_00, op="hold", settlement="s-h")  # 60 Wei, 30 Mei
    desk.does("pay_premium", payer=MEI, beneficiary=LIN, amount_fen=200_00, scheme="long_term_care")
    assert by_binder(desk) == [(WEI, 100_00, 100_00, 0, True), (MEI, 30_00, None, None, True)]
    desk.does("release", settlement="s-h")
    assert by_binder(desk) == [(WEI, 40_00, 100_00, 60_00, True), (MEI, 0, None, None, True)]


def test_limits_give_back_what_a_refund_gives_back_in_the_year_of_the_charge(desk: Desk) -> None:
    desk.opens(LIN)
    desk.opens(WEI, fen=500_00)
    desk.binds(WEI, LIN, at="2026-01-06T09:00:00+08:00")
    desk.charges(LIN, 80_00, settlement="s-1", at="2026-12-31T23:30:00+08:00")
    desk.does("refund", settlement="s-1", amount_fen=30_00, at="2027-01-02T09:00:00+08:00")
    assert by_binder(desk) == [(WEI, 50_00, None, None, True)]
    assert by_binder(desk, 2027) == [(WEI, 0, None, None, True)]


def test_former_binders_with_use_come_last_and_without_a_limit(desk: Desk) -> None:
    desk.opens(LIN)
    desk.opens(WEI, MEI, JUN, fen=100_00)
    desk.binds(WEI, LIN, limit_fen=70_00)
    desk.binds(JUN, LIN, relation="sibling")
    desk.charges(LIN, 20_00)
    for binder in (WEI, JUN):  # Jun never paid
        desk.does("unbind", binder=binder, beneficiary=LIN)
    desk.binds(MEI, LIN)
    assert by_binder(desk) == [(MEI, 0, None, None, True), (WEI, 20_00, None, None, False)]
    desk.binds(WEI, LIN, limit_fen=15_00)  # bound again: what was used counts, and nothing remains
    assert by_binder(desk) == [(MEI, 0, None, None, True), (WEI, 20_00, 15_00, 0, True)]


def test_the_cap_is_that_of_the_region_the_beneficiary_is_in(desk: Desk) -> None:
    desk.opens(LIN, WEI, fen=50_00)
    desk.binds(WEI, LIN)
    desk.charges(LIN, 80_00)
    known = desk.asks(queries.limits, LIN, 2026, no_cap)["position"]
    desk.does("transfer", account=LIN, region="440305")
    caps = {"510104": None, "440305": 20_00}
    answer = desk.asks(queries.limits, LIN, 2026, caps.get)
    assert (answer["used_fen"], answer["cap_fen"], answer["remaining_fen"]) == (30_00, 20_00, 0)
    before = desk.asks(queries.limits, LIN, 2026, caps.get, position=known)
    assert (before["region"], before["cap_fen"], before["remaining_fen"]) == ("510104", None, None)


def test_limits_as_of_a_moment_count_what_had_happened_by_then(desk: Desk) -> None:
    desk.opens(LIN)
    desk.opens(WEI, fen=500_00)
    desk.binds(WEI, LIN, at=FIRST)
    desk.charges(LIN, 40_00, op="hold", settlement="s-h", at="2026-02-10T09:00:00+08:00")
    desk.does("release", settlement="s-h", at="2026-02-20T09:00:00+08:00")
    used = [
        desk.asks(queries.limits, LIN, 2026, no_cap, at=instant(f"2026-02-{day}T12:00:00+08:00"))["used_fen"]
        for day in ("05", "10", "19", "20")
    ]
    assert used == [0, 40_00, 40_00, 0]


def test_members_are_listed_from_the_binders_side(desk: Desk) -> None:
    desk.opens(LIN, JUN)
    desk.opens(BAO, insurance="resident")
    desk.opens(WEI, fen=500_00)
    desk.binds(WEI, LIN, at=FIRST)
    desk.binds(WEI, BAO, relation="child", at=SECOND, quota_fen=100_00)
    desk.binds(WEI, LIN, kind="proxy_credential", at=SECOND)
    desk.binds(WEI, JUN, relation="other", kind="proxy_credential", at=SECOND)
    desk.does("set_limit", binder=WEI, beneficiary=LIN, limit_fen=300_00, at=SECOND)
    desk.charges(LIN, 30_00)
    desk.charges(BAO, 12_00)
    rows = desk.asks(queries.members, WEI, 2026)["members"]
    figures = ("beneficiary", "kind", "relation", "since", "limit_fen", "quota_fen", "used_fen", "bound")
    assert [tuple(row[name] for name in figures) for row in rows] == [
        (LIN, "mutual_aid", "parent", FIRST, 300_00, None, 30_00, True),
        (BAO, "mutual_aid", "child", SECOND, None, 88_00, 12_00, True),
        (LIN, "proxy_credential", "parent", SECOND, None, None, 0, True),
        (JUN, "proxy_credential", "other", SECOND, None, None, 0, True),
    ]


def test_former_members_with_use_in_the_year_come_last(desk: Desk) -> None:
    desk.opens(LIN, JUN)
    desk.opens(WEI, fen=500_00)
    for beneficiary in (LIN, JUN):
        desk.binds(WEI, beneficiary, relation="parent" if beneficiary == LIN else "sibling")
    desk.charges(LIN, 30_00)
    for beneficiary in (LIN, JUN):
        desk.does("unbind", binder=WEI, beneficiary=beneficiary)
    (former,) = desk.asks(queries.members, WEI, 2026)["members"]
    assert (former["beneficiary"], former["used_fen"], former["bound"]) == (LIN, 30_00, False)
    assert desk.asks(queries.members, WEI, 2025)["members"] == []
    desk.binds(WEI, LIN)  # bound again, it is listed once
    (present,) = desk.asks(queries.members, WEI, 2026)["members"]
    assert (present["used_fen"], present["bound"]) == (30_00, True)


def test_a_binder_nobody_knows_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound) as absent:
        desk.asks(queries.members, WEI, 2026)
    assert absent.value.code == "account_not_found"
