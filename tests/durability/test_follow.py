"""`copay follow` keeps read models up with the log, through restarts of its database, until told to stop."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest

from ledger.application import Ledger
from ledger.embedded import embedded_server
from ledger.persistence.log_tree import LogTree
from projections.models import MODELS
from projections.store import Store
from tests.durability.program import Program, data_folder, postmaster, stop_server
from tests.durability.story import LIN, WEI, bound, charge, credited, opened

SECONDS = 30
"""More than anything here takes, even where much else goes on."""

FAMILY = (opened(LIN), opened(WEI), credited(WEI, 500_00), bound(WEI, LIN), charge(LIN, 40_00, "bill"))


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    with data_folder(tmp_path / "copay-data") as data:
        yield data


@pytest.fixture
def programs() -> Iterator[Callable[..., Program]]:
    """Start followers; those that a failed test leaves behind are killed."""
    started: list[Program] = []

    def start(*arguments: object) -> Program:
        started.append(Program("follow", *arguments))
        return started[-1]

    yield start
    for program in started:
        program.process.kill()


def write(dsn: str, *lines: bytes) -> int:
    """Record these commands; the log's end."""
    with Ledger.open(dsn) as ledger:
        ledger.submit(lines)
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT max(notification_id) FROM ledger.ledger_events").fetchone()
        assert row is not None
        return int(row[0])


def positions(dsn: str) -> dict[str, int]:
    with Store.open(dsn) as store, store.snapshot() as moment:
        return {name: place.position for name, place in moment.tracked().items()}


def comes_to(dsn: str, position: int, *models: str) -> None:
    """Somebody brings these models, or all, to the position."""
    deadline = monotonic() + SECONDS
    while True:
        now = positions(dsn)
        if all(now[name] == position for name in models or now):
            return
        assert monotonic() < deadline, now
        sleep(0.05)


def last_look(program: Program, number: int) -> dict[str, Any]:
    """The program is told to stop, and does at once; its last line."""
    program.interrupt(number)
    said = program.ended()
    assert said.status == 0, said.err
    assert "Traceback" not in said.err
    return said.answers[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_it_takes_what_others_write_until_it_is_told_to_stop(
    database: str, programs: Callable[..., Program], number: int
) -> None:
    end = write(database, *FAMILY[:3])
    program = programs("--dsn", database, "--json", "--every", 0)
    program.read(1)
    comes_to(database, end)
    end = write(database, *FAMILY[3:])
    comes_to(database, end)
    program.read(2)
    look = last_look(program, number)
    assert (look["position"], look["log_end"], look["behind"], look["stopped"]) == (end, end, 0, [])
    assert look["taken"] > 0
    assert 0 <= look["lag_seconds"] < SECONDS
    with psycopg.connect(database, autocommit=True) as connection:
        assert LogTree(connection).size == end, "the stored tree, too"


def test_people_get_a_table_with_the_lag(database: str, programs: Callable[..., Program]) -> None:
    write(database, *FAMILY)
    program = programs("--dsn", database, "--lang", "zh")
    program.read(2)
    program.interrupt(signal.SIGINT)
    said = program.ended()
    heading, line = said.out.decode().splitlines()
    assert heading.split() == ["时间", "位置", "日志末尾", "落后", "已处理", "延迟", "树"]
    _, position, log_end, behind, _, _, unit, _ = line.split()
    assert (position, behind, unit) == (log_end, "0", "s")
    assert (said.status, said.err) == (0, "")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["stopped", "crashed"])
def test_it_starts_the_embedded_server_again_and_goes_on(
    data: Path, programs: Callable[..., Program], how: int
) -> None:
    program = programs("--data", data, "--json", "--every", 0)
    program.read(1)
    with embedded_server(data) as dsn:
        comes_to(dsn, write(dsn, *FAMILY[:3]))
    program.read(2)
    stop_server(data, how)
    program.read(4)  # it was lost, and it is back
    with embedded_server(data) as dsn:
        end = write(dsn, *FAMILY[3:])
        comes_to(dsn, end)
    program.read(5)
    program.interrupt(signal.SIGTERM)
    said = program.ended()
    errors = [answer["error"]["code"] for answer in said.answers if "error" in answer]
    assert (said.status, errors) == (0, ["store_unavailable"])
    assert said.answers[-1]["position"] == end
    new, lost = said.err.splitlines()
    assert ("is new" in new, "cannot be reached" in lost) == (True, True)
    assert postmaster(data) is None, "the server went with the last who used it"


def test_it_waits_for_a_server_that_somebody_else_starts_again(
    data: Path, programs: Callable[..., Program]
) -> None:
    with embedded_server(data) as dsn:
        comes = write(dsn, *FAMILY[:3])
        program = programs("--dsn", dsn, "--json", "--every", 0)
        program.read(1)
        comes_to(dsn, comes)
        stop_server(data)
        program.read(2)
        sleep(1.5)
        assert program.process.poll() is None
        with embedded_server(data) as again:
            assert again == dsn
            end = write(dsn, *FAMILY[3:])
            comes_to(dsn, end)
            program.read(3)
            assert last_look(program, signal.SIGTERM)["position"] == end


def test_a_database_that_is_not_there_at_all_is_one_sentence(
    tmp_path: Path, programs: Callable[..., Program]
) -> None:
    said = programs("--dsn", f"host={tmp_path} dbname=copay").ended()
    assert (said.status, said.out) == (2, b"")
    assert len(said.err.splitlines()) == 1


def test_a_model_that_stops_is_named_and_the_others_go_on(
    database: str, programs: Callable[..., Program]
) -> None:
    program = programs("--dsn", database, "--json", "--every", 0)
    program.read(1)
    first = write(database, *FAMILY[:3])
    comes_to(database, first)
    with psycopg.connect(database) as connection:
        connection.execute("LISTEN ledger_events")
        connection.execute(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN NEW.state := '{}'; RETURN NEW; END $$"
        )
        connection.execute(
            "CREATE TRIGGER spoil BEFORE INSERT ON ledger.ledger_events FOR EACH ROW"
            " WHEN (NEW.topic = 'CoPaymentCharged') EXECUTE FUNCTION spoil()"
        )
    end = write(database, *FAMILY[3:])
    others = [model.name for model in MODELS if not _reads_charges(model.reads)]
    assert others
    comes_to(database, end, *others)
    program.interrupt(signal.SIGTERM)
    said = program.ended()
    assert said.status == 0
    (stop,) = (stop for stop in said.answers[-1]["stopped"] if stop["model"] == "balances")
    assert (stop["type"], first < stop["position"] <= end) == ("CoPaymentCharged", True)
    assert said.answers[-1]["position"] == end, "where those stand that go on"
    assert any(
        f"balances stopped before position {stop['position']}" in line for line in said.err.splitlines()
    )
    assert said.err.count("balances stopped") == 1
    assert positions(database)["balances"] == stop["position"] - 1


def _reads_charges(reads: tuple[type[Any], ...]) -> bool:
    return "CoPaymentCharged" in {event.topic for event in reads}
