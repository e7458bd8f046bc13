"""Read models are rebuilt again and again while commands are recorded, runners run, and everybody asks."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from random import Random
from threading import Event
from typing import Any, Final

import psycopg
import pytest
from psycopg import IsolationLevel

from projections import queries
from projections.follower import follow
from projections.models import MODELS
from projections.rebuild import rebuild
from projections.runner import catch_up
from projections.store import Store
from tests.projections.desk import JUN, LIN, MEI, WEI, Desk, everything, log_of
from tests.projections.turmoil import Turmoil

Answer = dict[str, Any]
Seen = tuple[int, int, int]
"""A position, and what stood in the models at it: entries of accounts, and what accounts hold in fen."""

POSITION: Final = "SELECT position FROM read_model.tracking WHERE model = 'balances'"
FIGURES: Final = (
    "SELECT (SELECT count(*) FROM read_model.entries WHERE account = ANY(%(accounts)s)),"
    " (SELECT sum(balance_fen + suspense_fen) FROM read_model.balances WHERE account = ANY(%(accounts)s))"
)
PEOPLE: Final = {"accounts": [LIN, WEI, MEI, JUN]}


@pytest.fixture
def busy(desk: Desk) -> Iterator[Desk]:
    """A desk with a family on record, at which somebody else goes on working."""
    commands = Turmoil(5).commands(100_000)
    for _ in range(120):
        desk.sends(**next(commands))
    catch_up(desk.store)
    over = Event()

    def work() -> None:
        while not over.is_set():
            desk.sends(**next(commands))
            over.wait(0.005)

    with ThreadPoolExecutor(2) as others:
        works = others.submit(work)
        runs = others.submit(follow, desk.dsn, over.is_set)
        try:
            yield desk
        finally:
            over.set()
            works.result()
            runs.result()


def asking(dsn: str, over: Event, random: Random) -> list[Answer]:
    """Ask as the program does, several things of one moment; every answer."""
    answers: list[Answer] = []
    with Store.open(dsn) as store:
        while not over.is_set():
            with store.snapshot() as moment:
                account = random.choice((LIN, WEI, MEI))
                answers += [queries.balance(moment, account), queries.debit_order(moment, LIN)]
    return answers


def looking(dsn: str, over: Event, isolation: IsolationLevel, prepare: bool) -> list[Seen]:
    """Look at the views as a person does, now and then twice in a transaction; what was seen."""
    seen: list[Seen] = []
    with psycopg.connect(dsn) as connection:
        connection.isolation_level = isolation
        while not over.is_set():
            with connection.transaction():
                if isolation is IsolationLevel.REPEATABLE_READ:
                    seen += [_look(connection, prepare), _look(connection, prepare)]
                    assert seen[-1] == seen[-2], "one transaction saw two states"
                else:
                    connection.execute(FIGURES, PEOPLE, prepare=prepare)
    return seen


def _look(connection: psycopg.Connection[Any], prepare: bool) -> Seen:
    position = connection.execute(POSITION, prepare=prepare).fetchone()
    figures = connection.execute(FIGURES, PEOPLE, prepare=prepare).fetchone()
    assert position
    assert figures
    return (*position, *figures)


@pytest.mark.parametrize("rebuilds", [8, pytest.param(150, marks=pytest.mark.long)])
def test_no_reader_fails_or_sees_a_mixture_while_models_are_rebuilt(busy: Desk, rebuilds: int) -> None:
    random, over = Random(3), Event()
    with ExitStack() as at_the_end, ThreadPoolExecutor(5) as readers:
        at_the_end.callback(over.set)
        asked = [readers.submit(asking, busy.dsn, over, Random(seed)) for seed in range(2)]
        looked = [
            readers.submit(looking, busy.dsn, over, isolation, prepare)
            for isolation, prepare in (
                (IsolationLevel.REPEATABLE_READ, True),
                (IsolationLevel.REPEATABLE_READ, False),
                (IsolationLevel.READ_COMMITTED, True),
            )
        ]
        with Store.open(busy.dsn) as builder:
            for _ in range(rebuilds):
                models = MODELS if random.random() < 0.4 else random.sample(MODELS, 2)
                assert rebuild(builder, models, patience=60).stopped == ()
        over.set()
        answers = [answer for reader in asked for answer in reader.result()]
        seen = {entry for reader in looked for entry in reader.result()}
    assert len({answer["position"] for answer in answers}) > rebuilds, "they asked all the while"
    _are_what_the_log_says(busy, answers, seen)


def _are_what_the_log_says(desk: Desk, answers: list[Answer], seen: set[Seen]) -> None:
    desk.asks(queries.balance, LIN)
    with desk.store.snapshot() as moment:
        for answer in Random(4).sample(answers, min(300, len(answers))):
            question: Callable[..., Answer] = queries.debit_order if "order" in answer else queries.balance
            about = answer.get("account", LIN)
            assert question(moment, about, position=answer["position"]) == answer
    rows = everything(desk.dsn)["entries"]
    assert len(seen) > 3
    names = _columns(desk.dsn)
    for position, entries, fen in seen:
        then = [dict(zip(names, row, strict=True)) for row in rows if row[0] <= position]
        then = [row for row in then if row["account"] in PEOPLE["accounts"]]
        assert len(then) == entries
        buckets = ("current_fen", "carried_fen", "suspense_fen")
        assert sum(row[bucket] or 0 for row in then for bucket in buckets) == fen
    assert max(position for position, *_ in seen) <= len(log_of(desk.dsn))


def _columns(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        described = connection.execute("SELECT * FROM read_model.entries LIMIT 0").description
    return [column.name for column in described or ()]
