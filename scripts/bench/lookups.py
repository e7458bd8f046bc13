"""How quickly the vault finds, shows and forgets people, when it holds a million.

People are made up, with numbers whose check digits hold, and put through the real encryption: a key each,
four sealed fields, two keyed hashes. Then one VACUUM, and each question on one connection, one after another.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, Final

from ledger.ids import citizen_check_digit
from ledger.persistence.postgres import PostgresLog
from ledger.vault.asking import Asked, Decision
from ledger.vault.identity import Given
from ledger.vault.key_store import key_store
from ledger.vault.vault import Vault
from scripts.bench.measuring import Measured, Stopwatch, percentiles_ms
from scripts.bench.plan import SEED

_AT_ONCE: Final = 5_000
_TIMES: Final = 5_000
_DURABLE_TIMES: Final = 500  # each of these waits for the disk
_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_SIGNS: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国"
_FIRST: Final = date(1930, 1, 1)
_DAYS: Final = 32_000
_WHAT: Final[Mapping[str, str]] = {
    "vault-put": "put, some thousands at once",
    "vault-find": "found by citizen-ID number, masked",
    "vault-phone": "found by phone, masked",
    "vault-show": "shown by person number, masked",
    "vault-unmask": "shown in full, recorded first",
    "vault-forget": "forgotten",
}


def citizen_id(number: int) -> str:
    """A number with the right check digit, another for each person."""
    born = _FIRST + timedelta(days=number % _DAYS)
    region, serial = divmod(number // _DAYS, 900)
    digits = f"5101{4 + region:02}{born:%Y%m%d}{serial:03}"
    return digits + citizen_check_digit(digits)


def person(number: int) -> str:
    """A person number."""
    return f"P{number:07}"


def fill(dsn: str, keys: Path, people: int) -> Measured:
    """So many people, put some thousands at once."""
    watch, random = Stopwatch(), Random(SEED)
    with _opened(dsn, keys) as vault:
        for first in range(0, people, _AT_ONCE):
            vault.put([_made_up(number, random) for number in range(first, min(first + _AT_ONCE, people))])
    return watch.measured(people)


def ask(dsn: str, keys: Path, people: int) -> dict[str, Measured]:
    """Everything that is asked of a person, of people drawn at random; forgetting comes last."""
    random, who = Random(SEED), Asked("bench", "measured")
    drawn = random.sample(range(people), min(people // 2, _TIMES))
    few = drawn[:_DURABLE_TIMES]
    with _opened(dsn, keys) as vault:
        for number in drawn[-100:]:
            vault.find("citizen_id", citizen_id(number))
        return {
            "find": _timed(drawn, lambda number: vault.find("citizen_id", citizen_id(number))),
            "phone": _timed(drawn, lambda number: vault.find("phone", _phone(number))),
            "show": _timed(drawn, lambda number: vault.show(person(number))),
            "unmask": _timed(few, lambda number: vault.show(person(number), who)),
            "forget": _timed(few, lambda number: vault.forget([person(number)], Decision("bench"), ())),
        }


def as_rows(runs: Mapping[str, Sequence[Measured]]) -> list[dict[str, Any]]:
    """Plain values, for the outcome."""
    return [
        {"what": what, "times": run.charges, "a_second": run.rate, "latency_ms": dict(run.latency_ms)}
        for name, what in _WHAT.items()
        for run in runs.get(name, ())
    ]


def _made_up(number: int, random: Random) -> Given:
    born = _FIRST + timedelta(days=number % _DAYS)
    name = random.choice(_SURNAMES) + "".join(random.choices(_SIGNS, k=2))
    return Given(
        person(number),
        {"name": name, "citizen_id": citizen_id(number), "phone": _phone(number), "born": born.isoformat()},
    )


def _phone(number: int) -> str:
    return f"1{38_000_000_00 + number:010}"


def _timed(numbers: Sequence[int], work: Callable[[int], object]) -> Measured:
    took = list[float]()
    for number in numbers:
        began = perf_counter()
        work(number)
        took.append(perf_counter() - began)
    return Measured(len(took), sum(took), percentiles_ms(took))


@contextmanager
def _opened(dsn: str, keys: Path) -> Iterator[Vault]:
    with (
        closing(PostgresLog(dsn)) as log,
        key_store(keys, make=True) as store,
        Vault(dsn, log, store) as vault,
    ):
        yield vault
