"""Bills decided elsewhere that are not taken in, come again, or stand for another."""

from typing import Any

import pytest

from ledger.events import settlement as s
from tests.examples import (
    BAO,
    LIN,
    MEI,
    WEI,
    charge,
    funded,
    hold,
    leg,
    open_account,
    record,
    refund,
    release,
    set_status,
)
from tests.ledger.recorded import bound, told
from tests.spec import Command, Spec, by, own, rejected, repeated


@pytest.fixture
def spec() -> Spec:
    return bound()


# Checks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (record("NOBODY", 10_00, leg(WEI, 10_00)), "beneficiary_not_found"),
        (record(LIN, 10_00, leg(WEI, 5_00), leg("NOBODY", 5_00)), "account_not_found"),
        (record(LIN, 10_00, leg(BAO, 5_00)), "no_personal_account"),
        (record(LIN, 10_00, leg(WEI, 5_00), at="2019-01-01T10:00:00+08:00"), "no_policy"),
        (record(LIN, 10_00, leg(WEI, 5_00), corrects="S-0"), "correction_not_open"),
    ],
)
def test_it_is_refused_by_the_first_check_that_fails(spec: Spec, command: Command, code: str) -> None:
    spec.given(open_account(BAO, insurance="resident"))
    spec.when(command)
    assert (spec.outcome.status, spec.outcome.code) == ("rejected", code)


def test_each_leg_is_checked_in_turn(spec: Spec) -> None:
    spec.given(open_account(BAO, insurance="resident"))
    spec.when(record(LIN, 10_00, leg(BAO, 5_00), leg("NOBODY", 5_00)))
    assert spec.outcome.code == "no_personal_account"
    spec.when(record(LIN, 10_00, leg("NOBODY", 5_00), leg(BAO, 5_00)))
    assert spec.outcome.code == "account_not_found"


def test_nothing_is_recorded_for_or_from_a_closed_account(spec: Spec) -> None:
    spec.given(set_status(MEI, "closed"))
    spec.refuses(record(LIN, 10_00, leg(MEI, 10_00)), "account_closed")
    spec.given(set_status(LIN, "closed"))
    spec.refuses(record(LIN, 10_00, leg(WEI, 10_00)), "account_closed")


def test_no_balance_leaves_the_bounds_of_the_ledger() -> None:
    spec = Spec()
    spec.given(*funded(LIN, 0), *(record(LIN, 10**13, leg(LIN, 10**13)) for _ in range(100)))
    spec.refuses(record(LIN, 1, leg(LIN, 1)), "balance_out_of_range", balance_fen=-(10**15))


def test_the_same_settlement_again_is_answered_as_before_and_other_content_is_a_conflict(spec: Spec) -> None:
    first = spec.when(record(LIN, 60_00, leg(LIN, 50_00), leg(WEI, 10_00), settlement="S-1"))
    spec.again(id="another")
    spec.then(repeated(first))
    spec.again(id="a-third", amount_fen=61_00)
    spec.then(rejected("settlement_conflict"))
    spec.refuses(charge(LIN, 60_00, settlement="S-1"), "settlement_conflict")
    spec.then_money(WEI, current_fen=110_00)


def test_a_released_settlement_is_never_recorded(spec: Spec) -> None:
    spec.given(hold(LIN, 60_00, settlement="S-1"))
    spec.refuses(record(LIN, 60_00, leg(LIN, 50_00), settlement="S-1"), "settlement_conflict")
    spec.given(release("S-1"))
    spec.refuses(record(LIN, 60_00, leg(LIN, 50_00), settlement="S-1"), "settlement_released")


# Corrections ------------------------------------------------------------------------------------------


def test_a_correction_stands_for_a_settlement_that_was_refunded_in_full(spec: Spec) -> None:
    spec.given(charge(LIN, 60_00, settlement="S-1"))
    right = record(LIN, 60_00, leg(LIN, 50_00), leg(MEI, 10_00), corrects="S-1", settlement="S-1-A")
    spec.refuses(right, "correction_not_open", corrects="S-1", state="charged")
    spec.given(refund("S-1", 10_00))
    spec.refuses(right, "correction_not_open", corrects="S-1", state="partly_refunded")
    spec.given(refund("S-1"))
    spec.when(right)
    spec.then(told(own(LIN, 50_00), by(MEI, 2, 10_00), exceptions=("other_order",)))
    (_, decided), (stream, corrected), *_ = spec.new_events
    assert isinstance(decided, s.SettlementDecided)
    assert (decided.corrects, decided.external) == ("S-1", "S-1")
    assert isinstance(corrected, s.SettlementCorrected)
    assert (stream, corrected.corrected_by) == ("settlement:S-1", "S-1-A")


def test_a_settlement_is_corrected_once_and_its_correction_may_be_corrected(spec: Spec) -> None:
    spec.given(charge(LIN, 60_00, settlement="S-1"), refund("S-1"))
    spec.given(record(LIN, 60_00, leg(LIN, 50_00), corrects="S-1", settlement="S-2"))
    spec.refuses(
        record(LIN, 60_00, leg(LIN, 40_00), corrects="S-1"),
        "correction_not_open",
        corrects="S-1",
        state="corrected",
    )
    spec.given(refund("S-2"), record(LIN, 60_00, leg(LIN, 40_00), corrects="S-2", settlement="S-3"))
    decided = spec.new_events[0][1]
    assert isinstance(decided, s.SettlementDecided)
    assert (decided.corrects, decided.external) == ("S-2", "S-1")


@pytest.mark.parametrize("state", ["held", "released"])
def test_what_was_never_settled_is_not_open_for_correction(spec: Spec, state: str) -> None:
    spec.given(hold(LIN, 60_00, settlement="S-1"), *([release("S-1")] if state == "released" else []))
    spec.refuses(
        record(LIN, 60_00, leg(LIN, 50_00), corrects="S-1"),
        "correction_not_open",
        corrects="S-1",
        state=state,
    )


# Fields -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"legs": []},
        {"legs": [leg(LIN, 1)] * 21},
        {"legs": [leg(LIN, 60_00), leg(WEI, 40_01)]},
        {"legs": [{**leg(LIN, 1), "rank": 0}]},
        {"legs": [leg(LIN, 0)]},
        {"legs": [leg(LIN, 1, bucket="suspense")]},
        {"legs": [{"payer": LIN, "amount_fen": 1}]},
        {"legs": {"payer": LIN}},
        {"sources": "own"},
        {"cash": "refused"},
        {"corrects": None},
        {"self_paid_fen": 100_01},
    ],
)
def test_it_has_the_fields_of_a_charge_but_sources_and_cash(spec: Spec, changes: dict[str, Any]) -> None:
    spec.when({**record(LIN, 100_00, leg(LIN, 50_00)), **changes})
    assert spec.outcome.status == "malformed"


def test_twenty_legs_may_pay_all_of_it(spec: Spec) -> None:
    spec.when(record(LIN, 40_00, *[leg(LIN, 2_00)] * 20))
    spec.then(told(*[own(LIN, 2_00)] * 20))
