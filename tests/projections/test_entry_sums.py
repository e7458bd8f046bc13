"""Sums of runs of entries: what they are, that balances read them, and that nothing else changes them."""

from typing import Any

import psycopg
import pytest

from projections import queries
from projections.rebuild import rebuild
from projections.runner import catch_up
from projections.store import Store
from tests.projections.desk import WEI, Desk, log_of
from tests.projections.runs import RUN, SHORT_RUNS
from tests.projections.turmoil import Turmoil

FIGURES = ("current_fen", "carried_fen", "suspense_fen", "reserved_fen", "held_fen")
SUMS = "SELECT * FROM read_model.entry_sums ORDER BY position"


@pytest.fixture
def filled(desk: Desk) -> Desk:
    for command in Turmoil(5).commands(160):
        desk.sends(**command)
    catch_up(desk.store, models=SHORT_RUNS, size=77)
    return desk


def rows(dsn: str, query: str) -> list[dict[str, Any]]:
    with psycopg.connect(dsn, row_factory=psycopg.rows.dict_row) as connection:
        return connection.execute(query.encode()).fetchall()


def test_a_run_ends_with_every_so_many_events_of_an_account_and_holds_all_entries_since(filled: Desk) -> None:
    entries, sums = rows(filled.dsn, "SELECT * FROM read_model.entries"), rows(filled.dsn, SUMS)
    versions = {recorded.position: recorded.version for recorded in log_of(filled.dsn)}
    assert len({one["account"] for one in sums}) > 2
    ends: dict[str, int] = {}
    for one in sums:
        assert versions[one["position"]] % RUN == 0
        assert one["after"] == ends.get(one["account"], 0)
        ends[one["account"]] = one["position"]
        inside = [
            entry
            for entry in entries
            if entry["account"] == one["account"] and one["after"] < entry["position"] <= one["position"]
        ]
        times = [entry["at"] for entry in inside]
        assert (one["first_at"], one["last_at"]) == (min(times), max(times))
        for figure in FIGURES:
            assert one[figure] == sum(entry[figure] or 0 for entry in inside)


def test_sums_are_the_same_however_they_were_filled_and_go_on_behind_a_rebuild(filled: Desk) -> None:
    before = rows(filled.dsn, SUMS)
    rebuild(filled.store, SHORT_RUNS, size=31)
    assert rows(filled.dsn, SUMS) == before
    for command in Turmoil(6).commands(60):
        filled.sends(**command | {"id": f"more-{command['id']}"} if "id" in command else command)
    catch_up(filled.store, models=SHORT_RUNS)
    after = rows(filled.dsn, SUMS)
    assert after[: len(before)] == before
    assert len(after) > len(before)
    rebuild(filled.store, SHORT_RUNS)
    assert rows(filled.dsn, SUMS) == after


def test_a_balance_reads_the_sums(filled: Desk) -> None:
    with Store.open(filled.dsn) as store:
        with store.snapshot() as moment:
            before = queries.balance(moment, WEI)
        with psycopg.connect(filled.dsn) as connection:
            connection.execute(
                "UPDATE read_model.entry_sums SET current_fen = current_fen + 7 WHERE position ="
                " (SELECT min(position) FROM read_model.entry_sums WHERE account = 'WEI')"
            )
        with store.snapshot() as moment:
            assert queries.balance(moment, WEI)["current_fen"] == before["current_fen"] + 7


def test_an_account_that_moves_rarely_has_none(desk: Desk) -> None:
    for command in Turmoil(5).commands(20):
        desk.sends(**command)
    catch_up(desk.store)
    assert rows(desk.dsn, SUMS) == []
