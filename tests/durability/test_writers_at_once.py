"""Several programs write to one database at once: nothing is lost, nothing is doubled, and the log reads as
if one of them had written it alone."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

import pytest

from ledger.aggregates.personal_account import PersonalAccount
from ledger.application import Ledger
from ledger.ids import account_stream
from scripts.generate import lines
from tests.durability.recorded import (
    is_answered_once,
    is_what_one_writer_would_have_written,
    keys_of,
    log_in_memory,
    log_of,
    money_adds_up,
    replayed,
    stands_in_order,
    timeless,
)
from tests.durability.story import WEI, charge, owner_and_patients
from tests.durability.writers import at_once, remember_what_was_recorded

Answers = list[dict[str, Any]]

HOW_MANY = [
    pytest.param(2, 150, id="two programs"),
    pytest.param(8, 2000, id="eight programs", marks=pytest.mark.long),
]
"""Programs, and people in the city or bills for one account's owner."""


@pytest.mark.parametrize(("programs", "people"), HOW_MANY)
def test_programs_that_share_out_a_city_leave_what_one_alone_would_have_written(
    database: str, programs: int, people: int
) -> None:
    city = list(lines(people, 2, seed=29))
    files = [city[place::programs] for place in range(programs)]  # dealt like cards: a part of everybody's
    written = at_once(database, files, 20)
    nothing_lost_or_doubled(database, city, [program.answers for program in written])
    remember_what_was_recorded(written, log_of(database))


@pytest.mark.parametrize(("programs", "people"), HOW_MANY)
def test_of_one_file_sent_by_several_programs_every_line_is_accepted_by_one_and_a_duplicate_to_the_rest(
    database: str, programs: int, people: int
) -> None:
    city = _each_line_once(lines(people, 1, seed=31))
    written = at_once(database, [city] * programs, 20)
    for answers in zip(*(program.answers for program in written), strict=True):
        statuses = sorted(answer["status"] for answer in answers)
        assert statuses in (["accepted"] + ["duplicate"] * (programs - 1), ["rejected"] * programs)
        assert all(answer["result"] == answers[0]["result"] for answer in answers)
    nothing_lost_or_doubled(database, city, [program.answers for program in written])
    remember_what_was_recorded(written, log_of(database))


def test_one_file_sent_by_two_programs_leaves_the_log_of_one_clean_run(database: str) -> None:
    city = list(lines(120, 2, seed=37))
    at_once(database, [city, city], 25)
    with Ledger.in_memory() as alone:
        alone.submit(city)
        assert timeless(log_of(database)) == timeless(log_in_memory(alone))


@pytest.mark.parametrize(("programs", "bills"), HOW_MANY)
def test_programs_that_draw_on_one_owners_account_never_take_more_than_it_holds(
    database: str, programs: int, bills: int
) -> None:
    opening = list(owner_and_patients(programs, money_fen=bills * 100))
    with Ledger.open(database) as ledger:
        answers = [result.as_dict() for result in ledger.submit(opening)]
    files = [
        [charge(f"P{patient}", 170, f"{patient}-{number}") for number in range(bills // programs * 2)]
        for patient in range(programs)
    ]
    written = at_once(database, files, 5)
    nothing_lost_or_doubled(
        database, [*opening, *chain(*files)], [answers, *(program.answers for program in written)]
    )
    remember_what_was_recorded(written, log_of(database))
    shared = sum(answer["result"]["shared_fen"] for program in written for answer in program.answers)
    owner = replayed(log_of(database))[account_stream(WEI)]
    assert isinstance(owner, PersonalAccount)
    assert (shared, owner.balance_fen) == (bills * 100, 0)


def test_threads_that_share_a_ledger_take_turns(database: str) -> None:
    opening = list(owner_and_patients(4, money_fen=5_000))
    files = [[charge(f"P{patient}", 90, f"{patient}-{n}") for n in range(30)] for patient in range(4)]
    with Ledger.open(database) as ledger, ThreadPoolExecutor(4) as threads:
        answers = [[result.as_dict() for result in ledger.submit(opening)]]
        answers += threads.map(lambda file: [r.as_dict() for r in ledger.apply_lines(file, 3)], files)
    nothing_lost_or_doubled(database, [*opening, *chain(*files)], answers)


def _each_line_once(city: Iterable[bytes]) -> list[bytes]:
    """No quotes, which are not recorded, and no line or settlement that comes again within the file."""
    with Ledger.in_memory() as alone:
        return [
            line for line in city for answer in alone.submit([line])
            if answer.op != "quote" and answer.status != "duplicate"
        ]  # fmt: skip


# What must hold --------------------------------------------------------------------------------------


def nothing_lost_or_doubled(dsn: str, sent: Sequence[bytes], answers: Sequence[Answers]) -> None:
    """`answers` are those of each writer, whole files in input order."""
    log = log_of(dsn)
    stands_in_order(log)
    money_adds_up(log)
    assert all(key.position <= len(log) for key in keys_of(dsn).values())
    first = is_what_one_writer_would_have_written(dsn, sent)
    is_answered_once(chain.from_iterable(answers), first, log)
    for own in answers:
        assert [answer["line"] for answer in own] == list(range(1, len(own) + 1))
