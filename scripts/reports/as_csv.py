"""A report as CSV: a file a table, RFC 4180, UTF-8.

A spreadsheet takes a text that begins with = + - @ (or TAB, CR, LF, or full-width forms) for a formula, so
such a text gets an apostrophe before it; one that begins with an apostrophe gets another, so that taking one
away gives back what was there. Amounts are yuan with two decimals and no grouping.
"""

import csv
from pathlib import Path
from typing import Final, TextIO

from scripts.reports.content import Cell, Kind, Report, Table

_STEERING: Final = tuple("=+-@\t\r\n＝＋－＠'")


def write(report: Report, folder: Path, *, bom: bool) -> list[Path]:
    """Write every table into a folder, which is made; with `bom`, as old spreadsheets want it. OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table in report.tables:
        path = folder / f"{table.name}.csv"
        with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as out:
            write_table(table, out)
        written.append(path)
    return written


def write_table(table: Table, out: TextIO) -> None:
    """A head of column names, then the rows."""
    rows = csv.writer(out, quoting=csv.QUOTE_MINIMAL)
    rows.writerow(
        [f"{name.removesuffix('_fen')}_yuan" if kind == "fen" else name for name, kind in table.columns]
    )
    kinds = [kind for _, kind in table.columns]
    rows.writerows([cell(kind, value) for kind, value in zip(kinds, row, strict=True)] for row in table.rows)


def cell(kind: Kind, value: Cell) -> str:
    """A cell as the file has it."""
    if value is None:
        return ""
    if kind == "fen":
        return yuan(int(value))
    text = str(value)
    return f"'{text}" if kind == "text" and text.startswith(_STEERING) else text


def yuan(fen: int) -> str:
    """An amount with two decimals and no grouping, for programs."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
