"""Worked cases 1 to 16: how one bill is split over own account, binders and cash.

P1 and P2 of the cases are Wei and Mei. Cases 7, 8 and 11 are not the ledger's; `tests/README.md` says why.
"""

from pathlib import Path

import pytest

from tests.examples import (
    BAO,
    GUANGZHOU,
    GUO,
    LIN,
    MEI,
    SHENZHEN,
    WEI,
    bind,
    bind_proxy,
    charge,
    family,
    funded,
    open_account,
)
from tests.spec import MALFORMED, Spec, by, own, pack, paid, rejected


def test_case_01_a_bill_runs_through_own_account_first_binder_and_second_binder() -> None:
    """Personal share 320.00; own 50.00, P1 120.00, P2 500.00 → own 50.00, P1 120.00, P2 150.00, no cash."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=120_00, mei=500_00))
    spec.when(charge(LIN, 320_00))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 120_00), by(MEI, 2, 150_00)))
    spec.then_money(LIN)
    spec.then_money(WEI)
    spec.then_money(MEI, current_fen=350_00)


def test_case_02_a_patient_with_resident_insurance_goes_straight_to_the_binders() -> None:
    """Resident-insured, so no own account: 88.60; P1 60.00, P2 20.00 → P1 60.00, P2 20.00, cash 8.60."""
    spec = Spec()
    spec.given(open_account(GUO), *funded(WEI, 60_00), *funded(MEI, 20_00), bind(WEI, GUO), bind(MEI, GUO))
    spec.when(charge(GUO, 88_60))
    spec.then(paid(by(WEI, 1, 60_00), by(MEI, 2, 20_00), cash_fen=8_60))


def test_case_03_nobody_else_is_touched_when_own_money_covers_the_bill() -> None:
    """45.00; own 45.00, P1 900.00 → own 45.00 only; P1's stream gets no event."""
    spec = Spec()
    spec.given(*family(lin=45_00, wei=900_00))
    spec.when(charge(LIN, 45_00))
    spec.then(paid(own(LIN, 45_00)))
    assert [stream for stream, _ in spec.new_events if stream.startswith("account:")] == ["account:LIN"]


def test_case_04_a_bill_that_empties_the_first_binder_exactly_leaves_the_second_alone() -> None:
    """170.00; own 50.00, P1 120.00, P2 500.00 → own 50.00, P1 120.00; P2 has no leg."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=120_00, mei=500_00))
    spec.when(charge(LIN, 170_00))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 120_00)))


def test_case_05_a_cap_on_each_payment_holds_for_each_payer(tmp_path: Path) -> None:
    """Cap 500.00 a payment: 730.00, no own money; P1 900.00, P2 100.00 → P1 500.00, P2 100.00, cash
    130.00."""
    spec = Spec(pack(tmp_path, debit={"per_leg_cap_fen": 500_00}))
    spec.given(*family(lin=0, wei=900_00, mei=100_00))
    spec.when(charge(LIN, 730_00))
    spec.then(paid(by(WEI, 1, 500_00), by(MEI, 2, 100_00), cash_fen=130_00))


def test_case_06_a_yearly_cap_of_the_patient_is_shared_by_all_binders() -> None:
    """Shenzhen, 8,000.00 a year per patient: 7,950.00 used; 120.00 → P1 50.00 of its 2,000.00, P2 0, cash
    70.00."""
    spec = Spec()
    spec.given(
        open_account(LIN, region=SHENZHEN),
        *funded(WEI, 9_950_00, region=SHENZHEN),
        *funded(MEI, 500_00, region=SHENZHEN),
        bind(WEI, LIN),
        bind(MEI, LIN),
        charge(LIN, 7_950_00),
    )
    spec.when(charge(LIN, 120_00))
    spec.then(paid(by(WEI, 1, 50_00), cash_fen=70_00))


def test_case_06_a_yearly_cap_of_each_binding_leaves_the_second_binder_its_own(tmp_path: Path) -> None:
    """The same cap counted per binding: P1 pays the 50.00 it has left, P2 pays the other 70.00."""
    spec = Spec(pack(tmp_path, debit={"yearly_cap_fen": 8_000_00, "yearly_cap_scope": "binding"}))
    spec.given(*family(lin=0, wei=9_950_00, mei=500_00), charge(LIN, 7_950_00))
    spec.when(charge(LIN, 120_00))
    spec.then(paid(by(WEI, 1, 50_00), by(MEI, 2, 70_00)))


def test_case_09_binders_do_not_pay_for_fully_self_paid_items() -> None:
    """320.00 of which 40.00 self-paid; own 50.00, P1 120.00, P2 500.00 → own 50.00, P1 120.00, P2 110.00,
    cash 40.00."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=120_00, mei=500_00))
    spec.when(charge(LIN, 320_00, self_paid_fen=40_00))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 120_00), by(MEI, 2, 110_00), cash_fen=40_00))


