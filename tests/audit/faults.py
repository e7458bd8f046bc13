"""Faults as they happen or are made: one thing changed in the stored log or in the read models' rows.

Each function changes the database and says where, and what a replay should call it.
"""

import json
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from projections.audit.copies import TABLES

Connection = psycopg.Connection[Any]


class Planted(NamedTuple):
    """A fault: the position it stands at, and the kinds it may rightly be called."""

    position: int
    kinds: frozenset[str]


Plant = Callable[[Connection, Random], Planted]

AMOUNTS = frozenset(
    {"amount_fen", "delta_fen", "balance_fen", "moved_fen", "current_fen", "carried_fen", "suspense_fen"}
    | {
        "quota_fen",
        "released_fen",
        "returned_fen",
        "cash_fen",
        "refundable_fen",
        "limit_fen",
        "from_current_fen",
    }
    | {"from_carried_fen", "free_fen", "spendable_fen", "held_fen"}
)
"""Figures of money that stand in an event."""


def edited_balance_row(connection: Connection, random: Random) -> Planted:
    rows = connection.execute(
        "SELECT ctid, position FROM read_model.entries WHERE current_fen IS NOT NULL ORDER BY position"
    ).fetchall()
    place, position = random.choice(rows)
    connection.execute(
        "UPDATE read_model.entries SET current_fen = current_fen + %s WHERE ctid = %s",
        (random.choice((-1, 1, 100)), place),
    )
    return Planted(position, frozenset({"row_differs"}))


def missing_leg_row(connection: Connection, random: Random) -> Planted:
    rows = connection.execute(
        "SELECT ctid, position FROM read_model.entries WHERE type IN ('CoPaymentCharged', 'CoPaymentHeld',"
        " 'CoPaymentCaptured', 'HoldReleased', 'CoPaymentRefunded') ORDER BY position"
    ).fetchall()
    place, position = random.choice(rows)
    connection.execute("DELETE FROM read_model.entries WHERE ctid = %s", (place,))
    return Planted(position, frozenset({"leg_missing"}))


def edited_clearing_row(connection: Connection, random: Random) -> Planted:
    """What the platform told, changed by a fen or said by another house: reconciliations read it."""
    rows = connection.execute(
        "SELECT ctid, position FROM read_model.clearing_steps WHERE account_fen IS NOT NULL ORDER BY position"
    ).fetchall()
    place, position = random.choice(rows)
    change = random.choice(
        ("account_fen = account_fen + 1", "institution = 'ELSEWHERE'", "account_fen = NULL")
    )
    connection.execute(
        sql.SQL("UPDATE read_model.clearing_steps SET {} WHERE ctid = %s").format(sql.SQL(change)), (place,)
    )
    return Planted(position, frozenset({"row_differs"}))


def missing_clearing_row(connection: Connection, random: Random) -> Planted:
    """Facts that were added have no other row."""
    rows = connection.execute(
        "SELECT ctid, position, step FROM read_model.clearing_steps ORDER BY position"
    ).fetchall()
    place, position, step = random.choice(rows)
    connection.execute("DELETE FROM read_model.clearing_steps WHERE ctid = %s", (place,))
    return Planted(position, frozenset({"position_skipped" if step == "facts" else "row_missing"}))


def clearing_row_too_many(connection: Connection, random: Random) -> Planted:
    """A refund that never was, at the position of a credit or the like."""
    others = [at for at in positions(connection) if "Settlement" not in topic_of(connection, at)]
    position = random.choice([at for at in others if topic_of(connection, at) != "FactsAdded"])
    connection.execute(
        "INSERT INTO read_model.clearing_steps (position, at, step, settlement, refund, refundable_fen)"
        " VALUES (%s, now(), 'refunded', 'S-none', 'R-none', 0)",
        (position,),
    )
    return Planted(position, frozenset({"row_unfounded"}))


def swapped_order(connection: Connection, random: Random) -> Planted:
    rows = connection.execute(
        "SELECT ctid, position, order_after FROM read_model.binding_steps"
        " WHERE cardinality(order_after) > 1 ORDER BY position"
    ).fetchall()
    place, position, order = random.choice(rows)
    first, second = random.sample(range(len(order)), 2)
    order[first], order[second] = order[second], order[first]
    connection.execute("UPDATE read_model.binding_steps SET order_after = %s WHERE ctid = %s", (order, place))
    return Planted(position, frozenset({"order_differs"}))


