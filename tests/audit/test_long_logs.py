"""What the benchmark measures replay with: longer logs are sound logs, and both folds come to the same."""

from pathlib import Path

from projections.audit import manifest
from projections.audit.archive import archive
from projections.audit.replay import replay_archive
from scripts.bench.amplified import (
    charges_folded,
    charges_only,
    folded_in_columns,
    folded_in_python,
    whole_logs,
)
from scripts.bench.replaying import rebuilt_by_stock, replayed
from tests.audit.ledgers import write


def test_a_log_made_longer_by_copies_of_itself_is_sound(database: str, tmp_path: Path) -> None:
    write(database, seed=8, happenings=80)
    events = archive(database, tmp_path / "one").position
    whole_logs(tmp_path / "one", tmp_path / "three", 2 * events + 1)
    one, three = replay_archive(tmp_path / "one"), replay_archive(tmp_path / "three")
    assert three.equal
    assert three.events == 3 * events
    assert three.totals == {name: 3 * fen for name, fen in one.totals.items()}


def test_both_folds_come_to_the_same_and_every_part_is_measured(database: str, tmp_path: Path) -> None:
    write(database, seed=8, happenings=80)
    archive(database, tmp_path / "one")
    charges_only(tmp_path / "one", tmp_path / "charges", 100)
    parts = [
        replayed(database), rebuilt_by_stock(database, 50), folded_in_columns(tmp_path / "one"),
        folded_in_python(tmp_path / "one"), charges_folded(tmp_path / "charges"),
    ]  # fmt: skip
    assert all(part.rate > 0 for part in parts)
    assert manifest.read(tmp_path / "charges").files
