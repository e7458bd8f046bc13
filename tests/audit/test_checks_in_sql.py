"""A handful of statements for an auditor in psql: silent on a sound ledger, and not on a damaged one."""

from pathlib import Path
from random import Random

import psycopg
import pytest

from tests.audit import faults
from tests.audit.faults import Plant
from tests.audit.ledgers import copy_of
from tests.tampering import tampering

CHECKS = Path(__file__).parents[2] / "scripts" / "audit" / "checks.sql"


def found(dsn: str) -> set[tuple[str, int]]:
    """Which checks speak, and of which position."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = on")
        statements = [text for text in CHECKS.read_text("utf-8").split(";\n") if "SELECT" in text]
        return {
            (row[0], row[1]) for text in statements for row in connection.execute(text.encode()).fetchall()
        }


def test_the_statements_find_what_was_done_to_a_ledger(another: str) -> None:
    assert found(another) == set()
    planted: dict[Plant, set[str]] = {
        faults.deleted_event: {"positions"},
        faults.events_swapped: {"versions", "request ids"},
        faults.edited_balance_row: {"balances shown"},
    }
    for plant, checks in planted.items():
        with copy_of(another) as damaged:
            with tampering(damaged) as connection:
                plant(connection, Random(1))
            assert checks & {check for check, _ in found(damaged)}


EDITS = {
    "bills": ("SettlementDecided", '"amount_fen":', '"amount_fen":9'),
    "payments": ("CoPaymentCharged", '_fen":', '_fen":9'),
    "balances recorded": ("Credited", '"balance_fen":', '"balance_fen":9'),
    "versions": ("Credited", "", ""),
}


@pytest.mark.parametrize("check", EDITS)
def test_each_statement_finds_what_it_is_for(check: str, another: str) -> None:
    topic, old, new = EDITS[check]
    with copy_of(another) as dsn:
        with tampering(dsn) as connection:
            row = connection.execute(
                "SELECT min(notification_id) FROM ledger.ledger_events WHERE topic = %s", (topic,)
            ).fetchone()
            assert row is not None
            if check == "versions":
                connection.execute(
                    "UPDATE ledger.ledger_events SET originator_version = 99 WHERE notification_id = %s", row
                )
            else:
                connection.execute(
                    "UPDATE ledger.ledger_events SET state = convert_to(replace("
                    "convert_from(state, 'UTF8'), %s, %s), 'UTF8') WHERE notification_id = %s",
                    (old, new, row[0]),
                )
        assert (check, row[0]) in found(dsn)
