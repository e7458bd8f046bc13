"""The views say of the present what the questions answer."""

from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from ledger.clock import for_people
from projections import queries
from projections.store import Store
from tests.projections.desk import NOW, Log
from tests.projections.turmoil import BINDERS

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


@pytest.mark.parametrize("seed", [2, 3])
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
                assert {row["binder"]: row["used_fen"] for row in used if row["used_fen"]} == {
                    row["binder"]: row["used_fen"] for row in answer["by_binder"] if row["used_fen"]
                }
        bindings = queries.bindings(moment, NOW)["bindings"]
        rows = sorted(view(database, "bindings"), key=lambda row: row["position"])
        assert [shared(answer, row) for answer, row in zip(bindings, rows, strict=True)] == [
            {name: value for name, value in row.items() if name not in ("binding", "position")}
            for row in rows
        ]


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
