"""Every role tries every statement: what is allowed works, the rest is refused, by rights or by triggers."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege, ObjectNotInPrerequisiteState, RestrictViolation

from ledger.application import Ledger
from ledger.persistence.log_tree import LogTree
from ledger.persistence.rights import PARTS
from ledger.persistence.roles import PREFIX, program_dsn
from projections.runner import catch_up
from projections.store import Store
from scripts.generate import lines

ROLES: Final = {part: f"{PREFIX}_{part}" for part in PARTS} | {
    "program": f"{PREFIX}_program",
    "nobody": "matrix_nobody",
    "super": "copay",
}
EVENT: Final = (
    "(originator_id, originator_version, topic, state, notification_id) VALUES ('a', 1, 't', 'x', 9000000)"
)
NOTHING: Final = "0, '{}', 0, 0, '{}'"
NONE: Final = ", '{}'" * 5
APPEND: Final = f"SELECT ledger.append({NOTHING}, '{{a}}', '{{1}}', '{{t}}', '{{x}}'{NONE})"

GRANTED: Final = "SELECT 1 WHERE has_table_privilege('matrix_nobody', 'ledger.ledger_events', 'UPDATE')"

STATEMENTS: Final = {
    # the log
    "read events": "SELECT count(*) FROM ledger.ledger_events",
    "append": APPEND,
    "append a checkpoint": f"SELECT ledger.append_checkpoints({NOTHING}, '{{1}}', '{{x}}')",
    "take the writer lock": f"SELECT ledger.begin_append({NOTHING})",
    "insert an event": f"INSERT INTO ledger.ledger_events {EVENT}",
    "copy events in": "COPY ledger.ledger_events FROM STDIN",
    "replace an event": f"INSERT INTO ledger.ledger_events {EVENT} ON CONFLICT DO NOTHING; "
    f"INSERT INTO ledger.ledger_events AS e {EVENT} ON CONFLICT (originator_id, originator_version) "
    "DO UPDATE SET state = e.state",
    "update an event": "UPDATE ledger.ledger_events SET topic = topic WHERE notification_id = 1",
    "update no event": "UPDATE ledger.ledger_events SET topic = 'x' WHERE false",
    "delete an event": "DELETE FROM ledger.ledger_events WHERE notification_id = 1",
    "truncate the log": "TRUNCATE ledger.ledger_events",
    "truncate all of it": "TRUNCATE ledger.ledger_events, ledger.request_keys, ledger.subjects CASCADE",
    "lock an event": "SELECT FROM ledger.ledger_events WHERE notification_id = 1 FOR UPDATE",
    "keep others out": "LOCK TABLE ledger.ledger_events IN ACCESS EXCLUSIVE MODE",
    "drop the log": "DROP TABLE ledger.ledger_events CASCADE",
    "alter the log": "ALTER TABLE ledger.ledger_events ADD note text",
    "silence triggers": "ALTER TABLE ledger.ledger_events DISABLE TRIGGER ALL",
    "drop a trigger": "DROP TRIGGER append_only ON ledger.ledger_events",
    "replicate": "SET session_replication_role = replica",
    "index the log": "CREATE INDEX ON ledger.ledger_events (topic)",
    "rewrite append": "CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RETURN NULL; END'",
    "grant a right on": "GRANT UPDATE ON ledger.ledger_events TO matrix_nobody",
    # beside the log
    "read request keys": "SELECT count(*) FROM ledger.request_keys",
    "insert a request key": "INSERT INTO ledger.request_keys VALUES ('r', 1, 'x')",
    "update a request key": "UPDATE ledger.request_keys SET position = 1",
    "delete request keys": "DELETE FROM ledger.request_keys",
    "truncate request keys": "TRUNCATE ledger.request_keys",
    "blank a request key": "UPDATE ledger.request_keys SET digest = decode(repeat('00', 16), 'hex')",
    "read birth dates": "SELECT count(*) FROM ledger.subjects",
    "insert a birth date": "INSERT INTO ledger.subjects VALUES ('a', '2000-01-01')",
    "delete a birth date": "DELETE FROM ledger.subjects WHERE account = 'a'",
    "read the format": "SELECT version FROM ledger.format",
    "change the format": "UPDATE ledger.format SET version = 99",
    "name another writer": "UPDATE ledger.roles SET role = 'postgres'",
    # read models
    "read a table": "SELECT count(*) FROM read_model.entries",
    "read a view": "SELECT count(*) FROM read_model.balances",
    "read the log's view": "SELECT count(*) FROM read_model.history",
    "read tracking": "SELECT * FROM read_model.tracking",
    "empty a model": "TRUNCATE read_model.entries",
    "edit a model": "UPDATE read_model.entries SET current_fen = 0",
    "move a model": "UPDATE read_model.tracking SET position = 0",
    "drop a model": "DROP TABLE read_model.entries CASCADE",
    "drop a view": "DROP VIEW read_model.history",
    "make a table": "CREATE TABLE read_model.mine (n integer)",
    "make a copy": "CREATE TABLE read_model_next.mine (n integer)",
    "drop the schema": "DROP SCHEMA read_model CASCADE",
    # proofs
    "read the tree": "SELECT size FROM proof.tree",
    "grow the tree": "UPDATE proof.tree SET size = size",
    "keep a tile": "INSERT INTO proof.tiles VALUES (0, 0, 'x') "
    "ON CONFLICT (level, number) DO UPDATE SET hashes = 'x'",
    "delete tiles": "DELETE FROM proof.tiles",
    "truncate tiles": "TRUNCATE proof.tiles",
    "drop the tree": "DROP TABLE proof.tree",
    # the vault
    "read the vault": "SELECT count(*) FROM vault.people",
    "put somebody in": "INSERT INTO vault.people (person, key_id) VALUES ('a', 'x')",
    "take somebody out": "DELETE FROM vault.people WHERE person = 'a'",
    "empty the vault": "TRUNCATE vault.people",
    "change its key store": "UPDATE vault.key_store SET format = 9",
    # reconciliation
    "read who may act": "SELECT count(*) FROM reconciliation.people",
    "list somebody": "INSERT INTO reconciliation.people VALUES ('b', 'b')",
    "unlist somebody": "DELETE FROM reconciliation.people",
    "end a sign-in": "DELETE FROM reconciliation.sign_ins",
    "keep others signed in": "UPDATE reconciliation.sign_ins SET expires = 'infinity'",
    "edit a foreign row": "UPDATE reconciliation.rows SET fund_fen = 0",
    # the database and the server
    "make a schema": "CREATE SCHEMA mine",
    "make a table of the log": "CREATE TABLE ledger.mine (n integer)",
    "make a table anywhere": "CREATE TABLE public.mine (n integer)",
    "make a table for now": "CREATE TEMPORARY TABLE mine (n integer)",
    "make a role": "CREATE ROLE mine",
    "become the owner": f"SET ROLE {PREFIX}_owner",
    "become the writer": f"SET ROLE {PREFIX}_writer",
    "become superuser": f"ALTER ROLE {PREFIX}_writer SUPERUSER",
    "read a file": "SELECT pg_read_file('PG_VERSION')",
    "start a program": "COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'",
    "listen": "LISTEN ledger_events",
}

MATRIX: Final = """
                        owner writer checkpointer projector keeper reader auditor backup program nobody super
