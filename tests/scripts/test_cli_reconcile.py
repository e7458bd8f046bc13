"""`copay reconcile` and `scripts/reconcile.py`: what is refused, tried out, sent, and run twice."""

import json
import shutil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import orjson
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from scripts import reconcile
from tests.scripts.conftest import ROOT, Copay, Said

SAMPLE = ROOT / "scripts" / "sample" / "reconciliation"
CLINIC = ("--institution", "H51010400001")
DAYS = ("--from", "2026-03-02", "--to", "2026-03-07")
DETAILS = ("--profile", "3202-upload-8", *CLINIC, *DAYS)
ITEM = "brk-0b8df9b520eb668b5cb2"


@pytest.fixture(scope="module")
def books(server: str, shell: Copay) -> str:
    """A database with the six days' settlements, to be copied."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE six_days")
    dsn = make_conninfo(server, dbname="six_days")
    assert shell("apply", SAMPLE / "six-days.jsonl", "--dsn", dsn).status == 0
    return dsn


@pytest.fixture
def clinic(server: str, books: str, request: pytest.FixtureRequest) -> Any:
    """A copy of it for one test."""
    name = f"clinic_{abs(hash(request.node.name))}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE six_days")
        yield make_conninfo(server, dbname=name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def ask(copay: Copay, clinic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copay:
    """`copay reconcile` on that database, signed in as nobody."""
    monkeypatch.setenv("COPAY_SIGN_IN", str(tmp_path / "nobody"))
    return lambda *arguments: copay("--dsn", clinic, "reconcile", *arguments)


def answer(said: Said) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said.out)
    return found


def test_a_dry_run_shows_the_outcome_and_keeps_nothing(ask: Copay) -> None:
    tried = answer(ask("import", SAMPLE / "six-days.txt", *DETAILS, "--dry-run", "--json"))
    assert (tried["outcome"], tried["kept"], tried["new_rows"]) == ("taken", False, 13)
    assert ask("periods", *CLINIC).out.startswith("nothing was taken in yet")
    assert ask("import", SAMPLE / "six-days.txt", *DETAILS).status == 0
    assert answer(ask("match", *CLINIC, "--dry-run", "--json"))["kept"] is False
    missing = ask("report", *CLINIC, "--json")
    assert (missing.status, answer(missing)["error"]["code"]) == (1, "never_matched")


def test_the_same_file_again_has_no_second_effect(ask: Copay, tmp_path: Path) -> None:
    ask("import", SAMPLE / "six-days.txt", *DETAILS)
    again = answer(ask("import", SAMPLE / "six-days.txt", *DETAILS, "--json"))
    assert (again["outcome"], again["new_rows"]) == ("known", 0)
    shuffled = "".join(reversed((SAMPLE / "six-days.txt").read_text().splitlines(keepends=True)))
    (tmp_path / "other-name.txt").write_text(shuffled)
    assert answer(ask("import", tmp_path / "other-name.txt", *DETAILS, "--json"))["new_rows"] == 0
    assert answer(ask("match", *CLINIC, "--json"))["there"]["rows"] == 13


def test_a_file_with_bad_lines_is_refused_whole_with_each_of_them(ask: Copay, tmp_path: Path) -> None:
    text = (SAMPLE / "six-days.txt").read_text()
    (tmp_path / "bad.txt").write_text(text.replace("88.60", "88.6").replace("\t0\t", "\t7\t", 1))
    refused = ask("import", tmp_path / "bad.txt", *DETAILS, "--json")
    error = answer(refused)["error"]
    assert (refused.status, error["code"]) == (2, "file_unreadable")
    assert [(bad["line"], bad["code"]) for bad in error["bad"]] == [
        (1, "unknown_code"), (2, "decimals"), (2, "decimals"),
    ]  # fmt: skip
    said = ask("import", tmp_path / "bad.txt", *DETAILS, "--lang", "zh")
    assert "第 2 行" in said.err
    assert "88.6" not in said.err
    assert answer(ask("periods", *CLINIC, "--json")) == {"periods": []}


BAD_USAGE: Any = [
    (("match",), "name the other side", "指明对账方"),
    (("match", *CLINIC, "--bank", "ICBC"), "name the other side", "指明对账方"),
    (("match", *CLINIC, "--from", "2026-03-01"), "--from and --to go together", "同时给出"),
    (("breaks", *CLINIC, "--class", "odd"), "--class is one of", "--class 须为"),
    (("sign", *CLINIC, "--approve", "1"), "go with --digest", "--digest"),
    (("sign", *CLINIC, "--propose", "--rest", "1=x"), "three whole numbers", "三个整数"),
    (("report", *CLINIC, "--bom"), "--bom goes with --csv", "--csv"),
    (("import", "none.txt", *DETAILS), "cannot be read", "无法读取"),
    (
        ("import", "none.txt", "--profile", "odd", *CLINIC, *DAYS),
        "no such profile",
        "没有可用于此处的版式",
    ),
    (("export", "out", "--profile", "3201-national"), "give --from and --to", "--from"),
    (("propose", ITEM, "record", "--reason", "x", "--record", "none.json"), "cannot be read", "无法读取"),
]


def test_bad_usage_is_one_sentence_in_two_languages(ask: Copay) -> None:
    for arguments, sentence, satz in BAD_USAGE:
        for lang, part in (("en", sentence), ("zh", satz)):
            said = ask(*arguments, "--lang", lang)
            assert (said.status, said.out) == (2, "")
            assert part in said.err
            assert said.err.count("\n") == 1


def test_what_is_not_there_or_not_allowed_ends_with_one(ask: Copay) -> None:
    ask("import", SAMPLE / "six-days.txt", *DETAILS)
    assert ask("match", *CLINIC).status == 1
    for arguments, code in (
        (("show", "brk-none"), "break_not_found"),
        (("breaks", "--agency", "510100"), "period_not_found"),
        (("breaks", *CLINIC, "--from", "2026-01-01", "--to", "2026-01-02"), "period_not_found"),
        (("propose", ITEM, "timing", "--reason", "tomorrow"), "not_signed_in"),
        (("sign", *CLINIC, "--propose"), "not_signed_in"),
    ):
        said = ask(*arguments, "--json")
        assert (said.status, answer(said)["error"]["code"]) == (1, code)


def test_breaks_are_filtered_by_class_owner_age_and_state(ask: Copay) -> None:
    ask("import", SAMPLE / "six-days.txt", *DETAILS)
    ask("match", *CLINIC)
    for arguments, count in (
        ((), 1), (("--class", "total"), 1), (("--class", "late"), 0), (("--owner", "-"), 1),
        (("--owner", "S001"), 0), (("--age", "2"), 1), (("--age", "99999"), 0), (("--state", "closed"), 0),
        (("--state", "all"), 1),
    ):  # fmt: skip
        assert len(answer(ask("breaks", *CLINIC, *arguments, "--json"))["breaks"]) == count
    assert "总额不符" in ask("breaks", *CLINIC, "--lang", "zh").out


def test_one_break_is_shown_with_both_rows_and_the_events_behind_it(ask: Copay) -> None:
    ask("import", SAMPLE / "six-days.txt", *DETAILS)
    ask("match", *CLINIC)
    found = answer(ask("show", ITEM, "--json"))
    assert [row["settlement"] for row in found["here"]] == ["CD06"]
    assert [(row["settlement"], row["total_fen"], row["line"]) for row in found["there"]] == [
        ("CD06", 8900, 11)
    ]
    assert found["cause_position"] in [event["position"] for event in found["events"]]


def test_the_files_that_are_sent_are_read_back_by_the_same_profile(ask: Copay, tmp_path: Path) -> None:
    sent = answer(ask("export", tmp_path / "out", *DETAILS, "--json"))
    (call,) = sent["calls"]
    assert (call["total_fen"], call["rows"]) == (171_239_20, 13)
    archive = tmp_path / "out" / call["details"]
    assert len(ZipFile(archive).read("details.txt").splitlines()) == 13
    request = json.loads((tmp_path / "out" / call["request"]).read_bytes())["data"]
    assert (request["medfee_sumamt"], request["fixmedins_setl_cnt"]) == ("171239.20", "13")
    assert ask("import", archive, *DETAILS).status == 0
    assert ask("match", *CLINIC).status == 0
    tried = ask(
        "export", tmp_path / "none", "--profile", "3201-national", *CLINIC, *DAYS, "--dry-run", "--json"
    )
    assert answer(tried)["calls"][0]["insutype"] == "310"
    assert not (tmp_path / "none").exists()


def test_the_answer_to_3201_is_shown_and_not_kept(ask: Copay, tmp_path: Path) -> None:
    found = {"setl_optins": "510100", "stmt_rslt": "000102", "stmt_rslt_dscr": "医院多"}
    (tmp_path / "3201.json").write_bytes(orjson.dumps({"stmtinfo": found}))
    asked = ("import", tmp_path / "3201.json", "--profile", "3201-national", *CLINIC, *DAYS)
    told = answer(ask(*asked, "--json"))
    assert (told["outcome"], told["finding"], told["kept"]) == ("answered", "institution_more", False)
    assert "机构多" in ask(*asked, "--lang", "zh").out
    assert answer(ask("periods", *CLINIC, "--json")) == {"periods": []}


# The unattended day ----------------------------------------------------------------------------------------


@pytest.fixture
def night(
    clinic: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """`scripts/reconcile.py` over a folder with the six days' file."""
    monkeypatch.setenv("COPAY_SIGN_IN", str(tmp_path / "nobody"))
    monkeypatch.delenv("COPAY_DSN", raising=False)
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(SAMPLE / "six-days.txt", folder / "3202-upload-8--six-days.txt")

    def call(*flags: str) -> Said:
        capfd.readouterr()
        given = ("--folder", str(folder), "--out", str(tmp_path / "out"), "--dsn", clinic)
        return Said(reconcile.main([*given, *flags]), *capfd.readouterr())

    call.folder = folder  # type: ignore[attr-defined]  # a function that knows its folder
    return call


