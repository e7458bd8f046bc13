"""A replay computes everything anew and agrees with a sound ledger, whatever its history and however cut."""

from typing import Any

import psycopg
import pytest

from ledger.application import Ledger
from ledger.errors import StoreUnavailable
from projections.audit.errors import NothingToReplay
from projections.audit.replay import replay
from projections.runner import catch_up
from projections.store import Store
from scripts.audit.aggregates import beside
from tests.audit.ledgers import empty, write
from tests.tampering import tampering


def agrees(dsn: str, chunk: int) -> dict[str, Any]:
    report = replay(dsn, beside=beside(dsn, full=True), chunk=chunk)
    assert report.differences == []
    assert report.aggregates > 6
    assert report.figures["balances"].rows > 0
    assert set(report.models.values()) == {report.events} == {report.position}
    return report.as_dict()


def test_no_alarm_on_a_sound_history_and_no_other_figure_however_it_is_cut_into_pieces(another: str) -> None:
    assert agrees(another, chunk=250_000) == agrees(another, chunk=89)


@pytest.mark.long
@pytest.mark.parametrize("first", range(1000, 1300, 25))
def test_no_alarm_on_hundreds_of_sound_histories(first: int, server: str) -> None:
    for seed in range(first, first + 25):
        with empty(server) as history:
            write(history, seed, happenings=60 + seed % 5 * 100)
            agrees(history, chunk=(250_000, 157, 89)[seed % 3])


def test_read_models_that_lag_are_compared_as_far_as_they_have_come(town: str) -> None:
    with psycopg.connect(town) as connection:
        connection.execute("DROP SCHEMA read_model CASCADE")
    with Store.open(town) as store:
        catch_up(store, until=40)
    report = replay(town)
    assert report.equal
    assert (report.position, set(report.models.values())) == (40, {40})
    assert report.events > 40


def test_a_log_without_read_models_is_checked_on_its_own(town: str) -> None:
    with psycopg.connect(town) as connection:
        connection.execute("DROP SCHEMA read_model CASCADE")
    report = replay(town)
    assert report.equal
    assert (report.models, report.compared) == ({}, {})


def test_an_empty_log_comes_to_nothing(database: str) -> None:
    Ledger.open(database).close()
    report = replay(database)
    assert (report.events, report.equal, set(report.totals.values())) == (0, True, {0})


def test_a_database_without_a_log_cannot_be_replayed(database: str) -> None:
    with pytest.raises(NothingToReplay, match="there is no log"):
        replay(database)
    with pytest.raises(StoreUnavailable):
        replay("host=/nowhere dbname=none")


def test_bytes_that_are_no_text_are_named_and_the_rest_is_replayed(town: str) -> None:
    with tampering(town) as connection:
        for position, state in ((7, b"\xff\xfe"), (9, b'{"at":'), (11, b"{}")):
            connection.execute(
                "UPDATE ledger.ledger_events SET state = %s WHERE notification_id = %s", (state, position)
            )
    report = replay(town, beside=beside(town, full=True))
    unreadable = [d.position for d in report.differences if d.kind == "event_unreadable"]
    assert unreadable == [7, 9, 11]
