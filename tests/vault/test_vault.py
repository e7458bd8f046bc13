"""People put into the vault, found, shown, restricted and released, on a real database."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ledger.application import Ledger
from ledger.vault.asking import Asked, asked
from ledger.vault.errors import KeyStoreRefused, NotAnIdentity, Sealed, VaultRefused
from ledger.vault.key_store import key_store
from ledger.vault.store import VaultStore
from ledger.vault.vault import Vault
from tests.vault.people import LIN, LIN_ID, MEI, WEI, WEI_ID, people, vault_of

WINDOW = Asked("window-3", "letter to the person")


@pytest.fixture
def vault(database: str, tmp_path: Path) -> Iterator[Vault]:
    with vault_of(database, tmp_path / "keys") as made:
        made.put(people(LIN, WEI, MEI))
        yield made


LINES = b"""
{"id":"1","op":"open_account","at":"2025-05-01T10:00:00+08:00","account":"LIN","region":"510104",
 "insurance":"employee"}
{"id":"2","op":"credit","at":"2025-05-01T11:00:00+08:00","account":"LIN","amount_fen":500}
{"id":"3","op":"charge","at":"2025-05-02T11:00:00+08:00","settlement":"S","beneficiary":"LIN","amount_fen":300,
 "med_type":"11"}
