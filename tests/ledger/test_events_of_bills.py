"""What bills, refunds and refusals leave in the log: every event of a command, whole, the answering one
first."""

from typing import Any

import pytest

from ledger.events import account as a
from ledger.events import family as f
from ledger.events import request as r
from ledger.events import settlement as s
from tests.examples import (
    LIN,
    WEI,
    bind,
    capture,
    charge,
    credit,
    family,
    hold,
    open_account,
    pay_premium,
    refund,
    release,
    set_status,
)
from tests.spec import Spec

ACCOUNT_LIN, ACCOUNT_WEI, FAMILY_LIN = "account:LIN", "account:WEI", "family:LIN"


@pytest.fixture
def spec() -> Spec:
    """Lin 50.00, bound by Wei 100.00."""
    spec = Spec()
    spec.given(*family(lin=50_00, wei=100_00))
    return spec


def used(fen: int, binding: int = 1) -> tuple[dict[str, Any], ...]:
    return ({"binder": WEI, "binding": binding, "amount_fen": fen},)


def decided(spec: Spec, op: str = "charge") -> dict[str, Any]:
    """A bill of 80.00 of Lin: 50.00 of her own, 30.00 of Wei's."""
    lin = {"payer": LIN, "current_fen": 50_00, "from_current_fen": 50_00, "account_version": 3}
    wei = {"payer": WEI, "current_fen": 100_00, "from_current_fen": 30_00, "account_version": 4}
    return {
        "op": op,
        "digest": spec.digest(),
        "beneficiary": LIN,
        "region": "130102",
        "amount_fen": 80_00,
        "med_type": "11",
        "service_class": "outpatient",
        "year": 2026,
        "order": (WEI,),
        "sources": ({**lin, "bound_by": "balance"}, {**wei, "rank": 1, "binding": 1}),
        **spec.policy(),
    }


OF_LIN = {"settlement": "S", "beneficiary": LIN, "current_fen": 50_00}
OF_WEI = {
    "settlement": "S",
    "beneficiary": LIN,
    "rank": 1,
    "current_fen": 30_00,
    "limit_year": 2026,
    "binding": 1,
}
OF_LIMITS = {"settlement": "S", "year": 2026, "uses": used(30_00)}


def test_a_charge_records_its_decision_its_payers_and_its_use(spec: Spec) -> None:
    spec.when(charge(LIN, 80_00, settlement="S"))
    spec.then_recorded(
        ("settlement:S", s.SettlementDecided, decided(spec)),
        (ACCOUNT_LIN, a.CoPaymentCharged, OF_LIN),
        (ACCOUNT_WEI, a.CoPaymentCharged, OF_WEI),
        (FAMILY_LIN, f.LimitUsed, OF_LIMITS),
    )


def test_a_hold_records_the_same_as_held_and_its_ends_as_ended(spec: Spec) -> None:
    spec.given(hold(LIN, 80_00, settlement="S"))
    spec.then_recorded(
        ("settlement:S", s.SettlementDecided, decided(spec, "hold")),
        (ACCOUNT_LIN, a.CoPaymentHeld, OF_LIN),
        (ACCOUNT_WEI, a.CoPaymentHeld, OF_WEI),
        (FAMILY_LIN, f.HoldPlaced, OF_LIMITS),
    )
    legs = (
        {"payer": LIN, "rank": 0, "bucket": "current", "amount_fen": 50_00, "account_version": 4},
        {
            "payer": WEI,
            "rank": 1,
            "bucket": "current",
            "amount_fen": 30_00,
            "account_version": 5,
            "binding": 1,
        },
    )
    spec.when(capture("S"))
    spec.then_recorded(
        ("settlement:S", s.SettlementCaptured, {"legs": legs}),
        (ACCOUNT_LIN, a.CoPaymentCaptured, OF_LIN),
        (ACCOUNT_WEI, a.CoPaymentCaptured, OF_WEI),
        (FAMILY_LIN, f.HoldEnded, {"settlement": "S", "outcome": "captured"}),
    )


def test_a_release_records_what_is_given_back(spec: Spec) -> None:
    spec.given(hold(LIN, 30_00, settlement="S", sources="shared"))
    leg = {
        "payer": WEI,
        "rank": 1,
        "bucket": "current",
        "amount_fen": 30_00,
        "account_version": 5,
        "binding": 1,
    }
    spec.when(release("S"))
    spec.then_recorded(
        ("settlement:S", s.SettlementReleased, {"legs": (leg,)}),
        (ACCOUNT_WEI, a.HoldReleased, OF_WEI),
        (FAMILY_LIN, f.HoldEnded, {"settlement": "S", "outcome": "released"}),
    )


def test_an_all_cash_hold_is_known_to_its_family(spec: Spec) -> None:
    spec.when(hold(LIN, 5, settlement="S", med_type="???"))
    assert [(stream, type(event)) for stream, event in spec.new_events] == [
        ("settlement:S", s.SettlementDecided),
        (FAMILY_LIN, f.HoldPlaced),
    ]


def test_an_all_cash_charge_is_known_to_its_settlement_alone(spec: Spec) -> None:
    spec.when(charge(LIN, 5, settlement="S", med_type="???", cash="allowed", institution="H"))
    rest = {
        "amount_fen": 5,
        "med_type": "???",
        "service_class": "unknown",
        "institution": "H",
        "sources": (),
        "own_unasked": "class",
        "binders_unasked": "class",
        "cash_fen": 5,
    }
    spec.then_recorded(("settlement:S", s.SettlementDecided, {**decided(spec), **rest}))


