"""What made one balance out of another: causes that sum to the difference, whatever the moments."""

from random import Random
from typing import Final

import pytest

from projections import queries
from projections.errors import NotFound
from projections.queries import When
from projections.queries.difference import SUMMED
from projections.runner import catch_up
from projections.store import Snapshot, Store
from tests.projections.desk import BAO, JUN, LIN, MEI, WEI, Answer, Desk, Log, instant, log_of
from tests.projections.turmoil import Turmoil

MORNING: Final = "2026-03-10T08:00:00+08:00"
EVENING: Final = "2026-03-10T20:00:00+08:00"


def test_the_causes_between_two_positions_are_named_by_command_and_settlement(desk: Desk) -> None:
    desk.opens(LIN)
    desk.opens(WEI, fen=500_00)
    before = desk.asks(queries.balance, WEI)["position"]
    desk.binds(WEI, LIN)
    desk.charges(LIN, 80_00, settlement="bill")
    desk.does("refund", settlement="bill", amount_fen=30_00)
    desk.charges(LIN, 60_00, op="hold", settlement="held")
    desk.does("credit", account=WEI, amount_fen=10_00, kind="interest")
    desk.does("credit", account=WEI, amount_fen=5_00, kind="interest")
    found = desk.asks(queries.difference, WEI, When(position=before), When())
    told = ("op", "settlement", "current_fen", "held_fen", "events")
    assert [tuple(cause[name] for name in told) for cause in found["causes"]] == [
        ("charge", "bill", -80_00, 0, 1),
        ("refund", "bill", 30_00, 0, 1),
        ("hold", "held", 0, 60_00, 1),
        ("credit", None, 15_00, 0, 2),
    ]  # fmt: skip
    assert found["from"]["balance_fen"] == found["from"]["available_fen"] == 500_00
    assert (found["to"]["balance_fen"], found["to"]["available_fen"]) == (465_00, 405_00)
    assert (found["change"]["balance_fen"], found["change"]["held_fen"]) == (-35_00, 60_00)


def test_a_quota_that_came_or_went_with_its_binding_has_that_command_as_its_cause(desk: Desk) -> None:
    desk.opens(LIN, JUN)
    desk.opens(WEI, fen=900_00)
    desk.binds(WEI, LIN, quota_fen=100_00)
    desk.does("grant_quota", binder=WEI, beneficiary=LIN, amount_fen=50_00)
    desk.does("release_quota", binder=WEI, beneficiary=LIN)
    desk.does("grant_quota", binder=WEI, beneficiary=LIN, amount_fen=20_00)
    desk.does("unbind", binder=WEI, beneficiary=LIN)
    desk.binds(WEI, JUN, quota_fen=40_00)
    desk.does("set_status", account=WEI, status="closed")
    found = desk.asks(queries.difference, WEI, When(position=0), When())
    assert {(c["op"], c["beneficiary"]): c["reserved_fen"] for c in found["causes"] if c["reserved_fen"]} == {
        ("bind", LIN): 100_00,
        ("grant_quota", LIN): 70_00,
        ("release_quota", LIN): -150_00,
        ("unbind", LIN): -20_00,
        ("bind", JUN): 40_00,
        ("set_status", JUN): -40_00,
    }


def test_what_was_told_late_lies_between_two_positions_but_not_between_two_times(desk: Desk) -> None:
    desk.opens(WEI, fen=100_00)
    told = desk.asks(queries.balance, WEI)["position"]
    desk.does("credit", account=WEI, amount_fen=7_00, at="2026-02-01T10:00:00+08:00")
    times = When(at=instant(MORNING)), When(at=instant(EVENING))
    assert desk.asks(queries.difference, WEI, *times)["causes"] == []
    found = desk.asks(queries.difference, WEI, When(position=told), When())
    assert [c["current_fen"] for c in found["causes"]] == [7_00]


def test_an_event_that_counts_at_the_first_moment_only_is_taken_off(desk: Desk) -> None:
    desk.opens(WEI, fen=100_00)
    told = desk.asks(queries.balance, WEI)["position"]
    desk.does("credit", account=WEI, amount_fen=7_00, at=EVENING)
    found = desk.asks(queries.difference, WEI, When(), When(at=instant(MORNING), position=told))
    (cause,) = found["causes"]
    assert (cause["current_fen"], cause["events"], cause["taken_off"]) == (-7_00, 1, 1)


def test_before_its_opening_an_account_holds_nothing_and_nobody_is_not_found(desk: Desk) -> None:
    desk.opens(WEI, fen=100_00)
    found = desk.asks(queries.difference, WEI, When(position=0), When())
    assert found["from"]["balance_fen"] == 0
    assert found["change"]["balance_fen"] == 100_00
    with pytest.raises(NotFound):
        desk.asks(queries.difference, "NOBODY", When(), When())


@pytest.mark.parametrize("seed", [3])
def test_the_causes_always_sum_to_the_difference(year: tuple[Log, Store]) -> None:
    sums_hold(*year, Random(5), 150)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20, 28))
def test_the_causes_of_long_years_always_sum_to_the_difference(desk: Desk, seed: int) -> None:
    for command in Turmoil(seed).commands(500):
        desk.sends(**command)
    catch_up(desk.store)
    sums_hold(log_of(desk.dsn), desk.store, Random(seed), 3000)


def sums_hold(log: Log, store: Store, random: Random, times: int) -> None:
    """Any two moments, by position, time or both, in any order."""
    with store.snapshot() as moment:
        for _ in range(times):
            account = random.choice((LIN, BAO, WEI, MEI, JUN))
            first, last = _when(log, random), _when(log, random)
            try:
                found = queries.difference(moment, account, first, last)
            except NotFound:
                continue
            for name in SUMMED:
                assert sum(cause[name] for cause in found["causes"]) == found["change"][name], (first, last)
            for side, when in (("from", first), ("to", last)):
                expected = _balance(moment, account, when)
                assert (
                    expected is None
                    or expected.items()
                    >= {name: found[side][name] for name in (*SUMMED, "balance_fen", "available_fen")}.items()
                )


def _when(log: Log, random: Random) -> When:
    recorded = random.choice(log)
    at = random.choice((None, recorded.event.at))
    return When(at, random.choice((None, random.randint(0, len(log)))) if at else recorded.position)


def _balance(moment: Snapshot, account: str, when: When) -> Answer | None:
    try:
        return queries.balance(moment, account, when.at, when.position)
    except NotFound:
        return None
