"""The whole log computed anew and held to what was signed of it: the answer of `copay verify`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from scripts.cli.answers import Answer
from scripts.cli.failures import Usage
from scripts.cli.meter import Meter
from scripts.cli.proofs import bytes_of
from scripts.cli.settings import Settings
from scripts.cli.texts import choose
from scripts.cli.window import window

if TYPE_CHECKING:
    from ledger.persistence.stored_log import PostgresStoredLog
    from ledger.proof.findings import Finding
    from ledger.proof.notes import VerifierKey
    from ledger.proof.outside import SignedDigest
    from ledger.proof.signed import Signed, Stated
    from ledger.proof.verifying import Kept, Verdict
    from projections.store import Snapshot

SETTLED: Final = timedelta(seconds=60)
"""By then a checkpoint that lies outside has its event, or its signer was stopped in between."""


class Asked(NamedTuple):
    """What the command line names: keys, checkpoints kept elsewhere, the folder outside, and the longest that
    an event may be under no checkpoint, in seconds."""

    log: "VerifierKey | None"
    witnesses: "tuple[VerifierKey, ...]"
    files: tuple[Path, ...]
    folder: Path | None
    window: int | None


def verified(settings: Settings, asked: Asked) -> Answer:
    """What holds, what is wrong, and what nobody has signed for yet."""
    from ledger.persistence.stored_log import PostgresStoredLog

    with settings.database() as dsn:
        with PostgresStoredLog(dsn) as log:
            signed = _signed(asked, log)
        verdict, end = _recomputed(settings, dsn, signed)
        models = _read_models(dsn, signed, verdict) if end else []
        with PostgresStoredLog(dsn) as log:
            unsigned = _window(log, signed, end, asked.window, verdict)
    wrong = sorted((*signed.wrong, *verdict.findings), key=lambda one: one.position)
    return {
        "holds": not wrong,
        "events": verdict.events,
        "root": verdict.root.hex(),
        "position": end,
        "checkpoints": [_checkpoint(one, signed, verdict) for one in signed.kept],
        "read_models": models,
        "wrong": [_wrong(one, settings.lang) for one in wrong],
        "window": unsigned,
    }


def _signed(asked: Asked, log: "PostgresStoredLog") -> "Signed":
    """What was signed. The log is asked first: whatever it states by then lies outside already."""
    from ledger.clock import system_clock
    from ledger.proof.outside import OutsideFolder
    from ledger.proof.signed import Signed

    stated, began = _stated(log) if asked.log else [], system_clock()
    signed = Signed(asked.log, asked.witnesses)
    for file in asked.files:
        signed.file(str(file), bytes_of(file))
    if asked.folder is not None and not signed.folder(OutsideFolder(asked.folder)):
        raise Usage(f"{asked.folder} holds no checkpoint", f"{asked.folder} 中没有检查点")
    if asked.log:
        signed.stated(stated, began - SETTLED)
    return signed


def _stated(log: "PostgresStoredLog") -> "list[Stated]":
    """The checkpoints that the log's own events state."""
    from ledger.application.checkpoints import says_what_it_notes
    from ledger.errors import LogCorrupt
    from ledger.events.checkpoint import CheckpointSigned
    from ledger.events.codec import decode
    from ledger.ids import CHECKPOINT_STREAM
    from ledger.proof.signed import Stated

    found = list[Stated]()
    for row in log.before([CHECKPOINT_STREAM], log.end() + 1):
        try:
            event = decode(row.topic, row.state)
        except LogCorrupt:
            event = None
        if isinstance(event, CheckpointSigned):
            found.append(Stated(row.position, event.note, says_what_it_notes(event)))
        else:
            found.append(Stated(row.position, "", agrees=False))
    return found


def _recomputed(settings: Settings, dsn: str, signed: "Signed") -> "tuple[Verdict, int]":
    import psycopg

    from ledger.persistence.leaves import read_leaves
    from ledger.persistence.log_tree import LogTree
    from ledger.persistence.stored_log import PostgresStoredLog
    from ledger.proof.verifying import StoredTree, verify

    with (
        psycopg.connect(dsn, autocommit=True) as reading,
        psycopg.connect(dsn, autocommit=True) as beside,
        PostgresStoredLog(dsn) as log,
    ):
        tree = LogTree.found(beside)
        stored = StoredTree(tree.size, tree.tile) if tree else None
        end = log.end()
        with Meter(choose(settings.lang, "events", "事件"), end) as meter:
            verdict = verify(
                lambda after, upto: read_leaves(reading, after, upto) if upto > after else (),
                end,
                signed.kept,
                signed.tiles(),
                stored,
                meter.reach,
            )
    return verdict, end


def _read_models(dsn: str, signed: "Signed", verdict: "Verdict") -> list[Answer]:
    """Each read model beside the digest that the newest checkpoint with digests has of it."""
    from ledger.proof import findings
    from ledger.proof.outside import signed_digests
    from projections.runner import advance
    from projections.store import Store

    newest_first = sorted(signed.kept, key=lambda one: -one.checkpoint.size)
    told = next((some for one in newest_first if (some := signed_digests(one.checkpoint))), [])
    if not told:
        return []
    with Store.open(dsn) as store:
        advance(store)
        with store.snapshot() as view:
            seen = held_to_digests(view, told)
    verdict.findings += (
        findings.read_model(one["model"], one["position"]) for one in seen if one["holds"] is False
    )
    return seen


def held_to_digests(view: "Snapshot", told: "Sequence[SignedDigest]") -> list[Answer]:
    """Each read model that a checkpoint tells of: does it have that digest? None: of another version."""
    from projections.digest import digests
    from projections.models import MODELS

    models, seen = {(model.name, model.version): model for model in MODELS}, list[Answer]()
    for one in told:
        model, holds = models.get((one.model, one.version)), None
        if model is not None:
            (found,) = digests(view, [model], one.position)
            holds = (found.position, found.sha256) == (one.position, one.sha256)
        seen.append({"model": one.model, "position": one.position, "holds": holds})
    return seen


def _window(
    log: "PostgresStoredLog", signed: "Signed", end: int, longest: int | None, verdict: "Verdict"
) -> Answer:
    """The events after the last checkpoint; a finding if one of them waits for longer than it may."""
    from ledger.clock import system_clock
    from ledger.proof import findings
    from ledger.proof.outside import signed_at

    newest = signed.newest
    found = window(log, newest.size if newest else 0, end, signed_at(newest) if newest else None)
    if longest is not None and found["since"]:
        since = _instant(found["since"]) or _instant(found["signed_at"])
        seconds = int((system_clock() - since).total_seconds()) if since else longest + 1
        if seconds > longest:
            verdict.findings.append(findings.overdue(found["after"] + 1, end, seconds))
    return found


def _instant(text: str | None) -> datetime | None:
    """A time with its offset; none where an event that nobody signed for says something else."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else None


def _checkpoint(one: "Kept", signed: "Signed", verdict: "Verdict") -> Answer:
    from ledger.proof.outside import signed_at

    return {
        "file": one.place,
        "size": one.checkpoint.size,
        "root": one.checkpoint.root.hex(),
        "signed_at": signed_at(one.checkpoint),
        "cosigned": signed.cosigned[one.place],
        "told": signed.stated_at.get(one.place),
        "holds": one.place in verdict.holding,
    }


def _wrong(one: "Finding", lang: str) -> Answer:
    return {"what": one.kind, "position": one.position, "upto": one.upto, "message": one.text(lang)}
