"""Long logs out of one archive, and the two ways to fold them: in columns, and in a plain Python loop.

A log is made longer by copies of itself. Every copy has people, settlements and requests of its own (their
names get a suffix), stands behind the one before it, and is recorded a year later; so positions, versions
and sums hold as in a log that was written that long. The stored bytes beside the columns stay the original's.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import duckdb
import orjson

from projections.audit import manifest
from projections.audit.archive import archived, events_in_files
from projections.audit.manifest import Entry, Manifest
from projections.audit.replay import fold
from projections.audit.workspace import Workspace
from scripts.bench.measuring import Measured, Stopwatch, peak_mib

_MACROS: Final = ("business_day", "account_moves", "decided_sources")
_FOLD: Final = ("balances", "used_by_year")
_COPY: Final = """
COPY (
    SELECT * REPLACE (
        position + $copy * $events AS position,
        CASE topic WHEN 'PolicyRecorded' THEN stream ELSE concat(stream, $suffix) END AS stream,
        CASE topic WHEN 'PolicyRecorded' THEN version + $copy * $packs ELSE version END AS version,
        concat(subject, $suffix) AS subject,
        request || $suffix AS request, settlement || $suffix AS settlement,
        beneficiary || $suffix AS beneficiary, binder || $suffix AS binder, refund || $suffix AS refund,
        recorded_at + to_years(CAST($copy AS INTEGER)) AS recorded_at,
        list_transform(sources, lambda x: struct_update(x, payer := x.payer || $suffix)) AS sources,
        list_transform(legs, lambda x: struct_update(x, payer := x.payer || $suffix)) AS legs,
        list_transform(restored, lambda x: struct_update(x, payer := x.payer || $suffix)) AS restored,
        list_transform(uses, lambda x: struct_update(x, binder := x.binder || $suffix)) AS uses,
        corrects || $suffix AS corrects, external || $suffix AS external,
        corrected_by || $suffix AS corrected_by,
        list_transform(given, lambda x: struct_update(x, payer := x.payer || $suffix)) AS given,
        regexp_replace("order", '"([^"]+)"', concat('"\\1', $suffix, '"'), 'g') AS "order"
    )
    FROM read_parquet($files) WHERE list_contains($topics, topic) OR len($topics) = 0
    ORDER BY position
) TO $target (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)
"""
_COPY_MOVES: Final = """
COPY (
    SELECT * REPLACE (
        position + $copy * $events AS position,
        CAST(account_no + $copy * $events AS INTEGER) AS account_no,
        CAST(beneficiary_no + $copy * $events AS INTEGER) AS beneficiary_no,
        opened || $suffix AS opened
    )
    FROM read_parquet($moves) m
    WHERE opened IS NOT NULL OR len($topics) = 0
        OR position IN (SELECT position FROM read_parquet($files) WHERE list_contains($topics, topic))
    ORDER BY account_no, position
) TO $target (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440)
"""
_ROWS: Final = "SELECT topic, subject, decode(bytes) FROM read_parquet($files) WHERE readable"
_BUCKETS: Final = {"current": 0, "carried": 1, "suspense": 2}

Row = tuple[str, str, dict[str, Any]]
Balances = dict[str, list[int]]
Used = dict[tuple[str, int, str], int]


def whole_logs(source: Path, target: Path, events: int) -> None:
    """An archive of at least so many events: the source, copied whole so often as it takes."""
    known = manifest.read(source)
    _copies(source, target, -(-events // known.position), [])


def charges_only(source: Path, target: Path, charges: int) -> None:
    """An archive with so many charges (`CoPaymentCharged`) and the accounts they are of, no more."""
    with _columns() as connection:
        row = connection.execute(
            "SELECT count(*) FROM read_parquet($files) WHERE topic = 'CoPaymentCharged'",
            {"files": _files(source)},
        ).fetchone()
    assert row is not None
    _copies(source, target, -(-charges // row[0]), ["AccountOpened", "CoPaymentCharged"])


def charges_folded(folder: Path) -> Measured:
    """Balances of every account, and what was used of every yearly limit, out of the archive."""
    return _folded(folder)


def folded_in_columns(folder: Path) -> Measured:
    """Balances and yearly totals out of the archive's columns."""
    return _folded(folder)


def folded_in_python(folder: Path) -> Measured:
    """The same by a loop over rows that lie decoded in memory; reading and decoding them is not timed."""
    with _columns(threads=1) as connection:
        stored = connection.execute(_ROWS, {"files": _files(folder)}).fetchall()
    rows = [(topic, subject, orjson.loads(state)) for topic, subject, state in stored]
    watch = Stopwatch()
    balances, used = loop(rows)
    seconds = watch.seconds
    assert (balances, used) == _figures(folder)
    return Measured(manifest.read(folder).position, seconds, peak_mib=peak_mib())


