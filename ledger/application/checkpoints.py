"""What was signed outside, stated by the log: one event for each checkpoint, once the folder outside has it.

An event says nothing that its own note does not say, so whoever checks one reads the note again.
"""

from datetime import UTC, datetime
from typing import Final

from ledger.application.noting import Known, ToWrite, note
from ledger.clock import Clock
from ledger.events.checkpoint import CheckpointSigned, SignedModel
from ledger.ids import CHECKPOINT_STREAM
from ledger.persistence.log import Log, Span
from ledger.proof.checkpoints import Checkpoint
from ledger.proof.errors import NotReadable
from ledger.proof.notes import Note, parse_note
from ledger.proof.outside import signed_at, signed_digests

_REQUEST: Final = "checkpoint/"
"""No command may have such an id: a slash is no sign of one."""


def note_checkpoint(log: Log, signed: Note, clock: Clock, last: int) -> Span:
    """Write the event of a checkpoint, unless it is there already; returns where it stands.

    `last` is the version of the stream's last event as far as the caller knows (0: none): the stream is
    read from there on. Raises `StoreUnavailable`, `Busy`, and `NotReadable` for a checkpoint without a time.
    """

    def decide(known: Known) -> ToWrite:
        there = (event.note for event in known[CHECKPOINT_STREAM] if isinstance(event, CheckpointSigned))
        return () if str(signed) in there else [(CHECKPOINT_STREAM, event_of(signed, clock()))]

    return note(log, {CHECKPOINT_STREAM: max(0, last - 1)}, decide)


def event_of(signed: Note, recorded_at: datetime) -> CheckpointSigned:
    """The event of a signed checkpoint. Raises `NotReadable`."""
    known = Checkpoint.parse(signed.text)
    key_ids = [one.key_id.hex() for one in signed.signatures if one.name == known.origin]
    when = signed_at(known)
    if not key_ids or when is None:
        raise NotReadable(
            "this is no checkpoint of its own log, signed at a time that it names",
            "这不是由日志自身在所载时间签署的检查点",
        )
    return CheckpointSigned(
        at=datetime.fromisoformat(when).astimezone(UTC),
        recorded_at=recorded_at,
        request=f"{_REQUEST}{known.size}",
        size=known.size,
        root=known.root.hex(),
        origin=known.origin,
        key_id=key_ids[0],
        digests=tuple(SignedModel(**one._asdict()) for one in signed_digests(known)),
        note=str(signed),
    )


def says_what_it_notes(event: CheckpointSigned) -> bool:
    """Whether the event's own words are those of the note in it."""
    try:
        return event_of(parse_note(event.note), event.recorded_at) == event
    except (NotReadable, ValueError):  # a time that is none
        return False
