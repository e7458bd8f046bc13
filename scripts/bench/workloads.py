"""What the contenders work on: command files, and templates of databases that already hold the people."""

from collections.abc import Iterable, Iterator
from itertools import chain, count
from pathlib import Path
from typing import Final

from ledger.application import Ledger
from projections.runner import catch_up
from projections.store import Store
from scripts.bench.plan import CLIENTS, SEED, Plan
from scripts.generate import cascade_charges, cascade_opening, natural_charges, opening

OWNERS: Final = CLIENTS[1]
"""Callers that charge one owner's account, or one owner's each."""
MEMBERS: Final = 5
_OPENED: Final = "2025-03-01T09:00:00+08:00"
_CHARGED: Final = "2025-03-20T10:00:00+08:00"


class NotAccepted(Exception):
    """A prepared line was refused: the figures would be of something else."""


def write_files(plan: Plan) -> None:
    """Both command files."""
    with plan.natural_file.open("wb") as natural, plan.cascade_file.open("wb") as cascade:
        natural.writelines(natural_charges(plan.people, plan.charges, SEED))
        cascade.writelines(cascade_charges(plan.cascade, SEED))


def some(file: Path, many: int) -> list[bytes]:
    """The first so many lines of a file."""
    with file.open("rb") as lines:
        return [line for line, _ in zip(lines, range(many), strict=False)]


def fill_city(dsn: str, people: int) -> None:
    """A city on its opening day, read models caught up."""
    _fill(dsn, opening(people, SEED))


def fill_cascade(dsn: str, charges: int) -> None:
    """The families whose every charge three accounts pay."""
    _fill(dsn, cascade_opening(charges))


def fill_owners(dsn: str) -> None:
    """One owner who pays for five people, the most there may be, and eight owners with a person each."""
    _fill(dsn, chain(_family("ONE", MEMBERS), *(_family(f"EACH{place}", 1) for place in range(OWNERS))))


def of_one_owner(place: int) -> Iterator[bytes]:
    """What caller `place` charges to the one owner, without end: a member's bills, or the owner's own."""
    return _bills(place, f"ONE-P{place}" if place < MEMBERS else "ONE")


def of_an_owner_each(place: int) -> Iterator[bytes]:
    """What caller `place` charges to an owner nobody else charges, in the same mix."""
    return _bills(place, f"EACH{place}-P0" if place < MEMBERS else f"EACH{place}")


def _fill(dsn: str, lines: Iterable[bytes]) -> None:
    with Ledger.open(dsn) as ledger:
        for result in ledger.apply_lines(lines):
            if result.status != "accepted":
                raise NotAccepted(f"{result.id}: {result.message()}")
    with Store.open(dsn) as store:
        catch_up(store)


def _family(owner: str, patients: int) -> Iterator[bytes]:
    yield _opened(owner)
    yield _line("credit", owner, f'"account":"{owner}","amount_fen":900000000')
    for number in range(patients):
        patient = f"{owner}-P{number}"
        yield _opened(patient)
        yield _line(
            "bind", patient,
            f'"binder":"{owner}","beneficiary":"{patient}","relation":"parent","authorisation":"face"',
        )  # fmt: skip


def _opened(account: str) -> bytes:
    return _line("open_account", account, f'"account":"{account}","region":"510104","insurance":"employee"')


def _bills(place: int, patient: str) -> Iterator[bytes]:
    for number in count(1):
        yield (
            f'{{"id":"B{place}-{number}","op":"charge","at":"{_CHARGED}","settlement":"S{place}-{number}",'
            f'"beneficiary":"{patient}","amount_fen":10,"med_type":"11"}}'
        ).encode()


def _line(op: str, name: str, fields: str) -> bytes:
    return f'{{"id":"{op}-{name}","op":"{op}","at":"{_OPENED}",{fields}}}'.encode()
