"""`copay person`: people from files, pipes and options, masked answers, refusals in two languages."""

import json
from pathlib import Path

import pytest

from tests.scripts.conftest import STORY, Copay, Said
from tests.vault.people import LIN, LIN_ID, WEI


class Desk:
    """The program on one ledger with one key store."""

    def __init__(self, copay: Copay, dsn: str, folder: Path) -> None:
        self.copay, self.dsn, self.folder = copay, dsn, folder

    def person(self, *arguments: object) -> Said:
        return self.copay("person", *arguments, "--dsn", self.dsn, "--keys", self.folder / "keys")

    def put(self, *said: object) -> Said:
        file = self.folder / "people.jsonl"
        file.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in said))
        return self.person("put", "--from", file)


@pytest.fixture
def desk(copay: Copay, database: str, tmp_path: Path) -> Desk:
    made = Desk(copay, database, tmp_path)
    made.put(LIN, WEI)
    return made


def test_people_are_put_from_a_file_and_shown_masked(desk: Desk) -> None:
    said = desk.put(LIN, {"person": "MEI", "name": "梅"})
    assert (said.status, said.out) == (0, "stored: 2, of whom 1 are new\n")
    page = desk.person("show", "LIN")
    assert page.out.splitlines()[-1].split() == [
        "LIN",
        "林**",
        "**************002X",
        "*******8000",
        "1949-**-**",
    ]
    assert "姓名" in desk.person("show", "LIN", "--lang", "zh").out
    found = json.loads(desk.person("find", "--citizen-id", LIN_ID.lower(), "--json").out)
    assert [one["person"] for one in found["people"]] == ["LIN"]
    assert found["people"][0]["masked"] is True


def test_options_may_say_the_fields_and_the_help_says_where_they_land(desk: Desk) -> None:
    said = desk.person("put", "MEI", "--phone", "10086", "--json")
    assert json.loads(said.out) == {"people": 1, "new": 1}
    assert "shell's history" in " ".join(desk.person("put", "--help").out.replace("│", " ").split())
    for wrong in (
        ["put"],
        ["put", "MEI"],
        ["put", "MEI", "--from", "-"],
        ["find"],
        ["show", "MEI", "--field", "x"],
    ):
        assert desk.person(*wrong).status == 2


def test_a_wrong_line_is_named_and_never_repeated(desk: Desk) -> None:
    wrong = LIN_ID[:-1] + "1"
    said = desk.put({"person": "MEI", "name": "梅"}, {"person": "BAO", "citizen_id": wrong})
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("copay: citizen_id: the check digit is wrong (line 2;")
    assert (
        "校验码不符（第 2 行"
        in desk.person("put", "--from", desk.folder / "people.jsonl", "--lang", "zh").err
    )
    for line in ("no JSON " + wrong, f'{{"person": "{wrong}"', f'["{wrong}"]'):
        said = desk.put(line)
        assert (said.status, wrong in said.err) == (2, False)
    assert desk.person("show", "MEI").status == 1, "nothing of a wrong piece was stored"


def test_in_full_needs_who_and_why(desk: Desk) -> None:
    assert desk.person("show", "LIN", "--unmask").status == 1
    given = ("--unmask", "--by", "window-3", "--reason", "call back", "--field", "phone", "--json")
    said = desk.person("show", "LIN", *given)
    assert json.loads(said.out) == {"person": "LIN", "phone": "13800138000", "masked": False}
    said = desk.person(
        "find", "--phone", "13800138000", "--unmask", "--by", "window-3", "--reason", "call back"
    )
    assert LIN_ID in said.out


def test_restricted_released_forgotten(desk: Desk) -> None:
    desk.copay("apply", STORY, "--dsn", desk.dsn)
    who = ("--by", "window-3", "--reason", "asked for")
    assert desk.person("restrict", "LIN", *who).status == 0
    said = desk.person("show", "LIN", "--json")
    assert (said.status, json.loads(said.out)["error"]["code"]) == (1, "subject_restricted")
    assert desk.person("release", "LIN", *who).status == 0
    said = desk.person("forget", "LIN", "--by", "window-3", "--json")
    assert (said.status, json.loads(said.out)["error"]["code"]) == (1, "retention_runs")
    assert "会计档案管理办法" in desk.person("forget", "LIN", "--by", "window-3", "--lang", "zh").err
    forced = ("forget", "LIN", "--by", "window-3", "--force")
    assert "two people" in desk.person(*forced, "--second", "window-3").err
    (found,) = json.loads(desk.person(*forced, "--second", "head-1", "--json").out)["forgotten"]
    assert (found["second"], found["law"]) == ("head-1", "accounting-archives")
    assert json.loads(desk.person("show", "LIN", "--json").out)["error"]["code"] == "subject_forgotten"
    assert desk.person("sweep").out == "forgotten, and nothing is left of them: 1\n"
    terms = desk.folder / "terms.yaml"
    terms.write_text("name: none\nlaw: no law\nyears: 0\nregions: ['99']\nsource: s\ncertainty: C\n")
    assert desk.person("forget", "WEI", "--by", "window-3", "--retention", terms).status == 0


def test_numbers_are_read_from_a_pipe(shell: Copay, database: str, tmp_path: Path) -> None:
    env = {"COPAY_DSN": database, "COPAY_KEYS": str(tmp_path / "keys"), "COPAY_KEK": str(tmp_path / "kek")}
    people = b"".join(json.dumps(one).encode() + b"\n" for one in (LIN, WEI))
    assert shell("person", "put", "--from", "-", stdin=people, env=env).status == 0
    said = shell("person", "find", "--citizen-id", "-", "--json", stdin=LIN_ID.encode(), env=env)
    assert json.loads(said.out)["people"][0]["name"] == "林**"
    assert (tmp_path / "kek").exists()


def test_the_keys_lie_outside_the_data_and_are_made_once(copay: Copay, desk: Desk, tmp_path: Path) -> None:
    said = copay(
        "person", "put", "LIN", "--name", "林", "--data", tmp_path / "d", "--keys", tmp_path / "d" / "keys"
    )
    assert (said.status, "must not lie in the data folder" in said.err) == (2, True)
    other = ("--dsn", desk.dsn, "--keys", tmp_path / "other")
    said = copay("person", "put", "LIN", "--name", "林", *other)
    assert (said.status, "there is no key store" in said.err) == (2, True)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("typed", [LIN_ID, "林小红"])
def test_what_is_typed_in_the_wrong_place_is_not_repeated(desk: Desk, typed: str) -> None:
    who = ("--by", "window-3", "--reason", "a look")
    for wrong in (
        ("show", typed), ("show", "LIN", typed), ("find", typed), ("put", "LIN", typed),
        ("put", typed, "--name", "x"),
        ("restrict", typed, *who), ("release", typed, *who), ("forget", typed, "--by", "window-3"),
        ("show", "LIN", "--unmask", "--by", typed, "--reason", "a look"), ("find", "--phone", typed),
    ):  # fmt: skip
        said = desk.person(*wrong)
        assert said.status in (1, 2)
        assert typed not in said.out + said.err, wrong
