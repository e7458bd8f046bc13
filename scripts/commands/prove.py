"""`copay prove`: a file that shows to anybody that an event is in the log of a checkpoint."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.failures import Missing, Usage
from scripts.cli.proofs import Event, bytes_of, signer, stored
from scripts.cli.settings import Settings, command
from scripts.cli.window import after_the_last, window

if TYPE_CHECKING:
    from ledger.persistence.log_tree import LogTree
    from ledger.proof.leaves import LogRow
    from ledger.proof.notes import Note
    from ledger.proof.proof_file import ProofFile


def register(app: typer.Typer) -> None:
    """Add `prove` to the program."""
    command(app, "prove")(prove)


def prove(
    settings: Settings,
    *,
    event: Event,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", metavar="FILE", help="Prove it against this signed checkpoint"),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="Or sign a checkpoint of the log as it is now"),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Write the proof here [POSITION.tlog-proof]")
    ] = None,
    json: Json = False,
) -> int:
    """Write a tlog-proof file: the event itself, the way from its leaf to the root, the signed checkpoint.

    scripts/verify_log.py checks it anywhere, without this program, the database or a network. Where the log
    is not the one that was signed there is no proof, and that is said.

    Examples:

    copay prove 56 --checkpoint /mnt/kept/checkpoint

    copay prove lin-18 --checkpoint kept/checkpoint --to lin-18.tlog-proof --json
    """
    from ledger.persistence.stored_log import PostgresStoredLog
    from scripts.cli.tables import Page

    if (checkpoint is None) == (key is None):
        raise Usage(
            "a proof leads to a signed checkpoint: give one of --checkpoint and --key",
            "证明须通向已签名的检查点：--checkpoint 与 --key 二者必给其一",
        )

    def ask() -> Answer:
        import psycopg

        from ledger.persistence.log_tree import LogTree

        with settings.database() as dsn, PostgresStoredLog(dsn) as log:
            row = stored(log, event)
            with psycopg.connect(dsn, autocommit=True) as connection:
                proof = _proof(row, LogTree(connection), checkpoint, key)
            size = int(proof.note.text.split("\n")[1])
            unsigned = window(log, size, log.end())
        file = to or Path(f"{row.position}.tlog-proof")
        _write(file, str(proof))
        return {
            "position": row.position,
            "size": size,
            "hashes": len(proof.hashes),
            "file": str(file),
            "window": unsigned,
        }

    def show(found: Answer) -> None:
        page = Page(settings.lang).line(
            f"{found['file']} proves that position {found['position']} is in the log of {found['size']} "
            f"events, by {found['hashes']} hashes. Check it with scripts/verify_log.py.",
            f"{found['file']} 以 {found['hashes']} 个哈希证明位置 {found['position']} "
            f"在共 {found['size']} 个事件的日志中。可用 scripts/verify_log.py 核验。",
        )
        page.line(*after_the_last(found["window"])).show()

    return give(settings, json, ask, show)


def _proof(row: "LogRow", tree: "LogTree", checkpoint: Path | None, key: Path | None) -> "ProofFile":
    from ledger.proof.checkpoints import Checkpoint
    from ledger.proof.leaves import leaf_bytes
    from ledger.proof.proof_file import ProofFile
    from ledger.proof.proofs import check_inclusion
    from ledger.proof.tree import leaf_hash

    note = _note(tree, tree.catch_up(), checkpoint, key)
    known, leaf = Checkpoint.parse(note.text), leaf_bytes(*row)
    if known.size < row.position or known.size > tree.size:
        raise Missing(
            "not_covered",
            f"the checkpoint is of {known.size} events, the log has {tree.size}; "
            f"give one that covers position {row.position} of this log",
            f"检查点含 {known.size} 个事件，日志有 {tree.size} 个；请提供涵盖位置 {row.position} 的检查点",
        )
    hashes = tree.inclusion(row.position, known.size)
    check_inclusion(leaf_hash(leaf), row.position - 1, known.size, hashes, known.root)
    return ProofFile(row.position - 1, tuple(hashes), note, leaf)


def _note(tree: "LogTree", size: int, checkpoint: Path | None, key: Path | None) -> "Note":
    from ledger.proof.checkpoints import Checkpoint
    from ledger.proof.notes import parse_note

    if checkpoint is not None:
        return parse_note(bytes_of(checkpoint))
    assert key is not None, "one of the two was given"
    secret = signer(key)
    return Checkpoint(secret.name, size, tree.root(size)).sign(secret)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text)
    except OSError as error:
        raise Usage(
            f"{file} cannot be written: {error.strerror}", f"无法写入 {file}：{error.strerror}"
        ) from None
