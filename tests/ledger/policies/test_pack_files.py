"""A pack file that is wrong is refused at start, with file, key and reason."""

from pathlib import Path

import pytest

from ledger.errors import PolicyError
from ledger.policies.catalogue import Catalogue

HEAD = """\
name: ours-2025
regions: ["3301"]
effective: 2025-01-01
source: a notice of the city
certainty: C
"""


def written(folder: Path, text: str, name: str = "ours.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def refusal(file: Path) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        Catalogue.load([file])
    return caught.value


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("colour: red", "colour", "unknown key (line 6)"),
        ("mutual_aid: {colour: red}", "mutual_aid.colour", "unknown key (line 6)"),
        ("proxy_credential: {quota: none}", "proxy_credential.quota", "unknown key (line 6)"),
        ("name: twice", "name", "stands here twice (line 6)"),
        (
            "debit: {shared_classes: [], shared_classes: []}",
            "debit.shared_classes",
            "stands here twice (line 6)",
        ),
        ("mutual_aid:", "mutual_aid", "must be a mapping of keys (line 6)"),
        ("med_types: [11]", "med_types", "must be a mapping of keys (line 6)"),
        ("med_types: {11: outpatient}", "med_types.11", "a key is a text; put it in quotes (line 6)"),
        ("? [a, b]\n: c", "file", "a key is a text (line 6)"),
        (
            "med_types: {'11': dental}",
            "med_types.11",
            "must be one of 'outpatient', 'pharmacy', 'inpatient', 'maternity' or 'other' (line 6)",
        ),
        (
            "mutual_aid: {max_active_members: '5'}",
            "mutual_aid.max_active_members",
            "must be a whole number (line 6)",
        ),
        (
            "mutual_aid: {max_active_members: yes}",
            "mutual_aid.max_active_members",
            "must be a whole number (line 6)",
        ),
        (
            "mutual_aid: {max_active_members: -1}",
            "mutual_aid.max_active_members",
            "must be at least 0 (line 6)",
        ),
        ("mutual_aid: {face_age: null}", "mutual_aid.face_age", "must be a whole number (line 6)"),
        ("mutual_aid: {face_age: 151}", "mutual_aid.face_age", "must be at most 150 (line 6)"),
        (
            "mutual_aid: {quota: no}",
            "mutual_aid.quota",
            "must be one of 'none', 'optional' or 'required' (line 6)",
        ),
        (
            "debit:\n  shared_buckets:\n  - carried\n  - savings",
            "debit.shared_buckets[1]",
            "must be one of 'current' or 'carried' (line 9)",
        ),
        (
            "mutual_aid: {relations: [child, child]}",
            "mutual_aid.relations",
            "names something twice (line 6)",
        ),
        ("mutual_aid: {relations: child}", "mutual_aid.relations", "must be a list (line 6)"),
        (
            "debit: {per_leg_cap_fen: 500.00}",
            "debit.per_leg_cap_fen",
            "is no whole number; money is whole fen, a text stands in quotes (line 6)",
        ),
        ("debit: {per_leg_cap_fen: 8_000}", "debit.per_leg_cap_fen", "must be a whole number (line 6)"),
        ("debit: {per_leg_cap_fen: 1:30}", "debit.per_leg_cap_fen", "must be a whole number (line 6)"),
        ("debit: {per_leg_cap_fen: 010}", "debit.per_leg_cap_fen", "must be a whole number (line 6)"),
        (
            "debit: {yearly_cap_fen: 10000000000001}",
            "debit.yearly_cap_fen",
            "must be at most 10000000000000 (line 6)",
        ),
        ("extends: atlantis-2024", "extends", "there is no pack atlantis-2024 (line 6)"),
        ("extends: null", "extends", "must be the name of a pack (line 6)"),
        ("extends: ours-2025", "extends", "goes round in a circle, back to ours-2025 (line 6)"),
        (
            "debit: &d {}\nmutual_aid: *d",
            "mutual_aid",
            "anchors and aliases are not read here; write it out (line 6)",
        ),
        ("<<: {name: x}", "<<", "unknown key (line 6)"),
        ("debit: !!set {a}", "debit", "the tag tag:yaml.org,2002:set is not read here (line 6)"),
        ("debit: !!binary aGk=", "debit", "cannot be read as binary (line 6)"),
        ("debit: !!int many", "debit", "cannot be read as int (line 6)"),
        (
            "debit: !!python/name:os.system ''",
            "debit",
            "cannot be read as python/name:os.system (line 6)",
        ),
        ('colour: "\\ud800"', "colour", "must not hold half of a surrogate pair (line 6)"),
        ("colour: " + "[" * 250 + "]" * 250, "file", "is nested too deeply (line 1)"),
        ("colour: " + "[" * 5000, "file", "is nested too deeply"),
        (
            "mutual_aid: {",
            "file",
            "is not YAML: expected the node content, but found '<stream end>' (line 7)",
        ),
        ("debit: *nowhere", "file", "is not YAML: found undefined alias 'nowhere' (line 6)"),
    ],
)
def test_a_wrong_line_is_refused_with_its_key(tmp_path: Path, text: str, key: str, reason: str) -> None:
    file = written(tmp_path, f"{HEAD}{text}\n")
    error = refusal(file)
    assert (error.file, error.key, error.reason) == (str(file), key, reason)


