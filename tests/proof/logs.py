"""A made-up log of named people, its keys, and the proofs of it."""

from collections.abc import Iterator
from pathlib import Path

from ledger.proof.checkpoints import Checkpoint
from ledger.proof.export import export_log
from ledger.proof.leaves import LogRow, leaf_bytes
from ledger.proof.notes import COSIGNATURE, ED25519, Note, SignerKey, parse_note
from ledger.proof.proof_file import ProofFile
from ledger.proof.proofs import prove_inclusion
from ledger.proof.tiles import Tile, tile_nodes

ORIGIN = "copay.example/city"
LOG = SignerKey(ORIGIN, ED25519, bytes(range(32)))
WITNESS = SignerKey("audit.example/w1", COSIGNATURE, bytes(range(32, 64)))
NOON = 1_793_000_000
PEOPLE = ("LIN", "WEI", "MEI")


def rows(size: int, *, amount_fen: int = 100) -> Iterator[LogRow]:
    """Credits of three people in turn."""
    for position in range(1, size + 1):
        state = (
            f'{{"at":"2026-01-05T02:00:00Z","recorded_at":"2026-01-05T02:00:01.{position:06d}Z",'
            f'"request":"r-{position}","amount_fen":{amount_fen}}}'
        )
        person, version = PEOPLE[position % 3], (position + 2) // 3
        yield LogRow(position, f"account:{person}", version, "Credited", state.encode())


def seal(size: int, root: bytes) -> Note:
    """The log's own signature."""
    return Checkpoint(ORIGIN, size, root).sign(LOG)


def sealed_and_seen(size: int, root: bytes) -> Note:
    """The log's signature and the witness's."""
    note = seal(size, root)
    return Note(note.text, (*note.signatures, WITNESS.sign(note.text, NOON)))


def exported(folder: Path, size: int) -> Note:
    """An export of so many events, signed and cosigned; returns its checkpoint."""
    return export_log(folder, rows(size), sealed_and_seen)


def proof_from(folder: Path, row: LogRow) -> ProofFile:
    """The proof of a row, made from an export's tiles."""
    note = parse_note((folder / "checkpoint").read_bytes())
    checkpoint = Checkpoint.parse(note.text)

    def read(tile: Tile) -> bytes:
        return (folder / tile.path()).read_bytes()

    hashes = prove_inclusion(row.position - 1, checkpoint.size, tile_nodes(read, checkpoint.size))
    return ProofFile(row.position - 1, tuple(hashes), note, leaf_bytes(*row))
