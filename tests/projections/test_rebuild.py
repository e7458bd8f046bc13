"""A rebuild fills a new copy beside the live one and puts it in its place, whatever others do meanwhile."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import psycopg
import pytest

from ledger.errors import StoreUnavailable
from projections import queries
from projections.errors import ModelStopped, RebuildBlocked, RebuildHindered, RebuildRunning, UnknownModel
from projections.models import MODELS
from projections.models.balances import BALANCES
from projections.models.limits import LIMITS
from projections.rebuild import Rebuilt, chosen, rebuild
from projections.recorded import Model, Recorded
from projections.runner import catch_up
from projections.store import Store
from tests.durability.cutting import Killed, killed_at, watched
from tests.projections.desk import LIN, MEI, WEI, Desk, everything

ALL = tuple(model.name for model in MODELS)
FORGED = "UPDATE read_model.entries SET current_fen = 999 WHERE account = 'WEI' AND type = 'Credited'"


@pytest.fixture
def family(desk: Desk) -> Desk:
    """A family with some of everything in its log, and the read models of it."""
    desk.opens(LIN, WEI, MEI, fen=300_00)
    desk.binds(WEI, LIN)
    desk.binds(MEI, LIN, limit_fen=100_00)
    desk.charges(LIN, 500_00, settlement="s-1")
    desk.charges(LIN, 50_00, op="hold", settlement="s-2")
    desk.does("release", settlement="s-2")
    desk.does("refund", settlement="s-1", amount_fen=120_00)
    desk.does("reorder", beneficiary=LIN, order=[MEI, WEI])
    desk.sends("charge", settlement="s-3", beneficiary="NOBODY", amount_fen=1, med_type="11")
    catch_up(desk.store)
    return desk


@pytest.fixture
def admin(family: Desk) -> Iterator[psycopg.Connection[Any]]:
    """Somebody with psql."""
    with psycopg.connect(family.dsn, autocommit=True) as connection:
        yield connection


def end_of(desk: Desk) -> int:
    with desk.store.snapshot() as moment:
        return moment.log_end()


def schemas(admin: psycopg.Connection[Any]) -> list[str]:
    """Those that hold tables of read models."""
    found = admin.execute(
        "SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname LIKE 'read_model%'"
    ).fetchall()
    return [name for (name,) in found]


def breaking(model: Model, topic: str) -> Model:
    """The same model, which cannot apply such an event."""

    def project(recorded: Recorded[Any]) -> Iterator[tuple[Any, ...]]:
        if recorded.event.topic == topic:
            raise RuntimeError("unheard of")
        yield from model.project(recorded)

    return model._replace(project=project)


# What comes out of it --------------------------------------------------------------------------------


def test_a_rebuild_changes_nothing_in_models_that_are_right(
    family: Desk, admin: psycopg.Connection[Any]
) -> None:
    before = everything(family.dsn)
    told: list[tuple[int, int]] = []
    end = end_of(family)
    assert rebuild(family.store, progress=lambda *reached: told.append(reached)) == Rebuilt(ALL, end, ())
    assert told[-1] == (end, end)
    assert everything(family.dsn) == before
    assert schemas(admin) == ["read_model"], "nothing is left of the old copy"


def test_a_rebuild_mends_rows_that_somebody_edited(family: Desk, admin: psycopg.Connection[Any]) -> None:
    before = everything(family.dsn)
    admin.execute(FORGED)
    admin.execute("DELETE FROM read_model.settlement_steps")
    assert family.asks(queries.balance, WEI)["current_fen"] != 0
    rebuild(family.store)
    assert everything(family.dsn) == before


def test_only_the_models_named_are_rebuilt(family: Desk, admin: psycopg.Connection[Any]) -> None:
    before = everything(family.dsn)
    admin.execute(FORGED)
    rebuild(family.store, chosen(["limits", "settlements", "limits"]))
    assert everything(family.dsn)["entries"] != before["entries"]
    assert rebuild(family.store, chosen(["balances"])).models == ("balances",)
    assert everything(family.dsn) == before


def test_a_model_that_is_not_there_is_one_sentence_that_names_those_that_are() -> None:
    with pytest.raises(UnknownModel, match="no read model wealth; there are accounts, balances, ") as unknown:
        chosen(["balances", "wealth"])
    assert unknown.value.code == "unknown_model"
    assert "没有读模型 wealth" in unknown.value.text("zh")


def test_a_table_that_somebody_dropped_is_made_anew(family: Desk, admin: psycopg.Connection[Any]) -> None:
    before = everything(family.dsn)
    admin.execute("DROP TABLE read_model.limit_uses CASCADE")
    rebuild(family.store, chosen(["limits"]))
    catch_up(family.store)
    assert everything(family.dsn) == before
    assert admin.execute("SELECT count(*) FROM read_model.limits").fetchone() != (0,)


def test_models_that_have_not_caught_up_are_rebuilt_to_the_end_of_the_log(
    family: Desk, admin: psycopg.Connection[Any]
) -> None:
    before = everything(family.dsn)
    for model in MODELS:
        for table in model.tables:
            admin.execute(f"TRUNCATE read_model.{table.name}".encode())
    admin.execute("UPDATE read_model.tracking SET position = 0")
    rebuild(family.store, chosen(["balances"]))
    assert everything(family.dsn)["entries"] == before["entries"]
    catch_up(family.store)
    assert everything(family.dsn) == before


def test_a_model_that_cannot_apply_an_event_keeps_its_tables_and_the_others_are_rebuilt(
    family: Desk, admin: psycopg.Connection[Any]
) -> None:
    before = everything(family.dsn)
    admin.execute("DELETE FROM read_model.settlement_steps")
    wrong = breaking(BALANCES, "CoPaymentCharged")
    done = rebuild(family.store, [wrong, *(model for model in MODELS if model is not BALANCES)])
    assert set(done.models) == {*ALL} - {"balances"}
    (stop,) = done.stopped
    assert (stop.model, stop.topic) == ("balances", "CoPaymentCharged")
    assert everything(family.dsn) == before


def test_a_model_that_had_stopped_goes_on_after_its_rebuild(family: Desk) -> None:
    before = everything(family.dsn)
    with psycopg.connect(family.dsn, autocommit=True) as admin:
        admin.execute("DROP SCHEMA read_model CASCADE")
    with Store.open(family.dsn) as store:
        with pytest.raises(ModelStopped):
            catch_up(store, models=[breaking(BALANCES, "CoPaymentCharged")])
        rebuild(store, chosen(["balances"]))
        assert catch_up(store) == end_of(family)
    assert everything(family.dsn) == before


def test_rights_and_other_peoples_views_outlast_a_rebuild(
    family: Desk, admin: psycopg.Connection[Any]
) -> None:
    admin.execute("CREATE SCHEMA report")
    admin.execute("CREATE VIEW report.daily AS SELECT count(*) FROM read_model.balances")
    admin.execute("CREATE VIEW report.money WITH (security_barrier) AS SELECT * FROM read_model.entries")
    admin.execute("CREATE ROLE visitor")
    try:
        admin.execute("GRANT USAGE ON SCHEMA read_model, report TO visitor")
        admin.execute("GRANT SELECT ON read_model.limits, read_model.limit_uses, report.daily TO visitor")
        admin.execute("GRANT SELECT ON read_model.entries TO visitor WITH GRANT OPTION")
        rebuild(family.store)
        admin.execute("SET ROLE visitor")
        for table in ("read_model.limits", "read_model.limit_uses", "read_model.entries", "report.daily"):
            assert admin.execute(f"SELECT FROM {table}".encode()).fetchall()
        admin.execute("GRANT SELECT ON read_model.entries TO PUBLIC")
        admin.execute("RESET ROLE")
        options = admin.execute("SELECT reloptions FROM pg_class WHERE oid = 'report.money'::regclass")
        assert options.fetchone() == (["security_barrier=true"],)
    finally:
        admin.execute("RESET ROLE")
        admin.execute("DROP OWNED BY visitor")
        admin.execute("DROP ROLE visitor")


def test_what_would_be_lost_with_a_table_is_said_and_nothing_is_changed(
    family: Desk, admin: psycopg.Connection[Any]
) -> None:
    admin.execute("CREATE MATERIALIZED VIEW hoard AS SELECT * FROM read_model.entries")
    before = everything(family.dsn)
    with pytest.raises(RebuildHindered, match=r"hoard depends on table .*entries") as hindered:
        rebuild(family.store)
    assert hindered.value.code == "rebuild_hindered"
    assert everything(family.dsn) == before
    assert schemas(admin) == ["read_model"]
    rebuild(family.store, chosen(["limits"]))


# While others are at work ----------------------------------------------------------------------------


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
