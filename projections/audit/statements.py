"""SQL by name: the statements in `sql/`, all for DuckDB but those of `database.sql`, which are PostgreSQL's.

Values are parameters; nothing is ever put together from values.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Final

_SQL: Final = files("projections.audit") / "sql"
_NAME: Final = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def _named() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted((entry for entry in _SQL.iterdir() if entry.name.endswith(".sql")), key=str):
        _, *parts = _NAME.split(file.read_text(encoding="utf-8"))
        found |= {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}
    return found


def statement(name: str) -> str:
    """The statement of this name."""
    return _named()[name]


def statement_names() -> list[str]:
    """Every name there is."""
    return sorted(_named())
