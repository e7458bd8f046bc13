"""The generated city: well-formed, repeatable, streamed, and like life in its figures."""

import hashlib
import json
import re
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice, pairwise
from typing import Any

import pytest

from ledger.application import Ledger, Result
from ledger.commands.parsing import parse
from scripts import generate

FRAME = {"id", "op", "at"}
BILL = {"beneficiary", "amount_fen", "med_type"}
BILL_OPTIONS = {"institution", "self_paid_fen", "facts", "sources", "cash"}
PAIR = {"binder", "beneficiary"}
# Contract section 3: what each op must have, and what it may have.
FIELDS: dict[str, tuple[set[str], set[str]]] = {
    "open_account": ({"account", "region", "insurance"}, {"born"}),
    "credit": ({"account", "amount_fen"}, {"bucket", "kind"}),
    "adjust": ({"account", "delta_fen", "reason"}, {"bucket"}),
    "close_year": ({"account", "year"}, set()),
    "transfer": ({"account", "region"}, {"reason"}),
    "set_status": ({"account", "status"}, {"reason"}),
    "bind": ({*PAIR, "relation", "authorisation"}, {"kind", "limit_fen", "quota_fen", "evidence"}),
    "unbind": (PAIR, {"kind", "reason"}),
    "reorder": ({"beneficiary", "order"}, set()),
    "set_limit": ({*PAIR, "limit_fen"}, set()),
    "grant_quota": ({*PAIR, "amount_fen"}, set()),
    "release_quota": (PAIR, set()),
    "charge": ({*BILL, "settlement"}, BILL_OPTIONS),
    "hold": ({*BILL, "settlement"}, BILL_OPTIONS),
    "quote": (BILL, BILL_OPTIONS),
    "capture": ({"settlement"}, set()),
    "release": ({"settlement"}, set()),
    "pay_premium": ({"settlement", "payer", "beneficiary", "amount_fen", "scheme"}, set()),
    "refund": ({"settlement", "refund"}, {"amount_fen"}),
}
# What the wrong lines and the few empty pockets of a year may be refused with, and nothing else.
REFUSALS = {
    "account_exists",
    "already_bound",
    "authorisation_required",
    "beneficiary_not_active",
    "beneficiary_not_found",
    "binder_not_active",
    "insufficient_funds",
    "no_personal_account",
    "no_quota",
    "not_a_permutation",
    "not_bound",
    "over_refund",
    "quota_exceeds_available",
    "relation_not_eligible",
    "request_conflict",
    "self_binding",
    "settlement_not_found",
    "too_many_binders",
    "year_not_over",
}
OUTPATIENT_AND_PHARMACY = {"11", "12", "13", "1301", "14", "140101", "15", "16", "9901", "41"}

Command = dict[str, Any]


@pytest.fixture(scope="module")
def year() -> list[bytes]:
    """Twelve months of a thousand people."""
    return list(generate.lines(people=1000, months=12, seed=11))


@pytest.fixture(scope="module")
def commands(year: list[bytes]) -> list[Command]:
    return [json.loads(line) for line in year]


@pytest.fixture(scope="module")
def results(year: list[bytes]) -> list[Result]:
    """What the ledger answers to the year."""
    with Ledger.in_memory() as ledger:
        return list(ledger.apply_lines(year))


def test_the_same_seed_gives_the_same_bytes_on_every_machine() -> None:
    written = hashlib.sha256(b"".join(generate.lines(people=200, months=12, seed=7))).hexdigest()
    assert written == "ef042e623ffcab3d2f6311eb904fc0a8ed813ef87db3ab45db7bfec1194bea3e"


def test_another_seed_gives_another_city() -> None:
    assert list(generate.opening(people=50, seed=1)) != list(generate.opening(people=50, seed=2))


def test_every_line_is_a_command_with_exactly_the_fields_of_the_contract(year: list[bytes]) -> None:
    for line in year:
        assert line.endswith(b"}\n")
        command = json.loads(line)
        required, optional = FIELDS[command["op"]]
        fields = set(command) - FRAME - {"by"}
        assert required <= fields <= required | optional, line


