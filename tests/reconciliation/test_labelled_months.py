"""The matching against labelled months, in which the truth is known: nothing wrong is joined, little is left.

The short form takes small months; with --long five seeds of 100,000 settlements each.
"""

from typing import Any

import pytest

from ledger.reconciliation.matching import match
from scripts.generator.month.build import month
from scripts.generator.month.scoring import Score, score

SHORT = 2_500
LONG = 100_000
SEEDS = (1, 2, 3, 4, 5)
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "collisions": {"collisions": True},
    "half_without_ids": {"without_ids": 0.5, "collisions": True},
}


def scored(settlements: int, seed: int, fields: dict[str, Any]) -> Score:
    made = month(settlements, seed, **fields)
    return score(made, match(made.ours, made.theirs, made.rules))


def holds_the_bars(found: Score) -> None:
    assert found.precision == 1.0, found.wrong
    assert found.recall("1:1") >= 0.995
    assert found.recall("1:1 unnumbered") >= 0.995
    assert found.recall("1:n") >= 0.98
    assert found.recall("n:1") >= 0.98
    assert found.recall("n:m") >= 0.95
    assert found.classes >= 0.99
    assert found.ambiguous_matched == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_small_labelled_month_is_matched_within_the_bars(kind: str) -> None:
    holds_the_bars(scored(SHORT, 3, KINDS[kind]))


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_labelled_month_of_a_hundred_thousand_is_matched_within_the_bars(kind: str, seed: int) -> None:
    holds_the_bars(scored(LONG, seed, KINDS[kind]))


def test_the_same_arguments_give_the_same_month() -> None:
    assert month(300, 7, collisions=True) == month(300, 7, collisions=True)
    assert month(300, 7).ours != month(300, 8).ours


def test_every_class_of_break_and_shape_of_match_is_planted() -> None:
    made = month(SHORT, 3)
    assert {one.kind for one in made.breaks} == {
        "missing_there", "missing_here", "total", "split", "rounding", "wrong_payer", "region", "class",
        "cut_off", "duplicate_there", "duplicate_here", "refund_without_pair", "status", "in_doubt", "late",
        "ambiguous",
    }  # fmt: skip
    assert {one.shape for one in made.links} == {"1:1", "1:n", "n:1", "n:m", "pair", "released"}


def test_a_fifth_of_a_colliding_month_shares_amount_and_day_with_another() -> None:
    made = month(SHORT, 1, collisions=True)
    seen: dict[tuple[object, ...], int] = {}
    for row in made.ours:
        if row.direction == "forward":
            key = (row.institution, row.day, row.total_fen, row.fund_fen, row.account_fen)
            seen[key] = seen.get(key, 0) + 1
    shared = sum(count for count in seen.values() if count > 1)
    assert shared / sum(seen.values()) >= 0.2
