"""Our side of a reconciliation: every settlement and reversal as the other side is told of it."""

from datetime import date
from typing import Any

import pytest

from ledger.application.noting import note
from ledger.events.facts import FactsAdded
from ledger.ids import facts_stream
from ledger.reconciliation.rows import Ours
from projections import queries
from tests.projections.desk import LIN, MEI, NOW, WEI, Desk, instant

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
FACTS = {
    "mdtrt_id": "M-1", "medins_setl_id": "H-1-1", "insutype": "310", "clr_type": "11", "clr_optins": "510100",
    "medfee_sumamt": "1000.00", "fund_pay_sumamt": "680.00", "acct_pay": "320.00",
    "acct_mulaid_pay": "270.00", "psn_cash_pay": "0.00", "hosp_part_amt": "0.00",
}  # fmt: skip


def leg(payer: str, fen: int) -> dict[str, Any]:
    return {"payer": payer, "bucket": "current", "amount_fen": fen}


@pytest.fixture
def family(desk: Desk) -> Desk:
    """Lin has 50, Wei 120, Mei 500 and is insured in another pooling area: case 1, case 67."""
    desk.opens(LIN, fen=50_00)
    desk.opens(WEI, fen=120_00)
    desk.opens(MEI, fen=500_00, region="510300")
    desk.binds(WEI, LIN)
    desk.binds(MEI, LIN)
    return desk


def rows(desk: Desk, **asked: Any) -> list[Ours]:
    """As rows of a reconciliation: the fields are exactly theirs."""
    return [Ours(**row) for row in answer(desk, **asked)["rows"]]


def answer(desk: Desk, **asked: Any) -> dict[str, Any]:
    first, last = asked.pop("days", MARCH)
    wanted = asked.pop("wanted", queries.Wanted())
    return desk.looks(lambda moment: queries.our_side(moment, first, last, wanted, **asked))


def test_a_settlement_is_told_with_its_national_facts_and_whose_money_paid(family: Desk) -> None:
    family.charges(LIN, 320_00, settlement="s-1", institution="H1", facts=FACTS)
    (row,) = rows(family)
    assert row.position > 0
    assert row == Ours(
        settlement="s-1", external="s-1", direction="forward", person=LIN,
        at=instant("2026-03-10T10:00:00+08:00"), day=date(2026, 3, 10),
        total_fen=1000_00, fund_fen=680_00, account_fen=320_00, position=row.position,
        region="510104", service_class="outpatient", visit="M-1", message="H-1-1", institution="H1",
        insutype="310", clr_type="11", agency="510100", med_type="11",
        legs=((LIN, "510104", 50_00), (WEI, "510104", 120_00), (MEI, "510300", 150_00)),
    )  # fmt: skip


@pytest.mark.parametrize("account", ["320.00", "50.00"])
def test_mutual_aid_is_counted_as_asked_whichever_way_it_was_told(family: Desk, account: str) -> None:
    """Case 62: inside, 320.00 with 270.00 of mutual aid in it; outside, 50.00 and 270.00 beside it."""
    family.charges(LIN, 320_00, facts={**FACTS, "acct_pay": account})
    assert [row.account_fen for row in rows(family)] == [320_00]
    assert [row.account_fen for row in rows(family, mutual_aid_inside=False)] == [50_00]


def test_a_refund_in_full_is_a_reverse_row_with_the_settlements_amounts_on_its_own_day(family: Desk) -> None:
    family.charges(LIN, 320_00, settlement="s-1", facts=FACTS)
    family.does("refund", settlement="s-1", refund="f-1", at="2026-04-01T09:00:00+08:00")
    assert [row.direction for row in rows(family)] == ["forward"]
    (back,) = rows(family, days=(date(2026, 4, 1), date(2026, 4, 30)))
    assert (back.direction, back.id, back.day) == ("reverse", "s-1/f-1", date(2026, 4, 1))
    assert (back.total_fen, back.fund_fen, back.account_fen) == (1000_00, 680_00, 320_00)


def test_a_refund_in_part_has_no_place_in_the_national_files_until_it_is_whole(family: Desk) -> None:
    family.charges(LIN, 320_00, settlement="s-1", facts=FACTS)
    family.does("refund", settlement="s-1", refund="f-1", amount_fen=20_00)
    found = answer(family)
    assert [row["direction"] for row in found["rows"]] == ["forward"]
    assert [(left["settlement"], left["refund"]) for left in found["partly"]] == [("s-1", "f-1")]
    family.does("refund", settlement="s-1", refund="f-2")
    found = answer(family)
    assert [(row["direction"], row["refund"]) for row in found["rows"]] == [
        ("forward", None),
        ("reverse", "f-2"),
    ]
    assert found["partly"] == []


