"""SQL by name: statements in `sql/queries/`, the tables of each model in `sql/tables/`, views, readers.

Statements take their values as parameters; nothing is ever put together from values.
"""

import re
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

_SQL: Final = files("projections.store") / "sql"
_NAME: Final = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def _named() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for file in sorted((_SQL / "queries").iterdir(), key=lambda entry: entry.name):
        _, *parts = _NAME.split(file.read_text(encoding="utf-8"))
        found |= {name: text.strip().encode() for name, text in zip(parts[::2], parts[1::2], strict=True)}
    return found


def statement(name: str) -> bytes:
    """The statement of this name."""
    return _named()[name]


def statement_names() -> list[str]:
    """Every name there is."""
    return sorted(_named())


def schema() -> bytes:
    """The schema and its tracking table, made where they are missing."""
    return (_SQL / "schema.sql").read_bytes()


def tables(model: str) -> bytes:
    """The tables and indexes of a model."""
    return (_SQL / "tables" / f"{model}.sql").read_bytes()


def views() -> bytes:
    """Every view, made anew, and the rights of readers to them."""
    return (_SQL / "views.sql").read_bytes() + readers()


def readers() -> bytes:
    """Whoever may use the schema gets the right to read its views."""
    return (_SQL / "readers.sql").read_bytes()


@cache
def views_label() -> str:
    """Stands on the schema and says which views are in it: those of `views`."""
    return f"views {sha256(views()).hexdigest()[:16]}"
