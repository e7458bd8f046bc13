"""A report as XLSX: a sheet a table, ids as text, amounts as numbers, nothing that a spreadsheet would run.

The same report gives the same bytes: the file says that it was made when the run was.
"""

from pathlib import Path
from typing import Any, Final

from ledger.errors import LedgerError
from scripts.cli.texts import printable
from scripts.reports.content import Cell, Kind, Report, Table
from scripts.reports.words import FIELDS, TABLES

ROWS: Final = 1_048_575
"""How many rows a sheet takes below its head; more go on to another."""
_LONGEST: Final = 32_767
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_WIDTHS: Final[dict[Kind, int]] = {"text": 24, "fen": 16, "count": 9}


class TooLong(LedgerError):
    """A cell that XLSX cannot hold; the other forms can."""

    code = "cell_too_long"


def write(report: Report, path: Path) -> None:
    """Write every table. OSError; `TooLong`."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), dict(_OPTIONS))
    book.set_properties({"created": report.run.at.replace(tzinfo=None)})
    head = book.add_format({"bold": True, "bottom": 1})
    formats = {
        "fen": book.add_format({"num_format": "#,##0.00"}),
        "text": book.add_format({"num_format": "@"}),
    }
    try:
        for table in report.tables:
            for number, start in enumerate(range(0, max(1, len(table.rows)), ROWS), 1):
                name = TABLES[table.name][1] + ("" if number == 1 else f" {number}")
                sheet = book.add_worksheet(name)
                _write_sheet(sheet, table, start, head, formats)
    finally:
        _close(book)


def _close(book: Any) -> None:
    from xlsxwriter.exceptions import FileCreateError

    try:
        book.close()
    except FileCreateError as error:
        cause = error.args[0] if error.args else None
        raise cause if isinstance(cause, OSError) else OSError(str(error)) from None


def _write_sheet(sheet: Any, table: Table, start: int, head: Any, formats: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    kinds = [kind for _, kind in table.columns]
    for column, (name, kind) in enumerate(table.columns):
        sheet.set_column(column, column, _WIDTHS[kind])
        english, chinese = FIELDS.get(name, (name, name))
        sheet.write_string(0, column, f"{chinese} {english}", head)
    for place, row in enumerate(table.rows[start : start + ROWS], 1):
        for column, (kind, value) in enumerate(zip(kinds, row, strict=True)):
            _write_cell(sheet, place, column, kind, value, formats)


def _write_cell(sheet: Any, row: int, column: int, kind: Kind, value: Cell, formats: dict[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, int):
        # A number of up to 15 digits comes back as it was; no amount has more.
        number = value / 100 if kind == "fen" else value
        sheet.write_number(row, column, number, formats.get(kind))
        return
    text = printable(value)
    if len(text) > _LONGEST:
        raise TooLong(
            "a cell is longer than XLSX can hold; take the report as CSV or JSON",
            "单元格长度超出 XLSX 限制；请改用 CSV 或 JSON",
        )
    sheet.write_string(row, column, text, formats["text"])
