"""How quickly the read models answer: now and as of any moment, for common accounts and for busy ones.

The log is written by the ledger and read by the runner, as in life, then tidied up once (VACUUM), as
PostgreSQL does by itself while it stands. Questions go through `projections.queries`, each in a snapshot of
its own on one connection; everybody was asked about once before the clock starts, so that what is needed
lies in memory.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from time import perf_counter
from typing import Any, Final, NamedTuple, assert_never

import psycopg

from ledger.application import Ledger
from projections import queries
from projections.runner import catch_up
from projections.store import Snapshot, Store
from scripts.bench.busy import busy_accounts, log_lines, members_of
from scripts.bench.measuring import Measured, percentiles_ms
from scripts.bench.plan import FORMS, PEOPLE, QUESTIONS, SEED, Form, QuestionName, query_run

_SAMPLE: Final = 500
_YEAR: Final = 2026
_TIMES: Final = 1_000
_LONG_TIMES: Final = 300  # statements of ten thousand lines
_CITY: Final = """
SELECT account FROM read_model.account_steps
WHERE insurance = 'employee' AND starts_with(account, 'P') AND position < %s
ORDER BY md5(account) LIMIT %s
"""

Question = Callable[[Snapshot, str, datetime | None, int | None], object]


class People(NamedTuple):
    """Whom to ask about: `owners` have the money, `patients` the debit orders and limits used."""

    name: str
    owners: Sequence[str]
    patients: Sequence[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, of whom, in which form, and how long the answers took."""

    question: QuestionName
    people: str
    form: Form
    measured: Measured

    @property
    def name(self) -> str:
        """As a contender is named."""
        return query_run(self.question, self.people, self.form)


def fill(dsn: str, events: int) -> int:
    """A log of about so many events, and its read models, caught up; how many events it has."""
    with Ledger.open(dsn) as ledger:
        for _ in ledger.apply_lines(log_lines(events, SEED)):
            pass
    with Store.open(dsn) as store:
        return catch_up(store)


def ask(dsn: str, events: int) -> list[Asked]:
    """Every question in every form, about common accounts and about busy ones."""
    random, times = Random(SEED), min(_TIMES, events // 100)
    with Store.open(dsn) as store:
        moments = _moments(store, random)
        return [
            Asked(question, people.name, form, _timed(store, question, people, form, moments, times))
            for people in _people(dsn, store, events)
            for question in QUESTIONS
            for form in FORMS
        ]


def _people(dsn: str, store: Store, events: int) -> Iterator[People]:
    with store.snapshot() as moment, psycopg.connect(dsn) as connection:
        rows = connection.execute(_CITY, (moment.upto(None) // 3, _SAMPLE)).fetchall()
    city = [str(account) for (account,) in rows]
    yield People(PEOPLE[0], city, city)
    owners = busy_accounts(events)
    yield People(PEOPLE[1], owners, [member for owner in owners for member in members_of(owner)])


def _moments(store: Store, random: Random) -> list[tuple[datetime, int]]:
    """Times and positions out of the later half of the log, where most has to be counted."""
    with store.snapshot() as moment:
        end = moment.upto(None)
        drawn = sorted(random.randint(end // 2, end) for _ in range(_SAMPLE))
        return [(recorded.event.at, recorded.position) for recorded in moment.positions(drawn)]


def _timed(
    store: Store,
    name: QuestionName,
    people: People,
    form: Form,
    moments: Sequence[tuple[datetime, int]],
    times: int,
) -> Measured:
    question, random = _question(name), Random(SEED)
    whom = people.owners if name in ("balance", "statement") else people.patients
    times = min(times, _LONG_TIMES) if (name, people.name) == ("statement", PEOPLE[1]) else times
    for person in whom:
        _answered(store, question, person, None, None)
    took = list[float]()
    for _ in range(times):
        at, position = random.choice(moments)
        as_of = (at if form in ("at", "both") else None, position if form in ("position", "both") else None)
        took.append(_answered(store, question, random.choice(whom), *as_of))
    return Measured(len(took), sum(took), percentiles_ms(took))


def _answered(
    store: Store, question: Question, person: str, at: datetime | None, position: int | None
) -> float:
    began = perf_counter()
    with store.snapshot() as moment:
        question(moment, person, at, position)
    return perf_counter() - began


def _question(name: QuestionName) -> Question:
    match name:
        case "balance":
            return queries.balance
        case "debit-order":
            return queries.debit_order
        case "limits":
            return lambda moment, person, at, position: queries.limits(
                moment, person, _YEAR, _no_cap, at, position
            )
        case "statement":
            return lambda moment, person, at, position: queries.statement(
                moment, person, None, None, at, position
            )
        case _:
            assert_never(name)


def _no_cap(_: str) -> int | None:
    return None


def as_rows(asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """Plain values, for the outcome."""
    return [
        {
            "question": one.question, "people": one.people, "form": one.form,
            "asked": one.measured.charges, "latency_ms": dict(one.measured.latency_ms),
        }
        for one in asked
    ]  # fmt: skip
