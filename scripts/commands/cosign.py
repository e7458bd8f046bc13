"""`copay cosign`: a second hand signs a checkpoint, if it goes on from what that hand saw before."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.failures import Usage
from scripts.cli.proofs import WITNESS_KIND, signer, verifier
from scripts.cli.settings import Settings, command

if TYPE_CHECKING:
    from ledger.proof.checkpoints import Checkpoint
    from ledger.proof.folder import TileFolder
    from ledger.proof.notes import Note, SignerKey, VerifierKey

COSIGNED: Final = "checkpoint.cosigned"


def register(app: typer.Typer) -> None:
    """Add `cosign` to the program."""
    command(app, "cosign")(cosign)


def cosign(
    settings: Settings,
    *,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder of `copay checkpoint`, or an export")
    ],
    key: Annotated[
        Path, typer.Option("--key", metavar="FILE", help="The witness's private key (copay keygen --witness)")
    ],
    log: Annotated[Path, typer.Option("--log", metavar="FILE", help="The log's public key, FILE.vkey")],
    state: Annotated[
        Path, typer.Option("--state", metavar="DIR", help="The witness's own folder: what it saw last")
    ],
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE", help=f"Where to put the cosigned checkpoint [DIR/{COSIGNED}]"),
    ] = None,
    json: Json = False,
) -> int:
    """Cosign the newest checkpoint of a log with a key in another hand (C2SP tlog-cosignature).

    It is signed only if its log begins with the one cosigned before, as the tiles beside it prove; a log that
    was cut, rolled back or forked is refused. What was seen last stays in --state, which nobody else may
    write. No database is needed.

    Examples:

    copay cosign /mnt/kept --key witness.key --log log.key.vkey --state /srv/witness

    copay cosign /mnt/kept --key witness.key --log log.key.vkey --state /srv/witness --json
    """
    from scripts.cli.tables import Page

    def ask() -> Answer:
        witness, known = signer(key, WITNESS_KIND), verifier(log)
        with _alone(state):
            note, size, before = _cosigned(folder, state, witness, known)
            _put(to or folder / COSIGNED, str(note))
        return {"log": known.name, "size": size, "before": before, "file": str(to or folder / COSIGNED)}

    def show(found: Answer) -> None:
        page = Page(settings.lang).line(
            f"cosigned {found['size']:,} events of {found['log']}, which go on from the {found['before']:,} "
            f"seen before: {found['file']}",
            f"已会签 {found['log']} 的 {found['size']:,} 个事件，延续此前所见的 {found['before']:,} 个："
            f"{found['file']}",
        )
        page.show()

    return give(settings, json, ask, show)


def _cosigned(folder: Path, state: Path, witness: "SignerKey", log: "VerifierKey") -> "tuple[Note, int, int]":
    """The cosigned note, its size, and that of the one seen before. What is seen is on the disk by then."""
    from ledger.clock import system_clock
    from ledger.proof.checkpoints import Checkpoint
    from ledger.proof.folder import TileFolder
    from ledger.proof.witness import cosign as sign

    outside = TileFolder(folder)
    raw = outside.checkpoint()
    if raw is None:
        raise Usage(f"{folder} holds no checkpoint", f"{folder} 中没有检查点")
    name = f"{log.id.hex()}.seen"
    seen = _seen(state / name, log, witness)
    proof = _proof(outside, seen, raw)
    note = sign(seen, raw, log, proof, witness, int(system_clock().timestamp()))
    TileFolder(state).keep(name, str(note))
    return note, Checkpoint.parse(note.text).size, seen.size if seen else 0


def _seen(file: Path, log: "VerifierKey", witness: "SignerKey") -> "Checkpoint | None":
    """The last checkpoint this witness signed, by its own signature. Raises `NotProven`."""
    from ledger.proof.checkpoints import open_checkpoint
    from ledger.proof.errors import NotProven

    if not file.exists():
        return None
    found = open_checkpoint(file.read_bytes(), log, (witness.verifier,))
    if witness.name not in found.cosigned:
        raise NotProven(
            f"{file} was not signed by this witness: restore its folder, or begin another one by hand",
            f"{file} 并非由本见证人签署：请恢复其目录，或人工另建",
        )
    return found.checkpoint


def _proof(outside: "TileFolder", seen: "Checkpoint | None", raw: bytes) -> list[bytes]:
    """That the new log begins with the one seen, out of the tiles beside it; nothing where none is needed."""
    from ledger.proof.checkpoints import Checkpoint
    from ledger.proof.notes import parse_note
    from ledger.proof.proofs import prove_consistency
    from ledger.proof.tiles import tile_nodes

    new = Checkpoint.parse(parse_note(raw).text)
    if seen is None or not 0 < seen.size < new.size:
        return []
    return prove_consistency(seen.size, new.size, tile_nodes(outside.read, new.size))


def _put(file: Path, text: str) -> None:
    from ledger.proof.folder import TileFolder

    try:
        TileFolder(file.parent).keep(file.name, text)
    except OSError as error:
        reason = error.strerror
        raise Usage(f"{file} cannot be written: {reason}", f"无法写入 {file}：{reason}") from None


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """One cosigner at a time works with what was seen: two could sign two histories."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = (state / "lock").open("w")
    except OSError as error:
        raise Usage(
            f"{state} cannot be written: {error.strerror}", f"无法写入 {state}：{error.strerror}"
        ) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
