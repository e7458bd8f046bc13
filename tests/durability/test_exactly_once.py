"""Whatever happens to runners, every model is a function of the log at its position: each event once."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from random import Random
from time import sleep
from typing import Any, Final
from uuid import uuid4

import orjson
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from ledger.application import Ledger
from ledger.errors import StoreUnavailable
from ledger.persistence.postgres import PostgresLog
from projections.models import MODELS
from projections.rebuild import rebuild
from projections.recorded import Model, Recorded
from projections.runner import catch_up, project
from projections.store import Store
from projections.store.batch import LogTuple
from tests.durability.cutting import Killed, backend_killed, watched
from tests.durability.program import ROOT
from tests.projections.desk import NOW
from tests.projections.turmoil import Turmoil

SEED: Final = 20260310
TRIALS_A_HISTORY: Final = 20
COMMANDS_A_TRIAL: Final = (4, 30)


class History:
    """A family's year in a database of its own; it grows from trial to trial."""

    def __init__(self, dsn: str, random: Random) -> None:
        self.dsn = dsn
        self._random = random
        self._ledger = Ledger(PostgresLog(dsn), clock=lambda: NOW)
        self._commands = Turmoil(random.randrange(1_000_000)).commands(TRIALS_A_HISTORY * COMMANDS_A_TRIAL[1])
        self._sent = 0
        self._log: list[LogTuple] = []

    def grows(self) -> None:
        """Some more happens, recorded in one or a few transactions."""
        lines = [self._line() for _ in range(self._random.randint(*COMMANDS_A_TRIAL))]
        half = self._random.randint(0, len(lines))
        for part in (lines[:half], lines[half:]):
            self._ledger.submit(part)
        with psycopg.connect(self.dsn) as connection:
            self._log = connection.execute(
                "SELECT notification_id, originator_id, originator_version, topic, state"
                " FROM ledger.ledger_events ORDER BY notification_id"
            ).fetchall()

    def _line(self) -> bytes:
        self._sent += 1
        command = {"id": f"r-{self._sent}"} | next(self._commands)
        if command["op"] == "refund":
            command["refund"] = f"f-{self._sent}"
        return orjson.dumps(command)

    def is_what_stands_in_the_models(self, *, caught_up: bool) -> None:
        """The rows of every model are those that the log up to its position makes: no other, none missing."""
        with Store.open(self.dsn) as store, store.snapshot() as moment:
            places = moment.tracked()
            for model in MODELS:
                position = places[model.name].position
                made = project([model], self._log[:position])
                for table in model.tables:
                    columns = SQL(", ").join(map(Identifier, table.columns))
                    query = SQL("SELECT {} FROM {}").format(columns, Identifier(table.name))
                    stands = moment._connection.execute(query).fetchall()
                    assert comparable(stands) == comparable(made[table.row]), (table.name, position)
        if caught_up:
            assert {place.position for place in places.values()} == {len(self._log)}

    def close(self) -> None:
        """Give the connections back."""
        self._ledger.close()


