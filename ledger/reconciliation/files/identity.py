"""What makes two files, and two rows, the same: what they say, not how they are called, packed or ordered.

A row counts as often as the file that holds it most often. So a file that comes again adds nothing, whether
it was renamed, packed anew, shuffled or split, while two equal rows in one file stay two.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import fields

Row = TypeVar("Row", bound=Struct)

_WHERE: Final = ("file", "name", "line")
"""Where a row stood is no part of what it says."""
_PIECE: Final = 50_000
_UNIT: Final = "\x1f"


def identities(rows: Sequence[Row]) -> list[str]:
    """A digest for each row (16 bytes of BLAKE2b as hexadecimal digits): equal for rows that say the same,
    in whichever file and layout.

    What a row does not say leaves no trace, so that a field added to the rows changes no identity.
    """
    if not rows:
        return []
    what = [field.name for field in fields(rows[0]) if field.name not in _WHERE]
    found: list[str] = []
    for start in range(0, len(rows), _PIECE):
        piece = rows[start : start + _PIECE]
        columns = [said for name in what if (said := _said(name, piece)) is not None]
        found += map(_digest, map("".join, zip(*columns, strict=True)))
    return found


def _said(name: str, rows: Sequence[Row]) -> list[str] | None:
    """What each row says in this field, or None if none says anything."""
    values = [getattr(row, name) for row in rows]
    if values.count(None) == len(values):
        return None
    # No cell of a file can hold the character that divides what a row says.
    return ["" if value is None else f"{name}={value}{_UNIT}" for value in values]


def _digest(said: str) -> str:
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def content_digest(rows: Sequence[Row]) -> str:
    """SHA-256 over the sorted rows of a file, in hexadecimal digits: its name whatever it was called."""
    return hashlib.sha256("\n".join(sorted(identities(rows))).encode()).hexdigest()


def counted(rows: Sequence[Row]) -> Counter[str]:
    """How often each row stands in one file, by identity."""
    return Counter(identities(rows))


def added(taken: Mapping[str, int], rows: Sequence[Row]) -> list[Row]:
    """The rows of one more file that have an effect, given how often each was taken so far.

    `taken` is over all files of one side and period; `after` says what it is with this file. Of equal rows
    the last ones of the file are those that are added.
    """
    seen: Counter[str] = Counter()
    new: list[Row] = []
    for row, identity in zip(rows, identities(rows), strict=True):
        seen[identity] += 1
        if seen[identity] > taken.get(identity, 0):
            new.append(row)
    return new


def after(taken: Mapping[str, int], rows: Sequence[Row]) -> Counter[str]:
    """How often each row was taken once this file is, too: the most that any one file holds of it."""
    return Counter(taken) | counted(rows)


def taken_from(files: Iterable[Sequence[Row]]) -> Counter[str]:
    """The same for all files at once, in whatever order they came."""
    taken: Counter[str] = Counter()
    for rows in files:
        taken |= counted(rows)
    return taken