def test_case_09_own_money_pays_self_paid_items_first_where_the_region_says_so(tmp_path: Path) -> None:
    """The same with `own_pays_first: self_paid`: own 50.00 covers the 40.00, P1 120.00, P2 150.00,
    no cash."""
    spec = Spec(pack(tmp_path, debit={"own_pays_first": "self_paid"}))
    spec.given(*family(lin=50_00, wei=120_00, mei=500_00))
    spec.when(charge(LIN, 320_00, self_paid_fen=40_00))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 120_00), by(MEI, 2, 150_00)))


def test_case_10_an_inpatient_bill_is_own_money_and_cash_under_an_outpatient_policy() -> None:
    """`med_type` 21: 2,000.00; own 50.00, P1 120.00, P2 500.00 → own 50.00, cash 1,950.00."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=120_00, mei=500_00))
    spec.when(charge(LIN, 2_000_00, med_type="21"))
    spec.then(paid(own(LIN, 50_00), cash_fen=1_950_00, service_class="inpatient"))


def test_case_10_an_inpatient_bill_is_shared_where_the_region_allows_it() -> None:
    """The same in Guangzhou, which shares inpatient bills: own 50.00, P1 120.00, P2 500.00, cash 1,330.00."""
    spec = Spec()
    spec.given(
        *funded(LIN, 50_00, region=GUANGZHOU),
        *funded(WEI, 120_00, region=GUANGZHOU),
        *funded(MEI, 500_00, region=GUANGZHOU),
        bind(WEI, LIN),
        bind(MEI, LIN),
    )
    spec.when(charge(LIN, 2_000_00, med_type="21"))
    legs = (own(LIN, 50_00), by(WEI, 1, 120_00), by(MEI, 2, 500_00))
    spec.then(paid(*legs, cash_fen=1_330_00, service_class="inpatient"))


def test_case_12_a_proxy_credential_never_pays() -> None:
    """66.00; own 10.00; a proxy credential of someone with 500.00 → own 10.00, cash 56.00."""
    spec = Spec()
    spec.given(*funded(LIN, 10_00), *funded(WEI, 500_00), bind_proxy(WEI, LIN))
    spec.when(charge(LIN, 66_00))
    spec.then(paid(own(LIN, 10_00), cash_fen=56_00))


def test_case_13_a_binder_s_own_binders_are_never_asked() -> None:
    """A's bill 100.00: A 10.00, B 50.00 bound to A, C 500.00 bound to B only → A 10.00, B 50.00,
    cash 40.00."""
    spec = Spec()
    spec.given(*funded(LIN, 10_00), *funded(WEI, 50_00), *funded(MEI, 500_00), bind(WEI, LIN))
    spec.given(bind(MEI, WEI, relation="sibling"))
    spec.when(charge(LIN, 100_00))
    spec.then(paid(own(LIN, 10_00), by(WEI, 1, 50_00), cash_fen=40_00))


def test_case_14_two_people_may_bind_each_other_and_nothing_loops() -> None:
    """A and B bind each other. A's bill 30.00 with A 0.00, B 20.00 → B 20.00, cash 10.00."""
    spec = Spec()
    spec.given(*family(lin=0, wei=20_00), bind(LIN, WEI, relation="child"))
    spec.when(charge(LIN, 30_00))
    spec.then(paid(by(WEI, 1, 20_00), cash_fen=10_00))


def test_case_15_nobody_binds_themselves() -> None:
    """Owner and beneficiary the same → rejected; the own account is always in front, outside the order."""
    spec = Spec()
    spec.given(*funded(LIN, 50_00))
    spec.when(bind(LIN, LIN))
    spec.then(rejected("self_binding"))


@pytest.mark.parametrize("amount", [12.345, -5_00, 0, "12.3", 1.0], ids=repr)
def test_case_16_an_amount_is_a_whole_positive_number_of_fen(amount: object) -> None:
    """12.345, -5.00, 0.00 and "12.3" are not amounts (in a command; national files may carry "12.3")."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=0))
    spec.when({**charge(LIN, 1), "amount_fen": amount})
    spec.then(MALFORMED)


def test_a_pharmacy_bill_of_a_resident_insured_child_is_shared() -> None:
    """Beside case 11, which would forbid it in some regions: `med_type` 41, 66.00; P1 500.00 → P1 66.00."""
    spec = Spec()
    spec.given(open_account(BAO), *funded(WEI, 500_00), bind(WEI, BAO))
    spec.when(charge(BAO, 66_00, med_type="41"))
    spec.then(paid(by(WEI, 1, 66_00), service_class="pharmacy"))
