"""Premiums for relatives: the checks and the money of `pay_premium` (contract section 5)."""

from pathlib import Path
from typing import Any

import pytest

from tests.examples import (
    GUO,
    LIN,
    MEI,
    QUZHOU,
    SHIJIAZHUANG,
    WEI,
    bind,
    bind_proxy,
    charge,
    credit,
    funded,
    grant_quota,
    hold,
    open_account,
    pay_premium,
    refund,
    release,
    reorder,
    set_limit,
    set_status,
    unbind,
)
from tests.spec import Leg, Outcome, Spec, by, own, pack, paid, repeated, restored

LONG_TERM_CARE = {"scheme": "long_term_care"}
DAY_1, DAY_2 = "2026-04-01T10:00:00+08:00", "2026-04-02T10:00:00+08:00"


def premium(*legs: Leg) -> Outcome:
    return paid(*legs, service_class="premium")


@pytest.fixture
def spec() -> Spec:
    """Resident-insured Guo, bound by Wei 100.00 and Mei 400.00; Lin has 50.00 of her own."""
    spec = Spec()
    spec.given(open_account(GUO), *funded(WEI, 100_00), *funded(MEI, 400_00), *funded(LIN, 50_00))
    spec.given(bind(WEI, GUO), bind(MEI, GUO))
    return spec


# Who pays -----------------------------------------------------------------------------------------------


def test_the_chosen_binder_pays_all_of_it_at_its_debit_rank(spec: Spec) -> None:
    spec.when(pay_premium(MEI, GUO, 380_00))
    spec.then(premium(by(MEI, 2, 380_00)))
    spec.given(reorder(GUO, MEI, WEI))
    spec.when(pay_premium(MEI, GUO, 20_00))
    spec.then(premium(by(MEI, 1, 20_00)))


def test_somebody_may_pay_for_themselves(spec: Spec) -> None:
    spec.when(pay_premium(LIN, LIN, 50_00))
    spec.then(premium(own(LIN, 50_00)))


def test_a_suspended_person_pays_its_own_premium(spec: Spec) -> None:
    spec.given(set_status(LIN, "suspended"))
    spec.when(pay_premium(LIN, LIN, 50_00))
    spec.then(premium(own(LIN, 50_00)))


def test_a_binder_pays_for_a_suspended_person(spec: Spec) -> None:
    spec.given(set_status(GUO, "suspended"))
    spec.when(pay_premium(WEI, GUO, 100_00))
    spec.then(premium(by(WEI, 1, 100_00)))


def test_current_pays_before_carried(spec: Spec) -> None:
    spec.given(credit(WEI, 30_00, bucket="carried"))
    spec.when(pay_premium(WEI, GUO, 110_00))
    spec.then(premium(by(WEI, 1, 100_00), by(WEI, 1, 10_00, "carried")))


def test_only_available_money_pays(spec: Spec) -> None:
    spec.given(open_account("BAO"), bind(WEI, "BAO", quota_fen=30_00, authorisation="birth_certificate"))
    spec.given(hold(WEI, 20_00))
    figures = {"needed_fen": 50_01, "available_fen": 50_00}
    spec.refuses(pay_premium(WEI, GUO, 50_01), "insufficient_funds", **figures)
    spec.given(pay_premium(WEI, GUO, 50_00))


def test_a_binder_pays_from_the_buckets_that_may_be_shared_and_oneself_from_both() -> None:
    spec = Spec()
    for person in (LIN, WEI):
        spec.given(open_account(person, region=QUZHOU), credit(person, 50_00))
        spec.given(credit(person, 30_00, bucket="carried"))
    spec.given(bind(WEI, LIN))
    figures = {"needed_fen": 60_00, "available_fen": 30_00}
    spec.refuses(pay_premium(WEI, LIN, 60_00), "insufficient_funds", **figures)
    spec.when(pay_premium(LIN, LIN, 60_00))
    spec.then(premium(own(LIN, 50_00), own(LIN, 10_00, "carried")))
    spec.when(pay_premium(WEI, LIN, 30_00))
    spec.then(premium(by(WEI, 1, 30_00, "carried")))


