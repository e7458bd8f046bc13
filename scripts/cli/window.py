"""The window: what nobody has signed for, after the last checkpoint. Shown wherever a verified figure is."""

from typing import TYPE_CHECKING

from scripts.cli.answers import Answer

if TYPE_CHECKING:
    from ledger.persistence.stored_log import PostgresStoredLog


def window(log: "PostgresStoredLog", after: int, end: int, signed_at: str | None = None) -> Answer:
    """How many events stand after position `after`, and since when one waits that is no checkpoint itself."""
    from ledger.ids import CHECKPOINT_STREAM
    from ledger.proof.leaves import recorded_time

    first = log.first_beside(CHECKPOINT_STREAM, after) if end > after else None
    return {
        "after": after,
        "signed_at": signed_at,
        "events": max(0, end - after),
        "since": recorded_time(first.state).decode(errors="replace") if first else None,
    }


def window_by_the_log(log: "PostgresStoredLog") -> Answer:
    """The same after the last checkpoint that the log itself states, unchecked: that is `copay verify`'s."""
    from ledger.errors import LogCorrupt
    from ledger.events.checkpoint import CheckpointSigned
    from ledger.events.codec import decode
    from ledger.ids import CHECKPOINT_STREAM

    last = log.last_of(CHECKPOINT_STREAM)
    try:
        event = decode(last.topic, last.state) if last else None
    except LogCorrupt:
        event = None
    if not isinstance(event, CheckpointSigned):
        return window(log, 0, log.end())
    return window(log, event.size, log.end(), f"{event.at:%Y-%m-%dT%H:%M:%SZ}")


def after_the_last(found: Answer) -> tuple[str, str]:
    """The window in words."""
    if not found["after"]:
        return (
            f"no checkpoint: nobody has signed for any of {found['events']:,} events",
            f"没有检查点：共 {found['events']:,} 个事件，均无签名",
        )
    events = f"{found['events']:,} events"
    return (
        f"after the last checkpoint, at position {found['after']:,}: {events} that nobody has signed for",
        f"最后一个检查点（位置 {found['after']:,}）之后：{found['events']:,} 个事件尚无签名",
    )