def test_the_ledger_reads_every_line(year: list[bytes]) -> None:
    for line in year:
        parse(line.rstrip(b"\n"))


def test_a_year_has_every_kind_of_command_but_those_that_wait_for_a_reviewer(commands: list[Command]) -> None:
    assert {command["op"] for command in commands} == set(FIELDS)


def test_no_id_has_the_form_of_a_citizen_number(commands: list[Command]) -> None:
    looks_like_one = re.compile(r"\d{17}[\dX]")
    for command in commands:
        for value in command.values():
            assert not (isinstance(value, str) and looks_like_one.fullmatch(value))


def test_all_times_lie_between_the_first_day_and_the_end_of_the_last_month(commands: list[Command]) -> None:
    times = [command["at"] for command in commands]
    assert min(times) == "2025-03-01T00:00:00+08:00"
    assert "2026-02-28" < max(times) < "2026-03-01"


def test_months_are_those_asked_for_also_across_a_year_end() -> None:
    times = [json.loads(line)["at"] for line in generate.lines(people=60, months=3, seed=3, start="2024-11")]
    assert {time[:7] for time in times} == {"2024-11", "2024-12", "2025-01"}


def test_no_months_leave_only_the_opening_day() -> None:
    assert list(generate.lines(people=40, months=0, seed=3)) == list(generate.opening(people=40, seed=3))


@pytest.mark.parametrize("people", [1, 2, 3, 7])
def test_a_hamlet_has_exactly_its_people(people: int) -> None:
    opened = {
        command["account"]
        for command in map(json.loads, generate.lines(people, months=12, seed=5))
        if command["op"] == "open_account" and command["id"].startswith("O")
    }
    assert len(opened) == people


@pytest.mark.parametrize(
    ("people", "months", "start"), [(0, 1, "2025-03"), (1, -1, "2025-03"), (1, 1, "2025-13")]
)
def test_what_cannot_be_a_city_is_refused_before_the_first_line(people: int, months: int, start: str) -> None:
    with pytest.raises(ValueError, match=r"person|months|month"):
        generate.lines(people, months, seed=1, start=start)


def test_some_lines_come_late_and_some_come_twice(year: list[bytes], commands: list[Command]) -> None:
    late = sum(after["at"] < before["at"] for before, after in pairwise(commands))
    twice = len(year) - len(set(year))
    assert 0.002 < late / len(year) < 0.02
    assert 0.001 < twice / len(year) < 0.01


def test_a_repeated_request_id_mostly_repeats_the_whole_line(year: list[bytes]) -> None:
    lines_by_id: dict[str, set[bytes]] = {}
    for line in year:
        lines_by_id.setdefault(json.loads(line)["id"], set()).add(line)
    conflicts = sum(len(same) > 1 for same in lines_by_id.values())
    assert 0 < conflicts < len(year) / 500


def test_children_stand_on_both_sides_of_sixteen_and_show_what_their_age_asks_for() -> None:
    shown = Counter[str]()
    for command in map(json.loads, generate.opening(people=3000, seed=2)):
        if command["op"] == "bind" and command["relation"] == "child":
            shown["face" if command["authorisation"] == "face" else "certificate"] += 1
    assert 0.3 < shown["face"] / shown.total() < 0.7


def test_most_bills_are_outpatient_or_pharmacy_and_a_few_have_unknown_codes(commands: list[Command]) -> None:
    codes = Counter(command["med_type"] for command in commands if command["op"] == "charge")
    ordinary = sum(codes[code] for code in OUTPATIENT_AND_PHARMACY)
    unknown = sum(codes[code] for code in ("140104", "8888", "77"))
    assert 0.9 < ordinary / codes.total() < 0.97
    assert 0 < unknown / codes.total() < 0.02


def test_bills_that_relatives_are_meant_to_pay_average_near_138_yuan(commands: list[Command]) -> None:
    bills = list(_bills_for_relatives(commands))
    assert 12500 < sum(bills) / len(bills) < 15500


def test_memory_does_not_grow_with_the_number_of_lines() -> None:
    assert _peak(people=1000, months=18) < _peak(people=1000, months=9) + 100_000


