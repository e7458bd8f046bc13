"""Keys and checkpoints as options: files, read in one sentence or refused in one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scripts.cli.failures import Missing, Usage

if TYPE_CHECKING:
    from ledger.persistence.stored_log import PostgresStoredLog
    from ledger.proof.checkpoints import Attested
    from ledger.proof.errors import NotProven
    from ledger.proof.leaves import LogRow
    from ledger.proof.notes import SignerKey, VerifierKey

Event = Annotated[
    str, typer.Argument(metavar="POSITION|REQUEST", help="A log position, or a request that was answered")
]
LOG_KIND: Final = 1
WITNESS_KIND: Final = 4


def signer(file: Path, kind: int = LOG_KIND) -> "SignerKey":
    """The private key in a file that `copay keygen` made. Raises `Usage`, `NotReadable`."""
    from ledger.proof.notes import SignerKey

    key = SignerKey.parse(text_of(file).strip())
    _of_kind(file, key.kind, kind)
    return key


def verifier(file: Path, kind: int = LOG_KIND) -> "VerifierKey":
    """The public key in a `.vkey` file. Raises `Usage`, `NotReadable`."""
    from ledger.proof.notes import VerifierKey

    key = VerifierKey.parse(text_of(file).strip())
    _of_kind(file, key.kind, kind)
    return key


def checkpoint_in(file: Path, log: "VerifierKey", witnesses: "tuple[VerifierKey, ...]" = ()) -> "Attested":
    """The checkpoint in a file, whose signatures hold. Raises `Usage`, `NotReadable`, `NotProven`."""
    from ledger.proof.checkpoints import open_checkpoint

    return open_checkpoint(bytes_of(file), log, witnesses)


def bytes_of(file: Path) -> bytes:
    """What is in a file. Raises `Usage`."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise Usage(
            f"{file} cannot be read: {error.strerror}", f"无法读取 {file}：{error.strerror}"
        ) from None


def text_of(file: Path) -> str:
    """The text in a file. Raises `Usage`."""
    try:
        return bytes_of(file).decode()
    except UnicodeDecodeError:
        raise Usage(f"{file} holds no text", f"{file} 不是文本文件") from None


def stored(log: "PostgresStoredLog", event: str) -> "LogRow":
    """The event at a position, or the one that answers a request. Raises `Missing` (`no_event`)."""
    position = int(event) if event.isdecimal() and len(event) < WIDE else log.answers([event]).get(event, 0)
    found = log.batch(position - 1, position) if position else []
    if not found:
        raise Missing(
            "no_event",
            f"the log has no such event; its positions go from 1 to {log.end()}",
            f"日志中没有该事件；位置范围为 1 至 {log.end()}",
        )
    return found[0]


WIDE: Final = 19


def _of_kind(file: Path, found: int, wanted: int) -> None:
    if found == wanted:
        return
    if wanted == LOG_KIND:
        raise Usage(
            f"{file} is the key of a witness; the log's own key is needed here",
            f"{file} 是见证人的密钥；此处需要日志自身的密钥",
        )
    raise Usage(
        f"{file} is the log's own key; a witness's is needed here (copay keygen --witness)",
        f"{file} 是日志自身的密钥；此处需要见证人的密钥（copay keygen --witness）",
    )


def fewer(there: int, wanted: int) -> "NotProven":
    """What is wrong with a log that has fewer events than were signed."""
    from ledger.proof.errors import NotProven

    return NotProven(
        f"the log has {there} events where {wanted} were there before: it was cut or rolled back, "
        "or it is another log",
        f"日志只有 {there} 个事件，而此前有 {wanted} 个：日志被截断、回退，或并非同一日志",
    )
