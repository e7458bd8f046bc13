"""The benchmark runs from end to end and says what it found; nothing here depends on how fast it was."""

import json
from itertools import count, product, repeat
from pathlib import Path

import pytest

from ledger.application import GroupCommit, Ledger
from scripts.bench.__main__ import app
from scripts.bench.callers import by_threads, paced
from scripts.bench.figures import FIGURES, STOCK, against
from scripts.bench.following import Moment, behind
from scripts.bench.measuring import Measured, Spread, percentiles_ms
from scripts.bench.own import log_only
from scripts.bench.parsing import parsed, write_details
from scripts.bench.plan import FORMS, PEOPLE, QUESTIONS, Plan
from scripts.bench.proving import CHECKED, EXPORTED, KEPT, MADE, PLAIN, VERIFIED
from scripts.bench.reconciled import prepare, reconcile
from scripts.bench.stock import by_stock_threads, fill
from scripts.bench.whereabouts import where_time_goes
from scripts.bench.workloads import fill_city, fill_owners, of_one_owner, write_files

NAMES = ("stock-1", "file", "pgbench-1")


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    capsys.readouterr()
    app([str(argument) for argument in arguments], standalone_mode=False)
    return capsys.readouterr().out


def test_a_tiny_run_finds_something_of_everybody_and_shows_it_in_every_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    only = [part for name in NAMES for part in ("--only", name)]
    tiny = ("--rounds", 1, "--charges", 120, "--seconds", 0.2, "--memory-charges", 60)
    said = run(capsys, *tiny, *only, "--folder", tmp_path, "--json")
    found = json.loads(said)
    rates = {one["name"]: one["charges_per_s"]["median"] for one in found["contenders"]}
    assert set(rates) == {*NAMES, "file-followed"}
    assert all(rate > 0 for rate in rates.values())
    assert [one["not_accepted"] for one in found["contenders"]] == [0] * len(rates)
    reached = {one["figure"]: one["reached"] for one in found["figures"]}
    assert len(reached) == len(FIGURES)
    assert [text for text, verdict in reached.items() if "bytes" in text and verdict == "not measured"] == []
    assert found["memory"][0]["peak_mib"] > 1
    assert [verdict for text, verdict in reached.items() if "memory of the writer" in text] == [
        "too small to say"
    ]
    assert found["profile"]["file"]
    assert list(tmp_path.iterdir()) == []

    (tmp_path / "result.json").write_text(said)
    page = run(capsys, "--show", tmp_path / "result.json", "--markdown")
    assert "| stock library, 1 caller |" in page
    assert "stock library, 1 caller" in run(capsys, "--show", tmp_path / "result.json")


def test_queries_are_asked_in_every_form_and_decisions_of_a_log_taken_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    only = ("--only", "queries", "--only", "redecide", "--rounds", 1)
    asked = (*only, "--events", 1500, "--log-events", 1000, "--folder", tmp_path)
    found = json.loads(run(capsys, *asked, "--json"))
    assert found["contenders"] == []
    assert found["settings"]["events"] > 1000
    told = {(one["question"], one["people"], one["form"]) for one in found["queries"]}
    assert told == set(product(QUESTIONS, PEOPLE, FORMS))
    assert all(one["latency_ms"]["p99"] > 0 for one in found["queries"])
    of_queries = {figure.text for figure in FIGURES if figure.of_queries}
    reached = [one["reached"] for one in found["figures"] if one["figure"] in of_queries]
    assert reached == ["too small to say"] * 2
    done = {one["name"]: one["done"] for one in found["log_work"]}
    assert set(done) == {"redecide-one", "redecide-all", "redecide-facts"}
    assert done["redecide-one"] == done["redecide-all"] > done["redecide-facts"] > 0
    (tmp_path / "result.json").write_text(json.dumps(found))
    page = run(capsys, "--show", tmp_path / "result.json", "--markdown")
    assert "| debit-order | busy | both |" in page
    assert "| decisions taken again, one process |" in page


def test_what_proof_costs_is_measured_in_every_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = ("--events", 1500, "--charges", 200, "--rounds", 1)
    found = json.loads(run(capsys, "--only", "proof", *sizes, "--folder", tmp_path, "--json"))
    parts = {one["part"]: one for one in found["proof"]}
    assert set(parts) == {VERIFIED, PLAIN, KEPT, MADE, CHECKED, EXPORTED}
    assert parts[VERIFIED]["charges"] == parts[MADE]["other"]["events"] >= 1500
    values = {one["figure"]: one["value"] for one in found["figures"]}
    assert all(values[figure.text] for figure in FIGURES if figure.of_proofs or "tree" in figure.text)


