"""`copay export-log`: the whole log as a folder that anybody can check without this program."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.failures import Usage
from scripts.cli.meter import Meter
from scripts.cli.proofs import bytes_of, fewer, signer
from scripts.cli.settings import Settings, command
from scripts.cli.texts import choose

if TYPE_CHECKING:
    from ledger.proof.export import Seal, Source
    from ledger.proof.notes import SignerKey

_FIELDS: Final = ("folder", "events", "added", "root", "signed")


def register(app: typer.Typer) -> None:
    """Add `export-log` to the program."""
    command(app, "export-log")(export_log)


def export_log(
    settings: Settings,
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or an older export to add to")],
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="Sign a checkpoint of what is exported")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", metavar="FILE", help="Export just what this signed checkpoint covers"),
    ] = None,
    json: Json = False,
) -> int:
    """Write the log as a C2SP tlog-tiles folder: checkpoint, tiles of the Merkle tree, every event's bytes.

    scripts/verify_log.py, and any program that reads tlog-tiles, checks it offline. An older export is
    added to: only what came since is read. Interrupted, it is as it was. Without --key or --checkpoint
    nothing is signed: the folder then holds `checkpoint.unsigned`, which proves nothing to anybody.

    Examples:

    copay export-log city-export --key log.key

    copay export-log city-export --checkpoint /mnt/kept/checkpoint --json
    """
    from scripts.cli.tables import Page

    if key is not None and checkpoint is not None:
        raise Usage(
            "--checkpoint is signed already; give one of --checkpoint and --key",
            "--checkpoint 已有签名；--checkpoint 与 --key 只能给一个",
        )

    def ask() -> Answer:
        from ledger.proof.export import export

        before = _reached(folder, signer(key) if key else None)
        words = choose(settings.lang, "events", "事件")
        with _leaves(settings, _size(checkpoint)) as (end, source), Meter(words, end) as meter:
            found = export(folder, source, _seal(key, checkpoint), meter.reach)
        return {
            "folder": str(folder),
            "events": found.size,
            "added": found.size - before,
            "root": found.root.hex(),
            "signed": key is not None or checkpoint is not None,
        }

    def show(found: Answer) -> None:
        Page(settings.lang).title("export of the log", "日志导出").facts(found, _FIELDS).show()

    return give(settings, json, ask, show)


def _reached(folder: Path, key: "SignerKey | None") -> int:
    """How many events an older export has; one of another log is not gone on with. Raises `NotProven`."""
    from ledger.proof.checkpoints import open_checkpoint
    from ledger.proof.folder import TileFolder

    older = TileFolder(folder)
    raw = older.checkpoint()
    if raw is not None and key is not None:
        open_checkpoint(raw, key.verifier)
    reached = older.reached()
    return reached.size if reached else 0


@contextmanager
def _leaves(settings: Settings, size: int | None) -> "Iterator[tuple[int, Source]]":
    """How many events there are to export, and how to read them."""
    import psycopg

    from ledger.persistence.leaves import read_leaves
    from ledger.persistence.stored_log import PostgresStoredLog
    from ledger.proof.export import LeftOut

    with settings.database() as dsn:
        with PostgresStoredLog(dsn) as log:
            there = log.end()
        end = there if size is None else size
        with psycopg.connect(dsn, autocommit=True) as connection:

            def source(after: int, left_out: LeftOut) -> Iterator[bytes]:
                if after > end or end > there:
                    raise fewer(there, max(after, end))
                return read_leaves(connection, after, end, left_out) if end else iter(())

            yield end, source


def _seal(key: Path | None, checkpoint: Path | None) -> "Seal | None":
    from ledger.proof.checkpoints import Checkpoint
    from ledger.proof.errors import NotProven
    from ledger.proof.notes import Note, parse_note

    if key is not None:
        secret = signer(key)
        return lambda size, root: Checkpoint(secret.name, size, root).sign(secret)
    if checkpoint is None:
        return None
    note = parse_note(bytes_of(checkpoint))
    known = Checkpoint.parse(note.text)

    def seal(size: int, root: bytes) -> Note:
        if (size, root) != (known.size, known.root):
            raise NotProven(
                f"the first {size} events have the root {root.hex()}, not {known.root.hex()}: "
                "the log was changed since it was signed; copay verify names the place",
                f"前 {size} 个事件的根为 {root.hex()}，而检查点为 {known.root.hex()}："
                "日志在签署后被改动；可用 copay verify 查明位置",
            )
        return note

    return seal


def _size(checkpoint: Path | None) -> int | None:
    from ledger.proof.checkpoints import Checkpoint
    from ledger.proof.notes import parse_note

    return Checkpoint.parse(parse_note(bytes_of(checkpoint)).text).size if checkpoint else None
