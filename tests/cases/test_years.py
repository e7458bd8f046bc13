"""Worked cases 17 to 20: the two buckets, the roll-over at the year's end, and the year of a limit."""

from tests.examples import (
    LIN,
    QUZHOU,
    WEI,
    bind,
    charge,
    close_year,
    credit,
    family,
    open_account,
    refund,
    set_limit,
)
from tests.spec import Spec, accepted, by, own, paid, restored

DECEMBER_30 = "2025-12-30T10:00:00+08:00"
JANUARY_1 = "2026-01-01T10:00:00+08:00"
JANUARY_5 = "2026-01-05T10:00:00+08:00"


def zhejiang_family() -> Spec:
    """Own current 80.00 and carried 30.00; P1 current 500.00 and carried 60.00, bound in Zhejiang in 2025."""
    spec = Spec()
    spec.given(
        open_account(LIN, region=QUZHOU),
        credit(LIN, 80_00),
        credit(LIN, 30_00, bucket="carried"),
        open_account(WEI, region=QUZHOU),
        credit(WEI, 500_00),
        credit(WEI, 60_00, bucket="carried"),
        bind(WEI, LIN, at="2025-06-01T09:00:00+08:00"),
    )
    return spec


def test_case_17_zhejiang_shares_only_the_money_of_earlier_years() -> None:
    """Bill 200.00; own current 80.00, carried 30.00; P1 current 500.00 (not shareable), carried 60.00
    → own 80.00 + 30.00, P1 carried 60.00, cash 30.00."""
    spec = zhejiang_family()
    spec.when(charge(LIN, 200_00, at=DECEMBER_30))
    spec.then(paid(own(LIN, 80_00), own(LIN, 30_00, "carried"), by(WEI, 1, 60_00, "carried"), cash_fen=30_00))
    spec.then_money(WEI, current_fen=500_00)


def test_case_18_what_is_left_at_the_year_s_end_can_be_shared_from_new_year() -> None:
    """After the year-end close P1 has carried 60.00 - 60.00 + 500.00 = 500.00, current 0.00; the same bill
    on 1 Jan, own 0.00 → P1 200.00."""
    spec = zhejiang_family()
    spec.given(charge(LIN, 200_00, at=DECEMBER_30))
    spec.when(close_year(WEI, 2025, at=JANUARY_1))
    spec.then(accepted(moved_fen=500_00))
    spec.then_money(WEI, carried_fen=500_00)
    spec.when(charge(LIN, 200_00, at=JANUARY_1))
    spec.then(paid(by(WEI, 1, 200_00, "carried")))


def test_case_19_a_refund_across_the_year_s_end_goes_to_carried_and_to_the_old_year_s_limit() -> None:
    """Case 17 charged 30 Dec, cancelled 5 Jan after the roll-over: own 80.00 + 30.00 and P1 60.00 come back.
    The 80.00 left "current 2025", which is no more → carried. Limit use goes back to 2025, not 2026."""
    spec = zhejiang_family()
    spec.given(
        charge(LIN, 200_00, settlement="S17", at=DECEMBER_30),
        close_year(LIN, 2025, at=JANUARY_1),
        close_year(WEI, 2025, at=JANUARY_1),
    )
    assert spec.used(LIN, 2025) == {WEI: 60_00}
    spec.when(refund("S17", at=JANUARY_5))
    spec.then(
        restored((WEI, "carried", 60_00), (LIN, "carried", 30_00), (LIN, "carried", 80_00), cash_fen=30_00)
    )
    spec.then_money(LIN, carried_fen=110_00)
    spec.then_money(WEI, carried_fen=560_00)
    assert spec.used(LIN, 2025) == {}
    assert spec.family(LIN).used_fen(WEI, 2026) == 0


def test_case_20_a_limit_s_year_is_the_shanghai_year_of_the_service() -> None:
    """31 Dec 23:59:59 uses the old year's limit even when it is recorded on 1 Jan; 1 Jan 00:00:00 the new
    one's."""
    spec = Spec()
    spec.given(*family(lin=0, wei=900_00), set_limit(WEI, LIN, 100_00))
    spec.when(charge(LIN, 150_00, at="2026-12-31T23:59:59+08:00"))
    spec.then(paid(by(WEI, 1, 100_00), cash_fen=50_00))
    spec.when(charge(LIN, 150_00, at="2026-12-31T15:59:59.999999Z"))
    spec.then(paid(cash_fen=150_00))
    spec.when(charge(LIN, 150_00, at="2026-12-31T16:00:00Z"))
    spec.then(paid(by(WEI, 1, 100_00), cash_fen=50_00))
    assert (spec.used(LIN, 2026), spec.used(LIN, 2027)) == ({WEI: 100_00}, {WEI: 100_00})
