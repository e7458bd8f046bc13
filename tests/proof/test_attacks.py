"""Whoever owns the database, but no key, changes the past: it is found, and where it begins is named.

Each trial is drawn from a seed: a hundred of each kind, a thousand with `--long`, on a log in memory, which
the same functions verify as one in a database (`test_attacks_on_the_database` shows that), and as many on a
log that nobody touched.
"""

from pathlib import Path
from random import Random

import pytest

from ledger.proof.checkpoints import open_checkpoint
from ledger.proof.leaves import LogRow
from ledger.proof.outside import OutsideFolder
from ledger.proof.verifying import Kept
from tests.proof.attacks import ATTACKS, LAST
from tests.proof.cities import END, WHEN, City, founded, leaf_of, tree_of, verified
from tests.proof.logs import LOG

SHORT, LONG = 100, 1_000


@pytest.fixture(scope="session")
def trials(pytestconfig: pytest.Config) -> int:
    return LONG if pytestconfig.getoption("--long") else SHORT


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return founded(tmp_path_factory.mktemp("kept"))


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found_and_its_first_position_named(city: City, name: str, trials: int) -> None:
    for seed in range(trials):
        rows, position = ATTACKS[name](city.rows, Random(f"{name} {seed}"))
        stored = tree_of(rows) if name == "recomputed after an edit" else None
        exact = verified(city, rows, tiles=True, stored=stored).findings
        assert exact[0].position == position, (seed, exact)
        between = verified(city, rows, tiles=False, stored=stored).findings[0]
        assert between.position <= position <= between.upto, (seed, between)


def test_a_log_that_nobody_touched_gives_no_alarm(city: City, trials: int) -> None:
    more = [row._replace(position=END + place) for place, row in enumerate(city.rows[:60], 1)]
    for seed in range(trials * len(ATTACKS)):
        random = Random(seed)
        some = random.sample(city.kept, random.randint(0, len(city.kept)))
        rows: list[LogRow] = [*city.rows, *more[: random.randint(0, 60)]]
        stored = tree_of(rows[: random.randint(0, len(rows))]) if random.random() < 0.1 else None
        checked = City(rows, city.folder, some, city.tiles)
        seen = verified(checked, rows, tiles=random.random() < 0.5, stored=stored)
        assert (seen.findings, seen.holding) == ([], {one.place for one in some})


def test_an_edited_node_of_the_stored_tree_is_found(city: City, trials: int) -> None:
    stored = tree_of(city.rows)
    for seed in range(trials):
        random = Random(seed)
        (level, number), data = random.choice(list(stored.items()))
        at = random.randrange(len(data))
        wrong = data[:at] + bytes((data[at] ^ random.randint(1, 255),)) + data[at + 1 :]
        (found,) = verified(city, city.rows, tiles=True, stored={**stored, (level, number): wrong}).findings
        leaf = (number * 256 + at // 32) << 8 * level
        assert (found.kind, found.position) == ("stored_tree", leaf + 1)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("deleted and closed up", "removed"),
        ("inserted", "inserted"),
        ("neighbours swapped", "swapped"),
        ("deleted middle", "missing"),
        ("a position said twice", "repeated"),
        ("cut below a checkpoint", "cut"),
        ("amount", "changed"),
    ],
)
def test_what_was_done_is_said(city: City, name: str, kind: str) -> None:
    rows, _ = ATTACKS[name](city.rows, Random(5))
    assert verified(city, rows, tiles=True).findings[0].kind == kind


def test_two_checkpoints_of_two_logs_are_a_fork(city: City, tmp_path: Path) -> None:
    other = OutsideFolder(tmp_path / "other")
    rows = [row._replace(topic="Adjusted") for row in city.rows[:256]]
    other.sign(LOG, [leaf_of(row) for row in rows], WHEN)
    note = (tmp_path / "other/checkpoint").read_bytes()
    shown = Kept("other", open_checkpoint(note, LOG.verifier).checkpoint)
    kept = City(city.rows, city.folder, [*city.kept, shown], city.tiles)
    found = verified(kept, city.rows, tiles=True).findings
    assert {one.kind for one in found} == {"forked"}
    assert all("two different logs" in one.text("en") for one in found)
    assert LAST > 256