def comparable(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows in one order, times on one clock."""
    return sorted((tuple(map(_on_one_clock, row)) for row in rows), key=repr)


def _on_one_clock(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


@pytest.fixture
def histories(server: str) -> Iterator[Callable[[Random], History]]:
    """Begin a history, in a new database; the one before is over."""
    begun: list[History] = []

    def ends() -> None:
        for history in begun:
            history.close()
            name = conninfo_to_dict(history.dsn)["dbname"]
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        begun.clear()

    def begin(random: Random) -> History:
        ends()
        name = f"test_{uuid4().hex}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        begun.append(History(make_conninfo(server, dbname=name), random))
        return begun[-1]

    yield begin
    ends()


# What may happen -------------------------------------------------------------------------------------
# Each brings the models to the end of the log, or raises what killed it; it returns the duplicates it made.


def killed_between_two_words(dsn: str, random: Random) -> int:
    """The runner's process is gone, between any two of the things it says to the database."""

    def moment(_: int) -> None:
        if random.random() < 1 / 150:
            connection.cut()
            raise Killed

    with watched(dsn, moment) as (store, connection):
        catch_up(store, size=random.randint(1, 60))
    return 0


def ended_by_the_server(dsn: str, random: Random) -> int:
    """The server ends the runner's session, between any two of the things it is told."""

    def moment(_: int) -> None:
        if random.random() < 1 / 150:
            connection.moment = None
            backend_killed(dsn, connection)

    with watched(dsn, moment) as (store, connection):
        catch_up(store, size=random.randint(1, 60))
    return 0


def killed_at_an_event(dsn: str, random: Random) -> int:
    """The runner's process is gone before, amid or after the rows of an event."""

    def killing(model: Model) -> Model:
        def rows(recorded: Recorded[Any]) -> Iterator[tuple[Any, ...]]:
            for row in model.project(recorded):
                if random.random() < 1 / 100:
                    raise Killed
                yield row

        return model._replace(project=rows)

    with Store.open(dsn) as store:
        catch_up(store, models=[killing(model) for model in MODELS], size=random.randint(1, 60))
    return 0


def delivered_twice(dsn: str, random: Random) -> int:
    """At some moment of one run another begins, with the same events before it."""
    begins, size = random.randint(0, 60), random.randint(1, 60)
    others: list[Future[int]] = []
    with ThreadPoolExecutor(1) as beside:

        def moment(step: int) -> None:
            if step == begins:
                others.append(beside.submit(_a_whole_run, dsn, size))

        with watched(dsn, moment) as (store, _):
            end = catch_up(store, size=random.randint(1, 60))
    assert [other.result() for other in others] in ([], [end])
    return len(others)


def run_in_parallel(dsn: str, random: Random) -> int:
    """Two runners at once, with batches of their own size, and either may be killed."""
    dice = [Random(random.random()) for _ in range(2)]
    with ThreadPoolExecutor(2) as beside:
        runs = [beside.submit(killed_between_two_words, dsn, die) for die in dice]
    for run in runs:
        run.result()
    return 1


def rebuilt_meanwhile(dsn: str, random: Random) -> int:
    """Some models are rebuilt, by a program that may be killed, while a runner is at work."""

    def moment(_: int) -> None:
        if random.random() < 1 / 400:
            connection.cut()
            raise Killed

    models = random.sample(MODELS, random.randint(1, 3))
    with ThreadPoolExecutor(1) as beside, watched(dsn, moment) as (store, connection):
        other = beside.submit(_a_whole_run, dsn, random.randint(1, 60))
        rebuild(store, models, size=random.randint(20, 400))
        other.result()
    return 1


def _a_whole_run(dsn: str, size: int) -> int:
    with Store.open(dsn) as store:
        return catch_up(store, size=size)


MISHAPS: Final = (
    *(killed_between_two_words, ended_by_the_server, killed_at_an_event) * 2,
    *(delivered_twice, run_in_parallel) * 2,
    rebuilt_meanwhile,
)


@pytest.mark.parametrize("wanted", [60, pytest.param(1000, marks=pytest.mark.long)])
def test_models_are_a_function_of_the_log_however_often_runners_are_killed_or_doubled(
    histories: Callable[[Random], History], wanted: int
) -> None:
    random = Random(SEED)
    met = Counter[str]()
    while met.total() < wanted:
        history = histories(random)
        for _ in range(TRIALS_A_HISTORY):
            history.grows()
            mishap = random.choice(MISHAPS)
            met[mishap.__name__] += until_it_gets_through(history, mishap, random)
            history.is_what_stands_in_the_models(caught_up=True)
    assert all(met[mishap.__name__] for mishap in MISHAPS)


def until_it_gets_through(history: History, mishap: Callable[[str, Random], int], random: Random) -> int:
    """Let it happen again and again; how many kills and duplicates that took."""
    kills = 0
    while True:
        try:
            duplicates = mishap(history.dsn, random)
        except (Killed, StoreUnavailable):
            kills += 1
            history.is_what_stands_in_the_models(caught_up=False)
        else:
            break
    if mishap is rebuilt_meanwhile:  # the runner beside it may have been killed in an earlier life
        _a_whole_run(history.dsn, 100)
    return kills + duplicates


# Processes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kills", [3, pytest.param(40, marks=pytest.mark.long)])
def test_two_programs_that_follow_at_once_and_are_killed_leave_each_event_once(
    histories: Callable[[Random], History], kills: int
) -> None:
    random = Random(SEED)
    history = histories(random)
    for kill in range(kills):
        if kill % TRIALS_A_HISTORY == TRIALS_A_HISTORY - 1:
            history = histories(random)
        programs = [following(history.dsn) for _ in range(2)]
        history.grows()
        sleep(random.uniform(0.3, 0.7))
        for program in programs:
            program.kill()
            program.communicate()
        history.is_what_stands_in_the_models(caught_up=False)
    _a_whole_run(history.dsn, 100)
    history.is_what_stands_in_the_models(caught_up=True)


def following(dsn: str) -> subprocess.Popen[bytes]:
    """The program that follows beside a writer, as a process of its own."""
    program = subprocess.Popen(
        [sys.executable, "-m", "projections.follower"], cwd=ROOT, stdin=subprocess.PIPE
    )
    assert program.stdin
    program.stdin.write(f"{dsn}\n".encode())
    program.stdin.flush()
    return program
