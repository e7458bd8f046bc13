"""What a database holds when the writers are gone, and what must be true of it whoever they were."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Final, NamedTuple

import psycopg

from ledger.aggregates.fold import State, empty, fold
from ledger.aggregates.personal_account import PersonalAccount
from ledger.application import Ledger, Result
from ledger.commands.models import AnyCommand
from ledger.commands.parsing import parse
from ledger.errors import Malformed
from ledger.events.account import (
    Adjusted,
    CoPaymentCaptured,
    CoPaymentCharged,
    CoPaymentRefunded,
    Credited,
)
from ledger.events.codec import decode
from ledger.events.envelope import Event
from ledger.events.request import RequestRefused, RequestRepeated
from ledger.persistence.memory import MemoryLog

_LOG: Final = """
SELECT notification_id, originator_id, originator_version, topic, state
FROM ledger.ledger_events ORDER BY notification_id
"""


class Entry(NamedTuple):
    """An event and its position in the log."""

    position: int
    stream: str
    version: int
    event: Event


class Key(NamedTuple):
    """A request id that is taken: the position of the event that answers it, and its content's digest."""

    position: int
    digest: bytes


def log_of(dsn: str) -> list[Entry]:
    """Every event, in position order."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(_LOG).fetchall()
    return [
        Entry(position, stream, version, decode(topic, state))
        for position, stream, version, topic, state in rows
    ]


def log_in_memory(ledger: Ledger) -> list[Entry]:
    """Every event of a ledger in memory, in position order."""
    assert isinstance(ledger.log, MemoryLog)
    return [Entry(position, *event) for position, event in enumerate(ledger.log.events, start=1)]


def keys_of(dsn: str) -> dict[str, Key]:
    """Every request id that is taken."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT request_id, position, digest FROM ledger.request_keys").fetchall()
    return {request: Key(position, digest) for request, position, digest in rows}


def timeless(log: Iterable[Entry]) -> list[tuple[Any, ...]]:
    """The log without the one thing that no two runs share: when it was recorded."""
    return [
        (position, stream, version, event.topic, {**event.as_dict(), "recorded_at": None})
        for position, stream, version, event in log
    ]


def replayed(log: Iterable[Entry]) -> dict[str, State]:
    """All states, folded from the log in position order by one thread."""
    states: dict[str, State] = {}
    for _, stream, version, event in log:
        states[stream] = fold(stream, states.get(stream, empty(stream)), version, event)
    return states


# What must be true -----------------------------------------------------------------------------------


def stands_in_order(log: Sequence[Entry]) -> None:
    """Positions are 1 to N and every stream's versions are 1 to its own N, both without gap or repetition."""
    assert [entry.position for entry in log] == list(range(1, len(log) + 1))
    versions: dict[str, Iterator[int]] = {}
    for _, stream, version, _ in log:
        assert version == next(versions.setdefault(stream, count(1))), f"{stream} has a gap or an event twice"


def money_adds_up(log: Sequence[Entry]) -> None:
    """What came in, less what was paid, plus what came back, is what the accounts hold: never below zero."""
    accounts = [state for state in replayed(log).values() if isinstance(state, PersonalAccount)]
    assert sum(_delta_fen(entry.event) for entry in log) == sum(
        a.balance_fen + a.suspense_fen for a in accounts
    )
    adjusted = {entry.stream for entry in log if isinstance(entry.event, Adjusted)}
    for account in accounts:
        assert account.balance_fen >= 0 or f"account:{account.account}" in adjusted
        assert account.balance_fen - account.held_fen >= 0 or f"account:{account.account}" in adjusted


def is_what_one_writer_would_have_written(dsn: str, lines: Iterable[bytes]) -> dict[str, Result]:
    """Decide the commands again, one at a time in the order they stand in the log: the same log comes out.

    Returns the first answer to every request id.
    """
    log, keys = log_of(dsn), keys_of(dsn)
    commands: dict[str, list[AnyCommand]] = {}
    for sent in lines:
        try:
            command = parse(sent)
        except Malformed:
            continue
        if command.op != "quote":
            commands.setdefault(command.id, []).append(command)
    assert set(keys) == set(commands), "every request id that was sent is taken, and no other"
    alone, answers = Ledger.in_memory(), dict[str, Result]()
    for first in _first_events(log):
        (result,) = alone.execute([_command_of(first, commands, keys)])
        answers.setdefault(first.event.request, result)
    assert timeless(log_in_memory(alone)) == timeless(log)
    return answers


def is_answered_once(
    answers: Iterable[Mapping[str, Any]], first: Mapping[str, Result], log: Sequence[Entry]
) -> None:
    """Whoever asked: one `accepted` for each id that was accepted, and the same words to everybody."""
    repeats = {entry.event.request for entry in log if isinstance(entry.event, RequestRepeated)}
    accepted: list[str] = []
    for answer in answers:
        if answer["op"] == "quote" or answer["code"] in ("malformed", "request_conflict"):
            continue
        expected = first[answer["id"]]
        assert (answer["code"], answer["result"]) == (expected.code, expected.result)
        if answer["status"] == "accepted":
            accepted.append(answer["id"])
    assert len(accepted) == len(set(accepted)), "an id was accepted twice"
    assert set(accepted) == {
        id for id, result in first.items() if result.status != "rejected" and id not in repeats
    }


# ---


def _delta_fen(event: Event) -> int:
    match event:
        case Credited():
            return event.amount_fen
        case Adjusted():
            return event.delta_fen
        case CoPaymentCharged() | CoPaymentCaptured():
            return -event.amount_fen
        case CoPaymentRefunded():
            return event.current_fen + event.carried_fen + event.suspense_fen
        case _:
            return 0


def _is_conflict(event: Event) -> bool:
    return isinstance(event, RequestRefused) and event.code == "request_conflict"


def _first_events(log: Iterable[Entry]) -> Iterator[Entry]:
    """The first event of every command; a conflict may follow the command whose id it used."""
    before: str | None = None
    for entry in log:
        if entry.event.request != before or _is_conflict(entry.event):
            yield entry
        before = entry.event.request


def _command_of(
    first: Entry, commands: Mapping[str, list[AnyCommand]], keys: Mapping[str, Key]
) -> AnyCommand:
    """Which of the commands with this id it was: found by the digest of its content."""
    request, event = first.event.request, first.event
    for command in commands[request]:
        if command.op == "quote":
            continue
        if isinstance(event, RequestRefused) and _is_conflict(event):
            if command.log_digest() == event.digest:
                return command
        elif command.digest() == keys[request].digest:
            return command
    raise AssertionError(f"nobody sent what stands in the log under {request}")
