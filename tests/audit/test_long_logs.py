"""What the benchmark does with whole logs: longer ones are sound logs, and every work is measured."""

from pathlib import Path

import psycopg
import pytest

from projections.audit.archive import archive
from projections.audit.replay import replay_archive
from scripts.bench import log_work
from scripts.bench.amplified import whole_logs
from scripts.bench.databases import Databases
from scripts.bench.figures import FIGURES
from scripts.bench.plan import PARTS, Plan
from tests.audit.ledgers import write


def test_a_log_made_longer_by_copies_of_itself_is_sound(database: str, tmp_path: Path) -> None:
    write(database, seed=8, happenings=80)
    events = archive(database, tmp_path / "one").position
    whole_logs(tmp_path / "one", tmp_path / "three", 2 * events + 1)
    one, three = replay_archive(tmp_path / "one"), replay_archive(tmp_path / "three")
    assert three.equal
    assert three.events == 3 * events
    assert three.totals == {name: 3 * fen for name, fen in one.totals.items()}


def test_everything_done_with_a_whole_log_is_measured_and_both_folds_come_to_the_same(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_work, "apart", lambda work, *args: work(*args))  # here, all in this process
    plan = Plan(tmp_path, 1, charges=50, seconds=0.2, memory_charges=0, log_events=3000, long_events=3500)
    found = log_work.LogWork(plan, Databases(server, tmp_path), lambda _: None).measured(PARTS)
    assert set(found) == set(log_work.TITLES)
    assert all(run.charges > 0 and run.rate > 0 for (run,) in found.values())
    assert found["replay-archive"][0].charges >= plan.long_events
    assert [
        figure.text for figure in FIGURES if figure.of_log or figure.of_long if not figure.value(found)
    ] == []
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE year")
