"""`copay keygen`: a key for the log, and one for a witness."""

import json
from pathlib import Path

import pytest

from ledger.proof.notes import COSIGNATURE, ED25519, SignerKey, open_note, sign_note
from tests.scripts.conftest import Copay


def test_a_key_signs_and_its_public_half_checks(copay: Copay, tmp_path: Path) -> None:
    file = tmp_path / "log.key"
    made = json.loads(copay("keygen", "copay.example/city", file, "--json").out)
    key = SignerKey.parse(file.read_text().strip())
    assert made == {
        "name": "copay.example/city",
        "kind": "log",
        "key": str(file),
        "vkey": str(key.verifier),
    }
    assert (tmp_path / "log.key.vkey").read_text() == f"{made['vkey']}\n"
    assert key.kind == ED25519
    assert open_note(str(sign_note("LIN\n", key)), [key.verifier])


def test_only_its_owner_reads_a_private_key(copay: Copay, tmp_path: Path) -> None:
    copay("keygen", "copay.example/city", tmp_path / "log.key")
    assert (tmp_path / "log.key").stat().st_mode & 0o777 == 0o600


def test_a_witness_has_a_key_of_another_kind_and_every_key_is_another(copay: Copay, tmp_path: Path) -> None:
    keys = []
    for name in ("one", "two"):
        copay("keygen", "audit.example/w1", tmp_path / name, "--witness")
        keys.append(SignerKey.parse((tmp_path / name).read_text().strip()))
    assert [key.kind for key in keys] == [COSIGNATURE, COSIGNATURE]
    assert keys[0].seed != keys[1].seed


@pytest.mark.parametrize(("lang", "word"), [("en", "keep it where nobody else reads"), ("zh", "请妥善保管")])
def test_people_are_told_which_file_is_secret_and_see_the_whole_public_key(
    copay: Copay, tmp_path: Path, lang: str, word: str
) -> None:
    file = tmp_path / "log.key"
    said = copay("keygen", "copay.example/city", file, "--lang", lang)
    assert (said.status, said.err) == (0, "")
    assert word in said.out.replace("\n", "")
    assert said.out.endswith((tmp_path / "log.key.vkey").read_text())
    assert SignerKey.parse(file.read_text().strip()).secret() not in said.out


def test_a_key_is_never_written_over_and_nothing_is_left_half_made(copay: Copay, tmp_path: Path) -> None:
    (tmp_path / "log.key").write_text("the key of yesterday")
    said = copay("keygen", "copay.example/city", tmp_path / "log.key")
    assert (said.status, said.out) == (2, "")
    assert "never written over" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["log.key"]
    assert (tmp_path / "log.key").read_text() == "the key of yesterday"


@pytest.mark.parametrize("name", ["", "copay city", "copay+city", "copay\tcity"])
def test_a_name_that_cannot_stand_in_a_note_is_refused(copay: Copay, tmp_path: Path, name: str) -> None:
    said = copay("keygen", name, tmp_path / "log.key")
    assert (said.status, said.out) == (2, "")
    assert "copay.example/city" in said.err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_one_sentence(copay: Copay, tmp_path: Path) -> None:
    said = copay("keygen", "copay.example/city", tmp_path / "nowhere" / "log.key")
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert "cannot be written" in said.err
