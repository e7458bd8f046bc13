"""What every account event does to the figures of the account."""

from typing import Any

import pytest

from ledger.events.account import (
    Adjusted,
    CoPaymentCaptured,
    CoPaymentCharged,
    CoPaymentHeld,
    CoPaymentRefunded,
    Credited,
    HoldReleased,
    QuotaGranted,
    QuotaReleased,
    YearClosed,
)
from ledger.events.envelope import Event
from projections.models.balances import BALANCES, Entry
from tests.projections.facts import AT, POSITION, RECORDED_AT, recorded

PAYMENT: dict[str, Any] = {
    "settlement": "s-1", "beneficiary": "LIN", "rank": 1, "binding": 2,
    "current_fen": 30_00, "carried_fen": 20_00,
}  # fmt: skip
REFUND = PAYMENT | {"refund": "f-1"}
QUOTA: dict[str, Any] = {"beneficiary": "LIN", "binding": 2}


def entries(cls: type[Event], **fields: Any) -> list[Entry]:
    return [row for row in BALANCES.project(recorded("account:WEI", cls, **fields)) if isinstance(row, Entry)]


def moved(cls: type[Event], **fields: Any) -> dict[str, int]:
    """What the only entry changed, without what it left alone."""
    (entry,) = entries(cls, **fields)
    return {name: fen for name, fen in entry._asdict().items() if name.endswith("_fen") and fen is not None}


@pytest.mark.parametrize("bucket", ["current", "carried"])
def test_money_that_came_in_adds_to_its_bucket(bucket: str) -> None:
    assert moved(Credited, bucket=bucket, amount_fen=50_00, balance_fen=50_00) == {f"{bucket}_fen": 50_00}


@pytest.mark.parametrize("bucket", ["current", "carried", "suspense"])
def test_a_correction_counts_with_its_sign(bucket: str) -> None:
    change = moved(Adjusted, bucket=bucket, delta_fen=-70_00, reason="clearing", balance_fen=0)
    assert change == {f"{bucket}_fen": -70_00}


def test_a_year_that_closes_moves_the_current_bucket_also_below_zero() -> None:
    close = {"year": 2025, "held_fen": 10_00}
    held = {"held_carried_fen": 10_00}
    assert moved(YearClosed, moved_fen=80_00, **close) == {"current_fen": -80_00, "carried_fen": 80_00} | held
    assert moved(YearClosed, moved_fen=-5_00, **close) == {"current_fen": 5_00, "carried_fen": -5_00} | held


def test_a_year_that_closes_on_nothing_leaves_no_entry() -> None:
    assert entries(YearClosed, year=2025, moved_fen=0, held_fen=0) == []


def test_a_charge_leaves_both_buckets() -> None:
    assert moved(CoPaymentCharged, **PAYMENT) == {"current_fen": -30_00, "carried_fen": -20_00}


def test_a_charge_from_a_quota_uses_up_what_was_reserved() -> None:
    change = moved(CoPaymentCharged, **PAYMENT, from_quota=True)
    assert change == {"current_fen": -30_00, "carried_fen": -20_00, "reserved_fen": -50_00}


def test_a_hold_sets_money_aside_and_moves_none() -> None:
    held = {"held_fen": 50_00, "held_carried_fen": 20_00}
    assert moved(CoPaymentHeld, **PAYMENT) == held
    assert moved(CoPaymentHeld, **PAYMENT, from_quota=True) == held | {"reserved_fen": -50_00}


def test_a_capture_turns_what_was_held_into_debits() -> None:
    expected = {
        "current_fen": -30_00, "carried_fen": -20_00, "held_fen": -50_00, "held_carried_fen": -20_00,
    }  # fmt: skip
    assert moved(CoPaymentCaptured, **PAYMENT) == expected
    assert moved(CoPaymentCaptured, **PAYMENT, from_quota=True) == expected


def test_a_release_gives_back_what_was_held_and_the_quota_it_came_from() -> None:
    freed = {"held_fen": -50_00, "held_carried_fen": -20_00}
    assert moved(HoldReleased, **PAYMENT) == freed
    assert moved(HoldReleased, **PAYMENT, from_quota=True) == freed | {"reserved_fen": 50_00}


def test_a_refund_returns_to_the_buckets_and_to_a_standing_quota() -> None:
    assert moved(CoPaymentRefunded, **REFUND) == {"current_fen": 30_00, "carried_fen": 20_00}
    back = moved(CoPaymentRefunded, **REFUND, into_quota=True)
    assert back == {"current_fen": 30_00, "carried_fen": 20_00, "reserved_fen": 50_00}


def test_a_refund_to_a_closed_account_waits_in_suspense() -> None:
    change = moved(CoPaymentRefunded, **REFUND | {"current_fen": 0, "carried_fen": 0}, suspense_fen=50_00)
    assert change == {"suspense_fen": 50_00}


def test_quotas_are_reserved_and_freed() -> None:
    assert moved(QuotaGranted, **QUOTA, amount_fen=100_00, quota_fen=120_00) == {"reserved_fen": 100_00}
    assert moved(QuotaReleased, **QUOTA, released_fen=40_00) == {"reserved_fen": -40_00}


def test_an_entry_says_where_it_comes_from() -> None:
    (entry,) = entries(CoPaymentCharged, **PAYMENT)
    assert entry == Entry(
        POSITION, AT, RECORDED_AT, -30_00, -20_00, None, None, None, None,
        1, 2, "CoPaymentCharged", "WEI", "s-1", "LIN", None,
    )  # fmt: skip


def test_an_entry_notes_the_kind_of_a_credit_and_the_reason_of_a_correction() -> None:
    (credit,) = entries(Credited, bucket="current", amount_fen=1, kind="interest", balance_fen=1)
    (correction,) = entries(Adjusted, bucket="current", delta_fen=1, reason="clearing", balance_fen=2)
    assert (credit.note, correction.note) == ("interest", "clearing")
