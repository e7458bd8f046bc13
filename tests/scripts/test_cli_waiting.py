"""`--wait N`: who knows a position reads what stands there, or is told in one sentence why not."""

import json
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Final

import orjson
import pytest

from ledger.application import Ledger
from tests.durability.story import LIN, WEI, credited, opened
from tests.scripts.conftest import Copay
from tests.tampering import tampering

OPENING: Final = (opened(LIN), credited(LIN, 100_00))
MORE: Final = credited(LIN, 23_00, id="more")
QUERIES: Final = (
    ("balance", LIN), ("debit-order", LIN), ("limits", LIN, "--year", 2025), ("members", LIN),
    ("statement", LIN), ("history", LIN), ("list", "holds"), ("totals", "--from", "2025-01-01"), ("digest",),
)  # fmt: skip


@pytest.fixture
def ledger_dsn(database: str) -> str:
    with Ledger.open(database) as ledger:
        ledger.submit(OPENING)
    return database


def test_a_caller_reads_what_is_written_while_it_waits(ledger_dsn: str, shell: Copay) -> None:
    with ThreadPoolExecutor(1) as beside, Ledger.open(ledger_dsn) as ledger:
        asked = beside.submit(
            shell, "balance", LIN, "--wait", 3, "--wait-seconds", 30, "--json", "--dsn", ledger_dsn
        )
        sleep(0.5)
        ledger.submit([MORE])
        said = asked.result()
    assert (said.status, said.err) == (0, "")
    assert orjson.loads(said.out)["position"] == 3
    assert orjson.loads(said.out)["balance_fen"] == 123_00


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[0])
def test_every_query_can_wait(ledger_dsn: str, copay: Copay, query: tuple[object, ...]) -> None:
    said = copay(*query, "--wait", 2, "--json", "--dsn", ledger_dsn)
    assert (said.status, json.loads(said.out)["position"]) == (0, 2)


def test_a_position_that_does_not_come_is_one_sentence_with_a_code(ledger_dsn: str, copay: Copay) -> None:
    question = ("balance", LIN, "--wait", 99, "--wait-seconds", 0.1, "--dsn", ledger_dsn)
    said = copay(*question)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("copay: position 99 was not reached within 0.1 seconds, the log stands at 2; ")
    said = copay(*question, "--json", "--lang", "zh")
    error = json.loads(said.out)["error"]
    assert (said.status, error["code"]) == (2, "position_not_reached")
    assert "未到达位置 99" in error["message"]


def test_how_long_to_wait_says_nothing_without_what_for(ledger_dsn: str, copay: Copay) -> None:
    said = copay("balance", LIN, "--wait-seconds", 1, "--dsn", ledger_dsn)
    assert (said.status, said.err) == (2, "copay: --wait-seconds goes with --wait only\n")


def test_a_model_that_stopped_is_told_of_and_only_who_waits_for_it_is_refused(
    ledger_dsn: str, copay: Copay
) -> None:
    assert copay("balance", LIN, "--dsn", ledger_dsn).status == 0
    with Ledger.open(ledger_dsn) as ledger:
        ledger.submit([MORE, opened(WEI)])
    with tampering(ledger_dsn) as connection:
        connection.execute("UPDATE ledger.ledger_events SET state = '{}' WHERE notification_id = 3")
    said = copay("balance", LIN, "--json", "--dsn", ledger_dsn)
    answer = json.loads(said.out)
    assert (said.status, answer["position"], answer["balance_fen"]) == (0, 2, 100_00)
    assert "balances stopped before position 3 (Credited)" in said.err
    refused = copay("balance", LIN, "--wait", 3, "--json", "--dsn", ledger_dsn)
    assert (refused.status, json.loads(refused.out)["error"]["code"]) == (2, "model_stopped")
    others = copay("debit-order", LIN, "--wait", 4, "--json", "--dsn", ledger_dsn)
    assert (others.status, json.loads(others.out)["position"]) == (0, 4)


# Rebuilding ------------------------------------------------------------------------------------------


def test_a_rebuild_says_which_models_stand_where(ledger_dsn: str, copay: Copay) -> None:
    said = copay("rebuild", "--json", "--dsn", ledger_dsn)
    answer = json.loads(said.out)
    assert (said.status, said.err, answer["position"]) == (0, "", 2)
    assert {(model["position"], model["rebuilt"]) for model in answer["models"]} == {(2, True)}
    page = copay("rebuild", "limits", "balances", "--lang", "zh", "--dsn", ledger_dsn)
    assert page.status == 0
    assert page.out.startswith("由日志重新填充的读模型\n")
    assert [line.split()[0] for line in page.out.splitlines()[3:]] == ["limits", "balances"]


def test_a_model_that_is_not_there_is_named_with_those_that_are(ledger_dsn: str, copay: Copay) -> None:
    said = copay("rebuild", "wealth", "--dsn", ledger_dsn)
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("copay: there is no read model wealth; there are accounts, balances, ")
    said = copay("rebuild", "wealth", "--json", "--dsn", ledger_dsn)
    assert (said.status, json.loads(said.out)["error"]["code"]) == (1, "unknown_model")


def test_a_model_that_cannot_be_rebuilt_is_left_and_the_status_says_so(ledger_dsn: str, copay: Copay) -> None:
    assert copay("balance", LIN, "--dsn", ledger_dsn).status == 0
    with tampering(ledger_dsn) as connection:
        connection.execute("UPDATE ledger.ledger_events SET state = '{}' WHERE notification_id = 2")
    said = copay("rebuild", "balances", "limits", "--json", "--dsn", ledger_dsn)
    rebuilt = {model["model"]: model["rebuilt"] for model in json.loads(said.out)["models"]}
    assert (said.status, rebuilt) == (1, {"limits": True, "balances": False})
    assert json.loads(copay("balance", LIN, "--json", "--dsn", ledger_dsn).out)["balance_fen"] == 100_00
