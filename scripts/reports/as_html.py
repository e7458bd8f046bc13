"""A report as one HTML page: the sign-off sheet, then every table; it opens offline and prints.

Chinese first with English beside it. Every value is escaped; there is no script, and nothing is fetched.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ledger.clock import for_people
from ledger.money import yuan
from scripts.cli.texts import printable
from scripts.reconciling.plainly import full
from scripts.reports import words
from scripts.reports.capitals import capitals
from scripts.reports.content import Cell, Report, Table
from scripts.reports.sheet import balances, corrections, open_by_class

_TEMPLATE: Final = "report.html.j2"
_WORDS: Final[dict[str, words.Words]] = {
    "break_class": words.CLASSES,
    "rule": words.RULES,
    "side": words.SIDES,
    "state": words.STATES,
    "how": words.HOW,
    "proposed": words.PROPOSED,
    "cause": words.CAUSES,
    "part": words.PARTS,
    "automatic": {"automatic": ("automatic", "自动"), "suggested": ("suggested", "建议")},
}
_PIECE: Final = 200


def write(report: Report, path: Path) -> None:
    """Write the page. OSError."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    stream = environment.get_template(_TEMPLATE).stream(**_page(report))
    stream.enable_buffering(_PIECE)
    with path.open("wb") as out:
        stream.dump(out, encoding="utf-8")


def _page(report: Report) -> dict[str, Any]:
    return {
        "key": report.key,
        "state": both(words.STATES, report.state),
        "run": report.run.run,
        "position": report.position,
        "matched_at": for_people(report.run.at),
        "signed": report.signed,
        "sheet": None if report.sheet is None else _sheet(report),
        "tables": [_table(table) for table in report.tables],
    }


def _sheet(report: Report) -> dict[str, Any]:
    assert report.sheet is not None
    sheet = full(report.sheet)
    rows = balances(sheet)
    return {
        "balances": [
            {**_worded(row), "capitals": capitals(row["total_fen"]), **_amounts(row)} for row in rows
        ],
        "classes": [{**_worded(row), **_amounts(row)} for row in open_by_class(sheet)],
        "corrections": [{**_worded(row), **_amounts(row["effect"])} for row in corrections(sheet)],
        "files": [
            {**file, **_amounts(file["sums"]), "rows": file["sums"]["rows"]} for file in sheet["files"]
        ],
        "rest": [{"reason": part["reason"], **_amounts(part["effect"])} for part in sheet["rest"]],
        "explained": not any(sheet["unexplained"].values()),
        "day": sheet["day"],
        "unknown_years": sheet["unknown_years"],
    }


def _worded(row: dict[str, Any]) -> dict[str, Any]:
    found = {name: both(_WORDS[name], row[name]) for name in _WORDS if isinstance(row.get(name), str)}
    return {**row, **found}


def _amounts(row: dict[str, Any]) -> dict[str, str]:
    return {name: yuan(row[name]) for name in ("total_fen", "fund_fen", "account_fen")}


def _table(table: Table) -> dict[str, Any]:
    english, chinese = words.TABLES[table.name]
    heads = [(*reversed(words.FIELDS.get(name, (name, name))), kind) for name, kind in table.columns]
    return {"name": table.name, "english": english, "chinese": chinese, "heads": heads, "rows": _rows(table)}


def _rows(table: Table) -> Iterator[list[tuple[str, str]]]:
    """Each cell with what it is: the class of its column."""
    for row in table.rows:
        yield [(kind, shown(name, value)) for (name, kind), value in zip(table.columns, row, strict=True)]


def shown(column: str, value: Cell) -> str:
    """A cell as people read it: words in both languages, amounts grouped."""
    if value is None:
        return ""
    if isinstance(value, int):
        return yuan(value) if column.endswith("_fen") else str(value)
    return both(_WORDS[column], value) if column in _WORDS else printable(value)


def both(known: words.Words, word: str) -> str:
    """A word in Chinese, and in English behind it."""
    english, chinese = known.get(word, (word, word))
    return f"{chinese} {english}"
