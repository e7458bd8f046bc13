"""`copay diff`: what changed an account between two moments, for people and for programs."""

import json

import pytest

from tests.scripts.conftest import Copay


def test_the_causes_sum_to_the_difference(copay: Copay, family: str) -> None:
    found = json.loads(copay("diff", "WEI", "--from", "6", "--dsn", family, "--json").out)
    assert (found["from"]["balance_fen"], found["to"]["balance_fen"]) == (50_000, 18_000)
    assert sum(cause["current_fen"] + cause["carried_fen"] for cause in found["causes"]) == -32_000
    assert {"op": "charge", "settlement": "LIN-S3", "current_fen": -10_000}.items() <= next(
        cause for cause in found["causes"] if cause["settlement"] == "LIN-S3"
    ).items()


def test_positions_and_times_are_both_moments(copay: Copay, family: str) -> None:
    moments = ("--from", "2025-04-01T00:00:00+08:00", "--to", "56")
    found = json.loads(copay("diff", "WEI", *moments, "--dsn", family, "--json").out)
    assert found["from"]["balance_fen"] == 43_000
    assert (found["to"]["balance_fen"], found["to"]["position"]) == (18_000, 56)


@pytest.mark.parametrize(("lang", "heading"), [("en", "what changed WEI"), ("zh", "WEI 的变动原因")])
def test_people_see_both_balances_and_every_cause(copay: Copay, family: str, lang: str, heading: str) -> None:
    said = copay("diff", "WEI", "--from", "6", "--dsn", family, "--lang", lang)
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines()[0] == heading
    assert "-320.00" in said.out
    assert "LIN-S3" in said.out
    assert "_fen" not in said.out


def test_what_is_neither_a_position_nor_a_time_is_bad_usage(copay: Copay, family: str) -> None:
    said = copay("diff", "WEI", "--from", "yesterday", "--dsn", family)
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("copay: --from ")
    assert copay("diff", "NOBODY", "--from", "6", "--dsn", family).status == 1
