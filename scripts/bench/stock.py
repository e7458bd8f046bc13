"""The stock eventsourcing library, as its documentation shows it: a charge loads two accounts and saves both.

Its own Application, its own aggregates, JSON transcoder and PostgreSQL recorder, no cache, no snapshots, and
no rule but the subtraction: no request ids, limits, debit order, settlements or refusals.
"""

from itertools import count
from random import Random
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import IntegrityError
from psycopg.conninfo import conninfo_to_dict

from scripts.bench.apart import all_ready, several
from scripts.bench.callers import Calls, Charge, by_threads, of_processes
from scripts.bench.measuring import Measured, Stopwatch
from scripts.bench.plan import SEED, Plan

_AT_ONCE: Final = 500


class Account(Aggregate):
    """A balance in fen."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.balance_fen = 0

    @staticmethod
    def create_id(number: int) -> UUID:
        """The same for the same account number."""
        return uuid5(NAMESPACE_URL, f"/accounts/{number}")

    @event("Credited")
    def credit(self, amount_fen: int) -> None:
        """Money in."""
        self.balance_fen += amount_fen

    @event("Charged")
    def charge(self, settlement: str, amount_fen: int) -> None:
        """Money out."""
        self.balance_fen -= amount_fen


class Accounts(Application[UUID]):
    """All accounts."""

    def charge(self, first: int, second: int, settlement: str, amount_fen: int) -> None:
        """Two accounts pay half of a bill each; again from the start when somebody else was faster."""
        while True:
            one: Account = self.repository.get(Account.create_id(first))
            two: Account = self.repository.get(Account.create_id(second))
            one.charge(settlement, amount_fen)
            two.charge(settlement, amount_fen)
            try:
                self.save(one, two)
            except IntegrityError:
                continue
            return


def fill(dsn: str, accounts: int) -> None:
    """Accounts with money, two events each."""
    with _application(dsn, 1, fresh=True) as app:
        for first in range(0, accounts, _AT_ONCE):
            batch = [Account(number) for number in range(first, min(first + _AT_ONCE, accounts))]
            for account in batch:
                account.credit(100_000_000)
            app.save(*batch)


def by_stock_threads(dsn: str, plan: Plan, clients: int) -> Measured:
    """So many threads that share an application, each waiting for its own answer."""
    with _application(dsn, clients) as app:
        return by_threads(
            [_charge(app, place, plan.stock_accounts) for place in range(clients)], plan.seconds
        )


def by_stock_processes(dsn: str, plan: Plan, clients: int) -> Measured:
    """So many programs, each with an application of its own."""
    return of_processes(several(_own_program, clients, dsn, plan))


def _own_program(place: int, dsn: str, plan: Plan) -> tuple[Calls, float]:
    with _application(dsn, 1) as app:
        charge, calls = _charge(app, place, plan.stock_accounts), Calls()
        charge()
        all_ready()
        watch = Stopwatch()
        calls.make(charge, plan.seconds)
        return calls, watch.seconds


def _charge(app: Accounts, place: int, accounts: int) -> Charge:
    random, numbers = Random(SEED + place), count(1)

    def charge() -> bool:
        first, second = random.sample(range(accounts), 2)
        app.charge(first, second, f"S{place}-{next(numbers)}", 100)
        return True

    return charge


def _application(dsn: str, clients: int, *, fresh: bool = False) -> Accounts:
    """A fresh database gets its tables; programs that all replaced one function would trip each other."""
    given = conninfo_to_dict(dsn)
    return Accounts(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(given["dbname"]),
            "POSTGRES_HOST": str(given["host"]),
            "POSTGRES_PORT": str(given["port"]),
            "POSTGRES_USER": str(given["user"]),
            "POSTGRES_PASSWORD": "",
            "POSTGRES_POOL_SIZE": str(clients),
            "CREATE_TABLE": "yes" if fresh else "no",
        }
    )
