"""Bills decided elsewhere: facts go in as they are told, and what would have been refused is said."""

from pathlib import Path

import pytest

from ledger.events import account as a
from ledger.events import family as f
from ledger.events import settlement as s
from tests.examples import (
    BAO,
    LIN,
    MEI,
    WEI,
    charge,
    close_year,
    credit,
    family,
    funded,
    grant_quota,
    hold,
    leg,
    record,
    refund,
    reorder,
    set_limit,
    set_status,
    unbind,
)
from tests.ledger.recorded import PLAIN, bound, stranger, told
from tests.spec import Spec, by, own, pack, paid, restored


@pytest.fixture
def spec() -> Spec:
    return bound()


def test_what_this_ledger_would_have_decided_has_no_exceptions(spec: Spec) -> None:
    spec.when(record(LIN, 320_00, *PLAIN))
    spec.then(told(own(LIN, 50_00), by(WEI, 1, 120_00), by(MEI, 2, 150_00)))
    spec.then_money(MEI, current_fen=350_00)
    assert spec.used(LIN) == {WEI: 120_00, MEI: 150_00}


def test_the_events_are_those_of_a_charge(spec: Spec) -> None:
    spec.when(
        record(LIN, 60_00, leg(LIN, 50_00), leg(WEI, 10_00), facts={"clr_type": "11"}, settlement="S-1")
    )
    lin = {"payer": LIN, "current_fen": 50_00, "from_current_fen": 50_00, "account_version": 3}
    wei = {"payer": WEI, "rank": 1, "binding": 1, "current_fen": 120_00, "from_current_fen": 10_00}
    mei = {"payer": MEI, "rank": 2, "binding": 2, "current_fen": 500_00, "bound_by": "recorded"}
    decided = {
        "op": "record",
        "digest": spec.digest(),
        "beneficiary": LIN,
        "region": "130102",
        "amount_fen": 60_00,
        "med_type": "11",
        "service_class": "outpatient",
        "facts": {"clr_type": "11"},
        "year": 2026,
        "order": (WEI, MEI),
        "sources": (
            {**lin, "bound_by": "recorded"},
            {**wei, "account_version": 4, "bound_by": "recorded"},
            mei,
        ),
        **spec.policy(),
    }
    head = {"settlement": "S-1", "beneficiary": LIN}
    shared = {"rank": 1, "current_fen": 10_00, "limit_year": 2026, "binding": 1}
    uses = ({"binder": WEI, "binding": 1, "amount_fen": 10_00},)
    spec.then_recorded(
        ("settlement:S-1", s.SettlementDecided, decided),
        ("account:LIN", a.CoPaymentCharged, {**head, "current_fen": 50_00}),
        ("account:WEI", a.CoPaymentCharged, {**head, **shared}),
        ("family:LIN", f.LimitUsed, {"settlement": "S-1", "year": 2026, "uses": uses}),
    )


def test_what_no_leg_paid_was_cash(spec: Spec) -> None:
    spec.when(record(LIN, 50_00, leg(LIN, 20_00)))
    spec.then(told(own(LIN, 20_00), cash_fen=30_00, exceptions=("other_order",)))
    spec.then_money(LIN, current_fen=30_00)


def test_a_payer_without_the_money_goes_below_zero(spec: Spec) -> None:
    spec.given(charge(LIN, 170_00))
    spec.when(record(LIN, 60_00, leg(WEI, 60_00)))
    spec.then(told(by(WEI, 1, 60_00), exceptions=("below_zero",)))
    spec.then_money(WEI, current_fen=-60_00, available_fen=0)
    spec.then_money(MEI, current_fen=500_00)


def test_money_that_a_hold_or_a_quota_has_set_aside_is_not_there(spec: Spec) -> None:
    spec.given(*funded(BAO, 0, insurance="resident", born="2020-06-01"), hold(LIN, 150_00))
    spec.when(record(LIN, 40_00, leg(WEI, 40_00)))
    spec.then(told(by(WEI, 1, 40_00), exceptions=("below_zero",)))
    spec.then_money(WEI, current_fen=80_00, held_fen=100_00)


