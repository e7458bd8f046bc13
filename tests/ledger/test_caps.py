"""Caps on a payment, on a year, and a binder's own limit (contract section 5, rule 2)."""

from pathlib import Path
from typing import Any

import pytest

from tests.examples import (
    BAO,
    LIN,
    MEI,
    WEI,
    bind,
    charge,
    credit,
    family,
    hold,
    open_account,
    pay_premium,
    refund,
    release,
    set_limit,
    unbind,
)
from tests.spec import Spec, by, own, pack, paid

IN_2027 = {"at": "2027-01-01T00:00:00+08:00"}
SCOPES = ["beneficiary", "binding", "binder"]


def capped(tmp_path: Path, **debit: Any) -> Spec:
    """Lin and Bao, both without money, are bound by Wei 900.00 and Mei 900.00, in that order."""
    spec = Spec(pack(tmp_path, debit=debit))
    spec.given(*family(lin=0, wei=900_00, mei=900_00), open_account(BAO), bind(WEI, BAO), bind(MEI, BAO))
    return spec


def test_a_cap_on_a_payment_counts_both_buckets_of_a_payer_together(tmp_path: Path) -> None:
    spec = capped(tmp_path, per_leg_cap_fen=950_00)
    spec.given(credit(WEI, 100_00, bucket="carried"))
    spec.when(charge(LIN, 1_000_00))
    spec.then(paid(by(WEI, 1, 900_00), by(WEI, 1, 50_00, "carried"), by(MEI, 2, 50_00)))


def test_a_cap_on_a_payment_starts_again_with_the_next_bill_and_leaves_own_money_free(tmp_path: Path) -> None:
    spec = capped(tmp_path, per_leg_cap_fen=10_00)
    spec.given(credit(LIN, 50_00))
    spec.when(charge(LIN, 60_00))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 10_00)))
    spec.when(charge(LIN, 60_00))
    spec.then(paid(by(WEI, 1, 10_00), by(MEI, 2, 10_00), cash_fen=40_00))


# After Wei has paid 70.00 for Lin and 20.00 for Bao, with a yearly cap of 100.00: a bill of 100.00 of Lin.
LEFT = {
    "beneficiary": paid(by(WEI, 1, 30_00), cash_fen=70_00),  # 100.00 - 70.00 for Lin, whoever pays
    "binding": paid(by(WEI, 1, 30_00), by(MEI, 2, 70_00)),  # Wei 30.00, Mei 100.00 for Lin
    "binder": paid(by(WEI, 1, 10_00), by(MEI, 2, 90_00)),  # Wei 10.00, Mei 100.00 for everybody
}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_yearly_cap_is_counted_by_its_scope(tmp_path: Path, scope: str) -> None:
    spec = capped(tmp_path, yearly_cap_fen=100_00, yearly_cap_scope=scope)
    spec.given(charge(LIN, 70_00), charge(BAO, 20_00))
    spec.when(charge(LIN, 100_00))
    spec.then(LEFT[scope])


@pytest.mark.parametrize("scope", SCOPES)
def test_a_yearly_cap_starts_again_in_the_year_of_the_bill(tmp_path: Path, scope: str) -> None:
    spec = capped(tmp_path, yearly_cap_fen=100_00, yearly_cap_scope=scope)
    spec.given(charge(LIN, 100_00))
    spec.when(charge(LIN, 60_00, **IN_2027))
    spec.then(paid(by(WEI, 1, 60_00)))
    assert (spec.used(LIN, 2026), spec.used(LIN, 2027)) == ({WEI: 100_00}, {WEI: 60_00})


@pytest.mark.parametrize("scope", SCOPES)
def test_holds_use_a_yearly_cap_and_releases_and_refunds_give_it_back(tmp_path: Path, scope: str) -> None:
    spec = capped(tmp_path, yearly_cap_fen=100_00, yearly_cap_scope=scope)
    spec.given(hold(LIN, 60_00, settlement="H"), charge(LIN, 40_00, settlement="S"))
    assert spec.used(LIN) == {WEI: 100_00}
    spec.given(release("H"))
    assert spec.used(LIN) == {WEI: 40_00}
    spec.given(refund("S", 15_00))
    assert spec.used(LIN) == {WEI: 25_00}
    spec.when(charge(LIN, 75_00))
    spec.then(paid(by(WEI, 1, 75_00)))


