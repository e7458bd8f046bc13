"""`copay apply`: results in order and durable, rejects that can be mended, answers to who waits for them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.scripts.conftest import ROOT, STORY, Copay, Said, environment

MEBIBYTE = 1024 * 1024


def results(said: Said) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.out.splitlines()]


def statuses(said: Said) -> list[str]:
    return [result["status"] for result in results(said)]


def opening(account: str) -> str:
    return json.dumps(
        {
            "id": f"open-{account}", "op": "open_account", "at": "2025-03-03T09:00:00+08:00",
            "account": account, "region": "510104", "insurance": "employee",
        }
    )  # fmt: skip


def credit(request: str, account: str, amount_fen: int = 100) -> str:
    at = "2025-03-05T09:00:00+08:00"
    return json.dumps({"id": request, "op": "credit", "at": at, "account": account, "amount_fen": amount_fen})


def events(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT count(*) FROM ledger.ledger_events").fetchone()
    assert row is not None
    return int(row[0])


def test_one_result_a_line_in_input_order(copay: Copay, database: str) -> None:
    said = copay("apply", STORY, "--dsn", database)
    answers = results(said)
    assert said.status == 1
    assert [answer["line"] for answer in answers] == list(range(1, 31))
    assert all(list(a) == ["line", "id", "op", "status", "code", "message", "result"] for a in answers)


def test_a_summary_goes_to_standard_error_in_either_language(copay: Copay, database: str) -> None:
    english = copay("apply", STORY, "--dsn", database)
    chinese = copay("apply", STORY, "--dsn", database, "--lang", "zh")
    assert english.err.startswith("30 lines, ")
    assert (
        "accepted 27; duplicate 1; rejected 2\n  authorisation_required 1, too_many_binders 1" in english.err
    )
    assert "重复 28；被拒绝 2" in chinese.err
    assert statuses(english).count("accepted") == 27


def test_messages_come_in_the_language_asked_for(copay: Copay, database: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_text(credit("c1", "NOBODY") + "\nnot json\n")
    [refused, broken] = results(copay("apply", tmp_path / "f", "--dsn", database, "--lang", "zh"))
    assert (refused["code"], refused["message"]) == ("account_not_found", "没有该账户；请先开立")
    assert broken["message"].startswith("行：")


def test_a_file_without_faults_ends_with_status_0_and_so_does_its_repetition(
    copay: Copay, database: str, tmp_path: Path
) -> None:
    (tmp_path / "f").write_text(opening("LIN") + "\r\n" + credit("c1", "LIN"))
    first = copay("apply", tmp_path / "f", "--dsn", database)
    again = copay("apply", tmp_path / "f", "--dsn", database)
    assert (first.status, statuses(first)) == (0, ["accepted", "accepted"])
    assert (again.status, statuses(again)) == (0, ["duplicate", "duplicate"])


def test_an_empty_file_is_done_at_once(copay: Copay, database: str, tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    said = copay("apply", tmp_path / "f", "--dsn", database)
    assert (said.status, said.out) == (0, "")
    assert said.err.startswith("0 lines")


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input_is_a_file_like_any_other(shell: Copay, database: str, name: str) -> None:
    said = shell("apply", name, "--dsn", database, stdin=opening("LIN").encode())
    assert (said.status, statuses(said)) == (0, ["accepted"])


def test_a_named_pipe_is_a_file_like_any_other(database: str, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    command = [sys.executable, "-m", "scripts.copay", "apply", str(fifo), "--dsn", database]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE) as process:
        fifo.write_text(opening("LIN") + "\n")
        out, _ = process.communicate(timeout=60)
    assert (process.returncode, json.loads(out)["status"]) == (0, "accepted")


def test_a_caller_may_write_a_line_and_wait_for_its_answer(database: str) -> None:
    command = [sys.executable, "-m", "scripts.copay", "apply", "-", "--dsn", database]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number, line in enumerate((opening("LIN"), credit("c1", "LIN"), credit("c2", "LIN")), start=1):
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            assert (answer["line"], answer["status"]) == (number, "accepted")
        process.stdin.close()
        assert process.wait(60) == 0


def test_rejects_hold_refused_and_malformed_lines_byte_for_byte(
    copay: Copay, database: str, tmp_path: Path
) -> None:
    bad = [credit("c1", "NOBODY").encode() + b" \r", b"{broken", b"", b"\xff\xfe", b"x" * (3 * MEBIBYTE)]
    lines = [bad[0], opening("LIN").encode(), *bad[1:4], credit("c2", "LIN").encode(), bad[4]]
    (tmp_path / "f").write_bytes(b"\n".join(lines))
    rejects = tmp_path / "rejects"
    said = copay("apply", tmp_path / "f", "--rejects", rejects, "--dsn", database, "--batch", "2")
    assert said.status == 1
    assert statuses(said) == ["rejected", "accepted", *["malformed"] * 3, "accepted", "malformed"]
    assert rejects.read_bytes() == b"".join(line + b"\n" for line in bad)


def test_mended_rejects_can_be_sent_again(copay: Copay, database: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_text(opening("LIN") + "\n" + credit("c1", "LIN", amount_fen=-5) + "\n")
    copay("apply", tmp_path / "f", "--rejects", tmp_path / "rejects", "--dsn", database)
    (tmp_path / "mended").write_text((tmp_path / "rejects").read_text().replace("-5", "5"))
    said = copay("apply", tmp_path / "mended", "--dsn", database)
    assert (said.status, results(said)[0]["result"]) == (0, {"balance_fen": 5})


def test_the_command_file_is_never_overwritten_by_its_own_rejects(
    copay: Copay, database: str, tmp_path: Path
) -> None:
    (tmp_path / "f").write_text(credit("c1", "NOBODY"))
    said = copay("apply", tmp_path / "f", "--rejects", tmp_path / "f", "--dsn", database)
    assert said.status == 2
    assert (tmp_path / "f").read_text() == credit("c1", "NOBODY")


def test_a_dry_run_decides_everything_and_keeps_nothing(copay: Copay, database: str) -> None:
    dry = copay("apply", STORY, "--dry-run", "--dsn", database)
    assert events(database) == 0
    assert "nothing was kept" in dry.err
    assert dry.out == copay("apply", STORY, "--dsn", database).out


@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_answers_and_events_do_not_depend_on_the_batch(
    copay: Copay, database: str, family: str, batch: int
) -> None:
    said = copay("apply", STORY, "--batch", batch, "--dsn", database)
    assert (statuses(said).count("accepted"), statuses(said).count("duplicate")) == (27, 1)
    assert events(database) == events(family)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("missing", "there is no file"), (".", "is a folder"), ("locked/f", "there is no file")],
)
def test_a_file_that_cannot_be_read_is_one_sentence_and_nothing_is_made(
    copay: Copay, tmp_path: Path, name: str, sentence: str
) -> None:
    said = copay("apply", tmp_path / name, "--data", tmp_path / "data")
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert sentence in said.err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("closed", "name"), [("<&-", "input"), (">&-", "output")])
def test_a_closed_standard_stream_is_one_sentence(tmp_path: Path, closed: str, name: str) -> None:
    command = f"{sys.executable} -m scripts.copay apply - --data {tmp_path / 'data'} {closed}"
    done = subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == f"copay: standard {name} is closed\n".encode()


def test_results_stay_alone_on_standard_output_when_standard_error_is_closed(database: str) -> None:
    command = f"{sys.executable} -m scripts.copay apply {STORY} --dsn '{database}' 2>&-"
    done = subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout.count(b"\n")) == (1, 30)


def test_a_full_disk_under_the_results_is_one_sentence(database: str) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "scripts.copay", "apply", str(STORY), "--dsn", database]
        done = subprocess.run(
            command, cwd=ROOT, env=environment(), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr == b"copay: the system says: No space left on device\n"


def test_a_database_lost_on_the_way_leaves_the_lines_concerned_without_results(
    server: str, database: str
) -> None:
    command = [sys.executable, "-m", "scripts.copay", "apply", "-", "--dsn", database]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(opening("LIN").encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["status"] == "accepted"
        with psycopg.connect(server, autocommit=True) as connection:
            name = conninfo_to_dict(database)["dbname"]
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            everyone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(everyone, [name])
        out, err = process.communicate(credit("c1", "LIN").encode() + b"\n", timeout=60)
    assert (process.returncode, out) == (2, b"")
    assert err.startswith(b"copay: ")
    assert err.count(b"\n") == 1


def test_the_embedded_database_is_made_where_it_is_wanted_and_found_again(
    shell: Copay, tmp_path: Path
) -> None:
    data = tmp_path / "deep" / "data"
    first = shell("--data", data, "apply", "-", stdin=opening("LIN").encode())
    assert (first.status, statuses(first)) == (0, ["accepted"])
    said = shell("balance", "LIN", "--data", data, "--json")
    assert json.loads(said.out)["balance_fen"] == 0