def test_a_premium_records_no_limit_year_and_no_use(spec: Spec) -> None:
    spec.given(pay_premium(WEI, LIN, 30_00, settlement="S"))
    charged = {name: value for name, value in OF_WEI.items() if name != "limit_year"}
    assert [(stream, type(event)) for stream, event in spec.new_events] == [
        ("settlement:S", s.SettlementDecided),
        (ACCOUNT_WEI, a.CoPaymentCharged),
    ]
    first, second = (event for _, event in spec.new_events)
    decision = {"op": "pay_premium", "service_class": "premium", "scheme": "resident"}
    assert decision.items() <= first.content().items()
    assert {name: value for name, value in second.content().items() if name in charged} == charged


def test_a_refund_records_where_everything_went(spec: Spec) -> None:
    spec.given(charge(LIN, 80_00, settlement="S"))
    spec.when(refund("S", 45_00, refund="F"))
    restored = (
        {"leg": 1, "payer": WEI, "bucket": "current", "amount_fen": 30_00},
        {"leg": 0, "payer": LIN, "bucket": "current", "amount_fen": 15_00},
    )
    sums = {"amount_fen": 45_00, "restored": restored, "cash_fen": 0, "refundable_fen": 35_00}
    of_refund = {"settlement": "S", "refund": "F"}
    of_account = {**of_refund, "beneficiary": LIN}
    of_wei = {"rank": 1, "current_fen": 30_00, "limit_year": 2026, "limit_fen": 30_00, "binding": 1}
    spec.then_recorded(
        ("settlement:S", s.SettlementRefunded, {"refund": "F", "digest": spec.digest(), **sums}),
        ("refund:F", r.RefundTaken, {"settlement": "S", "digest": spec.digest()}),
        (ACCOUNT_WEI, a.CoPaymentRefunded, {**of_account, **of_wei}),
        (
            ACCOUNT_LIN,
            a.CoPaymentRefunded,
            {**of_account, "current_fen": 15_00},
        ),
        (FAMILY_LIN, f.LimitRestored, {**of_refund, "year": 2026, "uses": used(30_00)}),
    )


# Refusals, repeats, policies ----------------------------------------------------------------------------


def test_a_refusal_records_what_was_asked_and_which_policy_said_no(spec: Spec) -> None:
    spec.when(charge(LIN, 160_00, settlement="S", cash="refused"))
    asked = {
        "settlement": "S",
        "beneficiary": LIN,
        "amount_fen": 160_00,
        "med_type": "11",
        "self_paid_fen": 0,
        "facts": {},
        "sources": "own_then_shared",
        "cash": "refused",
    }
    refused = {
        "op": "charge",
        "code": "insufficient_funds",
        "digest": spec.digest(),
        "figures": {"needed_fen": 160_00, "available_fen": 150_00},
        "asked": asked,
        **spec.policy(),
    }
    spec.then_recorded((f"request:{spec.command['id']}", r.RequestRefused, refused))


def test_a_repeat_records_only_that_its_id_is_taken(spec: Spec) -> None:
    spec.given(charge(LIN, 80_00, settlement="S"), refund("S", refund="F"))
    spec.when(charge(LIN, 80_00, settlement="S", id="again"))
    spec.then_recorded(("request:again", r.RequestRepeated, {"op": "charge", "settlement": "S"}))
    spec.when(refund("S", refund="F", id="once-more"))
    repeat = {"op": "refund", "settlement": "S", "refund": "F"}
    spec.then_recorded(("request:once-more", r.RequestRepeated, repeat))


def test_a_conflict_is_recorded_once_for_each_content(spec: Spec) -> None:
    spec.given(credit(LIN, 1, id="c"))
    for amount, recorded in ((2, 1), (3, 1), (2, 0)):
        spec.refuses(credit(LIN, amount, id="c"), "request_conflict")
        assert len(spec.new_events) == recorded


def test_a_policy_enters_the_log_whole_before_the_first_decision_that_rests_on_it() -> None:
    spec = Spec()
    spec.given(open_account(LIN), charge(LIN, 5, settlement="S"), charge(LIN, 5))
    recorded = [e for e in spec.log if e.originator_id == "policies"]
    assert [type(e.event) for e in recorded] == [r.PolicyRecorded]
    used_pack = spec.ledger.catalogue.by_name("national-2026")
    assert used_pack is not None
    assert recorded[0].event.content() == {
        "name": "national-2026",
        "digest": used_pack.digest,
        "pack": used_pack.document(),
    }
    assert spec.log.index(recorded[0]) < [e.originator_id for e in spec.log].index("settlement:S")


def test_the_policy_of_a_refusal_enters_the_log_too() -> None:
    spec = Spec()
    spec.given(open_account(LIN), open_account(WEI))
    spec.refuses(
        bind(WEI, LIN, relation="other"), "relation_not_eligible", relation="other", policy="national-2026"
    )
    assert [e.originator_id for e in spec.log[-2:]] == ["policies", f"request:{spec.command['id']}"]


def test_versions_in_a_stream_count_from_one_without_gaps(spec: Spec) -> None:
    spec.given(charge(LIN, 80_00, settlement="S"), refund("S"), set_status(WEI, "closed"))
    seen: dict[str, int] = {}
    for event in spec.log:
        seen[event.originator_id] = seen.get(event.originator_id, 0) + 1
        assert event.originator_version == seen[event.originator_id]
