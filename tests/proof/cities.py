"""A signed log in memory: its events with those that state its checkpoints, and the folder outside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from ledger.application.checkpoints import event_of, says_what_it_notes
from ledger.events.checkpoint import CheckpointSigned
from ledger.events.codec import decode, encode
from ledger.ids import CHECKPOINT_STREAM
from ledger.proof.leaves import LogRow, leaf_bytes, out_of_place
from ledger.proof.locating import KeptTiles
from ledger.proof.notes import Note
from ledger.proof.outside import OutsideFolder
from ledger.proof.signed import Signed, Stated
from ledger.proof.tiles import GrowingTiles
from ledger.proof.tree import leaf_hash
from ledger.proof.verifying import Kept, StoredTree, Verdict, verify
from tests.proof.attacks import LAST
from tests.proof.logs import LOG
from tests.proof.logs import rows as credits

SIGNED: Final = (64, 130, 256, LAST)
END: Final = LAST + 20
"""Events in all: the last ones are under no checkpoint."""

WHEN: Final = datetime(2026, 1, 5, 3, tzinfo=UTC)

leaf_of: Final = cache(lambda row: leaf_bytes(*row))
Tiles = dict[tuple[int, int], bytes]


@dataclass(frozen=True)
class City:
    """The true log, and what is kept of it outside."""

    rows: list[LogRow]
    folder: Path
    kept: list[Kept]
    tiles: KeptTiles


def founded(folder: Path) -> City:
    """The log grows, is signed at four sizes, and states each."""
    outside, log, notes = OutsideFolder(folder), list[LogRow](), list[Note]()
    people, signed = iter(credits(END)), 0
    for position in range(1, END + 1):
        if position - 1 in SIGNED:
            log.append(stating(position, notes[-1], len(notes)))
        else:
            row = next(people)
            state = row.state.replace(b',"amount_fen"', b',"by":"window-3","amount_fen"')
            log.append(row._replace(position=position, state=state))
        if position in SIGNED:
            notes.append(outside.sign(LOG, [leaf_of(row) for row in log[signed:]], WHEN))
            signed = position
    found = Signed(LOG.verifier)
    found.folder(outside)
    return City(log, folder, found.kept, KeptTiles(outside))


def stating(position: int, note: Note, version: int) -> LogRow:
    """The event of a checkpoint."""
    event = event_of(note, WHEN)
    return LogRow(position, CHECKPOINT_STREAM, version, event.topic, encode(event))


def verified(city: City, rows: Sequence[LogRow], *, tiles: bool, stored: Tiles | None = None) -> Verdict:
    """These rows held to the checkpoints outside."""

    def read(after: int, upto: int) -> Iterator[bytes]:
        """As `ledger.persistence.leaves.read_leaves` gives them out of the table."""
        expected = after + 1
        for row in sorted(rows, key=lambda row: row.position):
            if after < row.position <= upto:
                if row.position != expected:
                    raise out_of_place(row.position, expected)
                yield leaf_of(row)
                expected += 1
        if expected <= upto:
            raise out_of_place(upto + 1, expected)

    end = max((row.position for row in rows), default=0)
    tree = None
    if stored is not None:
        size = sum(len(data) for (level, _), data in stored.items() if level == 0) // 32
        tree = StoredTree(size, lambda tile: stored.get((tile.level, tile.index), b""))
    return verify(read, end, city.kept, city.tiles if tiles else None, tree)


def tree_of(rows: Sequence[LogRow]) -> Tiles:
    """The tiles that a database keeps of these rows."""
    tiles = GrowingTiles()
    full = tiles.extend([leaf_hash(leaf_of(row)) for row in rows])
    return {(tile.level, tile.index): data for tile, data in (*full, *tiles.partial())}


def stated_by(rows: Sequence[LogRow]) -> list[Stated]:
    """The checkpoints that these rows state."""
    found = []
    for row in rows:
        if row.stream == CHECKPOINT_STREAM:
            event = decode(row.topic, row.state)
            assert isinstance(event, CheckpointSigned)
            found.append(Stated(row.position, event.note, says_what_it_notes(event)))
    return found
