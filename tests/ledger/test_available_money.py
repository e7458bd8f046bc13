"""What an account can spend: balance less unused quotas less open holds (contract section 3, *Accounts*)."""

import pytest

from tests.examples import (
    LIN,
    WEI,
    adjust,
    capture,
    charge,
    credit,
    family,
    grant_quota,
    hold,
    open_account,
)
from tests.spec import Spec, own, paid


@pytest.fixture
def spec() -> Spec:
    """Wei, an employee with nothing."""
    spec = Spec()
    spec.given(open_account(WEI))
    return spec


def test_money_leaves_a_bucket_only_down_to_what_it_holds_beyond_its_own_holds(spec: Spec) -> None:
    """Current 100.00 with 70.00 of them held, carried 50.00: a bill of 100.00 finds 30.00 and 50.00."""
    spec.given(credit(WEI, 100_00), credit(WEI, 50_00, bucket="carried"), hold(WEI, 70_00))
    spec.when(charge(WEI, 100_00))
    spec.then(paid(own(WEI, 30_00), own(WEI, 50_00, "carried"), cash_fen=20_00))


def test_quotas_and_holds_both_lower_what_is_available() -> None:
    """Balance 100.00, quota 30.00, held 25.00: 45.00 are available."""
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00), grant_quota(WEI, LIN, 30_00), hold(WEI, 25_00))
    spec.then_money(WEI, current_fen=100_00, reserved_fen=30_00, held_fen=25_00, available_fen=45_00)
    spec.when(charge(WEI, 90_00))
    spec.then(paid(own(WEI, 45_00), cash_fen=45_00))


def test_only_an_adjustment_or_a_capture_after_it_takes_a_balance_below_zero(spec: Spec) -> None:
    spec.given(credit(WEI, 50_00), hold(WEI, 50_00, settlement="S"), adjust(WEI, -30_00))
    spec.then_money(WEI, current_fen=20_00, held_fen=50_00, available_fen=0)
    spec.given(capture("S"))
    spec.then_money(WEI, current_fen=-30_00)
