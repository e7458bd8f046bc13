"""The sign-off sheet as rows: balances of both sides, breaks by class and age, corrections."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Row = dict[str, Any]
Sheet = Mapping[str, Any]
"""A `Statement` as plain values."""
_COLUMNS: Final = ("total_fen", "fund_fen", "account_fen")


def balances(sheet: Sheet) -> list[Row]:
    """Opening + movements = closing on each side; then the equation of the difference."""
    rows = [
        {"part": part, "side": side, **sheet[f"{part}_{side}"]}
        for side in ("here", "there")
        for part in ("opening", "movements", "closing")
    ]
    return [*rows, *_equation(sheet)]


def _equation(sheet: Sheet) -> Iterator[Row]:
    """Theirs minus ours = effects of the breaks that stand + the rest named + what is not explained."""
    here, there = sheet["movements_here"], sheet["movements_there"]
    yield _row("difference", {name: there[name] - here[name] for name in _COLUMNS})
    yield _row("explained", _sum([line["effect"] for line in sheet["items"]]))
    yield _row("rest", _sum([part["effect"] for part in sheet["rest"]]))
    yield _row("unexplained", sheet["unexplained"])


def open_by_class(sheet: Sheet) -> list[Row]:
    """For each class: breaks that stand or were carried in, those not closed, the oldest of them in days /
    working days, and their effect."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for line in (*sheet["items"], *sheet["carried"]):
        found.setdefault(line["break_class"], []).append(line)
    rows = []
    for name, lines in sorted(found.items()):
        still = [line for line in lines if line["state"] != "closed"]
        oldest = max(still, key=lambda line: int(line["days"]), default=None)
        age = "" if oldest is None else f"{oldest['days']} / {oldest['working_days']}"
        counts = {"break_class": name, "breaks": len(lines), "open_items": len(still), "age": age}
        rows.append({**counts, **_sum([line["effect"] for line in still])})
    return rows


def corrections(sheet: Sheet) -> list[Row]:
    """What two people have put right or accepted, with maker and checker."""
    lines = (*sheet["items"], *sheet["settled"], *sheet["carried"])
    return [dict(line) for line in lines if line["maker"] is not None]


def _row(part: str, figures: Mapping[str, int]) -> Row:
    return {"part": part, "side": None, "rows": None, **{name: figures[name] for name in _COLUMNS}}


def _sum(effects: list[Mapping[str, int]]) -> dict[str, int]:
    return {name: sum(effect[name] for effect in effects) for name in _COLUMNS}
