"""What waits for a person, page by page, with its age."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from projections import queries
from projections.store import Snapshot
from tests.projections.desk import BAO, JUN, LIN, MEI, NOW, WEI, Desk, instant

APRIL = instant("2026-04-01T00:00:01+08:00")


def pages(desk: Desk, name: str, question: Callable[..., dict[str, Any]], **filters: Any) -> list[Any]:
    """Every row, two at a time."""
    rows: list[Any] = []
    after = None
    while True:
        page = desk.asks(question, NOW, limit=2, after=after, **filters)
        assert len(page[name]) <= 2
        rows += page[name]
        if (after := page["next"]) is None:
            return rows


def test_open_holds_wait_oldest_first(desk: Desk) -> None:
    desk.opens(LIN, fen=20_00)
    desk.opens(WEI, fen=100_00)
    desk.binds(WEI, LIN)
    for number in range(1, 6):
        desk.charges(LIN, 50_00, op="hold", settlement=f"s-{number}", institution="Hospital")
    desk.does("capture", settlement="s-2")
    desk.does("release", settlement="s-4")
    desk.charges(LIN, 1_00)
    assert [row["settlement"] for row in pages(desk, "holds", queries.holds)] == ["s-1", "s-3", "s-5"]
    hold = desk.asks(queries.holds, APRIL)["holds"][0]
    assert hold.pop("position") > 0
    assert hold == {
        "settlement": "s-1", "op": "hold", "beneficiary": LIN, "amount_fen": 50_00,
        "own_fen": 20_00, "shared_fen": 30_00, "cash_fen": 0, "class": "outpatient", "med_type": "11",
        "institution": "Hospital", "at": "2026-03-10T10:00:00+08:00", "age_days": 22,
    }  # fmt: skip


def test_ages_count_local_days_and_never_run_backwards(desk: Desk) -> None:
    desk.opens(LIN)
    desk.charges(LIN, 1_00, op="hold", at="2026-03-31T23:59:59+08:00")
    (hold,) = desk.asks(queries.holds, APRIL)["holds"]
    assert hold["age_days"] == 1
    (hold,) = desk.asks(queries.holds, APRIL - timedelta(days=9))["holds"]
    assert hold["age_days"] == 0


def test_binds_wait_for_a_review_until_it_is_accepted(database: str, careful: Path) -> None:
    with Desk(database, [careful]) as desk:
        desk.opens(LIN, WEI, MEI, JUN, region="130102")
        evidence = [{"type": "kinship", "sha256": "a" * 64}]
        desk.binds(WEI, LIN, id="b-1", by="desk-07", limit_fen=30_00, evidence=evidence)
        desk.binds(MEI, LIN, id="b-2", by="desk-07")
        desk.binds(JUN, LIN, id="b-3", by="desk-07", relation="sibling")
        desk.binds(WEI, MEI, id="b-4", by="desk-07", relation="sibling")
        desk.does("review", request="b-2", decision="approve", by="desk-08")
        desk.does("review", request="b-3", decision="reject", by="desk-08")
        desk.sends("review", request="b-4", decision="approve", by="desk-07")  # refused: the one who asked
        rows = pages(desk, "reviews", queries.reviews)
        assert [row["id"] for row in rows] == ["b-1", "b-4"]
        shown = {
            name: rows[0][name] for name in ("binder", "beneficiary", "kind", "limit_fen", "by", "evidence")
        }
        assert shown == {
            "binder": WEI, "beneficiary": LIN, "kind": "mutual_aid", "limit_fen": 30_00, "by": "desk-07",
            "evidence": evidence,
        }  # fmt: skip


def test_refusals_are_listed_newest_first_with_what_was_asked(desk: Desk) -> None:
    desk.opens(WEI)
    for amount in range(1, 6):
        desk.sends("credit", account="NOBODY", amount_fen=amount)
    rows = pages(desk, "refusals", queries.refusals)
    assert [row["asked"]["amount_fen"] for row in rows] == [5, 4, 3, 2, 1]
    assert {(row["op"], row["code"]) for row in rows} == {("credit", "account_not_found")}
    assert rows[0]["id"] == "r-6"


def test_suspense_waits_since_the_first_refund_that_was_not_paid_out(desk: Desk) -> None:
    desk.opens(LIN, WEI, MEI, fen=90_00)
    for number, account in enumerate((LIN, LIN, WEI, MEI), 1):
        desk.charges(account, 30_00, settlement=f"s-{number}")
    for account in (LIN, WEI, MEI):
        desk.does("set_status", account=account, status="closed")
    desk.does("refund", settlement="s-1", at="2026-03-11T09:00:00+08:00")
    desk.does("refund", settlement="s-3", at="2026-03-12T09:00:00+08:00")
    desk.does("refund", settlement="s-4", at="2026-03-13T09:00:00+08:00")
    desk.does("adjust", account=LIN, bucket="suspense", delta_fen=-30_00, reason="paid out")
    desk.does("adjust", account=MEI, bucket="suspense", delta_fen=-10_00, reason="paid out in part")
    desk.does("refund", settlement="s-2", at="2026-03-20T09:00:00+08:00")
    rows = pages(desk, "suspense", queries.suspense)
    assert [(row["account"], row["suspense_fen"], row["since"][:10]) for row in rows] == [
        (WEI, 30_00, "2026-03-12"), (MEI, 20_00, "2026-03-13"), (LIN, 30_00, "2026-03-20"),
    ]  # fmt: skip
    assert {(row["status"], row["region"]) for row in rows} == {("closed", "510104")}


def test_bindings_are_listed_by_the_present_region_of_either_side(desk: Desk) -> None:
    desk.opens(WEI, MEI)
    desk.opens(LIN, BAO, region="330106")
    desk.opens(JUN, region="110105")
    desk.binds(WEI, LIN, limit_fen=30_00)
    desk.binds(MEI, LIN)
    desk.binds(MEI, WEI, relation="sibling")
    desk.binds(LIN, BAO, kind="proxy_credential", relation="grandchild")
    desk.does("set_limit", binder=WEI, beneficiary=LIN, limit_fen=None)
    desk.does("unbind", binder=MEI, beneficiary=LIN)

    def pairs(region: str | None) -> list[tuple[str, str]]:
        rows = pages(desk, "bindings", queries.bindings, region=region)
        return [(row["binder"], row["beneficiary"]) for row in rows]

    assert pairs(None) == [(WEI, LIN), (MEI, WEI), (LIN, BAO)]
    assert pairs("33") == [(WEI, LIN), (LIN, BAO)]
    assert pairs("510104") == [(WEI, LIN), (MEI, WEI)]
    assert pairs("1101") == []
    desk.does("transfer", account=BAO, region="110105")
    assert pairs("1101") == [(LIN, BAO)]
    first = desk.asks(queries.bindings, APRIL, "51")["bindings"][0]
    assert (first["binder_region"], first["beneficiary_region"]) == ("510104", "330106")
    assert (first["limit_fen"], first["quota_fen"], first["age_days"]) == (None, None, 22)


def test_charges_nobody_can_classify_wait_until_they_are_given_back(desk: Desk) -> None:
    desk.opens(LIN, fen=100_00)
    for number in range(1, 5):
        desk.charges(LIN, 10_00, med_type="140104", settlement=f"s-{number}")
    desk.charges(LIN, 10_00, op="hold", med_type="x9", settlement="s-5")
    desk.charges(LIN, 10_00, op="hold", med_type="x9", settlement="s-6")
    desk.charges(LIN, 10_00, med_type="11")
    desk.does("refund", settlement="s-1")
    desk.does("refund", settlement="s-2", amount_fen=1_00)
    desk.does("release", settlement="s-5")
    rows = pages(desk, "unknown", queries.unknown)
    assert [(row["settlement"], row["op"]) for row in rows] == [
        ("s-6", "hold"), ("s-4", "charge"), ("s-3", "charge"), ("s-2", "charge"),
    ]  # fmt: skip
    assert {(row["class"], row["cash_fen"]) for row in rows} == {("unknown", 10_00)}


def test_nothing_waits_in_an_empty_ledger(desk: Desk) -> None:
    lists: list[tuple[str, Callable[[Snapshot, Any], dict[str, Any]]]] = [
        ("holds", queries.holds), ("reviews", queries.reviews), ("refusals", queries.refusals),
        ("suspense", queries.suspense), ("bindings", queries.bindings), ("unknown", queries.unknown),
    ]  # fmt: skip
    for name, question in lists:
        answer = desk.asks(question, NOW)
        assert (answer[name], answer["next"], answer["position"]) == ([], None, 0)
