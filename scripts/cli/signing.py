"""One checkpoint: signed, kept outside the database, then stated by an event of the log."""

from typing import TYPE_CHECKING

from scripts.cli.answers import Answer
from scripts.cli.proofs import fewer

if TYPE_CHECKING:
    from ledger.persistence.log_tree import LogTree
    from ledger.persistence.postgres import PostgresLog
    from ledger.proof.notes import Note, SignerKey
    from ledger.proof.outside import OutsideFolder, SignedDigest


def anything_new(dsn: str, folder: "OutsideFolder") -> bool:
    """Whether the log has more than was signed, besides the events that state checkpoints."""
    from ledger.ids import CHECKPOINT_STREAM
    from ledger.persistence.stored_log import PostgresStoredLog

    with PostgresStoredLog(dsn) as log:
        return log.first_beside(CHECKPOINT_STREAM, _size(folder)) is not None


def lacks_digests(folder: "OutsideFolder") -> bool:
    """Whether the last checkpoint says nothing of the read models: a day does not end with such a one."""
    from ledger.proof.outside import signed_digests

    last = folder.reached()
    return last is not None and not signed_digests(last)


def sign(dsn: str, key: "SignerKey", folder: "OutsideFolder", *, digests: bool) -> Answer:
    """Sign the log as it is; raises `NotProven` when it does not go on from the last checkpoint.

    The folder outside has it before the log does. Stopped in between, the next one states both.
    """
    from ledger.persistence.postgres import PostgresLog
    from ledger.proof.checkpoints import Checkpoint

    before = _size(folder)
    log = PostgresLog(dsn)  # makes what a new database lacks
    try:
        note = _signed(dsn, log, key, folder, digests=digests)
        stated = _state(dsn, log, note)
    finally:
        log.close()
    found = Checkpoint.parse(note.text)
    return {
        "position": found.size,
        "added": found.size - before,
        "root": found.root.hex(),
        "lines": list(found.extensions),
        "file": str(folder.root / "checkpoint"),
        "told": stated,
    }


def _signed(
    dsn: str, log: "PostgresLog", key: "SignerKey", folder: "OutsideFolder", *, digests: bool
) -> "Note":
    import psycopg

    from ledger.clock import system_clock
    from ledger.persistence.leaves import read_leaves
    from ledger.persistence.log_tree import LogTree

    with psycopg.connect(dsn, autocommit=True) as connection:
        tree = LogTree(connection)
        end, before = tree.catch_up(), _size(folder)
        if end < before:
            raise fewer(end, before)
        _agree(folder, tree, before)
        if _state_the_last(dsn, log, folder):
            end = tree.catch_up()
        leaves = read_leaves(connection, before, end) if end > before else iter(())
        models = _digests(dsn, end) if digests else []
        return folder.sign(key, leaves, system_clock(), models)


def _state_the_last(dsn: str, log: "PostgresLog", folder: "OutsideFolder") -> bool:
    """Write the event of the last checkpoint if its signer was stopped before it could."""
    from ledger.proof.notes import parse_note
    from ledger.proof.outside import HISTORY

    raw = folder.checkpoint()
    if raw is None or not (folder.root / HISTORY).is_dir():
        return False
    return _state(dsn, log, parse_note(raw)) is not None


def _state(dsn: str, log: "PostgresLog", note: "Note") -> int | None:
    """Where the event of a checkpoint was written; none if it is there already."""
    from ledger.application.checkpoints import note_checkpoint
    from ledger.clock import system_clock
    from ledger.ids import CHECKPOINT_STREAM
    from ledger.persistence.log import NOTHING
    from ledger.persistence.stored_log import PostgresStoredLog

    with PostgresStoredLog(dsn) as stored:
        last = stored.last_of(CHECKPOINT_STREAM)
    span = note_checkpoint(log, note, system_clock, last.version if last else 0)
    return None if span == NOTHING else span.last


def _agree(folder: "OutsideFolder", tree: "LogTree", size: int) -> None:
    """The stored tree has the root that was signed last. Raises `NotProven`."""
    from ledger.proof.errors import NotProven

    reached = folder.reached()
    if reached is not None and tree.root(size) != reached.root:
        raise NotProven(
            f"the first {size} events are not those that were signed; nothing more is signed: "
            "copay verify names the place",
            f"前 {size} 个事件与已签署的不符，不再签署；可用 copay verify 查明位置",
        )


def _digests(dsn: str, position: int) -> "list[SignedDigest]":
    from ledger.proof.outside import SignedDigest
    from projections.digest import digests
    from projections.runner import advance
    from projections.store import Store

    with Store.open(dsn) as store:
        advance(store)
        with store.snapshot() as view:
            found = digests(view, position=position)
    return [SignedDigest(one.model, one.version, one.position, one.sha256) for one in found]


def _size(folder: "OutsideFolder") -> int:
    reached = folder.reached()
    return reached.size if reached else 0