""".replace(b",\n", b",").splitlines()[1:]


def log_of(dsn: str) -> list[tuple[str, str, dict[str, object]]]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT originator_id, topic, state FROM ledger.ledger_events ORDER BY notification_id"
        ).fetchall()
    return [(stream, topic, json.loads(state)) for stream, topic, state in rows]


def refused(code: str) -> pytest.RaisesExc[VaultRefused]:
    return pytest.RaisesExc(VaultRefused, check=lambda error: error.code == code)


def test_a_person_is_found_by_a_number_however_it_is_written_and_shown_masked(vault: Vault) -> None:
    (found,) = vault.find("citizen_id", LIN_ID.lower())
    assert (found.person, found.masked) == ("LIN", True)
    assert found.values == {
        "name": "林**", "citizen_id": "**************002X", "phone": "*******8000", "born": "1949-**-**",
    }  # fmt: skip
    assert [one.person for one in vault.find("phone", "+86 138 0013 8000")] == ["LIN", "MEI"]
    assert vault.find("phone", "(010) 65123456")[0].person == "WEI"


def test_a_number_of_one_field_finds_nobody_by_another(vault: Vault) -> None:
    vault.put(people({"person": "BAO", "phone": "110105194912310"}))
    with refused("subject_not_found"):
        vault.find("phone", LIN_ID[:15].replace("1", "2"))
    with pytest.raises(NotAnIdentity):
        vault.find("citizen_id", "13800138000")


def test_nobody_is_found_who_is_not_there(vault: Vault) -> None:
    with refused("subject_not_found"):
        vault.find("citizen_id", "360426199101010071")
    with refused("subject_not_found"):
        vault.show("BAO")


def test_what_is_not_given_stays_and_null_takes_a_field_out(vault: Vault) -> None:
    assert vault.put(people({"person": "LIN", "phone": None, "name": "林晓红"})) == 0
    assert vault.show("LIN", WINDOW).values == {
        "name": "林晓红", "citizen_id": LIN_ID, "phone": None, "born": "1949-12-31",
    }  # fmt: skip
    assert [one.person for one in vault.find("phone", "13800138000")] == ["MEI"]


def test_of_a_person_given_twice_at_once_the_last_counts(vault: Vault) -> None:
    twice = people({"person": "BAO", "name": "宝", "phone": "10000"}, {"person": "BAO", "phone": "10086"})
    assert vault.put(twice) == 1
    assert vault.show("BAO", WINDOW).values == {
        "name": "宝",
        "citizen_id": None,
        "phone": "10086",
        "born": None,
    }


def test_what_is_shown_in_full_is_recorded_first_with_who_why_and_which_fields(
    vault: Vault, database: str
) -> None:
    shown = vault.show("LIN", WINDOW, ["phone", "name"])
    assert (shown.values, shown.masked) == ({"name": "林小红", "phone": "13800138000"}, False)
    vault.find("citizen_id", WEI_ID, Asked("window-4", "call back"))
    told = [
        (stream, topic, state["by"], state["fields"], state["reason"])
        for stream, topic, state in log_of(database)
    ]
    assert told == [
        ("subject:LIN", "SubjectUnmasked", "window-3", ["name", "phone"], "letter to the person"),
        ("subject:WEI", "SubjectUnmasked", "window-4", ["name", "citizen_id", "phone"], "call back"),
    ]


def test_masked_answers_leave_no_event(vault: Vault, database: str) -> None:
    vault.show("LIN")
    vault.find("citizen_id", LIN_ID)
    assert log_of(database) == []


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (None, "why"), ("window-3", None), ("window-3", ""), ("window-3", " "), ("window-3", "x" * 257),
        (LIN_ID, "why"), ("window-3", f"about {LIN_ID}"), ("Wei Daming", "why"), ("window-3", "a\nb"),
    ],
)  # fmt: skip
def test_who_and_why_are_needed_and_give_no_citizen_id_away(by: str | None, reason: str | None) -> None:
    with refused("words_unfit"):
        asked(by, reason)


def test_a_restricted_person_is_stored_and_nothing_else(vault: Vault, database: str) -> None:
    vault.restrict("LIN", Asked("window-3", "asked for at the counter"))
    vault.restrict("LIN", Asked("window-3", "asked for again"))
    for use in (
        lambda: vault.show("LIN"),
        lambda: vault.show("LIN", WINDOW),
        lambda: vault.find("citizen_id", LIN_ID),
        lambda: vault.put(people(WEI, {"person": "LIN", "phone": "10086"})),
    ):
        with refused("subject_restricted"):
            use()
    assert [one.person for one in vault.find("phone", "13800138000")] == ["MEI"], "others stay to be found"
    vault.release("LIN", Asked("window-3", "the objection was withdrawn"))
    assert vault.show("LIN", WINDOW).values["phone"] == "13800138000"
    with refused("subject_not_restricted"):
        vault.release("LIN", Asked("window-3", "again"))
    with refused("subject_not_found"):
        vault.restrict("BAO", WINDOW)
    assert [topic for _, topic, _ in log_of(database)] == [
        "SubjectRestricted", "SubjectReleased", "SubjectUnmasked",
    ]  # fmt: skip


def test_money_is_settled_for_a_restricted_person_as_for_any_other(vault: Vault, database: str) -> None:
    vault.restrict("LIN", WINDOW)
    with Ledger.open(database) as ledger:
        said = ledger.submit(LINES)
    assert [one.status for one in said] == ["accepted"] * 3
    assert said[2].result["own_fen"] == 300


def test_a_row_moved_to_another_person_or_field_opens_nothing(vault: Vault, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "UPDATE vault.people w SET name = l.name FROM vault.people l"
            " WHERE (w.person, l.person) = ('WEI', 'LIN')"
        )
        with pytest.raises(Sealed):
            vault.show("WEI")
        connection.execute("UPDATE vault.people SET name = phone WHERE person = 'LIN'")
        with pytest.raises(Sealed):
            vault.show("LIN")
        connection.execute(
            "UPDATE vault.people m SET key_id = l.key_id, name = l.name, phone = l.phone FROM vault.people l"
            " WHERE (m.person, l.person) = ('MEI', 'LIN')"
        )
    with pytest.raises(Sealed):
        vault.show("MEI")


def test_the_keys_of_another_vault_are_refused_before_anything_is_sealed_with_them(
    vault: Vault, database: str, tmp_path: Path
) -> None:
    with key_store(tmp_path / "others", make=True) as others, pytest.raises(KeyStoreRefused, match="--keys"):
        VaultStore(database, others.id)


def test_people_put_are_there_for_the_next_program(vault: Vault, database: str, tmp_path: Path) -> None:
    with vault_of(database, tmp_path / "keys") as again:
        assert again.show("WEI", WINDOW).values["name"] == "魏大明"
