"""Options that are values of the contract: times, days, positions, regions. Others are bad usage."""

from datetime import date, datetime
from typing import Annotated, Any

import typer

from ledger.ids import REGION_PATTERN, is_id
from scripts.cli.failures import Usage

At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="Only what had happened by then: 2026-01-05T10:00:00+08:00"),
]
Position = Annotated[
    int | None,
    typer.Option("--position", metavar="N", min=0, help="Only what had been recorded up to this position"),
]


def instant(option: str, text: str | None) -> datetime | None:
    """A time of the contract, read as command files are; none stays none."""
    return None if text is None else _read(option, text, "Instant")


def day(option: str, text: str | None) -> date | None:
    """A date `YYYY-MM-DD`, read as command files are; none stays none."""
    return None if text is None else _read(option, text, "Day")


def _read(option: str, text: str, kind: str) -> Any:
    from pydantic import TypeAdapter, ValidationError

    from ledger.commands import fields

    adapter: TypeAdapter[Any] = TypeAdapter(getattr(fields, kind))
    try:
        return adapter.validate_python(text)
    except ValidationError as error:
        english, chinese = error.errors()[0]["ctx"]["error"].args
        raise Usage(f"{option} {english}", f"{option} {chinese}") from None


def region(text: str, digits: tuple[int, ...] = (6,)) -> str:
    """A region, or a prefix of one, as digits."""
    if len(text) in digits and REGION_PATTERN.fullmatch(text.ljust(6, "0")):
        return text
    counts = " or ".join(map(str, digits))
    raise Usage(
        f"a region has {counts} digits, such as {'330102'[: digits[-1]]}", f"地区代码应为 {counts} 位数字"
    )


def shown(identifier: str) -> str:
    """An id as it may stand in a heading: what cannot be an id is not repeated."""
    return identifier if is_id(identifier) else "?"
