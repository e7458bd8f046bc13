"""The log in files: the same answer without a database, whole after a kill, refused when changed."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import psycopg
import pytest

from ledger.application import Ledger
from projections.audit import manifest
from projections.audit.archive import archive
from projections.audit.columns import FIELDS, LISTS, NOTED, TEXTS
from projections.audit.errors import ArchiveDamaged, NothingToReplay
from projections.audit.replay import replay, replay_archive
from projections.audit.workspace import Workspace
from tests.audit.faults import AMOUNTS
from tests.tampering import tampering

GOLDEN = Path(__file__).parents[1] / "golden"


class Killed(BaseException):
    """The program is gone."""


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def later(dsn: str, position: int, day: str) -> None:
    """From this position on, the log was recorded on another day."""
    with tampering(dsn) as connection:
        connection.execute(
            "UPDATE ledger.ledger_events SET state = convert_to(regexp_replace(convert_from(state, 'UTF8'),"
            """ '"recorded_at":"[^T"]*T', '"recorded_at":"' || %s || 'T'), 'UTF8')"""
            " WHERE notification_id >= %s",
            (day, position),
        )


@pytest.fixture(scope="module")
def whole(history: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of a few files that nobody changes."""
    folder = tmp_path_factory.mktemp("whole")
    archive(history, folder, size=50)
    return folder


def test_every_field_of_every_stored_event_has_a_column() -> None:
    names: set[str] = set()
    with Workspace.opened() as space:
        space.run("grammar")
        noted: dict[str, str] = dict(space._connection.sql("SELECT topic, home FROM noted").fetchall())
    assert set(noted.values()) <= set(NOTED)
    for path in GOLDEN.glob("*.json"):
        if path.name.partition(".")[0] in noted:
            continue  # kept whole
        for event in json.loads(path.read_text("utf-8")):
            names |= set(event)
            for name, fields in LISTS.items():
                assert {key for fact in event.get(name, ()) for key in fact} <= set(fields), path.name
    assert names <= {*FIELDS, *LISTS, *TEXTS}
    assert AMOUNTS & names <= set(FIELDS)


def test_an_archive_gives_the_same_answer_without_a_database(another: str, tmp_path: Path) -> None:
    archive(another, tmp_path, size=120)
    direct, kept = replay(another), replay_archive(tmp_path, chunk=70)
    assert direct.equal
    assert kept.equal
    assert (kept.figures, kept.totals, kept.position) == (direct.figures, direct.totals, direct.position)
    assert kept.models == {}
    compared = replay_archive(tmp_path, another)
    assert compared.equal
    assert compared.compared == direct.compared


def test_the_stored_bytes_stand_beside_the_columns_by_month_in_log_order(town: str, tmp_path: Path) -> None:
    with psycopg.connect(town) as connection:
        end = connection.execute("SELECT max(notification_id) FROM ledger.ledger_events").fetchone()
    assert end is not None
    later(town, 31, "2028-01-01")
    later(town, 50, "2028-02-29")
    known = archive(town, tmp_path)
    assert [(file.month, file.first, file.last) for file in known.files] == [
        ("2027-12", 1, 30), ("2028-01", 31, 49), ("2028-02", 50, end[0]),
    ]  # fmt: skip
    with psycopg.connect(town) as connection, duckdb.connect() as columns:
        stored = connection.execute(
            "SELECT notification_id, originator_id, originator_version, topic, state"
            " FROM ledger.ledger_events ORDER BY notification_id"
        ).fetchall()
        found = columns.execute(
            "SELECT position, stream, version, topic, bytes, request FROM read_parquet(?)",
            [[str(tmp_path / file.path) for file in known.files]],
        ).fetchall()
    assert [row[:5] for row in found] == [(*row[:4], bytes(row[4])) for row in stored]
    assert [row[5] for row in found] == [json.loads(bytes(row[4]))["request"] for row in stored]
    assert sum(file.sums["stored_bytes"] for file in known.files) == sum(len(row[4]) for row in stored)


def test_what_is_new_is_added_and_what_is_there_stays(town: str, tmp_path: Path) -> None:
    first = archive(town, tmp_path)
    before = files_of(tmp_path)
    with Ledger.open(town) as ledger:
        command = {"id": "new", "op": "open_account", "at": "2026-03-10T10:00:00+08:00", "account": "NEW"}
        ledger.submit([json.dumps(command | {"region": "510104", "insurance": "resident"}).encode()])
    second = archive(town, tmp_path)
    assert (second.position, len(second.files)) == (first.position + 1, len(first.files) + 1)
    after = files_of(tmp_path)
    assert {name: after[name] for name in before if name != manifest.NAME} == {
        name: content for name, content in before.items() if name != manifest.NAME
    }
    assert archive(town, tmp_path) == second
    assert files_of(tmp_path) == after


