"""The keys of the vault: a folder outside the database and outside its backups.

    kek              the key-encryption key, 32 bytes as hexadecimal digits; it may lie elsewhere (`--kek`)
    store.json       which store this is, and the wrapped index keys, one a field
    slots/           a wrapped data key a person (`slots`)
    pending/         forgettings decided and not yet done; the next use of the vault completes them
    forgotten.jsonl  every forgetting that was done: after a database is restored, `sweep` does them again
    lock             whoever writes

Everything is the owner's alone (0700, 0600) and on the disk before it counts. Backups of this folder live
days, not years: a destroyed key lives on in each of them. What remains otherwise stands in the README.
"""

import fcntl
import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

from ledger.vault.errors import KeyStoreRefused
from ledger.vault.identity import FINDABLE, Findable
from ledger.vault.sealing import KEY_BYTES, KeyWrapper, PersonKey, blind
from ledger.vault.slots import Slots, sync_folder

_FORMAT: Final = 1
_TAIL_BYTES: Final = 8
_WRAPPED_BYTES: Final = 60
_PURPOSE: Final = b"data key"
_INDEX: Final = b"index key"
_FRESH: Final = ".new"

Note = dict[str, Any]
"""A forgetting as plain values: person number, who, law, days. Never a field of the person."""


class KeyStore:
    """An open key store, for one thread. Use `key_store`; methods raise `OSError` as the system does."""

    def __init__(self, folder: Path, wrapper: KeyWrapper, head: Note) -> None:
        self.folder = folder
        self.id = bytes.fromhex(head["id"])
        self._wrapper = wrapper
        self._slots = Slots(folder / "slots")
        self._index = {field: self._index_key(field, head["index"][field]) for field in FINDABLE}
        self._depth = 0
        self._lock = -1

    def blind(self, field: Findable, value: str) -> bytes:
        """What a value of a field is found by."""
        return blind(self._index[field], field, value)

    def issue(self, persons: Sequence[str]) -> list[PersonKey]:
        """A fresh data key for each of these people; the keys are on the disk when this returns."""
        with self.writing():
            first = self._slots.next()
            issued, contents = [], []
            for slot, person in enumerate(persons, start=first):
                key, tail = os.urandom(KEY_BYTES), os.urandom(_TAIL_BYTES)
                key_id = slot.to_bytes(8, "big") + tail
                contents.append(tail + self._wrapper.wrap(key, _PURPOSE, person.encode(), key_id))
                issued.append(PersonKey(person, key_id, key))
            self._slots.append(first, contents)
            return issued

    def key(self, person: str, key_id: bytes) -> PersonKey | None:
        """The data key of this id; None once it is destroyed, or if it is not this person's."""
        held = self._slots.read(int.from_bytes(key_id[:8], "big"), _TAIL_BYTES + _WRAPPED_BYTES)
        if held is None or held[:_TAIL_BYTES] != key_id[8:]:
            return None
        key = self._wrapper.unwrap(held[_TAIL_BYTES:], _PURPOSE, person.encode(), key_id)
        return None if key is None else PersonKey(person, key_id, key)

    def destroy(self, key_ids: Collection[bytes]) -> None:
        """Make data keys unreadable, for good, once the disk has it. Doing it again does no harm."""
        with self.writing():
            slots = {int.from_bytes(key_id[:8], "big"): key_id[8:] for key_id in key_ids}
            self._slots.destroy(
                [slot for slot, tail in slots.items() if self._slots.read(slot, _TAIL_BYTES) == tail]
            )

    def decide(self, name: str, notes: Sequence[Note]) -> None:
        """Keep forgettings that were decided together: from here on, they will be completed."""
        _keep(self.folder / "pending" / name, json.dumps(notes))

    def pending(self) -> dict[str, list[Note]]:
        """The forgettings that were decided and not completed, by the name they were decided under."""
        waiting = (path for path in (self.folder / "pending").iterdir() if path.suffix != _FRESH)
        return {path.name: json.loads(path.read_text()) for path in sorted(waiting)}

    def done(self, name: str, notes: Sequence[Note]) -> None:
        """Forgettings are complete; they are remembered for restores."""
        self.remember(notes)
        (self.folder / "pending" / name).unlink(missing_ok=True)  # should it come back, it is done once more

    def remember(self, notes: Sequence[Note]) -> None:
        """Add to what was forgotten; on the disk when this returns."""
        file = os.open(self.folder / "forgotten.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            lines = b"\n".join(json.dumps(note).encode() for note in notes)
            os.write(file, b"\n" + lines + b"\n")  # apart from a line that was torn
            os.fsync(file)
        finally:
            os.close(file)

    def forgotten(self) -> list[Note]:
        """Every forgetting that was done here, oldest first. A line that a power cut tore is passed over."""
        notes = []
        with suppress(FileNotFoundError):
            for line in (self.folder / "forgotten.jsonl").read_bytes().splitlines():
                with suppress(ValueError):
                    notes.append(json.loads(line))
        return notes

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Alone in changing what people there are and which keys they have, on this machine."""
        if self._depth == 0:
            self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0:
                os.close(self._lock)

    def close(self) -> None:
        """Let go of the files."""
        self._slots.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _index_key(self, field: str, wrapped: str) -> bytes:
        key = self._wrapper.unwrap(bytes.fromhex(wrapped), _INDEX, field.encode(), self.id)
        if key is None:
            raise KeyStoreRefused(
                f"the key-encryption key at hand is not that of {self.folder}; name it with --kek",
                f"现有的密钥加密密钥与 {self.folder} 不符；请用 --kek 指定",
            )
        return key


def key_store(folder: Path, kek: Path | None = None, *, make: bool) -> KeyStore:
    """The key store in a folder; a new one is made where none is and `make` allows it.

    Raises `KeyStoreRefused` when it is missing, readable by others, or its key-encryption key is another one.
    """
    kek = kek or folder / "kek"
    head = folder / "store.json"
    try:
        if not head.exists():
            if not make:
                raise KeyStoreRefused(
                    f"there is no key store in {folder}; name its folder with --keys",
                    f"{folder} 中没有密钥库；请用 --keys 指定其目录",
                )
            _make(folder, kek)
        for path in (folder, head, kek):
            _private(path)
        wrapper = KeyWrapper(bytes.fromhex(kek.read_text().strip()))
        told = json.loads(head.read_text())
    except OSError as error:
        raise KeyStoreRefused(
            f"the key store in {folder} cannot be read or written: {error.strerror}",
            f"无法读写 {folder} 中的密钥库：{error.strerror}",
        ) from None
    except ValueError:
        raise KeyStoreRefused(
            f"{kek} or {head} is damaged; restore it from the key store's own backup",
            f"{kek} 或 {head} 已损坏；请从密钥库自己的备份恢复",
        ) from None
    if told.get("format") != _FORMAT:
        raise KeyStoreRefused(
            f"the key store in {folder} is not of format {_FORMAT}; use the program that made it",
            f"{folder} 中密钥库的格式不是 {_FORMAT}；请使用建立它的程序",
        )
    return KeyStore(folder, wrapper, told)


def _make(folder: Path, kek: Path) -> None:
    """Everything but the head first: with the head, the store is there, whole."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("slots", "pending"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    if not kek.exists():
        _keep(kek, os.urandom(KEY_BYTES).hex() + "\n")
    wrapper, store = KeyWrapper(bytes.fromhex(kek.read_text().strip())), os.urandom(16)
    index = {
        field: wrapper.wrap(os.urandom(KEY_BYTES), _INDEX, field.encode(), store).hex() for field in FINDABLE
    }
    _keep(folder / "store.json", json.dumps({"format": _FORMAT, "id": store.hex(), "index": index}) + "\n")
    sync_folder(folder.parent)


def _private(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        raise KeyStoreRefused(
            f"{path} can be read by others than its owner; take their rights away (chmod go= {path})",
            f"{path} 可被所有者以外的人读取；请收回权限（chmod go= {path}）",
        )


def _keep(path: Path, text: str) -> None:
    """Put a file in place, whole and durable, or not at all; its owner's alone."""
    fresh = path.with_name(f"{path.name}{_FRESH}")
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(file, text.encode())
        os.fsync(file)
    finally:
        os.close(file)
    fresh.replace(path)
    sync_folder(path.parent)
