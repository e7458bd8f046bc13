"""What PostgreSQL does by itself: the same bytes by COPY, its own benchmark, and single durable rows."""

from pathlib import Path
from time import perf_counter
from typing import Final

import psycopg
from psycopg import sql

from scripts.bench.databases import Databases
from scripts.bench.measuring import Measured, Stopwatch, percentiles_ms
from scripts.bench.plan import Plan

_ROWS: Final = """
COPY (SELECT * FROM ledger.ledger_events WHERE notification_id > {} ORDER BY notification_id)
TO STDOUT (FORMAT binary)
"""
_CHUNK: Final = 1 << 20
_SCALE: Final = 10  # a million rows; more clients than this wait for no branch, since simple-update has none


def export_rows(dsn: str, after: int, file: Path) -> None:
    """Keep the log's events after a position as COPY writes them."""
    with (
        psycopg.connect(dsn) as connection,
        connection.cursor().copy(sql.SQL(_ROWS).format(after)) as rows,
        file.open("wb") as out,
    ):
        for part in rows:
            out.write(part)


def raw_copy(dsn: str, plan: Plan) -> Measured:
    """The events of the natural file into a table of the same shape, in one transaction."""
    with psycopg.connect(dsn) as connection, plan.rows_file.open("rb") as rows:
        connection.execute("CREATE TABLE raw (LIKE ledger.ledger_events INCLUDING ALL)")
        connection.commit()
        watch, cursor = Stopwatch(), connection.cursor()
        with cursor.copy("COPY raw FROM STDIN (FORMAT binary)") as into:
            while part := rows.read(_CHUNK):
                into.write(part)
        connection.commit()
        return watch.measured(plan.charges, other={"rows": cursor.rowcount})


def fill_pgbench(databases: Databases, dsn: str) -> None:
    """The tables of PostgreSQL's own benchmark."""
    databases.run("pgbench", "--initialize", "--quiet", f"--scale={_SCALE}", dsn)


def pgbench(databases: Databases, dsn: str, seconds: float, clients: int) -> Measured:
    """Three short statements in one transaction: `pgbench --builtin=simple-update`."""
    databases.run(
        "pgbench", "--builtin=simple-update", f"--client={clients}", f"--jobs={min(clients, 2)}",
        f"--time={max(1, round(seconds))}", "--protocol=prepared", "--no-vacuum",
        "--log", "--log-prefix=pgbench", dsn,
    )  # fmt: skip
    lines: list[list[str]] = []
    for log in databases.data.glob("pgbench.*"):
        lines += [line.split() for line in log.read_text().splitlines()]
        log.unlink()
    took = [int(fields[2]) / 1e6 for fields in lines]
    return Measured(len(took), max(1, round(seconds)), percentiles_ms(took))


def durable_row_ms(dsn: str, many: int = 200) -> dict[str, float]:
    """How long one small durable transaction takes, in milliseconds."""
    took: list[float] = []
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE durable (number integer, at timestamptz DEFAULT now())")
        for number in range(many):
            began = perf_counter()
            connection.execute("INSERT INTO durable VALUES (%s)", (number,), prepare=True)
            took.append(perf_counter() - began)
        connection.execute("DROP TABLE durable")
    return percentiles_ms(took)