def test_a_bucket_that_is_too_small_is_below_zero_and_the_other_was_next(spec: Spec) -> None:
    spec.given(credit(LIN, 30_00, bucket="carried"))
    spec.when(record(LIN, 70_00, leg(LIN, 70_00)))
    spec.then(told(own(LIN, 70_00), exceptions=("below_zero", "other_order")))
    spec.then_money(LIN, current_fen=-20_00, carried_fen=30_00)


def test_a_payer_who_is_not_bound_has_no_rank_and_still_uses_limits(spec: Spec) -> None:
    spec.given(unbind(WEI, LIN), unbind(MEI, LIN))
    spec.when(record(LIN, 80_00, leg(LIN, 50_00), leg(WEI, 30_00)))
    spec.then(told(own(LIN, 50_00), stranger(WEI, 30_00), exceptions=("not_bound",)))
    assert spec.used(LIN) == {WEI: 30_00}
    assert spec.account(WEI).shared_use == {2026: 30_00}


def test_who_was_bound_at_the_time_of_service_was_bound(spec: Spec) -> None:
    spec.given(unbind(WEI, LIN, at="2026-03-11T10:00:00+08:00"))
    spec.when(record(LIN, 60_00, leg(LIN, 50_00), leg(WEI, 10_00)))
    spec.then(told(own(LIN, 50_00), by(WEI, 1, 10_00)))


def test_more_than_a_limit_leaves_is_over_it(spec: Spec) -> None:
    spec.given(set_limit(WEI, LIN, 30_00))
    spec.when(record(LIN, 90_00, leg(LIN, 50_00), leg(WEI, 40_00)))
    spec.then(told(own(LIN, 50_00), by(WEI, 1, 40_00), exceptions=("over_limit",)))
    assert spec.used(LIN) == {WEI: 40_00}
    spec.when(charge(LIN, 10_00))
    spec.then(paid(by(MEI, 2, 10_00)))


@pytest.mark.parametrize("scope", ["beneficiary", "binding", "binder"])
def test_more_than_a_yearly_cap_leaves_is_over_it(scope: str, tmp_path: Path) -> None:
    debit = {"yearly_cap_fen": 100_00, "yearly_cap_scope": scope}
    spec = Spec(pack(tmp_path, debit=debit))
    spec.given(*family(lin=0, wei=500_00), charge(LIN, 90_00))
    spec.when(record(LIN, 20_00, leg(WEI, 20_00)))
    spec.then(told(by(WEI, 1, 20_00), exceptions=("over_limit",)))


def test_a_payment_above_the_cap_of_one_payer_is_over_it(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, debit={"per_leg_cap_fen": 50_00}))
    spec.given(*family(lin=0, wei=500_00))
    spec.when(record(LIN, 60_00, leg(WEI, 60_00)))
    spec.then(told(by(WEI, 1, 60_00), exceptions=("over_limit",)))


def test_binders_do_not_pay_for_inpatient_care(spec: Spec) -> None:
    spec.when(record(LIN, 100_00, leg(LIN, 50_00), leg(WEI, 50_00), med_type="21"))
    exceptions = ("out_of_class",)
    spec.then(told(own(LIN, 50_00), by(WEI, 1, 50_00), service_class="inpatient", exceptions=exceptions))


def test_an_unknown_medical_type_is_out_of_every_class_and_waits_for_a_review(spec: Spec) -> None:
    spec.when(record(LIN, 50_00, leg(LIN, 50_00), med_type="777"))
    spec.then(told(own(LIN, 50_00), service_class="unknown", exceptions=("out_of_class",)))
    assert spec.answer["result"]["review"] is True


def test_binders_do_not_pay_for_fully_self_paid_items(spec: Spec) -> None:
    spec.when(record(LIN, 100_00, leg(LIN, 50_00), leg(WEI, 50_00), self_paid_fen=10_00))
    spec.then(told(own(LIN, 50_00), by(WEI, 1, 50_00), exceptions=("out_of_class",)))


