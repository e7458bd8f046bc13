"""Arrays in PostgreSQL's binary form, made in one pass.

The database client takes several microseconds for each element of a list, which for a lone charge comes to
more than deciding it. These are bytes already; it only hands them on.
"""

from collections.abc import Iterable
from datetime import date
from struct import Struct
from typing import Any, ClassVar, Final

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEAD: Final = Struct(
    "!iiIii"
)  # dimensions, whether a null is in it, type of an element, how many, first index
_EMPTY: Final = Struct("!iiI")
_LENGTH: Final = Struct("!i")
_INT8: Final = Struct("!iq")
_DATE: Final = Struct("!ii")
_DATES_BEGIN: Final = date(2000, 1, 1).toordinal()


class Array(bytes):
    """A one-dimensional array without nulls, ready to be sent."""

    oid: ClassVar[int]


class Texts(Array):
    """A `text[]`."""

    oid = 1009

    @classmethod
    def of(cls, values: Iterable[str]) -> "Texts":
        """Of strings."""
        return cls(_strings(25, [value.encode() for value in values]))


class Blobs(Array):
    """A `bytea[]`."""

    oid = 1001

    @classmethod
    def of(cls, values: Iterable[bytes]) -> "Blobs":
        """Of byte strings."""
        return cls(_strings(17, list(values)))


class Integers(Array):
    """A `bigint[]`."""

    oid = 1016

    @classmethod
    def of(cls, values: Iterable[int]) -> "Integers":
        """Of whole numbers."""
        return cls(_array(20, [_INT8.pack(8, value) for value in values]))


class Dates(Array):
    """A `date[]`."""

    oid = 1182

    @classmethod
    def of(cls, values: Iterable[date]) -> "Dates":
        """Of days."""
        return cls(_array(1082, [_DATE.pack(4, value.toordinal() - _DATES_BEGIN) for value in values]))


def _strings(element: int, values: list[bytes]) -> bytes:
    return _array(element, [_LENGTH.pack(len(value)) + value for value in values])


def _array(element: int, parts: list[bytes]) -> bytes:
    if not parts:
        return _EMPTY.pack(0, 0, element)
    return _HEAD.pack(1, 0, element, len(parts), 1) + b"".join(parts)


class _ArrayDumper(Dumper):
    """Hands the bytes on."""

    format = Format.BINARY

    def __init__(self, cls: type[Any], context: Any = None) -> None:
        super().__init__(cls, context)
        self.oid = cls.oid

    def dump(self, obj: Any) -> Buffer:
        """The array's own bytes."""
        return bytes(obj)


for _kind in (Texts, Blobs, Integers, Dates):
    psycopg.adapters.register_dumper(_kind, _ArrayDumper)
