"""Ledgers to be audited: random histories of a small town with what the platform told of them, read models
caught up, and copies of them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any, Final
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.application import Ledger
from ledger.application.results import Result
from ledger.persistence.postgres import PostgresLog
from projections.runner import catch_up
from projections.store import Store
from tests.audit.national import add_facts, with_facts
from tests.properties.clerk import NOW
from tests.properties.story import STEPS, Obj, Story
from tests.properties.town import PACK_FILE
from tests.strategies import EVENTS, WEIGHTS, found

LAN: Final = "LAN"
"""A grandmother with two binders whose order is changed more than once, in every history."""


def lines_of(seed: int, happenings: int) -> list[bytes]:
    """The same commands for the same seed."""
    story = Story(Random(seed).randint)
    found(story)
    theme = [story.pick(list(WEIGHTS)) for _ in range(4)]
    for _ in range(happenings):
        story.now += timedelta(minutes=story.pick(STEPS))
        story.pick(theme if story.chance(50) else EVENTS)(story)
    return [json.dumps(with_facts(command)).encode() for command in (*_reordered(), *story.commands)]


def _reordered() -> Iterator[Obj]:
    at = "2026-11-02T09:00:00+08:00"
    binders = ("BO", "AN")
    for account in (LAN, *binders):
        yield _said("open_account", account, at, account=account, region="510104", insurance="employee")
    for binder in binders:
        pair = {"binder": binder, "beneficiary": LAN}
        yield _said("bind", binder, at, **pair, relation="parent", authorisation="face")
    for number in range(3):
        order = binders if number % 2 else binders[::-1]
        yield _said("reorder", str(number), at, beneficiary=LAN, order=order)


def moves_of_lan() -> list[bytes]:
    """A dozen credits, and a request id of every history once more with other content: refused, on record."""
    at = "2026-11-02T09:00:00+08:00"
    credits = [_said("credit", str(number), at, account=LAN, amount_fen=100 + number) for number in range(12)]
    conflict = _said("reorder", "0", at, beneficiary=LAN, order=["BO"])
    return [json.dumps(command).encode() for command in (*credits, conflict)]


def _said(op: str, name: str, at: str, **fields: Any) -> Obj:
    return {"id": f"lan-{op}-{name}", "op": op, "at": at, **fields}


def write(dsn: str, seed: int, happenings: int, also: Sequence[bytes] = ()) -> None:
    """The history of a seed, and what follows it, written with the real ledger in batches of uneven size; in
    the middle and at the end, facts are added to what was settled."""
    lines = [*lines_of(seed, happenings), *also]
    middle = len(lines) // 2
    with Ledger(PostgresLog(dsn), [PACK_FILE], clock=lambda: NOW) as ledger:
        for part in (lines[:middle], lines[middle:]):
            answers = ledger.apply_lines(part, 1 + seed % 50)
            add_facts(ledger, _settled(part, answers))
    with Store.open(dsn) as store:
        catch_up(store)


def _settled(lines: Sequence[bytes], answers: Iterable[Result]) -> dict[str, int]:
    """What these lines settled, and how often facts are added to it: to every other one, once or twice."""
    commands = (json.loads(line) for line in lines)
    settled = [
        command["settlement"]
        for command, answer in zip(commands, answers, strict=True)
        if command["op"] in ("charge", "hold", "record") and answer.status == "accepted"
    ]
    return {settlement: 1 + place % 4 // 2 for place, settlement in enumerate(settled[::2])}


@contextmanager
def copy_of(dsn: str) -> Iterator[str]:
    """The DSN of a copy of a database that nobody is connected to; dropped at the end."""
    with _another(dsn, str(conninfo_to_dict(dsn)["dbname"])) as copy:
        yield copy


@contextmanager
def empty(server: str) -> Iterator[str]:
    """The DSN of an empty database; dropped at the end."""
    with _another(server, "template1") as database:
        yield database


@contextmanager
def _another(dsn: str, template: str) -> Iterator[str]:
    name = f"copy_{uuid4().hex}"
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as connection:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield make_conninfo(dsn, dbname=name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
