"""The page about read models, as tests read it: what it says of every view and table."""

import re
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[2] / "projections" / "README.md"
_COLUMN: Final = re.compile(r"^\| `(\w+)` \| \S", re.MULTILINE)


def views_told() -> dict[str, list[str]]:
    """The columns of every view on the page, in its order."""
    return _told(_half("### Views"))


def tables_told() -> dict[str, list[str]]:
    """The columns of every table on the page, in its order."""
    return _told(_half("### Tables"))


def _half(heading: str) -> str:
    return PAGE.read_text("utf-8").partition(f"\n{heading}")[2].partition("\n### ")[0]


def _told(text: str) -> dict[str, list[str]]:
    sections = re.split(r"^#### `(\w+)`.*$", text, flags=re.MULTILINE)
    return {name: _COLUMN.findall(part) for name, part in zip(sections[1::2], sections[2::2], strict=True)}
