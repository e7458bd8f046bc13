"""The ladder of rules: the first that gives a unique answer joins two rows, and a person decides the rest."""

from datetime import date

import pytest

from ledger.reconciliation.matching import Match, match
from ledger.reconciliation.rows import Rules
from tests.examples import WEI
from tests.reconciliation.sides import days_later, joined, kinds, lines, only, ours, suggested, theirs


def test_a_settlement_id_with_the_same_amounts_joins_whatever_else_differs() -> None:
    found = match([ours("S1", 10_000)], [theirs(4, 10_000, "S1", person=WEI, visit="V9", message="M9")])
    assert joined(found) == [(("S1",), (4,), "settlement_and_amounts")]
    assert found.breaks == ()


def test_a_settlement_id_joins_other_amounts_and_the_difference_is_a_break() -> None:
    found = match([ours("S1", 10_000)], [theirs(1, 10_700, "S1")])
    assert joined(found) == [(("S1",), (1,), "settlement")]
    assert (only(found).kind, only(found).effect, only(found).matched) == ("total", (700, 350, 350), True)


def test_a_message_id_joins_a_line_without_a_settlement_id() -> None:
    line = theirs(1, 10_000, message="M7", person=None, visit=None, day=None)
    assert joined(match([ours("S1", 10_000, message="M7")], [line])) == [(("S1",), (1,), "message")]


def test_person_visit_total_and_day_join_a_line_without_any_number() -> None:
    rows = [ours("S1", 10_000), ours("S2", 10_000, visit="V2"), ours("S3", 10_000, person=WEI)]
    assert joined(match(rows, [theirs(1, 10_000)])) == [(("S1",), (1,), "bill")]


@pytest.mark.parametrize("weaker", [{}, {"message": "M1"}, {"visit": None}])
def test_two_different_settlement_ids_are_never_joined_by_a_weaker_rule(weaker: dict[str, str]) -> None:
    found = match([ours("S1", 10_000, message="M1")], [theirs(1, 10_000, "X1", **weaker)])
    assert joined(found) == []
    assert kinds(found) == ["missing_there", "missing_here"]


def test_a_column_of_receipt_numbers_contradicts_nothing() -> None:
    rules = Rules(settlement_is_receipt=True)
    found = match([ours("S1", 10_000)], [theirs(1, 10_000, "receipt-77")], rules)
    assert joined(found) == [(("S1",), (1,), "bill")]


def test_a_refund_and_its_settlement_on_one_side_only_are_closed_as_a_pair() -> None:
    here = [ours("S1", 2_500), ours("S1", 2_500, direction="reverse", refund="R1", position=2)]
    there = [theirs(1, 900, "X1"), theirs(2, 900, "X1", direction="reverse")]
    found = match(here, there)
    assert joined(found) == [(("S1", "S1/R1"), (), "pair"), ((), (1, 2), "pair")]
    assert (found.breaks, found.difference) == ((), (0, 0, 0))


def test_a_pair_that_the_other_side_has_a_day_later_is_joined_and_not_closed() -> None:
    here = [ours("S1", 2_500), ours("S1", 2_500, direction="reverse", refund="R1", position=2)]
    there = [
        theirs(1, 2_500, visit=None, day=days_later(1)),
        theirs(2, 2_500, visit=None, day=days_later(1), direction="reverse"),
    ]
    assert joined(match(here, there)) == [(("S1",), (1,), "one_to_one"), (("S1/R1",), (2,), "one_to_one")]


def test_several_of_ours_are_one_of_theirs_where_every_column_ties() -> None:
    here = [ours("S1", 3_000), ours("S2", 4_100, visit="V2", day=days_later(1)), ours("S3", 500, visit="V3")]
    combined = theirs(1, 7_100, visit=None, day=days_later(2), fund_fen=3_550, account_fen=3_550)
    found = match(here, [combined])
    assert joined(found) == [(("S1", "S2"), (1,), "one_to_many")]
    assert [(one.kind, one.ours) for one in found.breaks] == [
        ("cut_off", ("S1", "S2")),
        ("missing_there", ("S3",)),
    ]


def test_a_set_that_ties_in_the_total_alone_is_none() -> None:
    here = [ours("S1", 3_000), ours("S2", 4_100, visit="V2")]
    assert joined(match(here, [theirs(1, 7_100, visit=None, fund_fen=7_100, account_fen=0)])) == []


def test_a_set_lies_on_three_consecutive_days_at_most() -> None:
    def after(days: int) -> list[tuple[tuple[str, ...], tuple[int, ...], str]]:
        here = [ours("S1", 3_000), ours("S2", 4_000, visit="V2", day=days_later(days))]
        return joined(match(here, [theirs(1, 7_000, visit=None)]))

    assert after(2) == [(("S1", "S2"), (1,), "one_to_many")]
    assert after(3) == []


def test_a_set_has_six_rows_at_most() -> None:
    def of(count: int) -> list[tuple[tuple[str, ...], tuple[int, ...], str]]:
        parts = [theirs(number + 1, 2 * 3**number) for number in range(count)]
        return joined(match([ours("S1", sum(part.total_fen for part in parts))], parts))

    assert of(6) == [(("S1",), (1, 2, 3, 4, 5, 6), "many_to_one")]
    assert of(7) == []


