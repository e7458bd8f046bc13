"""The views say of the present what the questions answer."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from ledger.clock import for_people
from ledger.events.settlement import (
    Leg,
    SettlementCaptured,
    SettlementDecided,
    SettlementRefunded,
    SettlementReleased,
)
from projections import queries
from projections.runner import catch_up
from projections.store import Store
from tests.projections.desk import NOW, Desk, Log, log_of
from tests.projections.turmoil import BINDERS, Turmoil


@pytest.fixture(scope="module", params=[2, 4])
def filled(server: str, request: pytest.FixtureRequest) -> Iterator[tuple[str, Log]]:
    """A wild year in a database that all tests here only read: where it is, and its log."""
    with psycopg.connect(server, autocommit=True) as connection:
        name = f"views_{request.param}"
        connection.execute(f"CREATE DATABASE {name}".encode())
        dsn = make_conninfo(server, dbname=name)
        with Desk(dsn) as desk:
            for command in Turmoil(request.param).commands(600):
                desk.sends(**command)
            catch_up(desk.store, size=100)
        yield dsn, log_of(dsn)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def database(filled: tuple[str, Log]) -> str:
    return filled[0]


@pytest.fixture
def year(filled: tuple[str, Log]) -> Iterator[tuple[Log, Store]]:
    with Store.open(filled[0]) as store:
        yield filled[1], store


PEOPLE = ("LIN", "BAO", *BINDERS)
CARED_FOR = ("LIN", "BAO")


def view(dsn: str, name: str, **key: object) -> list[dict[str, Any]]:
    """The rows of a view with this key, times as people read them."""
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        where = " AND ".join(f"{column} = %({column})s" for column in key)
        query = f"SELECT * FROM read_model.{name} WHERE {where or 'true'}"
        rows = connection.execute(query.encode(), key).fetchall()
    for row in rows:
        row |= {name: for_people(row[name]) for name in ("at", "recorded_at", "since") if name in row}
    return rows


def shared(answer: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """What an answer says of the columns of a row."""
    return {name: answer[name] for name in row if name in answer and name != "position"}


def test_balances_and_accounts(year: tuple[Log, Store], database: str) -> None:
    _, store = year
    with store.snapshot() as moment:
        for account in PEOPLE:
            answer = queries.balance(moment, account)
            for name in ("balances", "accounts"):
                (row,) = view(database, name, account=account)
                assert shared(answer, row).items() <= row.items()


def test_statement_lines(year: tuple[Log, Store], database: str) -> None:
    _, store = year
    with store.snapshot() as moment:
        for account in PEOPLE:
            lines = queries.statement(moment, account)["lines"]
            rows = sorted(
                view(database, "statement_lines", account=account),
                key=lambda row: (row["position"], ("current", "carried", "suspense").index(row["bucket"])),
            )
            assert lines == [
                {name: row[name] for name in line} for line, row in zip(lines, rows, strict=True)
            ]


def test_bindings_orders_quotas_and_limits(year: tuple[Log, Store], database: str) -> None:
    _, store = year
    with store.snapshot() as moment:
        for beneficiary in CARED_FOR:
            order = [row for row in queries.debit_order(moment, beneficiary)["order"] if row["rank"]]
            rows = sorted(
                view(database, "debit_orders", beneficiary=beneficiary), key=lambda row: row["rank"]
            )
            assert [shared(answer, row) for answer, row in zip(order, rows, strict=True)] == [
                {name: value for name, value in row.items() if name != "beneficiary"} for row in rows
            ]
            quotas = {
                row["binding"]: row["quota_fen"] for row in view(database, "quotas", beneficiary=beneficiary)
            }
            assert {row["binding"]: row["quota_fen"] for row in order} == {
                row["binding"]: quotas.get(row["binding"]) for row in order
            }
            for calendar in (2026, 2027):
                answer = queries.limits(moment, beneficiary, calendar, lambda _: None)
                used = view(database, "limits", beneficiary=beneficiary, year=calendar)
                by_binder = {row["binder"]: row for row in answer["by_binder"]}
                assert {row["binder"]: row["pair_used_fen"] for row in used if row["pair_used_fen"]} == {
                    binder: row["used_fen"] for binder, row in by_binder.items() if row["used_fen"]
                }
                for row in (row for row in used if row["bound"]):
                    assert shared(by_binder[row["binder"]], row) | {"used_fen": row["used_fen"]} == {
                        name: row[name]
                        for name in ("binder", "used_fen", "bound", "limit_fen", "remaining_fen")
                    }
                assert sum(row["used_fen"] for row in used) == answer["used_fen"]
        bindings = queries.bindings(moment, NOW)["bindings"]
        rows = sorted(view(database, "bindings"), key=lambda row: row["position"])
        assert [shared(answer, row) for answer, row in zip(bindings, rows, strict=True)] == [
            {name: value for name, value in row.items() if name not in ("binding", "position")}
            for row in rows
        ]


def test_the_history_of_debit_orders_has_every_order_that_ever_stood(
    year: tuple[Log, Store], database: str
) -> None:
    log, store = year
    rows = {
        beneficiary: view(database, "debit_order_history", beneficiary=beneficiary)
        for beneficiary in CARED_FOR
    }
    with store.snapshot() as moment:
        for recorded in log:
            if not recorded.stream.startswith("family:"):
                continue
            position, beneficiary = recorded.position, recorded.subject
            stood = [
                row
                for row in rows[beneficiary]
                if row["from_position"] <= position and (row["until_position"] or position + 1) > position
            ]
            order = queries.debit_order(moment, beneficiary, position=position)["order"]
            assert [
                (row["rank"], row["binder"], row["relation"], row["since"], row["binding"])
                for row in sorted(stood, key=lambda row: row["rank"])
            ] == [
                (row["rank"], row["binder"], row["relation"], row["since"], row["binding"])
                for row in order
                if row["rank"]
            ]
    for beneficiary, orders in rows.items():
        assert {row["until_position"] for row in orders} - {None} <= {
            recorded.position for recorded in log if recorded.stream == f"family:{beneficiary}"
        }
        assert all((row["until_at"] is None) == (row["until_position"] is None) for row in orders)
        assert all(row["until_at"] is None or row["from_at"] <= row["until_at"] for row in orders)


def test_settlements(year: tuple[Log, Store], database: str) -> None:
    _, store = year
    rows = view(database, "settlements")
    assert {row["state"] for row in rows} >= {
        "charged",
        "captured",
        "released",
        "refunded",
        "partly_refunded",
    }
    with store.snapshot() as moment:
        for row in rows:
            answer = queries.explain(moment, row["settlement"])
            assert row["service_class"] == answer["class"]
            assert shared(answer, row).items() <= row.items()
            assert row["refunded_fen"] == sum(refund["amount_fen"] for refund in answer["refunds"])
            assert row["refunded_cash_fen"] == sum(refund["cash_fen"] for refund in answer["refunds"])
            assert row["business_day"].isoformat() == answer["at"][:10]


def test_legs(year: tuple[Log, Store], database: str) -> None:
    log, _ = year
    expected: dict[tuple[str, str, str], list[Any]] = {}
    for settlement, events in settled(log).items():
        legs, state, restored = legs_of(events)
        for place, leg in enumerate(legs):
            found = expected.setdefault(
                (settlement, leg.payer, leg.bucket), [leg.rank, leg.binding, state, 0, 0]
            )
            found[-2] += leg.amount_fen
            found[-1] += restored.get(place, 0)
    rows = view(database, "legs")
    assert len(rows) == len(expected)
    assert {
        (row["settlement"], row["payer"], row["bucket"]): [
            row[name] for name in ("rank", "binding", "state", "amount_fen", "restored_fen")
        ]
        for row in rows
    } == expected
    assert {row["state"] for row in rows} == {"charged", "held", "captured", "released"}
    assert any(row["bucket"] == "carried" for row in rows)


def settled(log: Log) -> dict[str, list[Any]]:
    """The events of every settlement."""
    found: dict[str, list[Any]] = {}
    for recorded in log:
        if recorded.stream.startswith("settlement:"):
            found.setdefault(recorded.subject, []).append(recorded.event)
    return found


def legs_of(events: list[Any]) -> tuple[tuple[Leg, ...], str, dict[int, int]]:
    """The legs as the last event left them, what they are, and what was given back of each."""
    legs: tuple[Leg, ...] = ()
    state = "held" if events[0].op == "hold" else "charged"
    restored: Counter[int] = Counter()
    for event in events:
        match event:
            case SettlementDecided():
                legs = event.legs
            case SettlementCaptured():
                legs, state = event.legs, "captured"
            case SettlementReleased():
                legs, state = event.legs, "released"
            case SettlementRefunded():
                restored.update({leg.leg: leg.amount_fen for leg in event.restored})
            case _:
                raise AssertionError(event)
    return legs, state, restored


def test_the_history_is_the_log(year: tuple[Log, Store], database: str) -> None:
    log, _ = year
    rows = sorted(view(database, "history"), key=lambda row: row["position"])
    assert [row["position"] for row in rows] == list(range(1, len(log) + 1))
    for row, recorded in zip(rows, log, strict=True):
        event = recorded.event
        assert (row["stream"], row["version"], row["type"]) == (
            recorded.stream,
            recorded.version,
            event.topic,
        )
        assert f"{row['kind']}:{row['subject']}" in (recorded.stream, "policies:policies")
        assert (row["at"], row["recorded_at"]) == (for_people(event.at), for_people(event.recorded_at))
        assert (row["by"], row["request"]) == (event.by, event.request)
        assert row["data"] == orjson.loads(orjson.dumps(event.content()))