def doubled_application(connection: Connection, random: Random) -> Planted:
    position = random.choice(positions_with_rows(connection))
    for table in TABLES:
        name = sql.Identifier("read_model", table)
        connection.execute(
            sql.SQL("INSERT INTO {} SELECT * FROM {} WHERE position = %s").format(name, name), (position,)
        )
    return Planted(position, frozenset({"row_doubled"}))


def skipped_position(connection: Connection, random: Random) -> Planted:
    """A payment that left one row in all is told as a missing leg: the same is gone."""
    position = random.choice(positions_with_rows(connection))
    topic, rows = topic_of(connection, position), 0
    for table in TABLES:
        name = sql.Identifier("read_model", table)
        deleted = connection.execute(sql.SQL("DELETE FROM {} WHERE position = %s").format(name), (position,))
        rows += deleted.rowcount
    lone_leg = rows == 1 and ("CoPayment" in topic or topic == "HoldReleased")
    return Planted(position, frozenset({"leg_missing" if lone_leg else "position_skipped"}))


def edited_amount(connection: Connection, random: Random) -> Planted:
    while True:
        position = random.choice(positions(connection))
        event = state_of(connection, position)
        places = list(amounts_in(event))
        if places:
            break
    place, key = random.choice(places)
    place[key] += random.choice((-1, 1, 100))
    connection.execute(
        "UPDATE ledger.ledger_events SET state = %s WHERE notification_id = %s",
        (json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(), position),
    )
    return Planted(
        position,
        frozenset({"row_differs"} if unconfirmed(event, key) else {"amount_differs", "figure_differs"}),
    )


def deleted_event(connection: Connection, random: Random) -> Planted:
    position = random.choice(positions(connection))
    connection.execute("DELETE FROM ledger.ledger_events WHERE notification_id = %s", (position,))
    return Planted(position, frozenset({"event_missing"}))


def events_swapped(connection: Connection, random: Random) -> Planted:
    first, second = sorted(random.sample(positions(connection), 2))
    for now, then in ((first, -first), (second, first), (-first, second)):
        connection.execute(
            "UPDATE ledger.ledger_events SET notification_id = %s WHERE notification_id = %s", (then, now)
        )
    return Planted(first, frozenset({"events_swapped"}))


FAULTS: dict[str, Plant] = {
    "an edited balance row": edited_balance_row,
    "a missing leg row": missing_leg_row,
    "an edited row of clearing": edited_clearing_row,
    "a missing row of clearing": missing_clearing_row,
    "a row of clearing too many": clearing_row_too_many,
    "a swapped order": swapped_order,
    "a doubled event application": doubled_application,
    "a skipped position": skipped_position,
    "an edited amount in a stored event": edited_amount,
    "a deleted event": deleted_event,
    "two events swapped": events_swapped,
}


def positions(connection: Connection) -> list[int]:
    rows = connection.execute("SELECT notification_id FROM ledger.ledger_events ORDER BY 1").fetchall()
    return [row[0] for row in rows]


def positions_with_rows(connection: Connection) -> list[int]:
    found: set[int] = set()
    for table in TABLES:
        rows = connection.execute(
            sql.SQL("SELECT DISTINCT position FROM {}").format(sql.Identifier("read_model", table))
        )
        found.update(row[0] for row in rows)
    return sorted(found)


def topic_of(connection: Connection, position: int) -> str:
    row = connection.execute(
        "SELECT topic FROM ledger.ledger_events WHERE notification_id = %s", (position,)
    ).fetchone()
    assert row is not None
    return str(row[0])


def state_of(connection: Connection, position: int) -> dict[str, Any]:
    row = connection.execute(
        "SELECT convert_from(state, 'UTF8') FROM ledger.ledger_events WHERE notification_id = %s", (position,)
    ).fetchone()
    assert row is not None
    state: dict[str, Any] = json.loads(row[0])
    return state


def unconfirmed(event: dict[str, Any], key: str) -> bool:
    """Whether nothing else in the log repeats this amount: a yearly limit, suspense paid out."""
    is_limit = key == "limit_fen" and "binder" in event
    return is_limit or (key == "delta_fen" and event["bucket"] == "suspense")


def amounts_in(event: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Every amount of an event that says what money did; a refused request's content is nobody's money."""
    if "relation" in event and "face_age_reached" not in event:
        return []  # a bind that waits for a review moves nothing
    facts = [
        event,
        *(fact for name in ("sources", "uses", "legs", "restored") for fact in event.get(name, ())),
    ]
    return [
        (fact, key) for fact in facts for key, value in fact.items() if key in AMOUNTS and value is not None
    ]
