"""Every answer, and the state behind it, against the clerk who works by hand."""

from typing import Any

from hypothesis import given

from ledger.application import Result
from tests.properties.clerk import Answer
from tests.properties.running import run
from tests.strategies import MANY, History, histories


@MANY
@given(histories())
def test_every_answer_is_the_one_the_contract_gives(history: History) -> None:
    results = run(history.lines).results
    for command, answer, result in zip(history.commands, history.answers, results, strict=True):
        assert (result.id, result.op) == (command["id"], command["op"])
        assert (result.status, result.code) == (answer.status, answer.code), command
        assert named(result, answer) == answer.result, command


def named(result: Result, answer: Answer) -> dict[str, Any]:
    """A result as the contract words it: of a refusal only the figures it names."""
    printed = plain(dict(result.result))
    if answer.status == "rejected":
        return {name: printed.get(name) for name in answer.result}
    assert isinstance(printed, dict)
    return printed


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value


@MANY
@given(histories())
def test_every_figure_behind_the_answers_is_the_one_in_the_books(history: History) -> None:
    town = history.clerk.town
    ran = run(history.lines)
    for name, person in town.people.items():
        account, money = ran.account(name), town.money(name)
        assert (account.region, account.insurance, account.status) == (
            person.region,
            person.insurance,
            person.status,
        )
        assert (account.current_fen, account.carried_fen) == (person.current, person.carried)
        assert (account.held_current_fen, account.held_carried_fen) == (
            money.held_current,
            money.held_carried,
        )
        assert (account.reserved_fen, account.available_fen) == (money.reserved, money.available)
        assert account.suspense_fen == person.suspense
        family = ran.family(name)
        order = [(b.binder, b.number, limit) for b, limit in town.family(name).order_now()]
        assert [(r.binder, r.binding, r.limit_fen) for r in family.order] == order
        for year in (1998, 2026, 2027):
            assert family.used_in(year) == town.used(year, name)
            assert account.shared_use.get(year, 0) == town.used(year, None, name)
            for binder in town.people:
                assert family.used_fen(binder, year) == town.used(year, name, binder)
