"""`copay affected`: what a divorce that nobody reported in time puts in doubt."""

import json
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.examples import LIN, MEI, WEI, Command, charge, family, unbind
from tests.scripts.conftest import Copay


@pytest.fixture(scope="module")
def late(server: str, shell: Copay, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The DSN of a ledger where Mei's unbinding was told a day late; tests only read it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE late")
    dsn = make_conninfo(server, dbname="late")
    file = tmp_path_factory.mktemp("late") / "late.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in _story()))
    assert shell("apply", file, "--dsn", dsn).status == 0
    return dsn


def _story() -> Iterator[Command]:
    commands = [
        *family(lin=0, wei=100_00, mei=500_00),
        charge(LIN, 150_00, settlement="bill", at="2026-03-10T12:00:00+08:00"),
        unbind(MEI, LIN, at="2026-03-10T08:00:00+08:00", by="staff-07"),
    ]
    for number, command in enumerate(commands):
        yield {"id": f"r-{number}", "at": "2026-02-01T10:00:00+08:00"} | command


def test_programs_get_facts_payments_and_a_total_per_payer(copay: Copay, late: str) -> None:
    found = json.loads(copay("affected", "--dsn", late, "--json").out)
    (fact,) = found["facts"]
    assert (fact["op"], fact["account"], fact["beneficiary"], fact["by"]) == ("unbind", MEI, LIN, "staff-07")
    assert [(p["settlement"], p["payer"], p["at_stake_fen"]) for p in fact["payments"]] == [
        ("bill", MEI, 50_00)
    ]
    assert found["payers"] == [{"payer": MEI, "charges": 1, "at_stake_fen": 50_00}]


@pytest.mark.parametrize(("lang", "words"), [("en", ("in doubt", "at stake")), ("zh", ("存疑支付", "解绑"))])
def test_people_see_the_fact_the_payment_and_the_money(
    copay: Copay, late: str, lang: str, words: tuple[str, ...]
) -> None:
    said = copay("affected", "--dsn", late, "--lang", lang)
    assert (said.status, said.err) == (0, "")
    assert all(word in said.out for word in (*words, "bill", "50.00"))
    assert "_fen" not in said.out


def test_nothing_late_is_an_answer_and_nobody_is_not_found(copay: Copay, late: str) -> None:
    assert json.loads(copay("affected", "--account", WEI, "--dsn", late, "--json").out)["facts"] == []
    assert "no fact came late" in copay("affected", "--since", "999", "--dsn", late).out
    assert copay("affected", "--account", "NOBODY", "--dsn", late).status == 1
    assert copay("affected", "--since", "soon", "--dsn", late).status == 2