def test_a_hold_is_in_doubt_until_it_is_captured_on_its_day_or_released(family: Desk) -> None:
    for number in (1, 2, 3):
        family.charges(LIN, 10_00, op="hold", settlement=f"s-{number}", facts=FACTS)
    family.does("capture", settlement="s-2", at="2026-03-12T08:00:00+08:00")
    family.does("release", settlement="s-3", at="2026-03-12T08:00:00+08:00")
    assert [(row.settlement, row.state, row.day.day) for row in rows(family)] == [
        ("s-1", "held", 10),
        ("s-3", "released", 10),
        ("s-2", "captured", 12),
    ]


def test_a_correction_is_reported_under_the_number_of_the_first_of_its_chain(family: Desk) -> None:
    family.charges(LIN, 320_00, settlement="s-1", facts=FACTS)
    family.does("refund", settlement="s-1", refund="f-1")
    bill = {"beneficiary": LIN, "amount_fen": 320_00, "med_type": "11", "facts": FACTS}
    family.does("record", settlement="s-2", legs=[leg(LIN, 50_00)], corrects="s-1", **bill)
    family.does("refund", settlement="s-2", refund="f-2")
    family.does("record", settlement="s-3", legs=[leg(LIN, 40_00)], corrects="s-2", **bill)
    assert [(row.settlement, row.external, row.corrects) for row in rows(family)][-1] == ("s-3", "s-1", "s-2")


def test_settlements_without_the_national_fields_are_listed_apart(family: Desk) -> None:
    family.charges(LIN, 10_00, settlement="s-1")
    family.charges(LIN, 10_00, settlement="s-2", facts={**FACTS, "fund_pay_sumamt": "much"})
    family.charges(LIN, 10_00, settlement="s-3", facts={k: v for k, v in FACTS.items() if k != "clr_type"})
    family.does("pay_premium", payer=MEI, beneficiary=LIN, amount_fen=1_00, scheme="resident")
    found = answer(family, wanted=queries.Wanted(clr_type="11"))
    assert [(left["settlement"], left["missing"]) for left in found["lacking"]] == [
        ("s-1", ["medfee_sumamt", "fund_pay_sumamt", "acct_pay", "clr_type"]),
        ("s-2", ["fund_pay_sumamt"]),
        ("s-3", ["clr_type"]),
    ]
    assert found["rows"] == []


def test_rows_are_of_an_institution_an_agency_a_type_and_days(family: Desk) -> None:
    family.charges(LIN, 10_00, settlement="s-1", institution="H1", facts=FACTS)
    other = {**FACTS, "clr_type": "41", "insutype": "390", "clr_optins": "510300", "setl_optins": "519900"}
    family.charges(LIN, 10_00, settlement="s-2", institution="H2", facts=other)
    for wanted in (
        queries.Wanted(institution="H2"),
        queries.Wanted(agency="510300"),
        queries.Wanted(clr_type="41"),
        queries.Wanted(insutype="390"),
    ):
        assert [row.settlement for row in rows(family, wanted=wanted)] == ["s-2"]
    assert [row.agency for row in rows(family, agency_of="setl_optins")] == [None, "519900"]
    assert rows(family, days=(date(2026, 3, 11), date(2026, 3, 31))) == []


def test_facts_that_became_known_later_fill_what_was_missing(family: Desk) -> None:
    family.charges(LIN, 320_00, settlement="s-1", facts={"mdtrt_id": "M-1"})
    before = answer(family)["position"]
    stream = facts_stream("s-1")
    later = FactsAdded(
        at=NOW, recorded_at=NOW, request="import:1", facts={**FACTS, "mdtrt_id": "other"}, institution="H1"
    )
    note(family.ledger.log, [stream], lambda _: [(stream, later)])
    (row,) = rows(family)
    assert (row.visit, row.institution, row.total_fen, row.day) == ("M-1", "H1", 1000_00, date(2026, 3, 10))
    assert [left["settlement"] for left in answer(family, position=before)["lacking"]] == ["s-1"]
    listed = family.asks(queries.history, "s-1", "settlement")["events"]
    assert "FactsAdded" in [event["type"] for event in listed]
