"""What the roles are good for: each program works with its own, also on a database that had none."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import InsufficientPrivilege, RestrictViolation

from ledger.application import Ledger
from ledger.embedded.folder import programs
from ledger.errors import RolesNotMade, StoreUnavailable
from ledger.persistence.appending import append
from ledger.persistence.log import Batch
from ledger.persistence.log_tree import LogTree
from ledger.persistence.postgres import PostgresLog
from ledger.persistence.rights import PARTS
from ledger.persistence.roles import make_roles
from ledger.persistence.stored_log import PostgresStoredLog
from projections.rebuild import rebuild
from projections.runner import catch_up
from projections.store import Store
from scripts.generate import lines
from tests.projections.desk import everything
from tests.rights.conftest import Login
from tests.scripts.conftest import STORY, Copay

UPDATE = "UPDATE ledger.ledger_events SET topic = 'x' WHERE notification_id = 1"


def fill(dsn: str) -> None:
    with Ledger.open(dsn) as ledger:
        list(ledger.apply_lines(lines(20, 1, 1)))
    with Store.open(dsn) as store:
        catch_up(store)


def test_making_roles_twice_makes_them_once(database: str, prefix: str) -> None:
    first, second = make_roles(database, prefix), make_roles(database)
    assert [(role.part, role.role) for role in first.roles] == [(part, f"{prefix}_{part}") for part in PARTS]
    assert all(role.made and not role.may_log_in for role in first.roles)
    assert {"ledger", "ledger.ledger_events", "proof.tiles", "read_model"} <= set(first.changed)
    assert not any(role.made for role in second.roles)
    assert second.changed == ()


def test_a_writer_and_projector_runs_the_program(ruled: str, login: Login, copay: Copay) -> None:
    app = login("writer", "projector")
    assert copay("apply", STORY, "--dsn", app).status == 1
    assert copay("balance", "WEI", "--dsn", app).status == 0
    assert copay("history", "LIN", "--dsn", app).status == 0
    assert copay("rebuild", "--dsn", app).status == 0
    other = login("writer", "projector", name="other")  # what one made is the other's, too
    assert copay("rebuild", "balances", "--dsn", other).status == 0
    with psycopg.connect(app) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(UPDATE)


def test_the_program_writes_with_the_rights_of_the_writer_alone(ruled: str, login: Login) -> None:
    app = login("writer", "projector", "owner")
    log = PostgresLog(app)
    try:
        with (
            log.recorder.datastore.get_connection() as connection,
            pytest.raises(InsufficientPrivilege),
            connection.transaction(),
        ):
            connection.execute("TRUNCATE ledger.ledger_events")
    finally:
        log.close()


def test_a_database_that_had_no_roles_gets_them_and_keeps_its_answers(
    database: str, prefix: str, login: Login
) -> None:
    fill(database)
    with psycopg.connect(database, autocommit=True) as connection:
        LogTree(connection).catch_up()
    before = everything(database)
    assert make_roles(database, prefix).changed
    assert everything(database) == before
    app = login("writer", "projector")
    with Store.open(app) as store:
        rebuild(store)
        with Ledger.open(app) as ledger:
            list(ledger.apply_lines(lines(20, 1, 1)))
        catch_up(store)
    assert everything(app) == before
    with psycopg.connect(database) as connection:
        owners = connection.execute(
            "SELECT DISTINCT schemaname, tableowner FROM pg_tables WHERE schemaname !~ '^(pg_|information)'"
            " ORDER BY 1"
        ).fetchall()
    owner, projector = f"{prefix}_owner", f"{prefix}_projector"
    ours = [(schema, owner) for schema in ("ledger", "proof", "reconciliation", "vault")]
    assert owners == sorted([*ours, ("read_model", projector)])


def test_a_database_of_an_older_program_gets_what_it_lacks(database: str) -> None:
    fill(database)
    with psycopg.connect(database) as connection:
        connection.execute("DROP TRIGGER append_only ON ledger.ledger_events")
        connection.execute("DROP TABLE ledger.roles; DROP FUNCTION ledger.role_for")
        connection.execute("COMMENT ON SCHEMA ledger IS NULL")
    Store.open(database).close()
    Ledger.open(database).close()
    with psycopg.connect(database) as connection, pytest.raises(RestrictViolation, match="stays"):
        connection.execute(UPDATE)


def test_rights_that_nobody_should_have_are_taken_back(ruled: str, prefix: str, login: Login) -> None:
    writer = login("writer")
    with psycopg.connect(ruled) as connection:
        connection.execute(f"GRANT UPDATE, DELETE ON ledger.ledger_events TO {prefix}_writer".encode())
        connection.execute("GRANT SELECT ON ledger.subjects TO PUBLIC")
    changed = make_roles(ruled).changed
    assert changed == ("ledger.ledger_events", "ledger.subjects")
    with psycopg.connect(writer) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(UPDATE)


def test_an_auditor_replays_and_verifies_and_changes_nothing(ruled: str, login: Login, copay: Copay) -> None:
    fill(ruled)
    auditor = login("auditor")
    replayed = copay("replay", "--dsn", auditor)
    assert replayed.status == 0
    assert "views were not compared" not in replayed.out
    assert copay("verify", "--dsn", auditor).status == 0
    assert copay("balance", "P1", "--dsn", auditor).status in (0, 1)
    with PostgresStoredLog(auditor) as log:
        assert log.batch(0, 1)
    said = copay("apply", STORY, "--dsn", auditor)
    assert (said.status, said.out) == (2, "")
    assert "may not write this ledger" in said.err
    with psycopg.connect(auditor) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("SELECT FROM ledger.subjects")


def test_a_new_copy_of_a_read_model_is_the_auditors_too(ruled: str, login: Login) -> None:
    fill(ruled)
    with Store.open(ruled) as store:
        rebuild(store)
    with psycopg.connect(ruled) as connection:  # tables of an older program are made anew
        connection.execute("UPDATE read_model.tracking SET version = 0")
    fill(ruled)
    assert everything(login("auditor")) == everything(ruled)


def test_a_checkpointer_writes_checkpoints_and_nothing_else(ruled: str, login: Login) -> None:
    fill(ruled)
    dsn = login("checkpointer")
    with psycopg.connect(dsn, autocommit=True, row_factory=psycopg.rows.dict_row) as connection:
        first = append(connection, [("checkpoints", 1, "CheckpointSigned", b"{}")], Batch(since=0))
        second = append(connection, [("checkpoints", 2, "CheckpointSigned", b"{}")], Batch(since=0))
        assert (second.first, second.last) == (first.last, first.last + 1)
        for row in (("checkpoints", 3, "Credited", b"{}"), ("account:A", 1, "CheckpointSigned", b"{}")):
            with pytest.raises(InsufficientPrivilege):
                append(connection, [row], Batch(since=0))
    with psycopg.connect(dsn, autocommit=True) as connection:
        assert LogTree(connection).catch_up() == second.last


def test_a_backup_role_dumps_everything_and_changes_nothing(
    ruled: str, login: Login, server: str, tmp_path: Path, prefix: str
) -> None:
    fill(ruled)
    backup = login("backup")
    file = tmp_path / "dump"
    dumped = subprocess.run(
        [programs() / "pg_dump", "--format=custom", f"--file={file}", f"--dbname={backup}"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert (dumped.stderr.decode(), dumped.returncode) == ("", 0)
    copy = f"{conninfo_to_dict(ruled)['dbname']}_copy"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {copy}")
        restored = make_conninfo(server, dbname=copy)
        subprocess.run(
            [programs() / "pg_restore", "--exit-on-error", f"--dbname={restored}", file], check=True
        )
        assert everything(restored) == everything(ruled)
        assert make_roles(restored).changed in ((), ("ledger.ledger_events",))
        admin.execute(f"DROP DATABASE {copy} WITH (FORCE)")
    with psycopg.connect(backup) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("DELETE FROM read_model.entries")


def test_an_administrator_who_is_no_superuser_may_make_roles(
    database: str, login: Login, prefix: str
) -> None:
    admin = login(name="admin", attributes="CREATEROLE")
    with psycopg.connect(database) as connection:
        name = conninfo_to_dict(database)["dbname"]
        connection.execute(f"ALTER DATABASE {name} OWNER TO {prefix}_admin".encode())
    assert make_roles(admin, prefix).changed
    assert make_roles(admin).changed == ()
    fill(login("writer", "projector"))
    assert make_roles(admin).changed == ()


def test_who_may_not_make_roles_is_told_whom_to_ask(database: str, login: Login, prefix: str) -> None:
    somebody = login()
    with psycopg.connect(database) as connection:
        name = conninfo_to_dict(database)["dbname"]
        connection.execute(f"ALTER DATABASE {name} OWNER TO {prefix}_somebody".encode())
    with pytest.raises(RolesNotMade, match="administrator") as refusal:
        make_roles(somebody, prefix)
    assert refusal.value.code == "roles_not_made"
    assert "管理员" in refusal.value.text("zh")
    with pytest.raises(StoreUnavailable, match="copay init --roles"):
        make_roles(login(name="stranger"), prefix)


@pytest.mark.parametrize("wrong", ["", "Copay", "1st", "a-b", "x" * 42, "pg_x"])
def test_a_prefix_that_is_none_is_refused(database: str, wrong: str) -> None:
    with pytest.raises(RolesNotMade):
        make_roles(database, wrong)


def test_a_ledger_keeps_the_prefix_of_its_roles(ruled: str, prefix: str) -> None:
    with pytest.raises(RolesNotMade, match=f"{prefix}_"):
        make_roles(ruled, f"{prefix}x")


def test_programs_that_make_roles_at_once_do_not_hinder_each_other(database: str, prefix: str) -> None:
    with ThreadPoolExecutor(4) as programs:
        made = list(programs.map(lambda _: make_roles(database, prefix), range(4)))
    assert sum(bool(one.changed) for one in made) == 1
    assert sum(role.made for one in made for role in one.roles) == len(PARTS)
