"""Pages for people: amounts in yuan with thousands separators, times on the clock of Shanghai."""

import io
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Self

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ledger.money import yuan
from scripts.cli.texts import choose, label, nothing, printable, word

_TIME: Final = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?\+08:00")
_DIGEST: Final = re.compile(r"[0-9a-f]{32,}")
_NUMBERS: Final = frozenset(
    {"age_days", "breaks", "charges", "count", "days", "events", "files", "here_rows", "line", "matches"}
    | {
        "new_rows",
        "number",
        "open_items",
        "position",
        "rank",
        "rows",
        "there_rows",
        "told",
        "version",
        "year",
    }
)
_WIDE: Final = 200
_LONG: Final = 160

Row = Mapping[str, Any]


def cell(field: str, value: object, lang: str) -> str:
    """One value as people read it."""
    if value is None:
        return nothing(field, lang)
    if isinstance(value, bool):
        return choose(lang, "yes" if value else "no", "是" if value else "否")
    if isinstance(value, int) and field.endswith("_fen"):
        return yuan(value)
    if isinstance(value, str):
        return printable(word(field, _TIME.sub(r"\1 \2", value), lang))
    if isinstance(value, Sequence):
        return ", ".join(cell(field, inner, lang) for inner in value) or nothing(field, lang)
    if isinstance(value, Mapping):
        return f"({pairs(value, lang)})"
    return str(value)


def pairs(value: Row, lang: str) -> str:
    """The content of an event as `name: value`; digests, and what is longer than people read, are cut."""
    shown = ((label(name, lang), cell(name, inner, lang)) for name, inner in value.items())
    said = (f"{name}: {_cut(text, 12) if _DIGEST.fullmatch(text) else text}" for name, text in shown)
    return _cut("; ".join(said), _LONG)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"


class Page:
    """One screen, filled from top to bottom."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._parts: list[RenderableType] = []

    def title(self, english: str, chinese: str) -> Self:
        """The first line: what this is."""
        self._parts.append(Text(printable(choose(self._lang, english, chinese)), style="bold"))
        return self

    def line(self, english: str, chinese: str) -> Self:
        """A sentence of its own."""
        self._parts.append(Text(printable(choose(self._lang, english, chinese))))
        return self

    def point(self, sentence: str) -> Self:
        """One sentence of an explanation."""
        self._parts.append(Text(printable(f"• {sentence}{choose(self._lang, '.', '。')}")))
        return self

    def gap(self) -> Self:
        """An empty line."""
        self._parts.append(Text())
        return self

    def facts(self, answer: Row, fields: Iterable[str]) -> Self:
        """Two columns: what, and how much."""
        fields = tuple(fields)
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(style="dim")
        amounts = all(field.endswith("_fen") for field in fields)
        table.add_column(justify="right" if amounts else "left", overflow="fold")
        for field in fields:
            table.add_row(Text(label(field, self._lang)), Text(cell(field, answer.get(field), self._lang)))
        self._parts.append(table)
        return self

    def rows(self, entries: Sequence[Row], fields: Iterable[str], english: str, chinese: str) -> Self:
        """A table with one line per entry; the sentence where there is none."""
        if not entries:
            return self.line(english, chinese)
        fields = tuple(fields)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for field in fields:
            right = field.endswith("_fen") or field in _NUMBERS
            heading = Text(label(field, self._lang))
            table.add_column(heading, justify="right" if right else "left", overflow="fold")
        for entry in entries:
            table.add_row(*(Text(cell(field, entry.get(field), self._lang)) for field in fields))
        self._parts.append(table)
        return self

    def as_of(self, answer: Row) -> Self:
        """The log position this answers for."""
        position = answer["position"]
        text = choose(
            self._lang,
            f"amounts in yuan; as of log position {position}",
            f"金额单位：元；截至日志位置 {position}",
        )
        self._parts.append(Text(text, style="dim"))
        return self

    def show(self) -> None:
        """Print to standard output: fitted to a terminal, never cut to one in a file or pipe."""
        terminal = sys.stdout.isatty()
        width = shutil.get_terminal_size().columns if terminal else _WIDE
        buffer = io.StringIO()
        console = Console(
            file=buffer, force_terminal=terminal, width=width, highlight=False, markup=False, emoji=False
        )
        console.print(Group(*self._parts))
        text = "\n".join(line.rstrip() for line in buffer.getvalue().split("\n"))
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