@pytest.mark.parametrize("scope", SCOPES)
def test_a_yearly_cap_survives_unbinding_and_binding_again(tmp_path: Path, scope: str) -> None:
    spec = capped(tmp_path, yearly_cap_fen=100_00, yearly_cap_scope=scope)
    spec.given(unbind(MEI, LIN), charge(LIN, 80_00), unbind(WEI, LIN), bind(WEI, LIN))
    spec.when(charge(LIN, 80_00))
    spec.then(paid(by(WEI, 1, 20_00), cash_fen=60_00))


@pytest.mark.parametrize("scope", SCOPES)
def test_premiums_and_own_money_use_no_cap(tmp_path: Path, scope: str) -> None:
    spec = capped(tmp_path, yearly_cap_fen=100_00, yearly_cap_scope=scope)
    spec.given(credit(LIN, 300_00), charge(LIN, 300_00), charge(WEI, 50_00), pay_premium(WEI, LIN, 300_00))
    assert spec.used(LIN) == {}
    spec.when(charge(LIN, 100_00))
    spec.then(paid(by(WEI, 1, 100_00)))


def test_a_cap_of_the_patient_is_split_within_one_bill(tmp_path: Path) -> None:
    spec = capped(tmp_path, yearly_cap_fen=100_00, per_leg_cap_fen=70_00)
    spec.when(charge(LIN, 200_00))
    spec.then(paid(by(WEI, 1, 70_00), by(MEI, 2, 30_00), cash_fen=100_00))


def test_a_cap_of_nothing_stops_all_sharing(tmp_path: Path) -> None:
    spec = capped(tmp_path, yearly_cap_fen=0)
    spec.when(charge(LIN, 5))
    spec.then(paid(cash_fen=5))


def test_use_above_a_cap_of_a_later_pack_leaves_nothing(tmp_path: Path) -> None:
    later = pack(tmp_path, name="later", effective="2026-07-01", debit={"yearly_cap_fen": 50_00})
    spec = Spec(later)
    spec.given(*family(lin=0, wei=900_00), charge(LIN, 80_00))
    spec.when(charge(LIN, 5, at="2026-07-01T00:00:00+08:00"))
    spec.then(paid(cash_fen=5))


def test_the_least_of_limit_cap_and_money_is_what_a_binder_pays(tmp_path: Path) -> None:
    """Wei: limit 30.00 of which 25.00 are used, cap on a payment 20.00; then Mei pays up to that cap."""
    spec = capped(tmp_path, per_leg_cap_fen=20_00)
    spec.given(set_limit(WEI, LIN, 25_00), charge(LIN, 20_00))
    spec.when(charge(LIN, 100_00))
    spec.then(paid(by(WEI, 1, 5_00), by(MEI, 2, 20_00), cash_fen=75_00))


def test_a_binder_s_limit_counts_its_own_payments_only(tmp_path: Path) -> None:
    spec = capped(tmp_path)
    spec.given(set_limit(WEI, LIN, 30_00), charge(LIN, 90_00), charge(BAO, 90_00))
    assert (spec.used(LIN), spec.used(BAO)) == ({WEI: 30_00, MEI: 60_00}, {WEI: 90_00})
    spec.given(set_limit(MEI, LIN, 61_00))
    spec.when(charge(LIN, 90_00))
    spec.then(paid(by(MEI, 2, 1_00), cash_fen=89_00))


def test_a_bill_of_last_year_uses_last_year_s_limit(tmp_path: Path) -> None:
    """Recorded in 2027: what is charged for 2026 finds the 30.00 of 2026, whatever 2027 has used."""
    spec = capped(tmp_path)
    spec.given(unbind(MEI, LIN), set_limit(WEI, LIN, 30_00), charge(LIN, 30_00, **IN_2027))
    spec.when(charge(LIN, 40_00, at="2026-12-31T23:59:59.999999+08:00"))
    spec.then(paid(by(WEI, 1, 30_00), cash_fen=10_00))


def test_a_refund_gives_use_back_in_the_year_of_the_bill(tmp_path: Path) -> None:
    spec = capped(tmp_path)
    spec.given(charge(LIN, 40_00, settlement="S"), refund("S", 10_00, **IN_2027))
    assert (spec.used(LIN, 2026), spec.used(LIN, 2027)) == ({WEI: 30_00}, {})


def test_a_captured_hold_uses_the_year_of_the_hold(tmp_path: Path) -> None:
    spec = capped(tmp_path)
    spec.given(hold(LIN, 40_00, settlement="S"), {"op": "capture", "settlement": "S", **IN_2027})
    assert (spec.used(LIN, 2026), spec.used(LIN, 2027)) == ({WEI: 40_00}, {})
