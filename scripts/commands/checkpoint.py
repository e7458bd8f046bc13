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
from scripts.cli.proofs import fewer, signer
from scripts.cli.settings import Settings, command
from scripts.cli.texts import choose
from scripts.commands.follow import PAUSE_SECONDS, until_told_to_stop

if TYPE_CHECKING:
    from ledger.persistence.log_tree import LogTree
    from ledger.proof.notes import SignerKey
    from ledger.proof.outside import OutsideFolder, SignedDigest

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
    signed, too. `copay verify --outside DIR` holds the log to them.

    Examples:

    copay checkpoint --key log.key --to /mnt/kept

    copay checkpoint --key log.key --to /mnt/kept --once --json
    """
    from ledger.proof.outside import OutsideFolder

    secret, folder = signer(key), OutsideFolder(to)
    with settings.database() as dsn, _in_one_sentence(to):
        if once:
            _said(_sign(dsn, secret, folder, digests=True), settings.lang, as_json=json)
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
                if _end(dsn) > _size(folder):
                    _said(_sign(dsn, key, folder, digests=ending), settings.lang, as_json=as_json)
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


def _sign(dsn: str, key: "SignerKey", folder: "OutsideFolder", *, digests: bool) -> Answer:
    """One checkpoint of the log as it is; raises `NotProven` when it does not go on from the last."""
    import psycopg

    from ledger.clock import system_clock
    from ledger.persistence.leaves import read_leaves
    from ledger.persistence.log_tree import LogTree
    from ledger.persistence.postgres import PostgresLog
    from ledger.proof.checkpoints import Checkpoint

    PostgresLog(dsn).close()  # makes what a new database lacks
    with psycopg.connect(dsn, autocommit=True) as connection:
        tree = LogTree(connection)
        end, before = tree.catch_up(), _size(folder)
        if end < before:
            raise fewer(end, before)
        _agree(folder, tree, before)
        leaves = read_leaves(connection, before, end) if end > before else iter(())
        models = _digests(dsn, end) if digests else []
        note = folder.sign(key, leaves, system_clock(), models)
    found = Checkpoint.parse(note.text)
    return {
        "position": found.size,
        "added": found.size - before,
        "root": found.root.hex(),
        "lines": list(found.extensions),
        "file": str(folder.root / "checkpoint"),
    }


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


def _end(dsn: str) -> int:
    from ledger.persistence.stored_log import PostgresStoredLog

    with PostgresStoredLog(dsn) as log:
        return log.end()


def _size(folder: "OutsideFolder") -> int:
    reached = folder.reached()
    return reached.size if reached else 0


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
