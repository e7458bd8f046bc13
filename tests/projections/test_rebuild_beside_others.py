"""A rebuild while others read, write, upgrade and kill: the models are as they were, or as they should be."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import psycopg
import pytest

from ledger.errors import StoreUnavailable
from projections import queries
from projections.errors import RebuildBlocked, RebuildRunning
from projections.models.limits import LIMITS
from projections.rebuild import chosen, rebuild
from projections.runner import catch_up
from projections.store import Store
from tests.durability.cutting import Killed, killed_at, watched
from tests.projections.desk import WEI, Desk, everything
from tests.projections.rebuilding import ALL, FORGED, lives, schemas


@pytest.fixture
def family(desk: Desk) -> Desk:
    return lives(desk)


@pytest.fixture
def admin(family: Desk) -> Iterator[psycopg.Connection[Any]]:
    """Somebody with psql."""
    with psycopg.connect(family.dsn, autocommit=True) as connection:
        yield connection


def test_one_program_rebuilds_at_a_time(family: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.store.connection._PATIENCE_MS", 50)
    with (
        family.store.copy([LIMITS]),
        Store.open(family.dsn) as other,
        pytest.raises(RebuildRunning, match="another program is rebuilding") as running,
    ):
        rebuild(other)
    assert running.value.code == "rebuild_running"
    rebuild(family.store)


def test_a_reader_with_an_old_view_of_the_database_keeps_the_switch_waiting(
    family: Desk, admin: psycopg.Connection[Any]
) -> None:
    before = everything(family.dsn)
    admin.execute(FORGED)
    with Store.open(family.dsn) as reader:
        with reader.snapshot() as moment:
            moment.tracked()  # it has not looked at the table yet, but it may
            with pytest.raises(RebuildBlocked, match="some transaction was always open") as blocked:
                rebuild(family.store, patience=0.4)
            assert blocked.value.code == "rebuild_blocked"
            forged = queries.balance(moment, WEI)
        assert family.asks(queries.balance, WEI) == forged
        with ThreadPoolExecutor(1) as beside, Store.open(family.dsn) as builder:
            with reader.snapshot() as moment:
                queries.balance(moment, WEI)
                switched = beside.submit(rebuild, builder)
                family.does("credit", account=WEI, amount_fen=1)
                catch_up(family.store)  # runners are not kept out for long
                assert queries.balance(moment, WEI) == forged
                assert not switched.done()
            assert switched.result(60).models == ALL
    before.pop("entries"), before.pop("tracking")
    after = everything(family.dsn)
    assert {table: after[table] for table in before} == before
    assert family.asks(queries.balance, WEI)["current_fen"] != forged["current_fen"]


def test_statements_prepared_before_a_rebuild_go_on_after_it(
    family: Desk, admin: psycopg.Connection[Any]
) -> None:
    asked = (
        "SELECT account, type, current_fen FROM read_model.entries WHERE account = %s ORDER BY position",
        "SELECT * FROM read_model.balances WHERE account = %s",
    )
    before = [admin.execute(question, [WEI], prepare=True).fetchall() for question in asked]
    for _ in range(2):
        rebuild(family.store)
        assert [admin.execute(question, [WEI], prepare=True).fetchall() for question in asked] == before


def test_a_newer_program_that_makes_the_models_anew_ends_a_rebuild(
    family: Desk, admin: psycopg.Connection[Any]
) -> None:
    before = everything(family.dsn)

    def upgrade(*_: int) -> None:
        admin.execute("UPDATE read_model.tracking SET version = 0 WHERE model = 'balances'")
        Store.prepare(family.dsn)

    with pytest.raises(StoreUnavailable):
        rebuild(family.store, progress=upgrade, size=10)
    catch_up(family.store)
    assert everything(family.dsn) == before
    rebuild(family.store)
    assert everything(family.dsn) == before


def test_what_a_killed_rebuild_left_is_no_hindrance_to_an_upgrade(
    family: Desk, admin: psycopg.Connection[Any]
) -> None:
    before = everything(family.dsn)
    with pytest.raises(Killed), killed_at(family.dsn, 90) as store:
        rebuild(store)
    assert "read_model_next" in schemas(admin)
    admin.execute("UPDATE read_model.tracking SET version = 0 WHERE model = 'balances'")
    with Store.open(family.dsn) as store:
        catch_up(store)
    assert everything(family.dsn) == before


@pytest.mark.parametrize("share", [0.12, pytest.param(1, marks=pytest.mark.long)])
def test_a_rebuild_killed_at_any_step_leaves_the_models_as_they_were_or_as_they_should_be(
    family: Desk, admin: psycopg.Connection[Any], share: float
) -> None:
    right = everything(family.dsn)
    models = chosen(["balances", "limits"])
    with watched(family.dsn) as (store, connection):
        rebuild(store, models, size=10)
        steps = connection.step
    assert steps > 100
    admin.execute(FORGED)
    wrong = everything(family.dsn)
    seen = set[str]()
    random = Random(7)
    for step in range(steps):
        if random.random() > share and step not in (0, steps - 1):
            continue
        with pytest.raises(Killed), killed_at(family.dsn, step) as store:
            rebuild(store, models, size=10)
        now = everything(family.dsn)
        assert now in (right, wrong)
        seen.add("right" if now == right else "wrong")
        if now == right:
            admin.execute(FORGED)
    assert seen == {"right", "wrong"}
    rebuild(family.store, models)
    assert everything(family.dsn) == right
    assert schemas(admin) == ["read_model"]
