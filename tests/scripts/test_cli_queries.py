"""The questions of a back office about one family: for people in two languages, for programs in JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scripts.conftest import Copay

KEYS = {
    ("balance", "WEI"): {
        "account", "region", "insurance", "status", "current_fen", "carried_fen", "balance_fen",
        "reserved_fen", "held_fen", "available_fen", "suspense_fen",
    },
    ("debit-order", "LIN"): {"order"},
    ("limits", "LIN", "--year", "2025"): {"used_fen", "cap_fen", "remaining_fen", "by_binder"},
    ("members", "WEI", "--year", "2025"): {"members"},
    ("statement", "WEI"): {"lines"},
    ("history", "LIN-S3"): {"events"},
    ("totals", "--from", "2025-05-01"): {"totals", "sum"},
    ("explain", "LIN-S3"): {
        "settlement", "state", "beneficiary", "amount_fen", "class", "policy", "digest", "sources",
        "cash_fen",
    },
    ("list", "holds"): {"holds"},
    ("list", "reviews"): {"reviews"},
    ("list", "refusals"): {"refusals"},
    ("list", "suspense"): {"suspense"},
    ("list", "bindings", "--region", "51"): {"bindings"},
    ("list", "unknown"): {"unknown"},
    ("list", "exceptions"): {"exceptions"},
}  # fmt: skip


@pytest.mark.parametrize("question", KEYS)
def test_every_query_gives_one_json_object_with_its_log_position(
    copay: Copay, family: str, question: tuple[str, ...]
) -> None:
    said = copay(*question, "--dsn", family, "--json")
    assert (said.status, said.err, said.out.count("\n")) == (0, "", 1)
    answer = json.loads(said.out)
    assert answer["position"] == 56
    assert set(answer) >= KEYS[question]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("question", KEYS)
def test_every_query_prints_a_page_for_people(
    copay: Copay, family: str, question: tuple[str, ...], lang: str
) -> None:
    said = copay(*question, "--dsn", family, "--lang", lang)
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines()[-1].endswith("56")
    assert ("amounts in yuan" if lang == "en" else "金额单位：元") in said.out
    assert "_fen" not in said.out
    assert "None" not in said.out


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (("balance", "NOBODY"), "account_not_found"),
        (("debit-order", "NOBODY"), "beneficiary_not_found"),
        (("limits", "NOBODY", "--year", "2025"), "beneficiary_not_found"),
        (("members", "NOBODY"), "account_not_found"),
        (("statement", "NOBODY"), "account_not_found"),
        (("explain", "NOBODY"), "settlement_not_found"),
        (("balance", "WEI", "--position", "1"), "account_not_found"),
        (("balance", "WEI", "--at", "2024-01-01T00:00:00Z"), "account_not_found"),
    ],
)
def test_what_does_not_exist_is_one_sentence_or_an_error_object_and_status_1(
    copay: Copay, family: str, question: tuple[str, ...], code: str
) -> None:
    people, program = copay(*question, "--dsn", family), copay(*question, "--dsn", family, "--json")
    assert (people.status, people.out, people.err.count("\n")) == (1, "", 1)
    assert (program.status, program.err) == (1, "")
    error = json.loads(program.out)["error"]
    assert error["code"] == code
    assert people.err == f"copay: {error['message']}\n"


def test_the_history_of_nothing_is_not_found_either(copay: Copay, family: str) -> None:
    assert copay("history", "NOBODY", "--dsn", family).status == 1


def test_amounts_are_yuan_for_people_and_fen_for_programs(copay: Copay, family: str) -> None:
    assert "2,000.00 yuan" in copay("explain", "LIN-S4", "--dsn", family).out
    assert json.loads(copay("explain", "LIN-S4", "--dsn", family, "--json").out)["amount_fen"] == 200_000


def test_balances_come_as_of_a_time_or_a_position(copay: Copay, family: str) -> None:
    def balance(*moment: str) -> Any:
        return json.loads(copay("balance", "WEI", "--dsn", family, "--json", *moment).out)["balance_fen"]

    assert balance() == 18_000
    assert balance("--at", "2025-04-01T00:00:00+08:00") == 43_000
    assert balance("--position", "6") == 50_000


def test_a_statement_takes_its_first_and_last_day_in(copay: Copay, family: str) -> None:
    days = ("--from", "2025-04-16", "--to", "2025-05-20")
    lines = json.loads(copay("statement", "WEI", *days, "--dsn", family, "--json").out)["lines"]
    assert [(line["settlement"], line["amount_fen"]) for line in lines] == [
        ("LIN-S2", -3000),
        ("LIN-S3", -10_000),
    ]


def test_explain_says_whose_money_was_taken_and_why(copay: Copay, family: str) -> None:
    page = copay("explain", "LIN-S3", "--dsn", family).out
    assert page.splitlines()[0] == "settlement LIN-S3: 150.00 yuan, charged"
    assert (
        "MEI (binder 1) paid 50.00: all that its own yearly limit left, though 300.00 were available." in page
    )
    assert "WEI (binder 2) paid 100.00: all that was still needed" in page
    assert page.count("\n") <= 24


def test_explain_speaks_chinese(copay: Copay, family: str) -> None:
    page = copay("explain", "LIN-S3", "--dsn", family, "--lang", "zh").out
    assert page.splitlines()[0] == "结算 LIN-S3：150.00 元，已支付"
    assert "MEI（第 1 顺位绑定人）支付 50.00 元：本人所设年度限额只剩这些，可用余额为 300.00 元。" in page


def test_explain_tells_why_binders_were_not_asked_and_what_was_given_back(copay: Copay, family: str) -> None:
    inpatient = copay("explain", "LIN-S4", "--dsn", family).out
    refunded = copay("explain", "LIN-S2", "--dsn", family).out
    assert (
        "WEI (binder 2) was not asked: policy national-2024 does not let it pay bills of class inpatient."
        in inpatient
    )
    assert "Refund LIN-R1 gave 100.00 back (cash 20.00, WEI 30.00, MEI 50.00); 200.00 could still" in refunded


def test_a_list_says_when_there_is_more_than_it_shows(copay: Copay, family: str) -> None:
    one = copay("list", "refusals", "--limit", "1", "--dsn", family)
    assert "there are more than these 1; see --limit" in one.out
    page = json.loads(copay("list", "refusals", "--limit", "1", "--dsn", family, "--json").out)
    assert (len(page["refusals"]), page["next"] is None) == (1, False)
    everything = json.loads(copay("list", "refusals", "--dsn", family, "--json").out)
    assert ([entry["id"] for entry in everything["refusals"]], everything["next"]) == (
        ["lin-11", "lin-08"],
        None,
    )


def test_a_refusal_in_a_list_says_the_way_out(copay: Copay, family: str) -> None:
    assert "unbind one first" in copay("list", "refusals", "--dsn", family).out
    assert "请先解绑" in copay("list", "refusals", "--dsn", family, "--lang", "zh").out


def test_policies_name_their_documents(copay: Copay, family: str) -> None:
    page = copay("policies", "--dsn", family)
    packs = json.loads(copay("policies", "--dsn", family, "--json").out)["policies"]
    assert page.status == 0
    assert "国办发〔2024〕38号" in page.out
    assert {"name", "regions", "effective", "source", "certainty", "digest"} <= set(packs[0])


def test_the_policy_in_force_shows_every_key(copay: Copay, family: str) -> None:
    asked = ("policy", "440305", "2025-06-30", "--dsn", family)
    pack = json.loads(copay(*asked, "--json").out)
    assert (pack["name"], pack["debit"]["yearly_cap_fen"]) == ("shenzhen-2024", 800_000)
    assert len(pack["digest"]) == 32
    page = copay(*asked).out
    assert "shenzhen-2024 is in force in 440305 on 2025-06-30" in page
    assert "8,000.00" in page


def test_a_day_before_every_policy_has_none(copay: Copay, family: str) -> None:
    asked = ("policy", "440305", "2001-01-01", "--dsn", family)
    assert copay(*asked).status == 1
    assert json.loads(copay(*asked, "--json").out)["error"]["code"] == "no_policy"


def test_policies_need_no_ledger_and_make_none(copay: Copay, tmp_path: Path) -> None:
    said = copay("policy", "330102", "2026-02-01", "--data", tmp_path / "data", "--lang", "zh")
    assert said.status == 0
    assert "330102 地区在 2026-02-01 适用 hangzhou-2026" in said.out
    assert not (tmp_path / "data").exists()


def test_a_pack_given_with_an_option_is_in_effect(copay: Copay, tmp_path: Path) -> None:
    pack = tmp_path / "ours.yaml"
    pack.write_text(
        "name: ours\nregions: ['510104']\neffective: 2025-01-01\nsource: a letter\ncertainty: C\n"
    )
    said = copay("policy", "510104", "2025-02-01", "--policy", pack, "--data", tmp_path / "data", "--json")
    assert json.loads(said.out)["name"] == "ours"


def test_a_query_on_a_new_folder_says_so(copay: Copay, tmp_path: Path) -> None:
    said = copay("list", "holds", "--data", tmp_path / "data", "--json")
    assert (said.status, json.loads(said.out)["holds"]) == (0, [])
    assert said.err.endswith("is new: its ledger is empty\n")


def test_a_generated_city_is_the_same_every_time(copay: Copay, tmp_path: Path) -> None:
    asked = ("generate", "--people", "20", "--months", "1", "--seed", "7")
    printed = copay(*asked).out
    assert copay(*asked, "--output", tmp_path / "city") == (0, "", "")
    assert (tmp_path / "city").read_text() == printed
    assert all(json.loads(line)["op"] for line in printed.splitlines())
