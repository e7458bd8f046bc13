"""Every event reaches every read model exactly once, whatever happens to the runner."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from random import Random
from typing import Any

import psycopg
import pytest

from ledger.errors import StoreUnavailable
from projections import queries
from projections.errors import ModelStopped
from projections.models import MODELS
from projections.models.balances import BALANCES
from projections.recorded import Model, Recorded
from projections.runner import catch_up
from projections.store import Store
from tests.projections.desk import LIN, MEI, WEI, Desk, everything
from tests.tampering import tampering


class Killed(BaseException):
    """The runner is gone, at once and without a word."""


@pytest.fixture
def family(desk: Desk) -> Desk:
    """A family with some of everything in its log."""
    desk.opens(LIN, WEI, MEI, fen=300_00)
    desk.binds(WEI, LIN)
    desk.binds(MEI, LIN, limit_fen=100_00)
    desk.charges(LIN, 500_00, settlement="s-1")
    desk.charges(LIN, 50_00, op="hold", settlement="s-2")
    desk.does("release", settlement="s-2")
    desk.does("refund", settlement="s-1", amount_fen=120_00)
    desk.does("reorder", beneficiary=LIN, order=[MEI, WEI])
    desk.sends("charge", settlement="s-3", beneficiary="NOBODY", amount_fen=1, med_type="11")
    return desk


def end_of(desk: Desk) -> int:
    with desk.store.snapshot() as moment:
        return moment.log_end()


def remade(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    """Everything, filled anew in one go."""
    with psycopg.connect(desk.dsn, autocommit=True) as connection:
        connection.execute("DROP SCHEMA read_model CASCADE")
    with Store.open(desk.dsn) as store:
        catch_up(store)
    return everything(desk.dsn)


def test_an_empty_database_has_nothing_to_catch_up_with(database: str) -> None:
    with Store.open(database) as store:
        assert catch_up(store) == 0


def test_all_models_end_where_the_log_ends(family: Desk) -> None:
    assert catch_up(family.store) == end_of(family)
    assert {row[2] for row in everything(family.dsn)["tracking"]} == {end_of(family)}


def test_catching_up_twice_is_catching_up_once(family: Desk) -> None:
    catch_up(family.store)
    once = everything(family.dsn)
    catch_up(family.store)
    assert everything(family.dsn) == once


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_batch_size_changes_no_row(family: Desk, size: int) -> None:
    catch_up(family.store, size=size)
    assert everything(family.dsn) == remade(family)


def test_it_can_stop_early_and_tells_how_far_it_came(family: Desk) -> None:
    told: list[tuple[int, int]] = []
    assert catch_up(family.store, until=7, size=3, progress=lambda *reached: told.append(reached)) == 7
    assert told == [(3, 7), (6, 7), (7, 7)]
    assert catch_up(family.store, until=2) == 2
    assert {row[2] for row in everything(family.dsn)["tracking"]} == {7}


def test_a_runner_killed_anywhere_leaves_whole_batches(family: Desk) -> None:
    random = Random(1)
    while True:
        try:
            catch_up(family.store, models=[killing(model, random) for model in MODELS], size=4)
        except Killed:
            assert {row[2] % 4 for row in everything(family.dsn)["tracking"]} <= {0}
        else:
            break
    assert everything(family.dsn) == remade(family)


def killing(model: Model, random: Random) -> Model:
    """The same model, but one event in eighty kills whoever projects it, before, amid or after its rows."""

    def project(recorded: Recorded[Any]) -> Iterator[tuple[Any, ...]]:
        for row in model.project(recorded):
            if random.random() < 1 / 80:
                raise Killed
            yield row

    return model._replace(project=project)


def test_runners_at_the_same_time_do_each_batch_once(family: Desk) -> None:
    def run(_: int) -> int:
        with Store.open(family.dsn) as store:
            return catch_up(store, size=2)

    with ThreadPoolExecutor(4) as runners:
        assert set(runners.map(run, range(4))) == {end_of(family)}
    assert everything(family.dsn) == remade(family)


def test_a_model_that_cannot_apply_an_event_stops_before_it_and_the_others_go_on(family: Desk) -> None:
    def project(recorded: Recorded[Any]) -> Iterator[tuple[Any, ...]]:
        if recorded.event.topic == "CoPaymentCharged":
            raise RuntimeError("unheard of")
        yield from BALANCES.project(recorded)

    wrong = BALANCES._replace(project=project)
    models = [wrong if model is BALANCES else model for model in MODELS]
    with pytest.raises(ModelStopped) as stopped:
        catch_up(family.store, models=models)
    position = stopped.value.position
    assert stopped.value.model == "balances"
    assert "position" in stopped.value.text("en")
    assert "unheard of" in stopped.value.text("zh")
    tracking = {row[0]: row[2] for row in everything(family.dsn)["tracking"]}
    assert tracking.pop("balances") == position - 1
    assert set(tracking.values()) == {end_of(family)}

    with family.store.snapshot() as moment:  # the answer is that of before the event
        assert queries.balance(moment, WEI)["position"] == position - 1
        assert queries.debit_order(moment, LIN)["position"] == moment.log_end()
    catch_up(family.store)  # with the mistake mended, it takes up where it stood
    assert everything(family.dsn) == remade(family)


@pytest.mark.parametrize(
    ("change", "reason"),
    [("topic = 'Unheard'", "unknown topic"), ("state = '{}'", "cannot be read")],
)
def test_an_event_that_cannot_be_read_stops_those_who_read_it(family: Desk, change: str, reason: str) -> None:
    with tampering(family.dsn) as connection:
        connection.execute(
            f"UPDATE ledger.ledger_events SET {change} WHERE topic = 'PriorityReordered'".encode()
        )
    with pytest.raises(ModelStopped, match=reason) as stopped:
        catch_up(family.store)
    assert stopped.value.code == "model_stopped"
    tracking = {row[0]: row[2] for row in everything(family.dsn)["tracking"]}
    assert tracking["debit_orders"] == stopped.value.position - 1


def test_models_that_stand_apart_come_together(family: Desk) -> None:
    catch_up(family.store, until=5)
    catch_up(family.store, until=9, models=[BALANCES])
    catch_up(family.store)
    assert everything(family.dsn) == remade(family)


def test_any_number_of_programs_may_make_the_schema_at_once(database: str) -> None:
    with ThreadPoolExecutor(8) as programs:
        list(programs.map(Store.prepare, [database] * 8))
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM read_model.tracking").fetchone() == (len(MODELS),)


def test_a_model_of_an_older_version_is_made_anew_and_filled_from_the_log(family: Desk) -> None:
    catch_up(family.store)
    once = everything(family.dsn)
    with psycopg.connect(family.dsn) as connection:
        connection.execute("UPDATE read_model.tracking SET version = 0 WHERE model = 'balances'")
        connection.execute("ALTER TABLE read_model.entries DROP COLUMN note CASCADE")
    with Store.open(family.dsn) as store:
        assert catch_up(store) == end_of(family)
    assert everything(family.dsn) == once


def test_read_models_of_a_newer_program_are_left_alone(family: Desk) -> None:
    with psycopg.connect(family.dsn) as connection:
        connection.execute("UPDATE read_model.tracking SET version = 1000 WHERE model = 'limits'")
    with pytest.raises(StoreUnavailable, match="newer program"):
        Store.open(family.dsn)


def test_no_database_is_one_sentence(database: str) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be reached") as lost:
        Store.open(database.replace("test_", "no_such_"))
    assert "无法连接数据库" in lost.value.text("zh")


def test_a_role_without_rights_is_one_sentence(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE ROLE visitor LOGIN")
    try:
        with pytest.raises(StoreUnavailable, match="may not read"):
            Store.open(psycopg.conninfo.make_conninfo(database, user="visitor"))
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("DROP ROLE visitor")


def test_positions_of_every_answer_only_go_forward(family: Desk) -> None:
    positions = []
    for until in range(1, end_of(family) + 1):
        catch_up(family.store, until=until)
        with family.store.snapshot() as moment:
            positions.append(moment.upto(None))
    assert all(later == earlier + 1 for earlier, later in pairwise(positions))