def test_the_first_line_does_not_wait_for_the_others() -> None:
    city = generate.lines(people=100_000, months=12, seed=1)
    assert [json.loads(line)["op"] for line in islice(city, 1)] == ["open_account"]


def test_natural_charges_are_only_charges_for_people_of_the_same_opening() -> None:
    people = {
        command["account"]
        for command in map(json.loads, generate.opening(people=500, seed=9))
        if command["op"] == "open_account"
    }
    charges = [json.loads(line) for line in generate.natural_charges(people=500, charges=1000, seed=9)]
    assert {charge["op"] for charge in charges} == {"charge"}
    assert len({charge["settlement"] for charge in charges}) == len(charges) == 1000
    assert {charge["beneficiary"] for charge in charges} <= people


def test_cascade_charges_ask_once_for_each_beneficiary_more_than_own_money_and_first_limit() -> None:
    limits: dict[str, list[int]] = {}
    money: Counter[str] = Counter()
    for command in map(json.loads, generate.cascade_opening(charges=52)):
        if command["op"] == "bind":
            limits.setdefault(command["beneficiary"], []).append(command["limit_fen"])
        if command["op"] == "credit":
            money[command["account"]] += command["amount_fen"]
    charges = [json.loads(line) for line in generate.cascade_charges(charges=52, seed=4)]
    assert len({charge["beneficiary"] for charge in charges}) == len(charges) == 52
    for charge in charges:
        first, second = limits[charge["beneficiary"]]
        rest = charge["amount_fen"] - money[charge["beneficiary"]] - first
        assert 0 < rest < second


def test_the_ledger_accepts_what_is_meant_well_and_refuses_about_one_line_in_two_hundred(
    results: list[Result],
) -> None:
    assert {result.code for result in results if result.status == "rejected"} <= REFUSALS
    statuses = Counter(result.status for result in results)
    assert set(statuses) == {"accepted", "duplicate", "rejected"}
    assert 0.002 < statuses["rejected"] / len(results) < 0.01


def test_a_shared_payment_averages_near_138_yuan(results: list[Result]) -> None:
    shared = [
        result.result["shared_fen"]
        for result in results
        if result.op in {"charge", "hold"} and result.status == "accepted" and result.result["shared_fen"]
    ]
    assert 12500 < sum(shared) / len(shared) < 15000


def test_the_opening_and_natural_charges_are_all_accepted() -> None:
    city = chain(generate.opening(people=300, seed=6), generate.natural_charges(300, charges=300, seed=6))
    with Ledger.in_memory() as ledger:
        assert {result.status for result in ledger.apply_lines(city)} == {"accepted"}


def test_own_account_and_two_binders_pay_every_cascade_charge_and_nothing_is_cash() -> None:
    with Ledger.in_memory() as ledger:
        opened = ledger.apply_lines(generate.cascade_opening(charges=50))
        assert {result.status for result in opened} == {"accepted"}
        for result in ledger.apply_lines(generate.cascade_charges(charges=50, seed=6)):
            assert [leg["rank"] for leg in result.result["legs"]] == [0, 1, 2]
            assert result.result["cash_fen"] == 0


def _bills_for_relatives(commands: list[Command]) -> Iterator[int]:
    """Shareable fen of bills of bound residents, who have no money of their own."""
    residents: set[str] = set()
    binders: dict[str, set[str]] = {}
    for command in commands:
        match command["op"]:
            case "open_account" if command["insurance"] == "resident":
                residents.add(command["account"])
            case "bind" if "kind" not in command:
                binders.setdefault(command["beneficiary"], set()).add(command["binder"])
            case "unbind":
                binders.get(command["beneficiary"], set()).discard(command["binder"])
            case "charge" if command["beneficiary"] in residents and binders.get(command["beneficiary"]):
                shared = command.get("sources") != "own" and command.get("cash") != "refused"
                if shared and command["med_type"] in OUTPATIENT_AND_PHARMACY:
                    yield command["amount_fen"] - command.get("self_paid_fen", 0)


def _peak(people: int, months: int) -> int:
    """Bytes of Python objects alive at the highest point while lines are read and dropped."""
    tracemalloc.start()
    try:
        for _ in generate.lines(people, months, seed=1):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
