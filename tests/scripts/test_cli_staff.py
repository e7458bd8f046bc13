"""`copay staff`: who is listed, who is signed in, and what is refused; tables and JSON, two languages."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scripts.conftest import Copay

WORD = "correct horse battery"


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and a file that holds the secret."""
    (tmp_path / "word").write_text(f"{WORD}\n")
    monkeypatch.setenv("COPAY_STAFF_SECRET", str(tmp_path / "word"))
    monkeypatch.setenv("COPAY_SIGN_IN", str(tmp_path / "sign-in"))
    return tmp_path


def asked(said: Any) -> Any:
    assert said.err == ""
    return json.loads(said.out)


def test_people_are_listed_sign_in_and_are_known(copay: Copay, database: str, at_home: Path) -> None:
    def staff(*arguments: str) -> Any:
        return copay("--dsn", database, "staff", *arguments)

    first = asked(staff("add", " a００1".replace("０", "0"), "--secret", "--json"))
    assert first == {
        "staff": "A001", "active": True, "admin": True, "roles": [], "signs_in": True, "listed_by": None,
    }  # fmt: skip
    refused = staff("add", "S001", "--json")
    assert refused.status == 1
    assert json.loads(refused.out)["error"]["code"] == "not_signed_in"

    assert asked(staff("sign-in", "a001", "--json"))["staff"] == "A001"
    assert (at_home / "sign-in").stat().st_mode & 0o777 == 0o600
    assert asked(staff("add", "s001", "--secret", "--json"))["listed_by"] == "A001"
    assert asked(staff("who", "--json"))["staff"] == "A001"
    assert "S001" in staff("list").out
    assert "登记人" in staff("list", "--lang", "zh").out

    assert staff("disable", "A001").status == 1  # the last admin
    assert asked(staff("disable", "S001", "--json"))["active"] is False
    assert staff("sign-in", "S001").status == 1
    assert asked(staff("enable", "S001", "--json"))["active"] is True
    assert asked(staff("sign-out", "--json")) == {"signed_out": True}
    assert not (at_home / "sign-in").exists()
    assert staff("who").err.startswith("copay: nobody is known here")


def test_nobody_is_listed_in_a_new_ledger(copay: Copay, database: str, at_home: Path) -> None:
    assert copay("--dsn", database, "staff", "list").out.startswith("nobody is listed")
