"""Worked case 61: a relative's premium is paid by one chosen payer, wholly or not at all."""

import pytest

from tests.examples import GUO, MEI, WEI, bind, charge, funded, open_account, pay_premium, set_limit
from tests.spec import Spec, by, paid, rejected


@pytest.fixture
def spec() -> Spec:
    """Resident-insured grandfather Guo; P1 380.00, P2 500.00."""
    spec = Spec()
    spec.given(open_account(GUO), *funded(WEI, 380_00), *funded(MEI, 500_00), bind(WEI, GUO), bind(MEI, GUO))
    return spec


def test_case_61_a_payer_who_lacks_a_part_pays_nothing(spec: Spec) -> None:
    """Resident premium 400.00, P1 380.00 → rejected: no cascade to P2, no cash."""
    spec.when(pay_premium(WEI, GUO, 400_00))
    spec.then(rejected("insufficient_funds", needed_fen=400_00, available_fen=380_00))
    spec.then_money(WEI, current_fen=380_00)


def test_case_61_the_payer_who_has_it_all_pays_it_all(spec: Spec) -> None:
    """The same with P2 500.00 → P2 pays 400.00 and has 100.00 left."""
    spec.when(pay_premium(MEI, GUO, 400_00))
    spec.then(paid(by(MEI, 2, 400_00), service_class="premium"))
    spec.then_money(MEI, current_fen=100_00)


def test_case_61_a_premium_uses_no_outpatient_limit(spec: Spec) -> None:
    """P2 has a yearly limit of 50.00: the premium of 400.00 neither heeds it nor uses it."""
    spec.given(set_limit(MEI, GUO, 50_00), set_limit(WEI, GUO, 0), pay_premium(MEI, GUO, 400_00))
    assert spec.used(GUO) == {}
    spec.when(charge(GUO, 80_00))
    spec.then(paid(by(MEI, 2, 50_00), cash_fen=30_00))
