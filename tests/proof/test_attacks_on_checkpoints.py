"""An old checkpoint shown again, one of another key, a folder or a whole machine set back: each is found."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from ledger.proof.checkpoints import Checkpoint
from ledger.proof.findings import Finding
from ledger.proof.leaves import LogRow
from ledger.proof.notes import ED25519, Note, Signature, SignerKey, parse_note
from ledger.proof.outside import OutsideFolder
from ledger.proof.signed import Signed
from tests.proof.attacks import LAST
from tests.proof.cities import SIGNED, City, founded, stated_by, stating, verified
from tests.proof.logs import LOG, ORIGIN, WITNESS
from tests.proof.test_attacks import trials

__all__ = ["trials"]

SETTLED = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return founded(tmp_path_factory.mktemp("kept"))


def held(folder: Path, rows: list[LogRow], *elsewhere: Note) -> Signed:
    """What was signed, as `copay verify` puts it together."""
    signed = Signed(LOG.verifier, [WITNESS.verifier])
    for note in elsewhere:
        signed.file("elsewhere", str(note).encode())
    signed.folder(OutsideFolder(folder))
    signed.stated(stated_by(rows), SETTLED)
    return signed


def history(folder: Path) -> list[Path]:
    """The checkpoints of a folder, the oldest first."""
    return sorted((folder / "checkpoints").glob("*/*"))


def put_back(city: City, folder: Path, random: Random) -> list[Finding]:
    """An earlier checkpoint as the newest of the folder."""
    shutil.copy(random.choice(history(folder)[:-1]), folder / "checkpoint")
    return held(folder, city.rows).wrong


def folder_set_back(city: City, folder: Path, random: Random) -> list[Finding]:
    """The whole folder as it was after an earlier checkpoint."""
    left = random.randint(1, len(SIGNED) - 1)
    for path in history(folder)[left:]:
        path.unlink()
    shutil.copy(history(folder)[-1], folder / "checkpoint")
    return held(folder, city.rows).wrong


def all_set_back(city: City, folder: Path, random: Random) -> list[Finding]:
    """Folder and database as they were: only what is kept elsewhere, in another hand, tells."""
    newest = parse_note((folder / "checkpoint").read_bytes())
    seen = Note(newest.text, (*newest.signatures, WITNESS.sign(newest.text, 1_793_000_000)))
    size = random.choice(SIGNED[:-1])
    rows = city.rows[: random.randint(size + 1, LAST - 1)]
    for path in history(folder):
        if int(path.name) > size:
            path.unlink()
    shutil.copy(history(folder)[-1], folder / "checkpoint")
    kept = held(folder, rows, seen).kept
    return verified(City(rows, folder, kept, city.tiles), rows, tiles=False).findings


def stated_again(city: City, folder: Path, random: Random) -> list[Finding]:
    """An event under no checkpoint that states an earlier one as if it were new."""
    old = parse_note(random.choice(history(folder)).read_bytes())
    return held(folder, [*city.rows, stating(len(city.rows) + 1, old, len(SIGNED) + 1)]).wrong


REPLAYS: dict[str, tuple[Callable[[City, Path, Random], list[Finding]], str]] = {
    "a checkpoint put back": (put_back, "old_checkpoint"),
    "the folder set back": (folder_set_back, "old_checkpoint"),
    "folder and database set back": (all_set_back, "cut"),
    "an event that states an old one": (stated_again, "old_checkpoint"),
}


@pytest.mark.parametrize("name", REPLAYS)
def test_an_old_checkpoint_shown_again_is_found(city: City, name: str, trials: int, tmp_path: Path) -> None:
    attack, kind = REPLAYS[name]
    for seed in range(trials):
        folder = tmp_path / str(seed)
        shutil.copytree(city.folder, folder, ignore=shutil.ignore_patterns("tile"))
        found = attack(city, folder, Random(f"{name} {seed}"))
        assert kind in {one.kind for one in found}, (seed, found)
        shutil.rmtree(folder)


def by_another_key(checkpoint: Checkpoint, random: Random) -> Note:
    return checkpoint.sign(SignerKey(ORIGIN, ED25519, random.randbytes(32)))


def by_another_key_under_the_true_id(checkpoint: Checkpoint, random: Random) -> Note:
    note = by_another_key(checkpoint, random)
    return Note(note.text, tuple(one._replace(key_id=LOG.verifier.id) for one in note.signatures))


def edited_after_signing(checkpoint: Checkpoint, random: Random) -> Note:
    note = checkpoint._replace(size=checkpoint.size + random.randint(1, 9)).sign(LOG)
    return Note(checkpoint.text(), note.signatures)


def signature_with_a_wrong_bit(checkpoint: Checkpoint, random: Random) -> Note:
    (true,) = checkpoint.sign(LOG).signatures
    value = bytearray(true.value)
    value[random.randrange(64)] ^= 1 << random.randrange(8)
    return Note(checkpoint.text(), (Signature(true.name, true.key_id, bytes(value)),))


FORGERIES = (
    by_another_key,
    by_another_key_under_the_true_id,
    edited_after_signing,
    signature_with_a_wrong_bit,
)


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_checkpoint_that_the_key_did_not_sign_is_found(
    city: City, forge: Callable[[Checkpoint, Random], Note], trials: int
) -> None:
    for seed in range(trials):
        random = Random(seed)
        true = random.choice(city.kept).checkpoint
        note = forge(true._replace(root=random.randbytes(32)), random)
        signed = Signed(LOG.verifier)
        signed.file("shown", str(note).encode())
        assert [one.kind for one in signed.wrong] == ["not_signed"]
        stating_it = stating(len(city.rows) + 1, note, len(SIGNED) + 1)
        signed.stated(stated_by([*city.rows, stating_it]), SETTLED)
        assert ("checkpoint_event", stating_it.position) in {(one.kind, one.position) for one in signed.wrong}


def test_a_folder_and_a_log_that_nobody_touched_give_no_alarm(city: City, trials: int) -> None:
    for seed in range(trials):
        upto = Random(seed).randint(LAST + 1, len(city.rows))
        signed = held(city.folder, city.rows[:upto])
        assert (signed.wrong, len(signed.stated_at)) == ([], len(SIGNED) + 1)