def loop(rows: list[Row]) -> tuple[Balances, Used]:
    """Per account current, carried, suspense, reserved and held; per beneficiary, year and binder the use."""
    balances: Balances = defaultdict(lambda: [0, 0, 0, 0, 0])
    used: Used = defaultdict(int)
    for topic, subject, event in rows:
        match topic:
            case "Credited":
                balances[subject][_BUCKETS[event["bucket"]]] += event["amount_fen"]
            case "CoPaymentCharged" | "CoPaymentHeld" | "CoPaymentCaptured" | "HoldReleased":
                _payment(topic, subject, event, balances, used)
            case "CoPaymentRefunded":
                figures, current, carried = (
                    balances[subject],
                    event.get("current_fen", 0),
                    event.get("carried_fen", 0),
                )
                figures[0] += current
                figures[1] += carried
                figures[2] += event.get("suspense_fen", 0)
                if "into_quota" in event:
                    figures[3] += event.get("quota_part_fen", current + carried)
                if "limit_year" in event:
                    used[event["beneficiary"], event["limit_year"], subject] -= event["limit_fen"]
            case "Adjusted":
                balances[subject][_BUCKETS[event["bucket"]]] += event["delta_fen"]
            case "YearClosed":
                balances[subject][0] -= event["moved_fen"]
                balances[subject][1] += event["moved_fen"]
            case "QuotaGranted":
                balances[subject][3] += event["amount_fen"]
            case "QuotaReleased":
                balances[subject][3] -= event["released_fen"]
            case _:
                pass  # moves no money
    return balances, used


def _payment(topic: str, subject: str, event: dict[str, Any], balances: Balances, used: Used) -> None:
    figures, current, carried = balances[subject], event.get("current_fen", 0), event.get("carried_fen", 0)
    both = current + carried
    if topic in ("CoPaymentCharged", "CoPaymentCaptured"):
        figures[0] -= current
        figures[1] -= carried
    if topic != "CoPaymentCharged":
        figures[4] += both if topic == "CoPaymentHeld" else -both
    if topic == "CoPaymentCaptured":
        return
    drawn = -both if topic == "HoldReleased" else both
    if "from_quota" in event:
        figures[3] -= event.get("quota_part_fen", drawn)
    if "limit_year" in event:
        used[event["beneficiary"], event["limit_year"], subject] += drawn


def _folded(folder: Path) -> Measured:
    with Workspace.opened() as space:
        known = _ready(space, folder)
        watch = Stopwatch()
        fold(space, known.position, archived(known.files, folder), _FOLD, whole=True)
        seconds = watch.seconds
        return Measured(_events(folder), seconds, peak_mib=peak_mib())


def _figures(folder: Path) -> tuple[Balances, Used]:
    with Workspace.opened() as space:
        known = _ready(space, folder)
        fold(space, known.position, archived(known.files, folder), _FOLD, whole=True)
        balances = {row[0]: list(row[1:]) for row in space.rows("money_of_all")}
        return balances, {(row[0], row[1], row[2]): row[3] for row in space.rows("uses_of_all")}


def _events(folder: Path) -> int:
    with _columns() as connection:
        row = connection.execute(
            "SELECT count(*) FROM read_parquet($files)", {"files": _files(folder)}
        ).fetchone()
    assert row is not None
    return int(row[0])


def _ready(space: Workspace, folder: Path) -> Manifest:
    known = manifest.read(folder)
    for name in _MACROS:
        space.run(name)
    events_in_files(space, [folder / entry.path for entry in known.files])
    space.run("all_events")
    return known


def _files(folder: Path) -> list[str]:
    return [str(folder / entry.path) for entry in manifest.read(folder).files]


def _copies(source: Path, target: Path, copies: int, topics: list[str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    known, files = manifest.read(source), _files(source)
    moves = [str(source / entry.moves) for entry in known.files]
    entries: list[Entry] = []
    sums = {"unnumbered": sum(entry.sums["unnumbered"] for entry in known.files)}
    with _columns(threads=2, memory_limit="2GB") as connection:
        row = connection.execute(
            "SELECT count(*) FROM read_parquet($files) WHERE topic = 'PolicyRecorded'", {"files": files}
        ).fetchone()
        assert row is not None
        for copy in range(copies):
            path, moving = (target / f"{kind}-{copy:06}.parquet" for kind in ("events", "moves"))
            asked = {"copy": copy, "events": known.position, "suffix": f".{copy}", "files": files}
            asked["topics"] = topics
            connection.execute(_COPY, {**asked, "packs": row[0], "target": str(path)})
            connection.execute(_COPY_MOVES, {**asked, "moves": moves, "target": str(moving)})
            first = copy * known.position
            span = (first + 1, first + known.position)
            entries.append(
                Entry(
                    path.name, f"copy {copy}", *span, manifest.sha256(path), path.stat().st_size,
                    moving.name, manifest.sha256(moving), moving.stat().st_size, sums,
                )
            )  # fmt: skip
    manifest.write(target, Manifest(entries))


def _columns(**settings: Any) -> duckdb.DuckDBPyConnection:
    """The column engine, without the progress bar that it shows on what it takes for a terminal."""
    connection = duckdb.connect(config=settings)
    connection.execute("SET enable_progress_bar = false")
    return connection