@pytest.mark.parametrize("step", ["written", "named", "listed"])
def test_a_killed_archive_is_whole_and_goes_on(
    step: str, history: str, tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, steps = manifest.put_in_place, {"written": 3, "named": 5, "listed": 6}
    done = iter(range(100))

    def dying(coming: Path, target: Path) -> None:
        if next(done) == steps[step]:
            raise Killed
        put(coming, target)

    monkeypatch.setattr(manifest, "put_in_place", dying)
    with pytest.raises(Killed):
        archive(history, tmp_path / "cut", size=50)
    monkeypatch.setattr(manifest, "put_in_place", put)
    part = replay_archive(tmp_path / "cut")
    assert part.equal
    assert 40 < part.events <= 100
    again = archive(history, tmp_path / "cut", size=50)
    assert [(file.path, file.sums) for file in again.files] == [
        (file.path, file.sums) for file in manifest.read(whole).files
    ]
    assert replay_archive(tmp_path / "cut").as_dict() == replay_archive(whole).as_dict()


def test_a_file_that_is_not_as_the_manifest_says_is_refused(history: str, tmp_path: Path) -> None:
    known = archive(history, tmp_path, size=40)
    path = tmp_path / known.files[1].path
    kept = path.read_bytes()
    for changed in (kept[:-1], kept[:100] + bytes([kept[100] ^ 1]) + kept[101:], None):
        path.unlink(missing_ok=True)
        if changed is not None:
            path.write_bytes(changed)
        for work in (replay_archive, lambda folder: archive(history, folder)):
            with pytest.raises(ArchiveDamaged, match=known.files[1].path):
                work(tmp_path)
    path.write_bytes(kept)
    assert replay_archive(tmp_path).equal


def test_a_manifest_that_is_none_is_refused(database: str, tmp_path: Path) -> None:
    with pytest.raises(NothingToReplay, match="there is no archive"):
        replay_archive(tmp_path)
    for text in ("{}", "no", '{"format": 9, "files": []}'):
        (tmp_path / manifest.NAME).write_text(text)
        with pytest.raises(ArchiveDamaged):
            replay_archive(tmp_path)


def test_an_archive_of_another_log_is_not_added_to(history: str, another: str, tmp_path: Path) -> None:
    archive(history, tmp_path)
    with pytest.raises(ArchiveDamaged, match="of another log"):
        archive(another, tmp_path)


def test_an_edited_event_shows_in_the_archive_alone(town: str, tmp_path: Path) -> None:
    with tampering(town) as connection:
        row = connection.execute(
            "UPDATE ledger.ledger_events SET state = convert_to(replace(convert_from(state, 'UTF8'),"
            """ '"amount_fen":', '"amount_fen":1'), 'UTF8') WHERE notification_id ="""
            " (SELECT min(notification_id) FROM ledger.ledger_events WHERE topic = 'Credited')"
            " RETURNING notification_id"
        ).fetchone()
    assert row is not None
    archive(town, tmp_path)
    first = replay_archive(tmp_path).differences[0]
    assert (first.position, first.kind) == (row[0], "amount_differs")


def test_an_event_without_a_column_for_a_field_is_not_archived(town: str, tmp_path: Path) -> None:
    with tampering(town) as connection:
        connection.execute(
            "UPDATE ledger.ledger_events SET state = convert_to(replace(convert_from(state, 'UTF8'),"
            """ '"request":', '"surprise":1,"request":'), 'UTF8') WHERE notification_id = 5"""
        )
    with pytest.raises(ArchiveDamaged, match="position 5 has bytes that its columns do not say"):
        archive(town, tmp_path)


def rewritten(folder: Path, sql: str) -> None:
    """Every file of moves written anew by these statements, and the manifest made to fit."""
    known = manifest.read(folder)
    entries = []
    with duckdb.connect() as columns:
        for entry in known.files:
            path = folder / entry.moves
            columns.execute(f"CREATE OR REPLACE TABLE moves AS FROM read_parquet('{path}')")
            columns.execute(sql)
            columns.execute(f"COPY moves TO '{path}' (FORMAT parquet)")
            told = {"moves_sha256": manifest.sha256(path), "moves_bytes": path.stat().st_size}
            entries.append(replace(entry, **told))  # type: ignore[arg-type]  # a text and a number
    manifest.write(folder, manifest.Manifest(entries))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE moves SET current_move = current_move + 1 WHERE current_move < 0",
        "UPDATE moves SET account_no = account_no + 1 WHERE opened IS NULL",
        "DELETE FROM moves WHERE current_move < 0",
        "INSERT INTO moves BY NAME SELECT * FROM moves WHERE current_move IS NOT NULL",
        pytest.param("UPDATE moves SET opened = 'NOBODY' WHERE opened IS NOT NULL", marks=pytest.mark.long),
        pytest.param("INSERT INTO moves FROM moves WHERE opened IS NOT NULL", marks=pytest.mark.long),
        pytest.param("DELETE FROM moves WHERE opened IS NOT NULL", marks=pytest.mark.long),
        pytest.param(
            "INSERT INTO moves BY NAME"
            " (SELECT 1 AS position, account_no, 5 AS current_move FROM moves LIMIT 1)",
            marks=pytest.mark.long,
        ),
    ],
)
def test_moves_that_the_columns_do_not_say_are_a_difference(sql: str, whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(whole, folder)
    rewritten(folder, sql)
    report = replay_archive(folder)
    assert {(found.place, found.kind) for found in report.differences} == {("archive", "amount_differs")}
