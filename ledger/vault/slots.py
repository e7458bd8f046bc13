"""Wrapped data keys on disk, in slots of a fixed width that are overwritten in place.

    slots/000000   8,192 slots of 128 bytes; slots/000001 the next 8,192; …

A slot never straddles a disk sector, so that it is there or gone, and one million keys are 123 files.
Destroying a key overwrites its slot and waits until the disk has it: one write of 128 bytes, however many
keys there are. A slot is never given to a second person.
"""

import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

SLOT_BYTES: Final = 128
SLOTS_A_FILE: Final = 8192
_LIVE: Final = b"\x01"
_DESTROYED: Final = b"\xff" + bytes(SLOT_BYTES - 1)
_PRIVATE: Final = 0o600


class Slots:
    """The slot files of one folder. Methods raise `OSError` as the system does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[int, int] = {}

    def next(self) -> int:
        """The number of the first slot that nobody ever had."""
        last = max((int(path.name) for path in self._folder.iterdir()), default=None)
        if last is None:
            return 0
        return last * SLOTS_A_FILE + -(-(self._folder / _name(last)).stat().st_size // SLOT_BYTES)

    def append(self, first: int, contents: Sequence[bytes]) -> None:
        """Fill the slots from `first` on; durable when this returns."""
        done = 0
        while done < len(contents):
            number, place = divmod(first + done, SLOTS_A_FILE)
            some = contents[done : done + SLOTS_A_FILE - place]
            data = b"".join((_LIVE + content).ljust(SLOT_BYTES, b"\0") for content in some)
            file = self._file(number, make=True)
            _write(file, data, place * SLOT_BYTES)
            os.fsync(file)
            done += len(some)

    def read(self, slot: int, size: int) -> bytes | None:
        """The first bytes of what a slot holds; None for a destroyed one, or one that never was."""
        number, place = divmod(slot, SLOTS_A_FILE)
        try:
            data = os.pread(self._file(number, make=False), 1 + size, place * SLOT_BYTES)
        except FileNotFoundError:
            return None
        return data[1:] if data[:1] == _LIVE else None

    def destroy(self, slots: Collection[int]) -> None:
        """Overwrite slots; the disk has it when this returns. Doing it again does no harm."""
        touched = set[int]()
        for slot in slots:
            number, place = divmod(slot, SLOTS_A_FILE)
            file = self._file(number, make=False)
            _write(file, _DESTROYED, place * SLOT_BYTES)
            touched.add(file)
        for file in touched:
            os.fsync(file)

    def close(self) -> None:
        """Let go of the files."""
        for file in self._open.values():
            os.close(file)
        self._open.clear()

    def _file(self, number: int, *, make: bool) -> int:
        if number not in self._open:
            path = self._folder / _name(number)
            is_new = make and not path.exists()
            self._open[number] = os.open(path, os.O_RDWR | (os.O_CREAT if make else 0), _PRIVATE)
            if is_new:
                sync_folder(self._folder)
        return self._open[number]


def sync_folder(folder: Path) -> None:
    """See that the names in a folder are on the disk."""
    there = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(there)
    finally:
        os.close(there)


def _write(file: int, data: bytes, at: int) -> None:
    if os.pwrite(file, data, at) != len(data):
        raise OSError(28, os.strerror(28))  # no space: the system wrote a part
    os.fsync(file)


def _name(number: int) -> str:
    return f"{number:06}"