@pytest.mark.parametrize(
    ("line", "key", "reason"),
    [
        ("name: no", "name", "must be a text, in quotes where YAML reads something else (line 6)"),
        ('name: ""', "name", "must not be empty (line 6)"),
        (f"source: {'x' * 257}", "source", "must have at most 256 characters (line 6)"),
        ("source: null", "source", "must be a text, in quotes where YAML reads something else (line 6)"),
        ("certainty: D", "certainty", "must be one of 'A', 'B', 'C' or 'I' (line 6)"),
        ('regions: "33"', "regions", "must be a list (line 6)"),
        ("regions: []", "regions", "must not be empty (line 6)"),
        (
            "regions: [33]",
            "regions[0]",
            "must be a text, in quotes where YAML reads something else (line 6)",
        ),
        ('regions: ["33", "33"]', "regions", "names something twice (line 6)"),
        *(
            (
                f'regions: ["*", "{bad}"]',
                "regions[1]",
                'must be "*" or 2, 4 or 6 digits, in quotes (line 6)',
            )
            for bad in ("3", "330", "33010", "3301066", "33*", "ab", "３３", "33\\n", "")
        ),
        (
            "effective: 1899-12-31",
            "effective",
            "must be a date YYYY-MM-DD in the years 1900 to 2999 (line 6)",
        ),
        ("effective: 2025-13-01", "effective", "is not a day of the calendar (line 6)"),
        ("effective: 2025-02-29", "effective", "is not a day of the calendar (line 6)"),
        (
            "effective: 2025-01-01T00:00:00Z",
            "effective",
            "must be a date YYYY-MM-DD in the years 1900 to 2999 (line 6)",
        ),
    ],
)
def test_a_wrong_line_of_the_head_is_refused_with_its_key(
    tmp_path: Path, line: str, key: str, reason: str
) -> None:
    others = [other for other in HEAD.splitlines() if not other.startswith(line.partition(":")[0])]
    error = refusal(written(tmp_path, "\n".join(["# a comment", *others, line])))
    assert (error.key, error.reason) == (key, reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "holds no pack"),
        (b"---\n---\n", "holds no pack"),
        (b"- a list\n", "a pack is a mapping of keys (line 1)"),
        ("name: 浙江".encode("gb18030"), "is not YAML in UTF-8"),
        (b"name: \x00", "is not YAML in UTF-8"),
    ],
)
def test_a_file_that_holds_no_pack_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "ours.yaml"
    file.write_bytes(content)
    error = refusal(file)
    assert (error.file, error.key, error.reason) == (str(file), "file", reason)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    missing = refusal(tmp_path / "nowhere.yaml")
    assert (missing.key, missing.reason) == ("file", "cannot be read: No such file or directory")
    assert refusal(tmp_path).reason == "cannot be read: Is a directory"


def test_a_few_aliases_do_not_grow_into_a_giant(tmp_path: Path) -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 20)]
    error = refusal(written(tmp_path, "\n".join([HEAD, "l0: &l0 [x]", *levels])))
    assert error.reason.startswith("anchors and aliases are not read here")
