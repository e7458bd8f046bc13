"""What would have changed under another rule, worked out by hand."""

from pathlib import Path

import pytest

from ledger.errors import PolicyError
from ledger.persistence.stored_log import ListedLog
from ledger.redeciding.alternative import Alternative
from ledger.redeciding.changes import Bill, Changes
from ledger.redeciding.what_if import binders_of, what_if
from tests.examples import (
    GUO,
    LIN,
    MEI,
    SHIJIAZHUANG,
    WEI,
    adjust,
    bind,
    capture,
    charge,
    close_year,
    family,
    funded,
    grant_quota,
    hold,
    open_account,
    pay_premium,
    refund,
    release,
    set_limit,
    transfer,
    unbind,
)
from tests.spec import Spec

CAPPED = """
name: supposed
regions: ["13"]
effective: 2025-01-01
source: made up for tests
certainty: I
debit: {per_leg_cap_fen: 30_00, shared_classes: [pharmacy, outpatient, inpatient]}
""".replace("30_00", "3000")


@pytest.fixture
def capped(tmp_path: Path) -> Path:
    """Hebei lets a payer pay 30 yuan at a time, and inpatient bills are shared."""
    file = tmp_path / "capped.yaml"
    file.write_text(CAPPED)
    return file


def supposed(spec: Spec, file: Path, who: str | None = LIN, year: int | None = None) -> Changes:
    log = ListedLog.of(spec.log)
    return what_if(log, Alternative.of_files([file], log, who, year))


def in_order(spec: Spec, *order: str) -> Changes:
    return what_if(ListedLog.of(spec.log), Alternative(LIN, order=order))


def paid(bill: Bill) -> tuple[dict[str | None, int], dict[str | None, int]]:
    """Who paid and who would have paid, in fen; nobody's is cash."""
    return bill.recorded.paid, bill.would_be.paid


def test_in_another_order_the_other_child_pays_and_later_bills_follow() -> None:
    spec = Spec()
    spec.given(*family(lin=20_00, wei=100_00, mei=70_00))
    spec.given(charge(LIN, 90_00, settlement="S-1"), charge(LIN, 80_00, settlement="S-2"))

    changes = in_order(spec, MEI, WEI)

    # Recorded: own 20, Wei 70; then Wei's last 30 and Mei 50. Otherwise: own 20, Mei 70; then Wei 80.
    assert paid(changes.bills["S-1"]) == ({LIN: 20_00, WEI: 70_00}, {LIN: 20_00, MEI: 70_00})
    assert paid(changes.bills["S-2"]) == ({WEI: 30_00, MEI: 50_00}, {WEI: 80_00})
    assert [tuple(line) for line in changes.totals()] == [
        (LIN, 20_00, 20_00, 20_00, 20_00),
        (MEI, 50_00, 70_00, 50_00, 70_00),
        (WEI, 100_00, 80_00, 100_00, 80_00),
        (None, 0, 0, 0, 0),
    ]


def test_a_refund_goes_back_to_those_who_would_have_paid() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00, mei=70_00))
    spec.given(charge(LIN, 120_00, settlement="S-1"), refund("S-1", 40_00))

    (bill,) = in_order(spec, MEI, WEI).changed()

    # Recorded: Wei 100, Mei 20; back go Mei's 20, 20 of Wei's. Otherwise: Mei 70, Wei 50; back go Wei's 40.
    assert [tuple(line) for line in bill.lines()] == [
        (WEI, 100_00, 50_00, 80_00, 10_00),
        (MEI, 20_00, 70_00, 0, 70_00),
        (None, 0, 0, 0, 0),
    ]


def test_a_hold_is_captured_or_released_with_the_legs_it_would_have_had() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00, mei=70_00))
    spec.given(hold(LIN, 50_00, settlement="S-1"), hold(LIN, 60_00, settlement="S-2"))
    spec.given(capture("S-1"), release("S-2"), charge(LIN, 30_00, settlement="S-3"))

    changes = in_order(spec, MEI, WEI)

    # Otherwise: Mei 50; then Mei 20 and Wei 40; the second is given back, and Mei has 20 for the third.
    assert paid(changes.bills["S-1"]) == ({WEI: 50_00}, {MEI: 50_00})
    assert paid(changes.bills["S-2"]) == ({WEI: 50_00, MEI: 10_00}, {MEI: 20_00, WEI: 40_00})
    assert all(line[3:] == (0, 0) for line in changes.bills["S-2"].lines())
    assert paid(changes.bills["S-3"]) == ({WEI: 30_00}, {MEI: 20_00, WEI: 10_00})


