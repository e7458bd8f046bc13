"""Fen for the ledger, yuan for people, and the one function that splits money."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import BALANCE_BOUND_FEN, floor_zero, split, within_bounds, yuan

AMOUNTS = st.integers(min_value=0, max_value=10**13)
ROOMS = st.lists(st.integers(min_value=-(10**15), max_value=10**15), max_size=8)


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (0, "0.00"),
        (1, "0.01"),
        (99, "0.99"),
        (100, "1.00"),
        (123456, "1,234.56"),
        (-1, "-0.01"),
        (-123456789, "-1,234,567.89"),
        (10**15, "10,000,000,000,000.00"),
    ],
)
def test_people_read_yuan(fen: int, shown: str) -> None:
    assert yuan(fen) == shown


@given(AMOUNTS, ROOMS)
def test_shares_fit_their_rooms_and_are_poured_in_order(amount: int, rooms: list[int]) -> None:
    shares = split(amount, rooms)
    assert len(shares) == len(rooms)
    assert all(0 <= share <= max(0, room) for share, room in zip(shares, rooms, strict=True))
    assert sum(shares) == min(amount, sum(max(0, room) for room in rooms))
    first_not_full = next((i for i, room in enumerate(rooms) if shares[i] < room), len(rooms))
    assert not any(shares[first_not_full + 1 :]), "nothing is poured into a room before the one ahead is full"


def test_nothing_is_split_into_nothing() -> None:
    assert split(100, []) == ()
    assert split(0, [30, 50]) == (0, 0)


def test_what_can_be_spent_is_never_below_zero() -> None:
    assert [floor_zero(fen) for fen in (-5, 0, 5)] == [0, 0, 5]


def test_the_bounds_of_a_balance_belong_to_it() -> None:
    assert within_bounds(BALANCE_BOUND_FEN, -BALANCE_BOUND_FEN, 0)
    assert not within_bounds(0, BALANCE_BOUND_FEN + 1)
    assert not within_bounds(-BALANCE_BOUND_FEN - 1)
