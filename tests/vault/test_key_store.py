"""Keys outside the database: private, durable, and gone when they are destroyed."""

import shutil
from pathlib import Path

import pytest

from ledger.vault.errors import KeyStoreRefused
from ledger.vault.key_store import key_store
from ledger.vault.slots import SLOT_BYTES, SLOTS_A_FILE, Slots


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_key_is_had_again_by_its_person_and_by_nobody_else(tmp_path: Path) -> None:
    with key_store(tmp_path / "keys", make=True) as store:
        lin, wei = store.issue(["LIN", "WEI"])
        sealed = lin.seal("name", "林小红")
    with key_store(tmp_path / "keys", make=False) as again:
        key = again.key("LIN", lin.key_id)
        assert key is not None
        assert key.open("name", sealed) == "林小红"
        assert again.key("WEI", lin.key_id) is None
        assert again.key("LIN", wei.key_id) is None
        assert again.key("LIN", bytes(16)) is None
        assert again.key("LIN", b"\x00" * 6 + b"\xff" * 10) is None


def test_a_destroyed_key_is_gone_and_its_slot_is_overwritten_in_place(tmp_path: Path) -> None:
    with key_store(tmp_path / "keys", make=True) as store:
        keys = store.issue([f"P{number}" for number in range(100)])
        file = tmp_path / "keys" / "slots" / "000000"
        before, place = file.stat().st_ino, file.read_bytes()[50 * SLOT_BYTES : 51 * SLOT_BYTES]
        store.destroy([keys[50].key_id])
        store.destroy([keys[50].key_id])
        assert store.key("P50", keys[50].key_id) is None
        assert file.stat().st_ino == before
        assert place[1:69] not in everything(tmp_path)
        assert all(store.key(key.person, key.key_id) for key in keys if key is not keys[50])
        (fresh,) = store.issue(["P50"])
        assert fresh.key_id[:8] == (100).to_bytes(8, "big"), "a slot is never given away again"


def test_destroying_a_key_leaves_one_that_has_its_slot_number_only(tmp_path: Path) -> None:
    with key_store(tmp_path / "keys", make=True) as store:
        (lin,) = store.issue(["LIN"])
        store.destroy([lin.key_id[:8] + bytes(8)])
        assert store.key("LIN", lin.key_id)


def test_slots_go_on_in_the_next_file_and_after_one_that_was_torn(tmp_path: Path) -> None:
    slots = Slots(tmp_path)
    slots.append(0, [b"a"] * (SLOTS_A_FILE - 1))
    assert slots.next() == SLOTS_A_FILE - 1
    slots.append(slots.next(), [b"b", b"c"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000000", "000001"]
    assert (slots.read(SLOTS_A_FILE - 1, 1), slots.read(SLOTS_A_FILE, 1)) == (b"b", b"c")
    with (tmp_path / "000001").open("ab") as file:
        file.write(b"\x01half")
    assert slots.next() == SLOTS_A_FILE + 2
    slots.close()


def test_everything_in_a_key_store_is_its_owners_alone(tmp_path: Path) -> None:
    with key_store(tmp_path / "keys", make=True) as store:
        store.issue(["LIN"])
        store.decide("person-1", [{"person": "LIN"}])
        store.done("person-1", [{"person": "LIN"}])
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["", "kek", "store.json"])
def test_a_key_store_that_others_may_read_is_refused(tmp_path: Path, name: str) -> None:
    key_store(tmp_path / "keys", make=True).close()
    (tmp_path / "keys" / name).chmod(0o755 if not name else 0o640)
    with pytest.raises(KeyStoreRefused, match="can be read by others"):
        key_store(tmp_path / "keys", make=False)


def test_a_key_store_opens_with_its_own_key_encryption_key_only(tmp_path: Path) -> None:
    key_store(tmp_path / "keys", tmp_path / "kek", make=True).close()
    key_store(tmp_path / "others", make=True).close()
    assert not (tmp_path / "keys" / "kek").exists()
    key_store(tmp_path / "keys", tmp_path / "kek", make=False).close()
    with pytest.raises(KeyStoreRefused, match="--kek"):
        key_store(tmp_path / "keys", tmp_path / "others" / "kek", make=False)
    (tmp_path / "kek").write_text("no key")
    with pytest.raises(KeyStoreRefused, match="damaged"):
        key_store(tmp_path / "keys", tmp_path / "kek", make=False)


def test_a_missing_key_store_is_not_made_unless_that_is_meant(tmp_path: Path) -> None:
    with pytest.raises(KeyStoreRefused, match="--keys"):
        key_store(tmp_path / "keys", make=False)
    assert not (tmp_path / "keys").exists()


def test_a_forgetting_waits_until_it_is_done_and_is_remembered(tmp_path: Path) -> None:
    with key_store(tmp_path / "keys", make=True) as store:
        store.decide("person-1", [{"person": "LIN"}, {"person": "WEI"}])
        store.decide("person-2", [{"person": "MEI"}])
        assert [len(notes) for notes in store.pending().values()] == [2, 1]
        store.done("person-1", [{"person": "LIN"}, {"person": "WEI"}])
        with (tmp_path / "keys" / "forgotten.jsonl").open("ab") as file:
            file.write(b'{"person": "to')  # torn by a power cut
        store.done("person-2", [{"person": "MEI"}])
        assert [note["person"] for note in store.forgotten()] == ["LIN", "WEI", "MEI"]
        assert store.pending() == {}


def test_an_older_copy_of_a_key_store_still_opens_which_is_why_it_lives_days(tmp_path: Path) -> None:
    with key_store(tmp_path / "keys", make=True) as store:
        (lin,) = store.issue(["LIN"])
        shutil.copytree(tmp_path / "keys", tmp_path / "backup")
        store.destroy([lin.key_id])
    with key_store(tmp_path / "backup", make=False) as backup:
        assert backup.key("LIN", lin.key_id) is not None
