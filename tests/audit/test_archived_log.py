"""Decisions taken again, and supposed otherwise, from an archive: the same answers, and no database."""

import json
import pickle
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ledger.persistence.stored_log import PostgresStoredLog
from ledger.redeciding.redecide import redecide
from projections.audit.archive import archive
from projections.audit.errors import ArchiveDamaged
from scripts.audit.archived_log import ArchivedLog, laid_out
from scripts.audit_replay import main
from scripts.cli.settings import Settings
from scripts.commands.replay import replay
from tests.audit.ledgers import copy_of
from tests.properties.town import PACK_FILE
from tests.tampering import tampering

NOWHERE = "host=127.0.0.1 port=1 dbname=none"


@pytest.fixture(scope="module")
def edited(history: str) -> Iterator[str]:
    """A ledger in which somebody has edited one amount of a decision."""
    with copy_of(history) as dsn:
        with tampering(dsn) as connection:
            changed = connection.execute(
                "UPDATE ledger.ledger_events SET state = convert_to(regexp_replace("
                """convert_from(state, 'UTF8'), '"amount_fen":', '"amount_fen":1'), 'UTF8')"""
                " WHERE notification_id = (SELECT min(notification_id) FROM ledger.ledger_events"
                " WHERE topic = 'SettlementDecided')"
            )
        assert changed.rowcount == 1
        yield dsn


@pytest.fixture(scope="module")
def folder(edited: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    archive(edited, folder, size=50)
    return folder


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Whoever looked for a database here would fail, or leave a new one behind."""
    monkeypatch.setenv("COPAY_DSN", NOWHERE)
    monkeypatch.chdir(tmp_path)
    yield
    assert list(tmp_path.iterdir()) == []


def test_an_archived_log_reads_as_the_log_of_the_database(edited: str, folder: Path) -> None:
    with laid_out(folder) as place, ArchivedLog(place) as kept, PostgresStoredLog(edited) as log:
        end = log.end()
        assert kept.end() == end > 100
        rows = kept.batch(0, end)
        assert rows == log.batch(0, end)
        assert kept.batch(17, 44) == rows[17:44]
        streams = sorted({row.stream for row in rows})
        for position in (1, end // 2, end + 1):
            assert list(kept.before(streams[::2], position)) == list(log.before(streams[::2], position))
        requests = [json.loads(row.state)["request"] for row in rows]
        again = kept.answers(requests)
        assert again
        assert again.items() <= log.answers(requests).items()


def test_every_decision_is_taken_again_as_from_the_database(edited: str, folder: Path) -> None:
    with PostgresStoredLog(edited) as log:
        expected = redecide(log)
    with laid_out(folder) as place:
        opening = pickle.loads(pickle.dumps(partial(ArchivedLog, place)))  # noqa: S301  our own bytes
        for kept, batch in ((100_000, 5_000), (3, 19)):  # with all states at hand, and with next to none
            with opening() as log:
                assert redecide(log, kept=kept, batch=batch) == expected
    assert expected.unsupported > 0


@pytest.mark.parametrize(
    "asked",
    [
        ["--decide"],
        ["--own-facts"],
        ["--order", "AN,BO", "--beneficiary", "LAN"],
        ["--policy", str(PACK_FILE)],
    ],
    ids=lambda asked: asked[0],
)
def test_the_scripted_door_answers_alike_with_no_database_in_reach(
    asked: list[str], edited: str, folder: Path, no_database: None, capfd: pytest.CaptureFixture[str]
) -> None:
    def answer(*where: str) -> tuple[int, dict[str, Any]]:
        status = main([*where, *asked])
        return status, json.loads(capfd.readouterr().out)

    assert answer("--archive", str(folder)) == answer("--dsn", edited)


def test_the_program_lists_it_and_exits_1(
    folder: Path, no_database: None, capfd: pytest.CaptureFixture[str]
) -> None:
    assert replay(Settings(dsn=NOWHERE), archive=folder, decide=True) == 1
    assert "decisions taken again" in capfd.readouterr().out
    assert replay(Settings(dsn=NOWHERE), archive=folder, order="AN", beneficiary="LAN", json=True) == 0
    assert json.loads(capfd.readouterr().out)["position"] > 100


def test_a_damaged_archive_is_not_decided_again(edited: str, tmp_path: Path) -> None:
    known = archive(edited, tmp_path)
    path = tmp_path / known.files[0].path
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ArchiveDamaged), laid_out(tmp_path):
        pass
