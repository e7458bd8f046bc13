"""`copay generate`: a plausible city as a command file."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.failures import Usage
from scripts.cli.settings import Settings, command


def register(app: typer.Typer) -> None:
    """Add `generate` to the program."""
    command(app, "generate")(generate)


def generate(
    _settings: Settings,
    *,
    people: Annotated[int, typer.Option("--people", metavar="N", min=1, help="How many people")] = 100,
    months: Annotated[int, typer.Option("--months", metavar="M", min=0, help="How many months")] = 3,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Another seed is another city")] = 1,
    start: Annotated[str | None, typer.Option("--start", metavar="YYYY-MM", help="The first month")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Instead of standard output")
    ] = None,
) -> int:
    """Write the commands of a made-up city: the same arguments give the same bytes everywhere.

    It needs no database. One line in a hundred is meant to be refused, some come late or twice.

    Examples:

    copay generate --people 1000 --months 12 --seed 7 --output city.jsonl

    copay generate --people 50 --months 1 --seed 1 | copay apply -
    """
    from scripts.generate import START, lines

    try:
        city = lines(people, months, seed, start or START)
    except ValueError:
        raise Usage("--start is a month written YYYY-MM", "--start 应为 YYYY-MM 形式的月份") from None
    with ExitStack() as stack:
        out = sys.stdout.buffer
        if output is not None:
            try:
                out = stack.enter_context(output.open("wb"))
            except OSError as error:
                reason = error.strerror
                raise Usage(f"{output} cannot be written: {reason}", f"无法写入 {output}：{reason}") from None
        out.writelines(city)
        out.flush()
    return 0