def test_a_cap_leaves_cash_and_the_money_is_there_for_the_next_bill(capped: Path) -> None:
    spec = Spec()
    spec.given(*family(lin=10_00, wei=50_00))
    spec.given(charge(LIN, 60_00, settlement="S-1"), charge(LIN, 60_00, settlement="S-2", med_type="21"))

    changes = supposed(spec, capped)

    # Recorded: own 10, Wei 50; then cash, for a stay in hospital is not shared. Otherwise: own 10, Wei 30,
    # cash 20; then Wei's last 20 and 40 in cash.
    assert paid(changes.bills["S-1"]) == ({LIN: 10_00, WEI: 50_00}, {LIN: 10_00, WEI: 30_00, None: 20_00})
    assert paid(changes.bills["S-2"]) == ({None: 60_00}, {WEI: 20_00, None: 40_00})
    assert changes.bills["S-1"].would_be.policy == "supposed"


def test_a_bill_refused_then_may_be_paid_and_the_other_way_round(capped: Path) -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=50_00), charge(LIN, 50_00, settlement="S-1", cash="refused"))
    spec.refuses(
        charge(LIN, 20_00, settlement="S-2", cash="refused"),
        "insufficient_funds",
        needed_fen=20_00,
        available_fen=0,
    )

    changes = supposed(spec, capped)

    first, second = changes.bills["S-1"], changes.bills["S-2"]
    assert paid(first) == ({WEI: 50_00}, {})
    assert (first.recorded.refused, first.would_be.refused) == (None, "insufficient_funds")
    assert paid(second) == ({}, {WEI: 20_00})
    assert (second.recorded.refused, second.would_be.refused) == ("insufficient_funds", None)


def test_a_limit_and_a_quota_follow_what_would_have_been_used(capped: Path) -> None:
    spec = Spec()
    spec.given(
        *family(lin=0, wei=100_00, mei=100_00), set_limit(WEI, LIN, 40_00), grant_quota(MEI, LIN, 45_00)
    )
    spec.given(charge(LIN, 70_00, settlement="S-1"), charge(LIN, 70_00, settlement="S-2"))

    changes = supposed(spec, capped)

    # Recorded: Wei's limit 40 and Mei's quota 30; then Mei's last 15 and cash. Otherwise 30 each and 10 cash;
    # then what is left of Wei's limit, 10, and of Mei's quota, 15, and 45 cash.
    assert paid(changes.bills["S-1"])[1] == {WEI: 30_00, MEI: 30_00, None: 10_00}
    assert paid(changes.bills["S-2"]) == ({MEI: 15_00, None: 55_00}, {WEI: 10_00, MEI: 15_00, None: 45_00})


def test_a_quota_given_back_is_what_would_have_been_left_of_it(capped: Path) -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00), grant_quota(WEI, LIN, 60_00))
    spec.given(charge(LIN, 50_00, settlement="S-1"), unbind(WEI, LIN), charge(WEI, 90_00, settlement="own"))
    spec.given(bind(WEI, LIN), charge(LIN, 90_00, settlement="S-2"))

    changes = supposed(spec, capped)

    # Wei has 70 then instead of 50, pays 50 of his own bill as recorded, and 20 are left where nothing was.
    assert paid(changes.bills["S-2"]) == ({None: 90_00}, {WEI: 20_00, None: 70_00})


def test_a_year_closed_in_between_moves_what_would_have_been_there(capped: Path) -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=50_00), charge(LIN, 50_00, settlement="S-1"), close_year(WEI, 2025))
    spec.given(charge(LIN, 20_00, settlement="S-2"), refund("S-1"))

    changes = supposed(spec, capped)

    assert paid(changes.bills["S-2"]) == ({None: 20_00}, {WEI: 20_00})
    assert [tuple(line)[3:] for line in changes.bills["S-1"].lines()] == [(0, 0), (0, 0)]


