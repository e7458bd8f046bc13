"""A full refund puts everything back, when nothing lies between."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.aggregates.family_group import FamilyGroup
from ledger.aggregates.fold import State
from ledger.aggregates.personal_account import PersonalAccount
from tests.properties import bill_happenings
from tests.properties.running import folded, ledger, log_of
from tests.strategies import HALF, History, histories

LAST = st.sampled_from(
    [bill_happenings.charge, bill_happenings.hold, bill_happenings.pay_premium, bill_happenings.record]
)


def figures(states: dict[str, State | None]) -> dict[str, Any]:
    """Every account and family but for their versions; a figure of 0 is as good as none."""
    compared: dict[str, Any] = {}
    for stream, state in states.items():
        match state:
            case PersonalAccount():
                used = {year: fen for year, fen in state.shared_use.items() if fen}
                compared[stream] = replace(state, version=0, shared_use=used)
            case FamilyGroup():
                uses = {key: fen for key, fen in state.uses.items() if fen}
                family = replace(state, version=0, uses=uses)
                if family != FamilyGroup(state.beneficiary):
                    compared[stream] = family
            case _:
                pass
    return compared


def command(op: str, number: int, **fields: Any) -> bytes:
    line = {"id": f"back-{number}", "op": op, "at": "2027-12-31T08:00:00+08:00", **fields}
    return json.dumps(line).encode()


def after(history: History, *more: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The figures once the last command of a history and some more were applied, and the answers to these."""
    with ledger() as opened:
        opened.submit(history.lines)
        answers = [opened.submit([line])[0].as_dict() for line in more]
        return figures(folded(log_of(opened))), answers


def before(history: History) -> dict[str, Any]:
    with ledger() as opened:
        opened.submit(history.lines[:-1])
        return figures(folded(log_of(opened)))


def paid(history: History) -> bool:
    return history.commands[-1]["op"] in ("charge", "hold", "pay_premium", "record") and (
        history.answers[-1].status == "accepted"
    )


@HALF
@given(LAST.flatmap(lambda last: histories(30, last)), st.lists(st.integers(1, 40), max_size=3))
def test_a_full_refund_restores_every_balance_quota_and_limit(history: History, parts: list[int]) -> None:
    if not paid(history):
        return
    settlement = history.commands[-1]["settlement"]
    steps = [
        command("refund", n, settlement=settlement, refund=f"B-{n}", amount_fen=f)
        for n, f in enumerate(parts)
    ]
    steps.append(command("refund", 9, settlement=settlement, refund="B-9"))
    if history.commands[-1]["op"] == "hold":
        steps.insert(0, command("capture", 10, settlement=settlement))
    now, answers = after(history, *steps)
    assert answers[-1]["status"] == "accepted" or answers[-1]["code"] == "over_refund"
    assert now == before(history)


@HALF
@given(histories(30, bill_happenings.hold))
def test_a_release_restores_every_balance_quota_and_limit(history: History) -> None:
    if not paid(history):
        return
    now, answers = after(history, command("release", 0, settlement=history.commands[-1]["settlement"]))
    assert answers[0]["status"] == "accepted"
    assert now == before(history)


@HALF
@given(histories(30, bill_happenings.hold))
def test_a_hold_and_its_capture_come_to_what_the_charge_does(history: History) -> None:
    if not paid(history):
        return
    hold = history.commands[-1]
    captured, answers = after(history, command("capture", 0, settlement=hold["settlement"]))
    history.commands[-1] = {**hold, "op": "charge"}
    charged, _ = after(history)
    assert answers[0]["result"] == history.answers[-1].result
    assert captured == charged


@HALF
@given(histories(30, bill_happenings.quote))
def test_a_quote_says_what_a_charge_would_and_changes_nothing(history: History) -> None:
    quote = history.commands[-1]
    now, _ = after(history)
    assert now == before(history)
    charge = {**quote, "id": "same-as-quote", "op": "charge", "settlement": "S-same"}
    _, answers = after(history, json.dumps(charge).encode())
    expected = history.answers[-1]
    assert (answers[0]["status"], answers[0]["code"]) == (expected.status, expected.code)
    assert {**answers[0]["result"], **expected.result} == answers[0]["result"]
