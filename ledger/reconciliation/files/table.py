"""Lines of cells by a profile: one pattern checks a line and takes it apart; what fails is explained."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ledger.reconciliation.files.cells import citizen_ids, day, diagnosis, fen, meaning, pattern
from ledger.reconciliation.files.defects import BadLine
from ledger.reconciliation.files.fields import SKIPPED
from ledger.reconciliation.files.lines import Piece, pieces
from ledger.reconciliation.files.profile import Profile

UNIT: Final = "\x1f"
"""Divides the cells of a line that had to be taken apart first. No cell may hold one."""

Cells = Sequence[str | None]


class Batch(NamedTuple):
    """Readable lines in a row: their numbers, and their cells by column. Null is None."""

    lines: Sequence[int]
    cells: Mapping[str, Cells]
    fen: Mapping[str, Sequence[int | None]]
    """The amounts of `cells`, signed as they stand in the file."""


@dataclass(frozen=True)
class Layout:
    """A profile and the columns of one file in its order, with the patterns of a whole line."""

    profile: Profile
    columns: Sequence[str]
    separator: str

    @property
    def names(self) -> list[str]:
        """The columns that are read."""
        return [column for column in self.columns if column != SKIPPED]

    def line(self, separator: str) -> str:
        """The pattern of a line whose cells are divided so; a group for each column that is read."""
        cells = (pattern(self.profile, column, separator) for column in self.columns)
        groups = (
            f"(?:{cell})" if column == SKIPPED else f"({cell})"
            for column, cell in zip(self.columns, cells, strict=True)
        )
        return re.escape(separator).join(groups)


class Taking:
    """Takes lines apart by a layout and gathers what is wrong with them."""

    def __init__(self, layout: Layout, bad: list[BadLine]) -> None:
        self._layout = layout
        self._bad = bad
        self._all = re.compile(f"^{layout.line(layout.separator)}$", re.MULTILINE)
        self._one = re.compile(layout.line(layout.separator))
        self._taken_apart = re.compile(layout.line(UNIT))
        profile = layout.profile
        self._each = [re.compile(pattern(profile, column, UNIT)) for column in layout.columns]
        what = {column: meaning(profile, column) for column in layout.names}
        self._amounts = [column for column in layout.names if what[column] == "amount"]
        self._ids = [column for column in layout.names if what[column] == "id"]
        self._days = [column for column in layout.names if what[column] in ("day", "time")]
        self._fast = profile.decimals == "two" and profile.thousands == "refused"

    def piece(self, piece: Piece) -> Batch:
        """The readable lines of a piece. In a clean one every line matches: nothing to explain."""
        count = piece.text.count("\n")
        if not self._quoted(piece.text):
            found = self._all.findall(piece.text)
            if len(found) == count and not piece.lost:
                return self.batch(range(piece.first, piece.first + count), found)
        numbers: list[int] = []
        found = []
        for number, line in enumerate(piece.text.split("\n")[:-1], piece.first):
            if number not in piece.lost and (cells := self._cells(number, line)) is not None:
                numbers.append(number)
                found.append(cells)
        return self.batch(numbers, found)

    def taken_apart(self, number: int, cells: Sequence[str]) -> tuple[str, ...] | None:
        """The cells of one line that came apart elsewhere, if they can be read."""
        match = self._taken_apart.fullmatch(UNIT.join(cells))
        if match is not None:
            return match.groups()
        self._explain(number, cells)
        return None

    def batch(self, numbers: Sequence[int], found: Sequence[tuple[str, ...]]) -> Batch:
        """Lines that were taken apart, with the checks that no pattern makes."""
        names = self._layout.names
        columns = list(zip(*found, strict=True)) if found else [()] * len(names)
        profile = self._layout.profile
        cells: dict[str, Cells] = {}
        for name, column in zip(names, columns, strict=True):
            null = profile.null_text
            cells[name] = (
                [None if cell == null else cell for cell in column] if name in profile.nullable else column
            )
        for name in self._ids:
            self._bad += [BadLine(numbers[row], name, "citizen_id") for row in citizen_ids(cells[name])]
        for name in self._days:
            self._check_days(name, numbers, cells[name])
        return Batch(numbers, cells, {name: self._in_fen(cells[name]) for name in self._amounts})

    def _cells(self, number: int, line: str) -> tuple[str, ...] | None:
        if self._quoted(line):
            cells = _unquoted(line, self._layout.separator)
            if cells is None:
                self._bad.append(BadLine(number, None, "quotes"))
                return None
            return self.taken_apart(number, cells)
        match = self._one.fullmatch(line)
        if match is not None:
            return match.groups()
        self._explain(number, line.split(self._layout.separator))
        return None

    def _quoted(self, text: str) -> bool:
        return self._layout.profile.quotes == "double" and '"' in text

    def _explain(self, number: int, cells: Sequence[str]) -> None:
        """Every cell that cannot be read; a line of another shape is told as such."""
        before = len(self._bad)
        profile, columns = self._layout.profile, self._layout.columns
        if len(cells) == len(columns):
            for readable, column, cell in zip(self._each, columns, cells, strict=True):
                if not readable.fullmatch(cell):
                    self._bad.append(BadLine(number, column, diagnosis(profile, column, cell)))
        if len(self._bad) == before:
            self._bad.append(BadLine(number, None, _shape(cells, len(columns))))

    def _check_days(self, name: str, numbers: Sequence[int], cells: Cells) -> None:
        known = {cell[:10] for cell in cells if cell is not None}
        wrong = {text for text in known if day(text) is None}
        code = "not_a_time" if name == "setl_time" else "not_a_day"
        self._bad += [
            BadLine(numbers[row], name, code)
            for row, cell in enumerate(cells if wrong else ())
            if cell is not None and cell[:10] in wrong
        ]

    def _in_fen(self, cells: Cells) -> Sequence[int | None]:
        if self._fast and None not in cells:
            return [int(cell.replace(".", "")) for cell in cells if cell is not None]
        return [None if cell is None else fen(cell) for cell in cells]


def batches(profile: Profile, content: bytes, bad: list[BadLine]) -> Iterator[Batch]:
    """The lines of a text file by its profile. What cannot be read is added to `bad`."""
    separator = {"tab": "\t", "comma": ","}[profile.separator or "tab"]
    if profile.line_end == "cr_tab":
        separator = "\r\t"
    taking: Taking | None = None
    for piece in pieces(profile, content, bad):
        rest = piece
        if taking is None:
            columns: Sequence[str] | None = profile.columns
            if profile.header != "none":
                columns, rest = _after_header(profile, separator, piece, bad)
            if columns is None:
                return
            taking = Taking(Layout(profile, columns, separator), bad)
        yield taking.piece(rest)


def _after_header(
    profile: Profile, separator: str, piece: Piece, bad: list[BadLine]
) -> tuple[Sequence[str] | None, Piece]:
    line, _, text = piece.text.partition("\n")
    names = _unquoted(line, separator) if profile.quotes == "double" else line.split(separator)
    rest = Piece(piece.first + 1, text, piece.lost)
    if names is None:
        bad.append(BadLine(1, None, "quotes"))
        return None, rest
    return (None if 1 in piece.lost else _headed(profile, names, bad)), rest


def _headed(profile: Profile, names: Sequence[str], bad: list[BadLine]) -> Sequence[str] | None:
    """The columns in the order of the headings, or None if a heading is wrong."""
    known = {profile.header_of(column): column for column in profile.columns}
    known |= dict.fromkeys(profile.ignored or (), SKIPPED)
    columns = [known.get(name, "") for name in names]
    before = len(bad)
    for position, (name, column) in enumerate(zip(names, columns, strict=True)):
        if not column:
            bad.append(BadLine(1, None, "header_unknown"))
        elif name in names[:position]:
            bad.append(BadLine(1, None if column == SKIPPED else column, "header_twice"))
    for column in profile.columns:
        may_lack = profile.header == "by_name" and column in profile.nullable
        if column not in columns and not may_lack:
            bad.append(BadLine(1, column, "header_missing"))
    if len(bad) == before and profile.header == "in_order" and columns != list(profile.columns):
        bad.append(BadLine(1, None, "header_order"))
    return columns if len(bad) == before else None


def _unquoted(line: str, separator: str) -> list[str] | None:
    """The cells of a line with quotation marks, or None. Marks enclose a cell, and are doubled inside."""
    cells: list[str] = []
    rest = line
    while True:
        match = re.match('"((?:[^"]|"")*)"', rest)
        if match is None:
            cell, found, rest = rest.partition(separator)
            if '"' in cell:
                return None
        else:
            cell, after = match[1].replace('""', '"'), rest[match.end() :]
            if after and not after.startswith(separator):
                return None
            found, rest = after[: len(separator)], after[len(separator) :]
        cells.append(cell)
        if not found:
            return cells


def _shape(cells: Sequence[str], count: int) -> str:
    joined = "".join(cells)
    if not joined:
        return "blank_line"
    for code, character in (("nul", "\x00"), ("misplaced_mark", "\ufeff"), ("carriage_return", "\r")):
        if character in joined:
            return code
    return "trailing_separator" if len(cells) == count + 1 and not cells[-1] else "column_count"