def test_limits_and_caps_neither_bind_nor_are_used(tmp_path: Path) -> None:
    caps = {"per_leg_cap_fen": 10_00, "yearly_cap_fen": 20_00, "own_classes": [], "shared_classes": []}
    spec = Spec(pack(tmp_path, debit=caps))
    spec.given(open_account(GUO), *funded(WEI, 100_00), bind(WEI, GUO, limit_fen=5_00))
    spec.when(pay_premium(WEI, GUO, 90_00))
    spec.then(premium(by(WEI, 1, 90_00)))
    assert spec.used(GUO) == {}
    assert spec.account(WEI).shared_use == {}


def test_a_late_premium_is_paid_by_who_was_bound_then(spec: Spec) -> None:
    spec.given(unbind(WEI, GUO, at=DAY_2))
    spec.refuses(pay_premium(WEI, GUO, 10_00, at=DAY_2), "not_bound")
    spec.when(pay_premium(WEI, GUO, 10_00, at=DAY_1))
    spec.then(premium(by(WEI, 1, 10_00)))


# The checks ---------------------------------------------------------------------------------------------


def test_both_people_are_known(spec: Spec) -> None:
    spec.refuses(pay_premium(WEI, "NOBODY", 1), "beneficiary_not_found")
    spec.refuses(pay_premium("NOBODY", GUO, 1), "account_not_found")


@pytest.mark.parametrize("closed", [WEI, GUO])
def test_both_accounts_are_open(spec: Spec, closed: str) -> None:
    spec.given(set_status(closed, "closed"))
    spec.refuses(pay_premium(WEI, GUO, 1), "account_closed")


def test_the_payer_has_a_personal_account(spec: Spec) -> None:
    spec.refuses(pay_premium(GUO, GUO, 1), "no_personal_account")


def test_a_scheme_is_paid_where_and_since_it_is_offered(spec: Spec) -> None:
    before = "2026-01-08T23:59:59+08:00"
    spec.refuses(
        pay_premium(LIN, LIN, 1, **LONG_TERM_CARE, at=before), "scheme_not_offered", scheme="long_term_care"
    )
    spec.given(pay_premium(LIN, LIN, 1, at=before))
    spec.given(pay_premium(LIN, LIN, 1, **LONG_TERM_CARE, at="2026-01-09T00:00:00+08:00"))


def test_a_region_may_offer_no_scheme(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, debit={"premium_schemes": []}))
    spec.given(*funded(LIN, 50_00))
    spec.refuses(pay_premium(LIN, LIN, 1), "scheme_not_offered", scheme="resident")


def test_a_stranger_and_a_proxy_pay_no_premium(spec: Spec) -> None:
    spec.given(bind_proxy(LIN, GUO, relation="spouse"))
    spec.refuses(pay_premium(LIN, GUO, 1), "not_bound")


def test_a_suspended_binder_pays_no_premium(spec: Spec) -> None:
    spec.given(set_status(WEI, "suspended"))
    spec.refuses(pay_premium(WEI, GUO, 1), "binder_not_active", status="suspended")


def test_the_policy_is_that_of_the_beneficiary(tmp_path: Path) -> None:
    no_schemes: dict[str, list[str]] = {"premium_schemes": []}
    spec = Spec(pack(tmp_path, regions=["3308"], mutual_aid={"scope": "nation"}, debit=no_schemes))
    spec.given(*funded(LIN, 1, region=QUZHOU), *funded(WEI, 1))
    spec.given(bind(WEI, LIN), bind(LIN, WEI, relation="child"))
    spec.refuses(pay_premium(WEI, LIN, 1, at=DAY_1), "scheme_not_offered", scheme="resident")
    spec.given(pay_premium(LIN, WEI, 1, at=DAY_1))


