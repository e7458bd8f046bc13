"""The figures of a replay beside those of the ledger's own aggregates: on a sample of people, or on all.

Here and in `views` both ways meet. The replay itself knows no aggregate.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import psycopg

from ledger.aggregates.family_group import FamilyGroup
from ledger.aggregates.fold import State, empty, fold
from ledger.aggregates.personal_account import PersonalAccount
from ledger.errors import LogCorrupt
from ledger.events.codec import decode
from ledger.ids import account_stream, family_stream
from projections.audit.findings import Difference
from projections.audit.replay import Beside, Compared
from projections.audit.workspace import Workspace
from scripts.audit.views import views_apart

SAMPLE: Final = 200
"""Accounts, and as many families, when not all are compared."""

_AT_ONCE: Final = 500
_ALL: Final = 2**62
_STREAMS: Final = """
SELECT originator_id, notification_id, originator_version, topic, state FROM ledger.ledger_events
WHERE originator_id = ANY (%s) AND notification_id <= %s
ORDER BY originator_id, notification_id
"""

Event = tuple[str, int, int, str, bytes]
Figures = dict[str, Any]


def beside(dsn: str, *, full: bool) -> Beside:
    """A comparison with the aggregates of the log in a database, and of the views there, for `replay`."""

    def compare(space: Workspace, position: int) -> Compared:
        many = _ALL if full else SAMPLE
        differences: list[Difference] = []
        compared = 0
        with psycopg.connect(dsn) as connection:
            for names in _batches(space.rows("some_accounts", many=many)):
                found = _folded(connection, map(account_stream, names), position)
                differences += _accounts_apart(connection, space, names, found, position)
                compared += len(names)
            for names in _batches(space.rows("some_families", many=many)):
                found = _folded(connection, map(family_stream, names), position)
                differences += _families_apart(space, names, found, position)
                compared += len(names)
            views, edited = views_apart(connection)
        return Compared(compared, views, [*edited, *differences])

    return compare


def _batches(rows: Sequence[tuple[str]]) -> Iterator[list[str]]:
    for first in range(0, len(rows), _AT_ONCE):
        yield [name for (name,) in rows[first : first + _AT_ONCE]]


def _events(connection: psycopg.Connection[Any], streams: Iterable[str], upto: int) -> list[Event]:
    return connection.execute(_STREAMS, (list(streams), upto)).fetchall()


def _folded(
    connection: psycopg.Connection[Any], streams: Iterable[str], upto: int
) -> dict[str, State | None]:
    """The states of streams; none for one that cannot be folded."""
    states: dict[str, State | None] = {}
    for stream, events in groupby(_events(connection, streams, upto), key=lambda event: event[0]):
        *_, (_, states[stream]) = _steps(stream, events)
    return states


def _steps(stream: str, events: Iterable[Event]) -> Iterator[tuple[int, State | None]]:
    """The state after each event; none, and no more, once an event cannot be read or has no place there."""
    state = empty(stream)
    for _, position, version, topic, stored in events:
        try:
            state = fold(stream, state, version, decode(topic, stored))
        except (LogCorrupt, AssertionError, LookupError):
            yield position, None
            return
        yield position, state


def _accounts_apart(
    connection: psycopg.Connection[Any],
    space: Workspace,
    names: list[str],
    states: Mapping[str, State | None],
    upto: int,
) -> Iterator[Difference]:
    quotas: dict[str, dict[tuple[str, int], int]] = {}
    for binder, beneficiary, binding, fen in space.rows("quotas_of_accounts", names=names):
        quotas.setdefault(binder, {})[beneficiary, binding] = fen
    for figures in space.records("figures_of_accounts", names=names):
        account = figures.pop("account")
        state = states.get(account_stream(account))
        expected = {**figures, "quotas": quotas.get(account, {})}
        found = _of_account(state) if isinstance(state, PersonalAccount) else {}
        if found != expected:
            position = _first_apart(connection, space, account, upto)
            yield _difference(position or upto, account_stream(account), expected, found)


def _of_account(state: PersonalAccount) -> Figures:
    return {
        "region": state.region,
        "insurance": state.insurance,
        "status": state.status,
        "current_fen": state.current_fen,
        "carried_fen": state.carried_fen,
        "suspense_fen": state.suspense_fen,
        "reserved_fen": state.reserved_fen,
        "held_fen": state.held_fen,
        "available_fen": state.available_fen,
        "quotas": dict(state.quotas),
    }


def _first_apart(
    connection: psycopg.Connection[Any], space: Workspace, account: str, upto: int
) -> int | None:
    """The first event after which both ways say something else of an account's money."""
    stream = account_stream(account)
    moves = {row[0]: tuple(map(int, row[1:])) for row in space.rows("moves_of_account", account=account)}
    for position, state in _steps(stream, _events(connection, [stream], upto)):
        if not isinstance(state, PersonalAccount):
            return position
        money = (state.current_fen, state.carried_fen, state.suspense_fen, state.reserved_fen, state.held_fen)
        if moves.get(position) != money:
            return position
    return None


def _families_apart(
    space: Workspace, names: list[str], states: Mapping[str, State | None], upto: int
) -> Iterator[Difference]:
    orders: dict[str, list[Any]] = {name: [] for name in names}
    uses: dict[str, dict[Any, int]] = {name: {} for name in names}
    holds: dict[str, list[str]] = {name: [] for name in names}
    for beneficiary, _, binder, binding, limit_fen in space.rows("orders_of_families", names=names):
        orders[beneficiary].append((binder, binding, limit_fen))
    for beneficiary, binder, year, fen in space.rows("limits_of_families", names=names):
        if fen:
            uses[beneficiary][binder, year] = fen
    for beneficiary, settlement in space.rows("holds_of_families", names=names):
        holds[beneficiary].append(settlement)
    for name in names:
        state = states.get(family_stream(name))
        expected = {"order": orders[name], "uses": uses[name], "holds": holds[name]}
        found = _of_family(state) if isinstance(state, FamilyGroup) else {}
        if found != expected:
            yield _difference(upto, family_stream(name), expected, found)


def _of_family(state: FamilyGroup) -> Figures:
    return {
        "order": [(ranked.binder, ranked.binding, ranked.limit_fen) for ranked in state.order],
        "uses": {key: fen for key, fen in state.uses.items() if fen},
        "holds": sorted(state.holds),
    }


def _difference(position: int, stream: str, expected: Figures, found: Figures) -> Difference:
    apart = [name for name in expected if found.get(name) != expected[name]]
    said = [
        "; ".join(f"{name} {side.get(name)}" for name in apart) or "nothing" for side in (expected, found)
    ]
    return Difference(position, "aggregate_differs", "aggregates", stream, *said)
