"""Read models that are kept up while others write, by a program that is killed again and again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Final

import psycopg

from ledger.aggregates.fold import State
from ledger.aggregates.personal_account import PersonalAccount
from projections.follower import follow
from projections.runner import catch_up
from projections.store import Store

_SPAWN: Final = get_context("spawn")
_BALANCES: Final = """
SELECT account, current_fen, carried_fen, balance_fen, reserved_fen, held_fen, suspense_fen
FROM read_model.balances
"""


@contextmanager
def keeping_up(dsn: str) -> Iterator[None]:
    """A follower that goes on where the one before was killed. It is killed, never asked to stop."""
    follower = _SPAWN.Process(target=follow, args=(dsn, _never))
    follower.start()
    try:
        yield
    finally:
        follower.kill()
        follower.join()


def position_of(dsn: str) -> int:
    """How far the read models have come."""
    with Store.open(dsn) as store, store.snapshot() as moment:
        return min(place.position for place in moment.tracked().values())


def balances_are(dsn: str, states: Mapping[str, State]) -> None:
    """Every balance of the read models, brought to the log's end, is that of the states given."""
    with Store.open(dsn) as store:
        catch_up(store)
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(_BALANCES).fetchall()
    accounts = [state for state in states.values() if isinstance(state, PersonalAccount)]
    assert sorted(rows) == sorted(
        (
            state.account, state.current_fen, state.carried_fen, state.balance_fen,
            state.reserved_fen, state.held_fen, state.suspense_fen,
        )
        for state in accounts
    )  # fmt: skip


def _never() -> bool:
    return False
