"""A profile says everything about a file's layout; one that leaves something open is refused."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ledger.reconciliation.files.errors import ProfileError, UnknownProfile
from ledger.reconciliation.files.profile import Profile, load, named

SHIPPED = {
    "3201-national": "3201",
    "3201-outside": "3201",
    "3202-upload-8": "3202-details",
    "3202-upload-8-unsigned": "3202-details",
    "3202-upload-7-cr-tab": "3202-details",
    "3202-result-11": "3202-result",
    "3202-result-10": "3202-result",
    "3202-result-10-no-medfee": "3202-result",
    "3202-result-7": "3202-result",
    "bank-sample": "bank",
    "legs-exchange": "legs",
    "legs-sichuan": "legs",
    "settlements-national": "settlements",
    "settlements-outside": "settlements",
    "settlements-csv": "settlements",
}

OURS = """\
name: ours
kind: bank
source: the bank's letter
certainty: B
form: text
packing: [plain]
encoding: utf-8
bom: refused
columns: [day, setl_id, direction, amount]
null_text: ""
nullable: []
separator: comma
quotes: none
line_end: lf
last_line_end: required
header: none
decimals: two
thousands: refused
days: 2025-01-31
direction: {column: direction, forward: D, reverse: C, reverse_amounts: positive}
receipt_column: null
tolerance_fen: 0
cut_off: "00:00:00"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "ours.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def refusal(folder: Path, old: str, new: str) -> ProfileError:
    assert old in OURS
    with pytest.raises(ProfileError) as caught:
        load([written(folder, OURS.replace(old, new))])
    return caught.value


def test_the_shipped_profiles_load_and_name_their_documents() -> None:
    profiles = load()
    assert {name: profile.kind for name, profile in profiles.items()} == SHIPPED
    assert all(profile.source and profile.certainty in "ABCI" for profile in profiles.values())


def test_a_profile_of_ones_own_is_found_beside_them(tmp_path: Path) -> None:
    profiles = load([written(tmp_path, OURS)])
    assert named(profiles, "ours", "bank").columns == ("day", "setl_id", "direction", "amount")


@pytest.mark.parametrize("key", [line.split(":")[0] for line in OURS.splitlines()])
def test_no_key_has_a_default(tmp_path: Path, key: str) -> None:
    line = next(line for line in OURS.splitlines() if line.startswith(f"{key}:"))
    error = refusal(tmp_path, f"{line}\n", "")
    assert error.key in (key, "columns")
    assert "is missing" in error.reason


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("name: ours", "name: 3202-result-7", "name", "is the name of another profile"),
        ("name: ours", "name: ours\ncolour: red", "colour", "unknown key"),
        ("amount]", "amount, colour]", "columns", "a file of kind bank has no column colour"),
        ("amount]", "amount, amount]", "columns", "a column stands here twice"),
        ("direction, amount]", "amount]", "columns", "a file of kind bank needs the column direction"),
        ("nullable: []", "nullable: [memo]", "nullable", "there is no column memo"),
        ("nullable: []", "nullable: [amount]", "nullable", "no amount is not the amount 0"),
        ("receipt_column: null", "receipt_column: memo", "receipt_column", "there is no column memo"),
        ("column: direction", "column: refd_setl_flag", "direction.column", "there is no column"),
        ("reverse: C", "reverse: D", "direction", "forward and reverse need two codes"),
        ("header: none", "header: none\nheaders: {day: d}", "headers", "without a header row has none"),
        ("header: none", "header: by_name", "ignored", "is missing"),
        ("header: none", "header: null", "header", "must not be null"),
        ("line_end: lf", "line_end: cr_tab", "line_end", "cells that end in CR and TAB"),
        ("days: 2025-01-31", "days: 2025-01-31\ncount: net", "count", "has no use for it"),
        ("days: 2025-01-31", "days: 2025-02-28", "days", "must be one of"),
        ("encoding: utf-8", "encoding: gbk", "encoding", "must be one of 'utf-8' or 'gb18030'"),
        ("tolerance_fen: 0", "tolerance_fen: 1.5", "tolerance_fen", "is no whole number"),
        (OURS, "", "file", "holds no profile"),
    ],
)
def test_what_a_profile_cannot_say_is_refused_with_its_key(
    tmp_path: Path, old: str, new: str, key: str, reason: str
) -> None:
    error = refusal(tmp_path, old, new)
    assert error.key == key
    assert reason in error.reason


@pytest.mark.parametrize(
    ("shipped", "changes", "reason"),
    [
        ("3201-national", {"request_flag": ...}, "request_flag: is missing"),
        ("3201-outside", {"request_flag": "0"}, "request_flag: a file of this kind"),
        ("3201-national", {"request": ["colour"]}, "request: there is no field colour"),
        ("3201-national", {"rows_at": ...}, "rows_at: is missing"),
        ("settlements-national", {"ignored": ...}, "ignored: is missing"),
        ("settlements-national", {"ignored": None}, "ignored: must not be null"),
        ("settlements-national", {"columns": ["skipped"]}, "columns: a file of kind settlements needs"),
        ("3202-result-10", {"stmt_rslt": {"0": "balanced"}}, "each of the four outcomes needs its code"),
        ("3202-result-7", {"decimals": "two"}, "decimals: a file of this kind"),
    ],
)
def test_a_key_stands_exactly_where_it_explains_something(
    shipped: str, changes: dict[str, Any], reason: str
) -> None:
    keys = load()[shipped].model_dump(mode="json", exclude_unset=True) | changes
    with pytest.raises(ValidationError, match=reason):
        Profile.from_keys({key: value for key, value in keys.items() if value is not ...})


def test_a_profiles_digest_is_of_what_it_says() -> None:
    upload = load()["3202-upload-8"]
    assert upload.digest == load()["3202-upload-8"].digest
    assert upload.digest != upload.model_copy(update={"tolerance_fen": 1}).digest


def test_a_profile_is_asked_for_by_name_and_kind() -> None:
    profiles = load()
    with pytest.raises(UnknownProfile, match="no such profile 3202-result-9"):
        named(profiles, "3202-result-9")
    with pytest.raises(UnknownProfile, match="there are 3202-result-10, "):
        named(profiles, "bank-sample", "3202-result")
