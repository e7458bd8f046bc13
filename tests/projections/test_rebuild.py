"""A rebuild fills a new copy beside the live one and puts it in its place: what comes out of it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from projections import queries
from projections.errors import ModelStopped, RebuildHindered, UnknownModel
from projections.models import MODELS
from projections.models.balances import BALANCES
from projections.rebuild import Rebuilt, chosen, rebuild
from projections.recorded import Model, Recorded
from projections.runner import catch_up
from projections.store import Store
from tests.projections.desk import WEI, Desk, everything
from tests.projections.rebuilding import ALL, FORGED, end_of, lives, schemas


@pytest.fixture
def family(desk: Desk) -> Desk:
    return lives(desk)


@pytest.fixture
def admin(family: Desk) -> Iterator[psycopg.Connection[Any]]:
    """Somebody with psql."""
    with psycopg.connect(family.dsn, autocommit=True) as connection:
        yield connection


def breaking(model: Model, topic: str) -> Model:
    """The same model, which cannot apply such an event."""

    def project(recorded: Recorded[Any]) -> Iterator[tuple[Any, ...]]:
        if recorded.event.topic == topic:
            raise RuntimeError("unheard of")
        yield from model.project(recorded)

    return model._replace(project=project)


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