def test_the_detail_file_that_is_measured_reads_line_by_line(tmp_path: Path) -> None:
    write_details(tmp_path / "details.zip", 1_500)
    found = parsed(tmp_path / "details.zip")
    assert found.charges == 1_500
    assert found.peak_mib is not None
    assert found.other["digest_s"] > 0
    quick = FIGURES[[figure.of_files for figure in FIGURES].index(True)]
    assert quick.verdict(quick.value({"files": [found]})) == "aim"


def test_a_month_is_reconciled_the_whole_way_from_files_to_reports(database: str, tmp_path: Path) -> None:
    prepare(database, tmp_path / "month", 60)
    found = reconcile(database, tmp_path / "month", tmp_path / "reports")
    assert found.charges >= 50
    assert {path.suffix for path in (tmp_path / "reports").iterdir()} >= {".html", ".xlsx", ".json"}


def test_every_charge_of_every_caller_is_counted_and_none_is_refused(database: str) -> None:
    fill_owners(database)
    with Ledger.open(database) as ledger, GroupCommit(ledger) as door:
        bills = of_one_owner(0)
        found = by_threads([lambda: door.submit(next(bills)).result().status == "accepted"], 0.1)
        assert found.charges > 0
        assert found.not_accepted == 0
        assert set(found.latency_ms) == {"p50", "p95", "p99", "max"}
        came = paced(door.submit, bills, rate=200, seconds=0.2)
        assert 10 < came.charges < 100
        assert came.not_accepted == 0


def test_a_refused_charge_is_not_passed_over_in_silence() -> None:
    answers = iter([True, False, True])
    found = by_threads([lambda: next(answers, None)], 0.0001)
    assert found.charges + found.not_accepted <= 4
    numbers = count()
    found = by_threads([lambda: next(numbers) % 2 == 0], 0.01)
    assert 0 < found.not_accepted < found.charges


def test_the_stock_library_saves_both_accounts(database: str, tmp_path: Path) -> None:
    plan = Plan(tmp_path, rounds=1, charges=100, seconds=0.1, memory_charges=0)
    fill(database, plan.stock_accounts)
    assert by_stock_threads(database, plan, 2).charges > 0


def test_the_time_goes_to_parts_that_have_a_name(database: str, tmp_path: Path) -> None:
    plan = Plan(tmp_path, rounds=1, charges=600, seconds=0.1, memory_charges=0)
    write_files(plan)
    fill_city(database, plan.people)
    parts = where_time_goes(lambda: log_only(database, plan.natural_file))["MainThread"]
    assert {"parse", "decide"} <= set(parts)
    assert parts.get("other", 0) < 0.2


def test_a_percentile_is_the_value_that_so_many_stay_at_or_below() -> None:
    assert percentiles_ms([n / 1000 for n in range(1, 201)]) == {
        "p50": 100, "p95": 190, "p99": 198, "max": 200,
    }  # fmt: skip
    assert percentiles_ms([0.002]) == {"p50": 2, "p95": 2, "p99": 2, "max": 2}
    assert percentiles_ms([]) == {}


def test_the_lag_is_the_time_until_the_read_models_have_what_the_log_had() -> None:
    moments = [
        Moment(0.0, 10, 10), Moment(1.0, 20, 10), Moment(2.0, 30, 15), Moment(3.0, 30, 20),
        Moment(5.0, 30, 30), Moment(6.0, 40, 40),
    ]  # fmt: skip
    assert behind(moments) == [2.0, 3.0, 0.0]


def test_a_ratio_is_taken_round_by_round_and_its_median_decides() -> None:
    runs = {
        STOCK: [Measured(100, 1), Measured(100, 2), Measured(100, 1)],
        "file": [Measured(900, 1), Measured(600, 2), Measured(700, 1)],
    }
    (figure,) = (one for one in FIGURES if one.text.endswith("log only"))
    assert against("file", STOCK)(runs) == Spread(7, 6, 9)
    assert figure.verdict(figure.value(runs)) == "missed"
    assert [figure.verdict(Spread(*repeat(x, 3))) for x in (8, 14.9, 15)] == ["floor", "floor", "aim"]
    assert figure.verdict(figure.value({})) == "not measured"
    (latency,) = (one for one in FIGURES if "p99 of a single charge" in one.text)
    assert [latency.verdict(Spread(*repeat(x, 3))) for x in (10, 15, 50, 51)] == [
        "aim", "aim", "floor", "missed",
    ]  # fmt: skip
