"""Who pays a bill: own money, binders, cash (contract section 5, rules 1 to 3)."""

from pathlib import Path

import pytest

from tests.examples import (
    BAO,
    GUANGZHOU,
    GUO,
    LIN,
    MEI,
    WEI,
    adjust,
    bind,
    charge,
    close_year,
    credit,
    family,
    funded,
    open_account,
    set_status,
    transfer,
)
from tests.spec import Leg, Spec, by, own, pack, paid

ALONE = {"sources": "own"}
SHARED = {"sources": "shared"}


@pytest.fixture
def spec() -> Spec:
    """Lin 50.00, bound by Wei 100.00 and Mei 100.00."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=100_00, mei=100_00))
    return spec


# Own money ----------------------------------------------------------------------------------------------


def test_own_money_pays_from_current_first_and_then_from_carried(spec: Spec) -> None:
    spec.given(credit(LIN, 20_00, bucket="carried"))
    spec.when(charge(LIN, 60_00))
    spec.then(paid(own(LIN, 50_00), own(LIN, 10_00, "carried")))


def test_a_suspended_person_pays_with_own_money_and_nobody_else_s(spec: Spec) -> None:
    spec.given(set_status(LIN, "suspended"))
    spec.when(charge(LIN, 80_00))
    spec.then(paid(own(LIN, 50_00), cash_fen=30_00))


def test_a_bill_may_ask_for_own_money_only(spec: Spec) -> None:
    spec.when(charge(LIN, 80_00, **ALONE))
    spec.then(paid(own(LIN, 50_00), cash_fen=30_00))


def test_a_bill_may_ask_for_shared_money_only(spec: Spec) -> None:
    spec.when(charge(LIN, 120_00, **SHARED))
    spec.then(paid(by(WEI, 1, 100_00), by(MEI, 2, 20_00)))
    spec.then_money(LIN, current_fen=50_00)


@pytest.mark.parametrize("insurance", ["employee", "resident"])
def test_a_bill_of_someone_without_money_or_binders_is_cash(insurance: str) -> None:
    spec = Spec()
    spec.given(open_account(LIN, insurance=insurance))
    spec.when(charge(LIN, 80_00))
    spec.then(paid(cash_fen=80_00))


def test_own_money_pays_only_the_classes_a_region_names(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, debit={"own_classes": ["pharmacy"]}))
    spec.given(*family(lin=50_00, wei=100_00))
    spec.when(charge(LIN, 80_00))
    spec.then(paid(by(WEI, 1, 80_00)))
    spec.when(charge(LIN, 20_00, med_type="41"))
    spec.then(paid(own(LIN, 20_00), service_class="pharmacy"))


# Shared money -------------------------------------------------------------------------------------------


def test_a_suspended_binder_is_passed_over(spec: Spec) -> None:
    spec.given(set_status(WEI, "suspended"))
    spec.when(charge(LIN, 80_00))
    spec.then(paid(own(LIN, 50_00), by(MEI, 2, 30_00)))


def test_a_binder_who_has_nothing_keeps_its_rank_and_has_no_leg(spec: Spec) -> None:
    spec.given(adjust(WEI, -100_00))
    spec.when(charge(LIN, 80_00))
    spec.then(paid(own(LIN, 50_00), by(MEI, 2, 30_00)))


def test_a_binder_pays_from_current_first_as_two_legs(spec: Spec) -> None:
    spec.given(credit(WEI, 40_00, bucket="carried"))
    spec.when(charge(LIN, 180_00))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 100_00), by(WEI, 1, 30_00, "carried")))


@pytest.mark.parametrize(
    ("bucket", "pays"), [("current", [by(WEI, 1, 30_00)]), ("carried", [by(WEI, 1, 20_00, "carried")])]
)
def test_a_region_names_the_buckets_that_may_be_shared(tmp_path: Path, bucket: str, pays: list[Leg]) -> None:
    spec = Spec(pack(tmp_path, debit={"shared_buckets": [bucket]}))
    spec.given(*family(lin=0, wei=30_00), credit(WEI, 20_00, bucket="carried"))
    spec.when(charge(LIN, 90_00))
    assert spec.outcome.result["legs"] == [leg._asdict() for leg in pays]


def test_a_shared_bucket_never_gives_more_than_is_available(tmp_path: Path) -> None:
    """Only carried is shared: 60.00 of it; but 50.00 of the balance are a quota and current is at -5.00."""
    spec = Spec(pack(tmp_path, debit={"shared_buckets": ["carried"]}))
    spec.given(*family(lin=0, wei=0), credit(WEI, 60_00, bucket="carried"), open_account(BAO))
    spec.given(bind(WEI, BAO, quota_fen=50_00), adjust(WEI, -5_00))
    spec.when(charge(LIN, 90_00))
    spec.then(paid(by(WEI, 1, 5_00, "carried"), cash_fen=85_00))


@pytest.mark.parametrize(
    ("med_type", "service_class", "shared"),
    [
        ("11", "outpatient", True),
        ("3102", "outpatient", True),
        ("41", "pharmacy", True),
        ("9929", "pharmacy", True),
        ("21", "inpatient", False),
        ("3101", "inpatient", False),
        ("51", "maternity", False),
        ("5212", "maternity", False),
        ("9107", "other", False),
    ],
)
def test_the_code_of_a_bill_decides_whether_binders_pay(
    spec: Spec, med_type: str, service_class: str, shared: bool
) -> None:
    spec.when(charge(LIN, 60_00, med_type=med_type))
    legs = [own(LIN, 50_00), by(WEI, 1, 10_00)] if shared else [own(LIN, 50_00)]
    spec.then(paid(*legs, cash_fen=0 if shared else 10_00, service_class=service_class))


@pytest.mark.parametrize("med_type", ["140104", "9999", "1", "outpatient", "11 "])
def test_a_code_that_is_on_no_table_is_cash_and_waits_for_a_review(spec: Spec, med_type: str) -> None:
    spec.when(charge(LIN, 60_00, med_type=med_type))
    spec.then(paid(cash_fen=60_00, service_class="unknown"))
    assert spec.outcome.result["review"] is True


def test_a_region_may_add_a_code(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, med_types={"140104": "pharmacy", "11": "other"}))
    spec.given(*family(lin=50_00, wei=100_00))
    spec.when(charge(LIN, 60_00, med_type="140104"))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 10_00), service_class="pharmacy"))
    spec.when(charge(LIN, 60_00, med_type="11"))
    spec.then(paid(cash_fen=60_00, service_class="other"))


def test_the_policy_is_that_of_the_patient_s_region() -> None:
    """Guangzhou shares inpatient bills: for its own people, also when the binder lives in Hebei."""
    spec = Spec()
    spec.given(*funded(WEI, 100_00), open_account(LIN), open_account(GUO, region=GUANGZHOU))
    spec.given(bind(WEI, LIN), bind(WEI, GUO))
    spec.when(charge(GUO, 30_00, med_type="21"))
    spec.then(paid(by(WEI, 1, 30_00), service_class="inpatient"))
    spec.when(charge(LIN, 30_00, med_type="21"))
    spec.then(paid(cash_fen=30_00, service_class="inpatient"))


def test_the_region_of_a_late_bill_is_the_one_recorded_now(spec: Spec) -> None:
    spec.given(transfer(LIN, GUANGZHOU, at="2026-04-01T10:00:00+08:00"))
    spec.when(charge(LIN, 60_00, med_type="21"))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 10_00), service_class="inpatient"))


def test_the_policy_is_that_of_the_day_of_the_bill(tmp_path: Path) -> None:
    later = pack(tmp_path, name="from-april", effective="2026-04-01", debit={"shared_classes": ["inpatient"]})
    spec = Spec(later)
    spec.given(*family(lin=0, wei=100_00))
    spec.when(charge(LIN, 5, med_type="21", at="2026-03-31T23:59:59+08:00"))
    spec.then(paid(cash_fen=5, service_class="inpatient"))
    spec.when(charge(LIN, 5, med_type="21", at="2026-03-31T16:00:00Z"))
    spec.then(paid(by(WEI, 1, 5), service_class="inpatient"))


# Self-paid parts ----------------------------------------------------------------------------------------

# amount 100.00 of which self-paid 40.00, Wei has plenty: what Wei pays for each amount of own money
IN_SCOPE = [(0, 60_00), (30_00, 30_00), (50_00, 10_00), (60_00, 0), (80_00, 0)]
SELF_PAID = [(0, 60_00), (30_00, 60_00), (40_00, 60_00), (50_00, 50_00), (80_00, 20_00)]


@pytest.mark.parametrize(
    ("first", "own_fen", "shared_fen"),
    [("in_scope", *row) for row in IN_SCOPE] + [("self_paid", *row) for row in SELF_PAID],
)
def test_binders_never_pay_a_self_paid_part_and_own_money_goes_where_the_region_says(
    tmp_path: Path, first: str, own_fen: int, shared_fen: int
) -> None:
    spec = Spec(pack(tmp_path, debit={"own_pays_first": first}))
    spec.given(*family(lin=own_fen, wei=900_00))
    spec.when(charge(LIN, 100_00, self_paid_fen=40_00))
    legs = [own(LIN, own_fen)] * (own_fen > 0) + [by(WEI, 1, shared_fen)] * (shared_fen > 0)
    spec.then(paid(*legs, cash_fen=100_00 - own_fen - shared_fen))


def test_a_bill_that_is_all_self_paid_is_own_money_and_cash(spec: Spec) -> None:
    spec.when(charge(LIN, 80_00, self_paid_fen=80_00))
    spec.then(paid(own(LIN, 50_00), cash_fen=30_00))


def test_facts_and_institution_are_kept_and_not_judged(spec: Spec) -> None:
    facts = {"medfee_sumamt": "123.45", "psn_part_amt": "not a number"}
    spec.given(charge(LIN, 5, facts=facts, institution="第一医院"))
    decided = spec.new_events[0][1].content()
    assert (decided["facts"], decided["institution"]) == (facts, "第一医院")


def test_a_year_s_close_between_two_bills_changes_the_bucket_of_the_second(spec: Spec) -> None:
    spec.given(charge(LIN, 20_00), close_year(LIN, 2025))
    spec.when(charge(LIN, 20_00))
    spec.then(paid(own(LIN, 20_00, "carried")))
