"""Archives that were written before a column existed, on their own and together with what was added since."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from ledger.application import Ledger
from projections.audit import manifest
from projections.audit.archive import archive
from projections.audit.columns import COLUMNS, LISTS, REPLAYED
from projections.audit.replay import replay, replay_archive
from projections.runner import catch_up
from projections.store import Store
from scripts.audit.archived_log import ArchivedLog, laid_out


def grown_older(folder: Path) -> list[set[str]]:
    """Every file of events written anew without the columns, and the fields of facts, that none of its events
    fills, and the manifest made to fit. Returns what each file has left out."""
    known = manifest.read(folder)
    entries, left_out = [], []
    with duckdb.connect() as columns:
        for entry in known.files:
            left_out.append(_without_what_is_empty(columns, folder / entry.path))
            path = folder / entry.path
            told = {"sha256": manifest.sha256(path), "bytes": path.stat().st_size}
            entries.append(replace(entry, **told))  # type: ignore[arg-type]  # a text and a number
    manifest.write(folder, manifest.Manifest(entries))
    return left_out


def _without_what_is_empty(columns: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    columns.execute(f"CREATE OR REPLACE TABLE events AS FROM read_parquet('{path}')")
    empty = {name for name in (*COLUMNS, "noted") if _is_empty(columns, name)}
    for name in empty:
        columns.execute(f'ALTER TABLE events DROP COLUMN "{name}"')
    for name in LISTS.keys() - empty:
        unfilled = {field for field in LISTS[name] if _is_empty(columns, name, field)}
        if unfilled == LISTS[name].keys():
            continue  # lists of nothing
        facts = ", ".join(f"{field} := fact.{field}" for field in LISTS[name] if field not in unfilled)
        columns.execute(
            f"CREATE OR REPLACE TABLE events AS SELECT * REPLACE"
            f" (list_transform({name}, lambda fact: struct_pack({facts})) AS {name}) FROM events"
        )
        empty |= {f"{name}.{field}" for field in unfilled}
    columns.execute(f"COPY events TO '{path}' (FORMAT parquet)")
    return empty


def _is_empty(columns: duckdb.DuckDBPyConnection, name: str, field: str | None = None) -> bool:
    each = f'"{name}"' if field is None else f"unnest(list_transform({name}, lambda fact: fact.{field}))"
    row = columns.execute(f"SELECT count(told) FROM (SELECT {each} AS told FROM events)").fetchone()
    return row == (0,)


@pytest.fixture
def older(another: str, tmp_path: Path) -> Path:
    archive(another, tmp_path, size=40)
    left_out = grown_older(tmp_path)
    nowhere, somewhere = set.intersection(*left_out), set.union(*left_out)
    assert nowhere - set(REPLAYED)  # columns that a replay does not read and no file has
    assert nowhere & set(REPLAYED)  # columns that it reads
    assert somewhere - nowhere > {"noted", "corrects", "sources"}
    assert any("." in name for name in somewhere)  # fields of facts, too
    return tmp_path


@pytest.mark.parametrize("chunk", [250_000, 50])
def test_what_no_event_of_a_file_fills_need_be_no_column_of_it(chunk: int, older: Path, another: str) -> None:
    assert replay_archive(older, another, chunk=chunk).as_dict() == replay(another).as_dict()


def test_an_archive_written_before_goes_on_with_files_that_have_more_columns(
    town: str, tmp_path: Path
) -> None:
    before = archive(town, tmp_path, size=40)
    assert any("noted" in left_out for left_out in grown_older(tmp_path))
    with Ledger.open(town) as ledger:
        command = {"id": "new", "op": "open_account", "at": "2027-12-10T10:00:00+08:00", "account": "NEW"}
        ledger.submit([json.dumps(command | {"region": "510104", "insurance": "resident"}).encode()])
    with Store.open(town) as store:
        catch_up(store)
    after = archive(town, tmp_path)
    assert (len(after.files), after.position) == (len(before.files) + 1, before.position + 1)
    assert replay_archive(tmp_path, town).as_dict() == replay(town).as_dict()
    with laid_out(tmp_path) as place, ArchivedLog(place) as log:
        assert log.end() == after.position
