"""`copay replay`, `copay archive` and their scripted door: pages, JSON, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from scripts.audit_replay import main
from scripts.cli.settings import Settings
from scripts.commands.archive import archive
from scripts.commands.replay import replay, run, show

ROOT = Path(__file__).parents[2]


def damage(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "UPDATE read_model.entries SET current_fen = current_fen + 1 WHERE position ="
            " (SELECT min(position) FROM read_model.entries WHERE current_fen IS NOT NULL) RETURNING position"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_an_equal_replay_says_so_on_a_page_and_exits_0(
    history: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert replay(Settings(dsn=history), full=True) == 0
    page = capfd.readouterr().out
    assert "no differences" in page
    assert "aggregates" in page


def test_a_difference_is_listed_in_both_languages(town: str, capfd: pytest.CaptureFixture[str]) -> None:
    position = damage(town)
    report = run(Settings(dsn=town), None, full=False)
    answer = report.as_dict()
    assert answer["equal"] is False
    (difference,) = answer["differences"]
    assert (difference["position"], difference["kind"], difference["place"]) == (
        position, "row_differs", "entries",
    )  # fmt: skip
    show(report, "en")
    assert "a row was edited" in capfd.readouterr().out
    show(report, "zh")
    assert "行内容被改动" in capfd.readouterr().out


def test_an_archive_is_written_shown_and_replayed(
    history: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "kept"
    assert archive(Settings(dsn=history), folder=folder) == 0
    assert "events-000000000001-" in capfd.readouterr().out
    assert archive(Settings(dsn=history), folder=folder, json=True) == 0
    position = json.loads(capfd.readouterr().out)["position"]
    assert replay(Settings(), archive=folder, json=True) == 0
    answer = json.loads(capfd.readouterr().out)
    assert (answer["position"], answer["models"]) == (position, {})
    assert replay(Settings(dsn=history), archive=folder, json=True) == 0
    assert json.loads(capfd.readouterr().out)["models"]["balances"] == position


def test_the_scripted_door_answers_with_one_object_and_stable_codes(
    town: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "kept")
    assert main(["--dsn", town, "--full"]) == 0
    assert json.loads(capfd.readouterr().out)["equal"] is True
    assert main(["--dsn", town, "--write-archive", folder]) == 0
    assert json.loads(capfd.readouterr().out)["files"]
    damage(town)
    assert main(["--dsn", town]) == 1
    assert main(["--archive", folder]) == 0
    capfd.readouterr()
    assert main(["--archive", str(tmp_path / "none")]) == 2
    assert json.loads(capfd.readouterr().out)["error"]["code"] == "nothing_to_replay"
    assert main(["--archive", folder, "--write-archive", folder]) == 2


def test_the_scripted_door_is_a_program() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "scripts.audit_replay", "--help"], cwd=ROOT, capture_output=True, check=True
    )
    assert b"--write-archive" in said.stdout
