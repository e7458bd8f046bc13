"""Replaying the log: typed, checked piece by piece, folded, and held against the read models.

Memory does not grow with the log: a piece is typed into columns on disk, checked with what the checks
remember of accounts and streams, and let go; the figures are sums over the columns.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from projections.audit.archive import events_in_files, pieces_of
from projections.audit.copies import KEYS, TABLES
from projections.audit.database import Database
from projections.audit.findings import Difference, Figures, Report
from projections.audit.manifest import checked
from projections.audit.naming import Standing, Unequal, rows_named, with_swaps_named
from projections.audit.pieces import Archived, Piece, from_database
from projections.audit.workspace import Workspace

CHUNK: Final = 250_000
"""Events a piece: enough for columns to pay, few enough to stay small."""

_EVER: Final = 2**62
_MACROS: Final = (
    "business_day",
    "account_moves",
    "limit_changes",
    "decided_sources",
    "tables",
    "unequal_tables",
    "told_fen",
    "grammar",
    "openings",
)
_CHECKS: Final = (
    "neighbours", "events_missing", "events_repeated", "events_unreadable", "events_out_of_place",
    "versions", "recorded_backwards", "sums_of_settlements", "sums_of_given", "sums_of_refunds",
    "claims_of_settlements", "claims_of_accounts", "settle_claims", "running", "balances_recorded",
    "years_closed", "figures_seen", "remember_accounts", "remember_last",
)  # fmt: skip
_ARCHIVE_CHECKS: Final = ("remember_openings", "openings_compared", "openings_recorded", "moves_recorded")
_LAST_CHECKS: Final = (
    "the_end", "versions_of_the_rest", "claims_not_met", "quotas_recorded", "limits_seen", "refunds_recorded",
    "holds_ended", "families_recorded",
)  # fmt: skip
FIGURES: Final = ("accounts", "balances", "quotas", "holds", "orders", "totals")
"""What is worked out beside money and limits, in this order; each is a table of its own."""

Progress = Callable[[int, int], object]


class Compared(NamedTuple):
    """What another comparison came to: how many streams and views it looked at, and what differs."""

    aggregates: int = 0
    views: int = 0
    differences: Sequence[Difference] = ()


Beside = Callable[[Workspace, int], Compared]
"""Another comparison of the figures, as of a position."""


@dataclass
class _Copies:
    """Copies of the read models' rows, and what was found of them so far."""

    models: Mapping[str, int] = field(default_factory=dict)
    tables: Sequence[str] = ()
    keys: bool = False
    upto: int = _EVER
    compared: dict[str, int] = field(default_factory=dict)
    rows_of: dict[int, int] = field(default_factory=dict)
    sums: list[Difference] = field(default_factory=list)


def replay(
    dsn: str, progress: Progress | None = None, beside: Beside | None = None, chunk: int = CHUNK
) -> Report:
    """Replay the log of a database and compare it with the read models there, as far as each has come.

    Raises StoreUnavailable, NothingToReplay. Nothing is written to the database.
    """
    with Workspace.opened() as space, Database.opened(dsn) as database, ThreadPoolExecutor(1) as copier:
        copies = copier.submit(_copied, space.aside(), dsn, database.moment())
        end = database.log_end()
        pieces = from_database(space, database, end, chunk)
        return replay_pieces(space, pieces, end, copies.result, progress, beside)


def replay_archive(
    folder: Path,
    dsn: str | None = None,
    progress: Progress | None = None,
    beside: Beside | None = None,
    chunk: int = CHUNK,
) -> Report:
    """Replay an archive; with a database, compare with its read models as far as the archive goes.

    Raises ArchiveDamaged (`archive_damaged`), NothingToReplay, StoreUnavailable.
    """
    known = checked(folder)
    with Workspace.opened() as space:
        copies = _Copies() if dsn is None else _copied(space, dsn, upto=known.position)
        pieces = pieces_of(space, known, folder, chunk)
        return replay_pieces(space, pieces, known.position, lambda: copies, progress, beside)


def replay_pieces(
    space: Workspace,
    pieces: Iterable[Piece],
    end: int,
    copied: Callable[[], _Copies],
    progress: Progress | None = None,
    beside: Beside | None = None,
) -> Report:
    """Replay typed pieces of a log up to `end`, and compare with the read models' rows as copied."""
    for name in _MACROS:
        space.run(name)
    events, files = 0, Archived()
    for piece in pieces:
        for name in (*_CHECKS, *(_ARCHIVE_CHECKS if piece.archived else ())):
            space.run(name)
        files = files.with_those_of(piece.archived or Archived())
        _compare(space, piece, copied(), end)
        events += piece.events
        if progress:
            progress(piece.reach, end)
    copies = copied()
    at = min(min(copies.models.values(), default=end), end)
    _store(space, files.events)
    differences = [*copies.sums, *_conclude(space, end, copies)]
    if at == end:
        space.run("all_events")
    fold(space, at, files if files.events else None, whole=at == end)
    also = beside(space, at) if beside else Compared()
    return Report(
        events,
        at,
        copies.models,
        copies.compared,
        {name: _digest(space, name) for name in sorted((*FIGURES, "limits"))},
        dict(space.rows("sums")),
        sorted([*differences, *also.differences], key=_first),
        also.aggregates,
        also.views,
    )


