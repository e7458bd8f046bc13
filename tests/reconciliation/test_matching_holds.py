"""What holds for any two sides: every row once, sums to the fen, and no order of the input matters."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.reconciliation.matching import Outcome, match
from ledger.reconciliation.matching.outcome import Amounts, Tally
from ledger.reconciliation.rows import Direction, Ours, Rules, State, Status, Theirs
from scripts.generator.month.build import month
from tests.reconciliation.sides import DAY, days_later

NUMBERS = st.sampled_from(["S1", "S2", "S3", "S4", "S5"])
PEOPLE = st.sampled_from(["LIN", "WEI"])
VISITS = st.sampled_from([None, "V1", "V2"])
MESSAGES = st.sampled_from([None, "M1", "M2", "M3"])
FEN = st.sampled_from([0, 1, 100, 101, 200, 300, 500, 700])
DIRECTIONS: st.SearchStrategy[Direction] = st.sampled_from(("forward", "forward", "reverse"))
STATES: st.SearchStrategy[State] = st.sampled_from(("charged", "charged", "captured", "held", "released"))
STATUSES: st.SearchStrategy[Status | None] = st.sampled_from((None, None, None, "released"))
DAYS = st.sampled_from([days_later(number) for number in (-1, 0, 0, 1, 2, 4)])


@st.composite
def our_rows(draw: st.DrawFn) -> list[Ours]:
    rows = []
    for number in range(draw(st.integers(0, 7))):
        day, direction = draw(DAYS), draw(DIRECTIONS)
        rows.append(
            Ours(
                settlement=f"s{number}",
                external=draw(NUMBERS),
                direction=direction,
                person=draw(PEOPLE),
                at=datetime(day.year, day.month, day.day, draw(st.integers(1, 3)), tzinfo=UTC),
                day=day,
                total_fen=draw(FEN),
                fund_fen=draw(FEN),
                account_fen=draw(FEN),
                position=number,
                region="130102",
                service_class="outpatient",
                refund=None if direction == "forward" else f"r{number}",
                state=draw(STATES),
                visit=draw(VISITS),
                message=draw(MESSAGES),
            )
        )
    return rows


@st.composite
def their_rows(draw: st.DrawFn) -> list[Theirs]:
    return [
        Theirs(
            file=draw(st.sampled_from(["a" * 64, "b" * 64])),
            line=line + 1,
            direction=draw(DIRECTIONS),
            total_fen=draw(FEN),
            fund_fen=draw(FEN),
            account_fen=draw(FEN),
            settlement=draw(st.none() | NUMBERS),
            visit=draw(VISITS),
            person=draw(st.none() | PEOPLE),
            message=draw(MESSAGES),
            day=draw(st.none() | DAYS),
            result=draw(st.sampled_from([None, None, None, "institution_more"])),
            status=draw(STATUSES),
        )
        for line in range(draw(st.integers(0, 7)))
    ]


RULES = st.builds(
    Rules,
    tolerance_fen=st.sampled_from([0, 0, 1]),
    settlement_is_receipt=st.booleans(),
    only_differences=st.sampled_from([False, False, True]),
    search_budget=st.sampled_from([0, 3, 20_000]),
    signed_through=st.none() | st.just(DAY - timedelta(days=1)),
    signed_position=st.just(2),
    last_day=st.none() | st.just(days_later(1)),
)


@given(our_rows(), their_rows(), RULES)
def test_every_row_is_matched_open_or_beyond_and_every_fen_is_explained(
    here: list[Ours], there: list[Theirs], rules: Rules
) -> None:
    check(match(here, there, rules), here, there)


@given(our_rows(), their_rows(), RULES, st.randoms(use_true_random=False))
def test_the_order_of_the_input_decides_nothing(
    here: list[Ours], there: list[Theirs], rules: Rules, chance: random.Random
) -> None:
    first = match(here, there, rules).to_json()
    chance.shuffle(here)
    chance.shuffle(there)
    assert match(here, there, rules).to_json() == first


def test_a_hundred_shufflings_of_a_month_give_the_same_bytes() -> None:
    made = month(400, seed=5, collisions=True, without_ids=0.5)
    first = match(made.ours, made.theirs, made.rules)
    check(first, made.ours, made.theirs)
    chance = random.Random(1)
    for _ in range(100):
        chance.shuffle(made.ours)
        chance.shuffle(made.theirs)
        assert match(made.ours, made.theirs, made.rules).to_json() == first.to_json()


def check(found: Outcome, here: list[Ours], there: list[Theirs]) -> None:
    """The equations of an outcome."""
    for side, count in ((found.ours, len(here)), (found.theirs, len(there))):
        assert side.matched.plus(side.open).plus(side.beyond) == side.given
        assert side.given.rows == count
    assert total(found) == found.difference
    automatic = [one for one in found.matches if one.automatic]
    of_ours = Counter(name for one in automatic for name in one.ours)
    of_ours.update(name for one in found.breaks if not one.matched for name in one.ours)
    of_theirs = Counter(line for one in automatic for line in one.theirs)
    of_theirs.update(line for one in found.breaks if not one.matched for line in one.theirs)
    assert of_ours.total() + found.ours.beyond.rows == len(here)
    assert of_theirs.total() + found.theirs.beyond.rows == len(there)
    assert set(of_ours.values()) | set(of_theirs.values()) <= {1}
    assert len({one.key for one in found.breaks}) == len(found.breaks)
    assert all(any(one.effect) <= (one.kind not in ("cut_off", "class", "region")) for one in found.breaks)
    assert sum(len(one.ours) for one in automatic) == found.ours.matched.rows


def total(found: Outcome) -> Amounts:
    """All effects together."""
    sums = Tally()
    for one in found.breaks:
        sums = sums.plus(Tally(1, one.effect))
    return sums.amounts