def test_a_day_runs_unattended_and_twice_is_once(night: Any, clinic: str, tmp_path: Path) -> None:
    first = night(*CLINIC, *DAYS)
    found = answer(first)
    assert (first.status, found["outcome"], found["breaks"]) == (1, "breaks", 1)
    forms = {path.suffix for path in map(Path, found["reports"])}
    assert forms == {".html", ".xlsx", ".json", ".csv"}
    told = json.loads(next((tmp_path / "out").glob("*.json")).read_bytes())
    assert told["difference"]["total_fen"] == -61_00
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.*")}
    with psycopg.connect(clinic) as connection:
        end = connection.execute("SELECT max(notification_id) FROM ledger.ledger_events").fetchone()
        second = night(*CLINIC, *DAYS)
        assert connection.execute("SELECT max(notification_id) FROM ledger.ledger_events").fetchone() == end
    again = answer(second)
    assert second.status == 1
    assert {**again, "files": []} == {**found, "files": []}
    assert [file["outcome"] for file in again["files"]] == ["known"]
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.*")} == before


def test_a_day_with_an_unreadable_file_ends_with_two_and_opens_breaks(night: Any, ask: Copay) -> None:
    (night.folder / "3202-upload-8--more.txt").write_text("CD99\tnot enough\n")
    (night.folder / "manifest.yaml").write_text(
        "institution: H51010400001\nfrom: 2026-03-02\nto: 2026-03-07\n"
    )
    found = answer(said := night())
    assert (said.status, found["outcome"]) == (2, "bad_input")
    assert [file["outcome"] for file in found["files"]] == ["refused", "taken"]
    assert [one["class"] for one in found["classes"]] == ["total", "unreadable"]
    listed = answer(ask("report", *CLINIC, "--json"))["breaks"]
    assert {one["class"] for one in listed} == {"total", "unreadable"}
    assert night().status == 2
    (night.folder / "3202-upload-8--more.txt").unlink()
    assert night().status == 1  # the good file has come: that break is gone


def test_a_manifest_that_cannot_be_used_is_bad_input(night: Any) -> None:
    for manifest in (
        "institution: [", "- a", "odd: 1", "bank: B\nfrom: soon", "files: [{file: none.txt}]\nbank: B",
    ):  # fmt: skip
        (night.folder / "manifest.yaml").write_text(manifest)
        said = night()
        assert said.status == 2
        assert answer(said)["error"]["code"] == "usage"
        assert said.err.count("\n") == 1


def test_flags_that_are_not_known_are_bad_usage(night: Any) -> None:
    for flags in (("--odd", "1"), ("--bank", "A", "--bank", "B"), ("-x", "1")):
        assert night(*flags).status == 2
