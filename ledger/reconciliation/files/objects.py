"""JSON by a profile: an object a line, or one in all, with its columns inside or in rows inside it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from ledger.reconciliation.files.defects import BadLine
from ledger.reconciliation.files.fields import OUTER
from ledger.reconciliation.files.lines import pieces
from ledger.reconciliation.files.profile import Profile
from ledger.reconciliation.files.table import Batch, Layout, Taking

_ABSENT: Final = object()


class _TwiceError(ValueError):
    """A key stands twice in one object."""


class JsonObjects:
    """Takes JSON apart. What cannot be read is added to `bad`."""

    def __init__(self, profile: Profile, bad: list[BadLine]) -> None:
        self._profile = profile
        self._bad = bad
        self._taking = Taking(Layout(profile, profile.columns, "\x1f"), bad)
        top: Sequence[str] = () if profile.form == "json" else OUTER
        if profile.rows_at is None:
            top = profile.columns
        self._outer = {profile.header_of(column): column for column in profile.columns if column in top}
        self._inner = {profile.header_of(column): column for column in profile.columns if column not in top}
        self._path = [] if profile.rows_at is None else profile.rows_at.split(".")
        self._ignored = frozenset(profile.ignored or ())

    def lines(self, content: bytes) -> Iterator[Batch]:
        """The rows of a file with an object a line, with the numbers of their lines."""
        for piece in pieces(self._profile, content, self._bad):
            lines = enumerate(piece.text.split("\n")[:-1], piece.first)
            yield self._batch((number, line) for number, line in lines if number not in piece.lost)

    def document(self, content: bytes) -> Iterator[Batch]:
        """The rows of a file that is one object, however it is broken into lines. All stand in line 1."""
        whole = [piece.text for piece in pieces(self._profile, content, self._bad)]
        if not self._bad:
            yield self._batch([(1, "".join(whole))])

    def _batch(self, texts: Iterable[tuple[int, str]]) -> Batch:
        numbers: list[int] = []
        found: list[tuple[str, ...]] = []
        for number, text in texts:
            for cells in self._rows(number, text):
                if (taken := self._taking.taken_apart(number, cells)) is not None:
                    numbers.append(number)
                    found.append(taken)
        return self._taking.batch(numbers, found)

    def _object(self, number: int, text: str) -> dict[str, Any] | None:
        try:
            found = json.loads(text, **_EXACT)
        except _TwiceError:
            self._wrong(number, None, "key_twice")
            return None
        except (ValueError, RecursionError):
            self._wrong(number, None, "not_json" if text.strip() else "blank_line")
            return None
        if not isinstance(found, dict):
            self._wrong(number, None, "not_an_object")
            return None
        return found

    def _rows(self, number: int, line: str) -> Iterator[Sequence[str]]:
        outer = self._object(number, line)
        if outer is None:
            return
        inside = set(self._path[:1])
        common = self._columns(number, outer, self._outer, inside)
        if not self._path:
            yield from [self._in_order(common)] if common is not None else []
            return
        for row in self._list(number, outer):
            own = self._columns(number, row, self._inner, set())
            if common is not None and own is not None:
                yield self._in_order({**common, **own})

    def _list(self, number: int, outer: dict[str, Any]) -> Sequence[dict[str, Any]]:
        found: Any = outer
        for depth, key in enumerate(self._path):
            if not isinstance(found, dict) or key not in found:
                self._wrong(number, None, "rows_missing")
                return ()
            if depth and found.keys() - {key} - self._ignored:
                self._wrong(number, None, "key_unknown")
            found = found[key]
        if self._profile.form == "json" and isinstance(found, dict):
            return [found]
        if not isinstance(found, list) or not found or not all(isinstance(row, dict) for row in found):
            self._wrong(number, None, "rows_missing")
            return ()
        return found

    def _columns(
        self, number: int, given: Mapping[str, Any], known: Mapping[str, str], besides: set[str]
    ) -> dict[str, str] | None:
        """The cells of an object by column, or None with the reason told."""
        before = len(self._bad)
        if given.keys() - known.keys() - self._ignored - besides:
            self._wrong(number, None, "key_unknown")
        cells: dict[str, str] = {}
        for key, column in known.items():
            match given.get(key, _ABSENT):
                case str() as text if text or column not in self._profile.nullable:
                    cells[column] = text
                case None if column not in self._profile.nullable:
                    self._wrong(number, column, "null_refused")
                case None | str():
                    cells[column] = self._profile.null_text
                case other if other is _ABSENT and column in self._profile.nullable:
                    cells[column] = self._profile.null_text
                case other:
                    self._wrong(number, column, "key_missing" if other is _ABSENT else "not_a_text")
        return cells if len(self._bad) == before else None

    def _in_order(self, cells: Mapping[str, str]) -> Sequence[str]:
        return [cells[column] for column in self._profile.columns]

    def _wrong(self, number: int, column: str | None, code: str) -> None:
        self._bad.append(BadLine(number, column, code))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


def _no_number(_word: str) -> str:
    raise ValueError


_EXACT: Final[Mapping[str, Any]] = {
    "object_pairs_hook": _once,
    "parse_constant": _no_number,
    "parse_float": str,
    "parse_int": str,
}
"""Numbers stay the digits that stand in the file: no float ever holds money."""