def test_the_checks_come_in_their_order(spec: Spec) -> None:
    wrong: dict[str, Any] = {**LONG_TERM_CARE, "at": "2020-06-01T10:00:00+08:00"}
    spec.given(hold(LIN, 1, settlement="RELEASED"), release("RELEASED"), charge(LIN, 1, settlement="KNOWN"))
    nobody, too_much = "NOBODY", 9_999_00
    spec.refuses(
        pay_premium(nobody, "NO-ONE", too_much, settlement="RELEASED", **wrong), "settlement_released"
    )
    spec.refuses(pay_premium(nobody, "NO-ONE", too_much, settlement="KNOWN", **wrong), "settlement_conflict")
    spec.refuses(pay_premium(nobody, "NO-ONE", too_much, **wrong), "beneficiary_not_found")
    spec.given(open_account("GONE"), set_status("GONE", "closed"))
    spec.refuses(pay_premium(nobody, "GONE", too_much, **wrong), "account_not_found")
    spec.given(open_account("POOR", insurance="resident"))
    spec.refuses(pay_premium("POOR", "GONE", too_much, **wrong), "account_closed")
    spec.refuses(pay_premium("POOR", GUO, too_much, **wrong), "no_personal_account")
    spec.given(open_account("RICH"))
    spec.refuses(
        pay_premium("RICH", GUO, too_much, **wrong), "no_policy", region=SHIJIAZHUANG, day="2020-06-01"
    )
    wrong["at"] = "2025-06-01T10:00:00+08:00"
    spec.refuses(pay_premium("RICH", GUO, too_much, **wrong), "scheme_not_offered", scheme="long_term_care")
    wrong["at"] = DAY_1
    spec.given(set_status("RICH", "suspended"), set_status(WEI, "suspended"))
    spec.refuses(pay_premium("RICH", GUO, too_much, **wrong), "not_bound")
    spec.refuses(pay_premium(WEI, GUO, too_much, **wrong), "binder_not_active", status="suspended")
    spec.given(set_status(WEI, "active"))
    figures = {"needed_fen": too_much, "available_fen": 100_00}
    spec.refuses(pay_premium(WEI, GUO, too_much, **wrong), "insufficient_funds", **figures)


# Once, and back again -----------------------------------------------------------------------------------


def test_a_premium_s_settlement_is_paid_once(spec: Spec) -> None:
    spec.given(pay_premium(MEI, GUO, 100_00, settlement="S"))
    spec.again(id="second", by="somebody-else")
    spec.then(repeated(premium(by(MEI, 2, 100_00))))
    for other in (
        pay_premium(WEI, GUO, 100_00),
        pay_premium(MEI, GUO, 100_01),
        pay_premium(MEI, GUO, 100_00, **LONG_TERM_CARE),
        charge(GUO, 100_00),
    ):
        spec.refuses({**other, "settlement": "S"}, "settlement_conflict")


def test_a_premium_is_refunded_like_any_settlement_and_gives_no_use_back(spec: Spec) -> None:
    spec.given(set_limit(MEI, GUO, 50_00), charge(GUO, 120_00), pay_premium(MEI, GUO, 100_00, settlement="S"))
    assert spec.used(GUO) == {WEI: 100_00, MEI: 20_00}
    spec.when(refund("S", 60_00))
    spec.then(restored((MEI, "current", 60_00), refundable_fen=40_00))
    assert spec.used(GUO) == {WEI: 100_00, MEI: 20_00}
    spec.then_money(MEI, current_fen=340_00)


def test_a_quota_given_for_bills_pays_premiums_as_well(spec: Spec) -> None:
    spec.given(grant_quota(MEI, GUO, 300_00))
    figures = {"needed_fen": 300_01, "available_fen": 300_00}
    spec.refuses(pay_premium(MEI, GUO, 300_01), "insufficient_funds", **figures)
    spec.given(pay_premium(MEI, GUO, 250_00))
    spec.then_money(MEI, current_fen=150_00, reserved_fen=50_00)