def _digest(space: Workspace, name: str) -> Figures:
    """SHA-256 over the sorted rows of a kind of figure, a line each."""
    rows, digest = 0, sha256()
    for (line,) in space.stream("lines_of", figure=name):
        digest.update(line.encode() + b"\n")
        rows += 1
    return Figures(rows, digest.hexdigest())


def _first(difference: Difference) -> tuple[int, str, str, str]:
    return difference.position, difference.kind, difference.place, difference.subject or ""


def _copied(space: Workspace, dsn: str, moment: str | None = None, upto: int = _EVER) -> _Copies:
    with Database.opened(dsn, moment) as database:
        models = database.tracked()
        tables = [
            table
            for table, (model, columns) in TABLES.items()
            if model in models and _copy(space, database, table, columns)
        ]
        copies = _Copies(models, tables, _copy(space, database, "request_keys", KEYS), upto)
        if "balances" in models:
            sums = database.sums()
            copies.compared["entry_sums"], copies.sums = len(sums), sums_apart(sums)
        return copies


def sums_apart(sums: Iterable[tuple[int, str, str, str]]) -> list[Difference]:
    """Sums of entries that are not what the entries come to, which are held against the log themselves."""
    return [
        Difference(position, "row_differs", "entry_sums", account, expected, found)
        for position, account, expected, found in sums
        if expected != found
    ]


def _copy(space: Workspace, database: Database, table: str, columns: Mapping[str, str]) -> bool:
    source = space.folder / f"{table}.csv"
    if not database.copy_rows(table, source):
        return False
    space.stage_rows(table, source, columns)
    source.unlink()
    return True


def _store(space: Workspace, files: Sequence[Path]) -> None:
    if files:
        events_in_files(space, files)
    else:
        space.run("stored_kept")


def _compare(space: Workspace, piece: Piece, copies: _Copies, end: int) -> None:
    space.remember({"found_upto": copies.upto if piece.reach >= end else piece.reach})
    if copies.keys:
        space.run("keys_apart")
    for table in copies.tables:
        _at_hand(space, table, copies)
        ((expected, alike),) = space.rows("alike")
        copies.compared[table] = copies.compared.get(table, 0) + expected
        if not alike:
            space.run("tell_apart")
    if space.value("any_missing_here"):
        for table in copies.tables:
            _at_hand(space, table, copies)
            for position, rows in space.rows("rows_wanted"):
                copies.rows_of[position] = copies.rows_of.get(position, 0) + rows


def _at_hand(space: Workspace, table: str, copies: _Copies) -> None:
    space.remember({"place": table, "model_at": copies.models[TABLES[table].model]})
    space.remember({"expected": f"expected_{table}", "found": f"found_{table}"})
    space.run(f"expected_{table}")
    space.run("rows_at_hand")


def _conclude(space: Workspace, end: int, copies: _Copies) -> list[Difference]:
    space.remember({"upto": end})
    space.run("events_upto")
    for name in _LAST_CHECKS:
        space.run(name)
    found = [Difference(*row) for row in space.rows("found_differences")]
    unequal = [Unequal(*row) for row in space.rows("unequal_rows")]
    near = [Standing(*row) for row in space.rows("out_of_place")]
    follow = frozenset(space.rows("grammar_pairs"))
    return [*with_swaps_named(found, near, follow), *rows_named(unequal, copies.rows_of, end)]


def fold(
    space: Workspace,
    upto: int,
    files: Archived | None = None,
    figures: Sequence[str] = FIGURES,
    *,
    whole: bool = False,
) -> None:
    """Work out these figures as of a position, from view `events` and, of an archive, its moves.

    `whole` says that nothing lies beyond the position; then positions are not looked at.
    """
    space.remember({"upto": upto})
    if files is None:
        folds = ["nobody_numbered", "unnumbered", "moves_by_name"]
    else:
        space.files("moves_files", files.moves)
        folds = ["all_moves_in_files" if whole else "moves_in_files", "names", "moves_by_number"]
        folds += [] if files.everybody else ["unnumbered_in_files", "moves_by_name"]
    for name in (*folds, *figures):
        space.run(name)