def test_bills_of_others_stay_as_recorded_and_what_they_would_lack_is_named() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00, mei=70_00), open_account(GUO), bind(MEI, GUO))
    spec.given(charge(LIN, 60_00, settlement="S-1"), charge(GUO, 70_00, settlement="guo"))

    changes = in_order(spec, MEI, WEI)

    assert list(changes.bills) == ["S-1"]
    assert changes.short == {MEI: 60_00}


def test_only_bills_of_the_year_are_looked_at(capped: Path) -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00))
    spec.given(charge(LIN, 40_00, settlement="S-1", at="2026-03-10T11:00:00+08:00"))
    spec.given(charge(LIN, 40_00, settlement="S-2", at="2027-01-02T11:00:00+08:00"))

    assert list(supposed(spec, capped, year=2027).bills) == ["S-2"]
    assert list(supposed(spec, capped).bills) == ["S-1", "S-2"]


def test_without_a_beneficiary_everybody_in_the_packs_regions_is_looked_at(capped: Path) -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00), *funded("FAR", 100_00, region="440305"))
    spec.given(charge(LIN, 40_00, settlement="S-1"), charge("FAR", 40_00, settlement="far"))
    spec.given(charge(WEI, 40_00, settlement="wei"))

    changes = supposed(spec, capped, who=None)

    assert list(changes.bills) == ["S-1", "wei"]
    assert [bill.settlement for bill in changes.changed()] == ["S-1"]


def test_whoever_moves_away_is_followed(capped: Path) -> None:
    spec = Spec()
    spec.given(*funded(LIN, 0), *funded(WEI, 100_00), bind(WEI, LIN), charge(LIN, 90_00, settlement="S-1"))
    spec.given(transfer(LIN, "440305"), charge(LIN, 50_00, settlement="S-2"))

    changes = supposed(spec, capped, who=None)

    assert paid(changes.bills["S-2"]) == ({WEI: 10_00, None: 40_00}, {WEI: 50_00})


def test_a_premium_is_paid_or_not_by_the_scheme_and_the_money_there_would_have_been(tmp_path: Path) -> None:
    file = tmp_path / "none.yaml"
    file.write_text(CAPPED.replace("debit: {", "debit: {premium_schemes: [], "))
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00), pay_premium(WEI, LIN, 40_00, settlement="P-1"))

    (bill,) = supposed(spec, file).changed()

    assert bill.would_be.refused == "scheme_not_offered"
    assert [tuple(line) for line in bill.lines()] == [(WEI, 40_00, 0, 40_00, 0), (None, 0, 0, 0, 0)]


def test_a_quota_that_a_release_refills_after_the_binding_has_ended_is_its_owners() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00, mei=50_00), grant_quota(MEI, LIN, 50_00))
    spec.given(hold(LIN, 40_00, settlement="S-1"), unbind(MEI, LIN), release("S-1"))
    spec.given(adjust(WEI, -100_00), bind(MEI, LIN), charge(LIN, 60_00, settlement="S-2"))

    changes = in_order(spec, MEI, WEI)

    # Mei would have held 40 of her quota; released after her unbinding, all 50 are free for the new binding.
    assert paid(changes.bills["S-2"])[1] == {MEI: 50_00, None: 10_00}


def test_packs_supposed_may_stand_where_others_do_and_extend_them(tmp_path: Path) -> None:
    file = tmp_path / "same_place.yaml"
    file.write_text(
        'name: national-2026-b\nextends: national-2026\nregions: ["*"]\neffective: 2026-01-09\n'
        "source: made up\ncertainty: I\ndebit: {per_leg_cap_fen: 1000}\n"
    )
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00), charge(LIN, 40_00, settlement="S-1"))

    (bill,) = supposed(spec, file).changed()

    assert paid(bill) == ({WEI: 40_00}, {WEI: 10_00, None: 30_00})


def test_a_wrong_pack_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("name: wrong\n")

    with pytest.raises(PolicyError):
        supposed(Spec(), file)


def test_who_was_ever_bound_is_known() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=0, mei=0), unbind(WEI, LIN), open_account(GUO, region=SHIJIAZHUANG))
    log = ListedLog.of(spec.log)

    assert binders_of(log, LIN) == frozenset((WEI, MEI))
    assert binders_of(log, GUO) == frozenset()
    assert binders_of(log, "NOBODY") is None
