"""`copay checkpoint`: what the log is now, signed and kept outside the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.errors import StoreUnavailable
from scripts.cli.answers import Answer, print_json
from scripts.cli.failures import Usage, say
from scripts.cli.proofs import signer
from scripts.cli.settings import Settings, command
from scripts.cli.signing import anything_new, lacks_digests, sign
from scripts.cli.texts import choose
from scripts.commands.follow import PAUSE_SECONDS, until_told_to_stop

if TYPE_CHECKING:
    from ledger.proof.notes import SignerKey
    from ledger.proof.outside import OutsideFolder

EVERY_SECONDS: Final = 10.0
MOST_OFTEN: Final = 1.0
LEAST_OFTEN: Final = 60.0


def register(app: typer.Typer) -> None:
    """Add `checkpoint` to the program."""
    command(app, "checkpoint")(checkpoint)


def checkpoint(
    settings: Settings,
    *,
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="The log's private key (copay keygen)")],
    to: Annotated[
        Path, typer.Option("--to", metavar="DIR", help="A folder that the database's machine cannot rewrite")
    ],
    once: Annotated[bool, typer.Option("--once", help="Sign one now and end")] = False,
    every: Annotated[
        float,
        typer.Option(
            "--every",
            metavar="S",
            min=MOST_OFTEN,
            max=LEAST_OFTEN,
            help="Seconds between two, while there are new events",
        ),
    ] = EVERY_SECONDS,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON line for each checkpoint")] = False,
) -> int:
    """Sign checkpoints of the log (C2SP tlog-checkpoint) into a folder outside the database.

    Each goes on from the one before it; a log that was cut, or whose stored tree is another, is not signed.
    It runs until Ctrl-C, signs at most once in --every seconds and at the end of each day in Shanghai, and
    only while there is something new. With --once and at the end of a day the digests of the read models are
    signed, too. Once it lies outside, each becomes an event of the log, which by itself is nothing new.
    `copay verify --outside DIR` holds the log to them.

    Examples:

    copay checkpoint --key log.key --to /mnt/kept

    copay checkpoint --key log.key --to /mnt/kept --once --json
    """
    from ledger.proof.outside import OutsideFolder

    secret, folder = signer(key), OutsideFolder(to)
    with settings.database() as dsn, _in_one_sentence(to):
        if once:
            _said(sign(dsn, secret, folder, digests=True), settings.lang, as_json=json)
        else:
            _follow(settings, dsn, secret, folder, every, as_json=json)
    return 0


def _follow(
    settings: Settings, dsn: str, key: "SignerKey", folder: "OutsideFolder", every: float, *, as_json: bool
) -> None:
    """Sign whenever it is time and there is something new, until told to stop; then once more."""
    from ledger.clock import system_clock

    lost = False
    with until_told_to_stop() as stop:
        ending = False
        while True:
            began, wait = monotonic(), every
            try:
                if anything_new(dsn, folder) or (ending and lacks_digests(folder)):
                    _said(sign(dsn, key, folder, digests=ending), settings.lang, as_json=as_json)
                lost = False
            except StoreUnavailable as error:
                if not lost:
                    say(error.text(settings.lang))
                lost, wait = True, PAUSE_SECONDS
            if stop.is_set():
                return
            left = day_ends_in(system_clock())
            ending = left <= wait
            stop.wait(max(MOST_OFTEN, min(wait, left) - (monotonic() - began)))


def day_ends_in(now: datetime) -> float:
    """Seconds until midnight in Shanghai."""
    from ledger.clock import local

    here = local(now)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - here).total_seconds()


def _said(found: Answer, lang: str, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    position, root = found["position"], found["root"][:16]
    print(
        choose(
            lang,
            f"signed: {position:,} events, root {root}…, in {found['file']}",
            f"已签署：{position:,} 个事件，根 {root}…，见 {found['file']}",
        ),
        flush=True,
    )


@contextmanager
def _in_one_sentence(folder: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # nobody reads what is printed: not the folder's affair
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Usage(f"{folder} cannot be read or written: {reason}", f"无法读写 {folder}：{reason}") from None