def test_a_payer_who_was_passed_over_shows_another_order(spec: Spec) -> None:
    spec.when(record(LIN, 100_00, leg(LIN, 50_00), leg(MEI, 50_00)))
    spec.then(told(own(LIN, 50_00), by(MEI, 2, 50_00), exceptions=("other_order",)))


def test_legs_keep_the_order_in_which_they_were_told(spec: Spec) -> None:
    spec.when(record(LIN, 320_00, leg(MEI, 150_00), leg(WEI, 120_00), leg(LIN, 50_00), settlement="S-1"))
    exceptions = ("other_order",)
    spec.then(told(by(MEI, 2, 150_00), by(WEI, 1, 120_00), own(LIN, 50_00), exceptions=exceptions))
    spec.when(refund("S-1", 60_00))
    spec.then(restored((LIN, "current", 50_00), (WEI, "current", 10_00), refundable_fen=260_00))
    spec.when(refund("S-1"))
    spec.then(restored((WEI, "current", 110_00), (MEI, "current", 150_00)))
    assert spec.used(LIN) == {}


def test_a_reordered_family_is_held_to_the_order_of_the_time(spec: Spec) -> None:
    spec.given(reorder(LIN, MEI, WEI))
    spec.when(record(LIN, 100_00, leg(LIN, 50_00), leg(WEI, 50_00)))
    spec.then(told(own(LIN, 50_00), by(WEI, 2, 50_00), exceptions=("other_order",)))


def test_a_suspended_binder_would_have_been_passed_over(spec: Spec) -> None:
    spec.given(set_status(WEI, "suspended"))
    spec.when(record(LIN, 60_00, leg(LIN, 50_00), leg(WEI, 10_00)))
    spec.then(told(own(LIN, 50_00), by(WEI, 1, 10_00), exceptions=("other_order",)))


def test_two_legs_of_one_bucket_stay_two_legs_and_one_payment(spec: Spec) -> None:
    spec.when(record(LIN, 70_00, leg(LIN, 50_00), leg(WEI, 5_00), leg(WEI, 15_00), settlement="S-1"))
    spec.then(told(own(LIN, 50_00), by(WEI, 1, 5_00), by(WEI, 1, 15_00)))
    assert [event.topic for _, event in spec.new_events].count("CoPaymentCharged") == 2
    spec.when(refund("S-1", 16_00))
    spec.then(restored((WEI, "current", 15_00), (WEI, "current", 1_00), refundable_fen=54_00))
    spec.then_money(WEI, current_fen=116_00)


def test_a_quota_counts_what_was_taken_as_far_as_it_goes(spec: Spec) -> None:
    spec.given(grant_quota(WEI, LIN, 30_00))
    spec.when(record(LIN, 95_00, leg(LIN, 50_00), leg(WEI, 45_00), settlement="S-1"))
    spec.then(told(own(LIN, 50_00), by(WEI, 1, 45_00), exceptions=("over_limit",)))
    spec.then_money(WEI, current_fen=75_00)
    spec.when(refund("S-1", 20_00))
    spec.then_money(WEI, current_fen=95_00, reserved_fen=5_00)
    spec.when(refund("S-1"))
    spec.then_money(WEI, current_fen=120_00, reserved_fen=30_00)


def test_a_refund_goes_to_carried_when_the_year_was_closed_since(spec: Spec) -> None:
    spec.given(record(LIN, 50_00, leg(LIN, 50_00), settlement="S-1", at="2025-12-30T10:00:00+08:00"))
    spec.given(close_year(LIN, 2025))
    spec.when(refund("S-1"))
    spec.then(restored((LIN, "carried", 50_00)))


def test_limits_are_those_of_the_year_of_service(spec: Spec) -> None:
    spec.when(record(LIN, 60_00, leg(WEI, 60_00), at="2026-12-31T23:59:59+08:00"))
    assert spec.used(LIN, 2026) == {WEI: 60_00}