def test_several_of_ours_are_several_of_theirs_inside_one_person_and_day() -> None:
    here = [ours("S1", 3_000), ours("S2", 5_000, visit="V2")]
    there = [theirs(1, 2_000, visit=None), theirs(2, 6_000, visit=None)]
    assert joined(match(here, there)) == [(("S1", "S2"), (1, 2), "many_to_many")]
    moved = [theirs(1, 2_000, visit=None), theirs(2, 6_000, visit=None, day=days_later(1))]
    assert joined(match(here, moved)) == []


def test_a_tolerance_joins_what_nearly_ties_and_the_fen_stay_a_break() -> None:
    line = theirs(1, 10_001, visit=None, fund_fen=5_000, account_fen=5_001)
    assert joined(match([ours("S1", 10_000)], [line])) == []
    found = match([ours("S1", 10_000)], [line], Rules(tolerance_fen=1))
    assert joined(found) == [(("S1",), (1,), "tolerance")]
    assert (only(found).kind, only(found).effect) == ("rounding", (1, 0, 1))


def test_equal_numbers_of_equal_rows_go_to_the_clerk_with_the_block_suggested() -> None:
    here = [ours("S1", 10_000), ours("S2", 10_000, at=ours("S1", 1).at.replace(hour=15))]
    found = match(here, [theirs(1, 10_000), theirs(2, 10_000)])
    assert joined(found) == []
    assert suggested(found) == [Match(("S1", "S2"), lines(1, 2), "bill", automatic=False)]
    assert (only(found).kind, only(found).effect, only(found).ours) == ("ambiguous", (0, 0, 0), ("S1", "S2"))


def test_one_row_and_a_set_that_both_tie_go_to_the_clerk() -> None:
    here = [ours("S1", 10_000), ours("S2", 4_000, visit="V2"), ours("S3", 6_000, visit="V3")]
    found = match(here, [theirs(1, 10_000, visit=None)])
    assert joined(found) == []
    assert kinds(found) == ["ambiguous"]


def test_the_best_assignment_is_taken_and_not_the_first_that_fits() -> None:
    """Day by day each bill has its own; taking the first free one in file order would cross them."""
    here = [ours(f"S{n}", 10_000, visit=f"V{n}", day=days_later(n)) for n in range(4)]
    there = [theirs(9 - n, 10_000, visit=None, day=days_later(n)) for n in range(4)]
    assert joined(match(here, there)) == [((f"S{n}",), (9 - n,), "one_to_one") for n in range(4)]


def test_a_visit_that_contradicts_makes_it_a_suggestion() -> None:
    found = match([ours("S1", 10_000)], [theirs(1, 10_000, visit="V2")])
    assert kinds(found) == ["missing_there", "missing_here"]
    assert suggested(found) == [Match(("S1",), lines(1), "one_to_one", automatic=False)]


def test_a_search_that_its_budget_ends_says_so() -> None:
    here = [ours(f"S{n:02d}", 1_000 + 7 * n, visit=f"V{n}") for n in range(30)]
    there = [theirs(1, 6_611, visit=None)]
    found = match(here, there, Rules(search_budget=50))
    assert (found.not_searched, only(found).searched, only(found).kind) == (1, False, "ambiguous")
    assert found.ours.open.rows + found.theirs.open.rows == 31


def test_what_a_person_chose_holds_before_any_rule() -> None:
    here = [ours("S1", 10_000), ours("S2", 10_000, at=ours("S1", 1).at.replace(hour=15))]
    there = [theirs(1, 10_000), theirs(2, 10_000)]
    chosen = [Match(("S1",), lines(2), "clerk"), Match(("S9",), lines(1), "clerk")]
    found = match(here, there, decided=chosen)
    assert joined(found) == [(("S1",), (2,), "clerk"), (("S2",), (1,), "bill")]


def test_a_list_of_differences_leaves_unlisted_what_agrees() -> None:
    rules = Rules(only_differences=True)
    here = [ours("S1", 10_000), ours("S2", 4_000), ours("S3", 300, message="M3", visit="V3")]
    there = [
        theirs(1, 4_500, "S2", result="amounts_differ"),
        theirs(2, 0, "S3", result="institution_more"),
        theirs(3, 4_500, message="M77", visit=None, result="centre_more"),
    ]
    found = match(here, there, rules)
    assert joined(found) == [(("S1",), (), "not_listed"), (("S2",), (1,), "settlement")]
    assert kinds(found) == ["total", "missing_there", "missing_here"]
    assert found.difference == (500 - 300 + 4_500, 250 - 150 + 2_250, 250 - 150 + 2_250)


def test_two_rows_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="one id"):
        match([ours("S1", 1), ours("S1", 2)], [])
    with pytest.raises(ValueError, match="one line"):
        match([], [theirs(1, 1), theirs(1, 2)])


def test_rows_beyond_the_period_count_only_where_they_are_joined() -> None:
    first = date(2026, 9, 10)
    here = [
        ours("S1", 8_800),
        ours("S2", 100, day=days_later(-1)),
        ours("S3", 5, day=days_later(1), visit="V3"),
    ]
    there = [theirs(1, 8_800, "S1", day=days_later(1)), theirs(2, 7, "X9", day=days_later(1))]
    found = match(here, there, Rules(first_day=first, last_day=first))
    assert joined(found) == [(("S1",), (1,), "settlement_and_amounts")]
    assert kinds(found) == ["cut_off"]
    assert (found.ours.beyond.rows, found.theirs.beyond.rows) == (2, 1)