read events               y     y         y           y       y      .       y      y       y      .      y
append                    y     y         .           .       .      .       .      .       y      .      y
append a checkpoint       y     y         y           .       .      .       .      .       y      .      y
take the writer lock      y     y         .           .       .      .       .      .       y      .      y
insert an event           y     y         .           .       .      .       .      .       y      .      y
copy events in            y     y         .           .       .      .       .      .       y      .      y
replace an event          t     .         .           .       .      .       .      .       .      .      t
update an event           t     .         .           .       .      .       .      .       .      .      t
update no event           t     .         .           .       .      .       .      .       .      .      t
delete an event           t     .         .           .       .      .       .      .       .      .      t
truncate the log          t     .         .           .       .      .       .      .       .      .      t
truncate all of it        t     .         .           .       .      .       .      .       .      .      t
lock an event             y     .         .           .       .      .       .      .       .      .      y
keep others out           y     .         .           .       .      .       .      .       .      .      y
drop the log              y     .         .           .       .      .       .      .       .      .      y
alter the log             y     .         .           .       .      .       .      .       .      .      y
silence triggers          y     .         .           .       .      .       .      .       .      .      y
drop a trigger            y     .         .           .       .      .       .      .       .      .      y
replicate                 .     .         .           .       .      .       .      .       .      .      y
index the log             y     .         .           .       .      .       .      .       .      .      y
rewrite append            y     .         .           .       .      .       .      .       .      .      y
grant a right on          y     .         .           .       .      .       .      .       .      .      y
read request keys         y     y         y           .       y      .       y      y       y      .      y
insert a request key      y     y         .           .       .      .       .      .       y      .      y
update a request key      t     .         .           .       .      .       .      .       .      .      t
delete request keys       t     .         .           .       .      .       .      .       .      .      t
truncate request keys     t     .         .           .       .      .       .      .       .      .      t
read birth dates          y     y         .           .       y      .       .      y       y      .      y
insert a birth date       y     y         .           .       .      .       .      .       y      .      y
delete a birth date       y     .         .           .       y      .       .      .       y      .      y
blank a request key       y     .         .           .       y      .       .      .       y      .      y
read the format           y     y         y           y       y      .       y      y       y      .      y
change the format         y     .         .           .       .      .       .      .       .      .      y
name another writer       y     .         .           .       .      .       .      .       .      .      y
read a table              .     .         .           y       .      .       y      y       y      .      y
read a view               .     .         .           y       .      y       y      y       y      .      y
read the log's view       .     .         .           y       .      y       y      y       y      .      y
read tracking             .     .         .           y       .      .       y      y       y      .      y
empty a model             .     .         .           y       .      .       .      .       y      .      y
edit a model              .     .         .           y       .      .       .      .       y      .      y
move a model              .     .         .           y       .      .       .      .       y      .      y
drop a model              .     .         .           y       .      .       .      .       y      .      y
drop a view               .     .         .           y       .      .       .      .       y      .      y
make a table              .     .         .           y       .      .       .      .       y      .      y
make a copy               .     .         .           y       .      .       .      .       y      .      y
drop the schema           .     .         .           y       .      .       .      .       y      .      y
read the tree             y     .         y           .       .      .       y      y       y      .      y
grow the tree             y     .         y           .       .      .       .      .       y      .      y
keep a tile               y     .         y           .       .      .       .      .       y      .      y
delete tiles              y     .         .           .       .      .       .      .       .      .      y
truncate tiles            y     .         .           .       .      .       .      .       .      .      y
drop the tree             y     .         .           .       .      .       .      .       .      .      y
read the vault            y     .         .           .       y      .       .      y       y      .      y
put somebody in           y     .         .           .       y      .       .      .       y      .      y
take somebody out         y     .         .           .       y      .       .      .       y      .      y
empty the vault           y     .         .           .       .      .       .      .       .      .      y
change its key store      y     .         .           .       .      .       .      .       .      .      y
read who may act          y     y         .           .       y      .       .      y       y      .      y
list somebody             y     .         .           .       y      .       .      .       y      .      y
unlist somebody           t     .         .           .       .      .       .      .       .      .      t
end a sign-in             y     .         .           .       y      .       .      .       y      .      y
keep others signed in     y     .         .           .       .      .       .      .       .      .      y
edit a foreign row        t     .         .           .       .      .       .      .       .      .      t
make a schema             .     .         .           .       .      .       .      .       .      .      y
make a table of the log   y     .         .           .       .      .       .      .       .      .      y
make a table anywhere     .     .         .           .       .      .       .      .       .      .      y
make a table for now      .     .         .           .       .      .       y      .       y      .      y
make a role               .     .         .           .       .      .       .      .       .      .      y
become the owner          y     .         .           .       .      .       .      .       .      .      y
become the writer         .     y         .           .       .      .       .      .       y      .      y
become superuser          .     .         .           .       .      .       .      .       .      .      y
read a file               .     .         .           .       .      .       .      .       .      .      y
start a program           .     .         .           .       .      .       .      .       .      .      y
listen                    y     y         y           y       y      y       y      y       y      y      y
"""
"""y: allowed; a full stop: the right is missing; t: the right is there and a trigger refuses."""


def expected() -> dict[tuple[str, str], str]:
    head, *rows = MATRIX.strip("\n").splitlines()
    told = dict[tuple[str, str], str]()
    for row in rows:
        name, outcomes = row[:24].strip(), row[24:].split()
        told |= {(name, role): outcome for role, outcome in zip(head.split(), outcomes, strict=True)}
    return told


@pytest.fixture(scope="module")
def city(server: str) -> Iterator[str]:
    """A ledger with its roles and something in every table; the DSN of its superuser."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        dsn = make_conninfo(server, dbname=name)
        program = program_dsn(dsn)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("INSERT INTO ledger.request_keys VALUES ('r-0', 1, '\\x01')")
        with Ledger.open(program) as ledger:
            list(ledger.apply_lines(lines(30, 1, 1)))
        with Store.open(program) as store:
            catch_up(store)
        with psycopg.connect(program, autocommit=True) as connection:
            LogTree(connection).catch_up()
        admin.execute("CREATE ROLE matrix_nobody LOGIN")
        yield dsn
        admin.execute("DROP ROLE matrix_nobody")
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def outcome(connection: psycopg.Connection[Any], role: str, statement: str) -> str:
    """What comes of a statement, of which nothing is kept."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"SET LOCAL SESSION AUTHORIZATION {role}")
            if statement.endswith("FROM STDIN"):
                with connection.cursor().copy(statement) as copy:
                    copy.write_row((9_000_000, 1, "a", "t", "\\x00"))
            else:
                connection.execute(statement)
            if statement.startswith("GRANT") and not connection.execute(GRANTED).fetchone():
                return "."  # PostgreSQL only warns
    except InsufficientPrivilege:
        return "."
    except (RestrictViolation, ObjectNotInPrerequisiteState):
        return "t"
    return "y"


def test_every_role_may_do_what_it_is_for_and_nothing_else(city: str) -> None:
    told = expected()
    assert {name for name, _ in told} == set(STATEMENTS)
    assert {role for _, role in told} == set(ROLES)
    with psycopg.connect(city, autocommit=True) as connection:
        found = {(name, role): outcome(connection, ROLES[role], STATEMENTS[name]) for name, role in told}
    assert {key: value for key, value in found.items() if value != told[key]} == {}
