"""Worked cases 22 to 25: an earmarked quota is money the owner can no longer spend. 26 and 27 are wallets."""

from tests.examples import LIN, WEI, bind, charge, funded, grant_quota, open_account, refund, unbind
from tests.spec import Spec, accepted, by, own, paid, rejected, restored


def granted() -> Spec:
    """P1 has 1,000.00 and grants the mother, who has no money of her own, a quota of 400.00."""
    spec = Spec()
    spec.given(*funded(WEI, 1_000_00), open_account(LIN), bind(WEI, LIN), grant_quota(WEI, LIN, 400_00))
    return spec


def test_case_22_a_quota_is_out_of_its_owner_s_reach_and_the_member_s_to_spend() -> None:
    """P1 1,000.00 grants 400.00 → available 600.00. P1's own bill 700.00 → own 600.00, cash 100.00.
    The mother's bill 450.00 → P1's quota 400.00, cash 50.00."""
    spec = granted()
    spec.then_money(WEI, current_fen=1_000_00, reserved_fen=400_00, available_fen=600_00)
    spec.when(charge(WEI, 700_00))
    spec.then(paid(own(WEI, 600_00), cash_fen=100_00))
    spec.when(charge(LIN, 450_00))
    spec.then(paid(by(WEI, 1, 400_00), cash_fen=50_00))
    spec.then_money(WEI)


def test_case_23_unbinding_returns_the_unused_quota_to_its_owner() -> None:
    """From 1,000.00/400.00: the mother spent 150.00, then unbound → 250.00 released; balance and available
    850.00."""
    spec = granted()
    spec.given(charge(LIN, 150_00))
    spec.then_money(WEI, current_fen=850_00, reserved_fen=250_00, available_fen=600_00)
    spec.given(unbind(WEI, LIN))
    spec.then_money(WEI, current_fen=850_00, available_fen=850_00)


def test_case_24_nobody_grants_more_than_is_available() -> None:
    """Available 600.00, grant +700.00 → rejected, nothing changes."""
    spec = granted()
    spec.when(grant_quota(WEI, LIN, 700_00))
    spec.then(rejected("quota_exceeds_available", needed_fen=700_00, available_fen=600_00))
    spec.then_money(WEI, current_fen=1_000_00, reserved_fen=400_00, available_fen=600_00)


def test_case_25_a_refund_goes_back_into_the_quota_while_the_binding_stands() -> None:
    """The mother's 150.00 refunded while bound → balance 1,000.00, reserved 400.00, available 600.00."""
    spec = granted()
    spec.given(charge(LIN, 150_00, settlement="S25"))
    spec.when(refund("S25"))
    spec.then(restored((WEI, "current", 150_00)))
    spec.then_money(WEI, current_fen=1_000_00, reserved_fen=400_00, available_fen=600_00)


def test_case_25_a_refund_after_unbinding_goes_straight_to_what_is_available() -> None:
    """The same 150.00 refunded after the unbinding → balance and available 1,000.00."""
    spec = granted()
    spec.given(charge(LIN, 150_00, settlement="S25"), unbind(WEI, LIN))
    spec.when(refund("S25"))
    spec.then(restored((WEI, "current", 150_00)))
    spec.then_money(WEI, current_fen=1_000_00, available_fen=1_000_00)


def test_beside_case_21_interest_on_a_reserved_quota_is_the_owner_s() -> None:
    """Interest is computed outside and posted: 0.50 on 1,000.00 of which 400.00 are reserved → available
    600.50."""
    spec = granted()
    spec.when({"op": "credit", "account": WEI, "amount_fen": 50, "kind": "interest"})
    spec.then(accepted(balance_fen=1_000_50))
    spec.then_money(WEI, current_fen=1_000_50, reserved_fen=400_00, available_fen=600_50)
