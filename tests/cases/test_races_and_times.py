"""Worked cases 44 to 47: what decides when two bills meet, when a preview is old, and when news
comes late."""

from tests.examples import (
    BAO,
    LIN,
    MEI,
    WEI,
    bind,
    charge,
    family,
    funded,
    leg,
    open_account,
    quote,
    record,
    reorder,
)
from tests.spec import Spec, by, own, paid

TEN = "2026-03-10T10:00:00+08:00"
TEN_01 = "2026-03-10T10:01:00+08:00"
TEN_02 = "2026-03-10T10:02:00+08:00"


def two_members() -> Spec:
    """P1 100.00 is bound to his mother (who has nothing) and to his son; Mei, too, is bound to
    both, 500.00."""
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00, mei=500_00), open_account(BAO), bind(WEI, BAO), bind(MEI, BAO))
    return spec


def test_case_44_the_first_bill_recorded_takes_the_money_and_the_next_finds_what_is_left() -> None:
    """P1 100.00; mother 80.00 and son 80.00 at once → the first 80.00, the other 20.00 and 60.00 from the
    next payer."""
    spec = two_members()
    spec.when(charge(LIN, 80_00))
    spec.then(paid(by(WEI, 1, 80_00)))
    spec.when(charge(BAO, 80_00))
    spec.then(paid(by(WEI, 1, 20_00), by(MEI, 2, 60_00)))


def test_case_44_the_order_of_recording_decides_and_not_the_clock_of_the_bills() -> None:
    """The son's bill is older by the clock but recorded second: it is the one that gets 20.00."""
    spec = two_members()
    spec.given(charge(LIN, 80_00, at=TEN_02))
    spec.when(charge(BAO, 80_00, at=TEN_01))
    spec.then(paid(by(WEI, 1, 20_00), by(MEI, 2, 60_00)))


def test_case_45_a_preview_does_not_bind() -> None:
    """The quote at 10:00 shows P1 100.00; the order is swapped at 10:01; the charge at 10:02 takes
    P2 100.00."""
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00, mei=100_00))
    spec.when(quote(LIN, 100_00, at=TEN))
    spec.then(paid(by(WEI, 1, 100_00)))
    spec.given(reorder(LIN, MEI, WEI, at=TEN_01))
    spec.when(charge(LIN, 100_00, at=TEN_02))
    spec.then(paid(by(MEI, 1, 100_00)))


def test_case_46_a_late_bill_is_not_paid_by_a_binder_of_a_later_hour() -> None:
    """Bound at 10:00; a charge of 09:30 arrives at 11:00 → the binder was not eligible at 09:30 → cash."""
    spec = Spec()
    spec.given(*funded(WEI, 100_00), *funded(LIN, 5_00), bind(WEI, LIN, at=TEN))
    spec.when(charge(LIN, 60_00, at="2026-03-10T09:30:00+08:00"))
    spec.then(paid(own(LIN, 5_00), cash_fen=55_00))
    spec.when(charge(LIN, 60_00, at=TEN))
    spec.then(paid(by(WEI, 1, 60_00)))


def test_case_47_a_decision_of_the_ledger_never_takes_what_is_not_there() -> None:
    """Deciding: P1's 100.00 are charged, so an earlier bill of 60.00 that arrives later finds nothing and is
    cash."""
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00), charge(LIN, 100_00, at=TEN_02))
    spec.when(charge(LIN, 60_00, at=TEN_01))
    spec.then(paid(cash_fen=60_00))
    spec.then_money(WEI)


def test_case_47_what_the_platform_took_is_recorded_and_never_allocated_anew() -> None:
    """Recording: P1 has 100.00, already charged; the platform's file says an earlier charge took 60.00 from
    P1 → P1 -60.00 and an exception. Nobody else is asked for it, though Mei has the money."""
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00, mei=100_00), charge(LIN, 100_00, at=TEN_02))
    spec.when(record(LIN, 60_00, leg(WEI, 60_00), at=TEN_01))
    assert spec.outcome.result["exceptions"] == ["below_zero"]
    spec.then_money(WEI, current_fen=-60_00)
    spec.then_money(MEI, current_fen=100_00)
