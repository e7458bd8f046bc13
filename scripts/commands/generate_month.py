"""`copay generate-month`: a month of two sides as files, with the truth about it."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.failures import Usage
from scripts.cli.settings import Settings, command


def register(app: typer.Typer) -> None:
    """Add `generate-month` to the program."""
    command(app, "generate-month")(generate_month)


def generate_month(
    _settings: Settings,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where its files go; it is made")],
    *,
    settlements: Annotated[int, typer.Option("--settlements", metavar="N", min=1, help="How many")] = 1000,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Another seed is another month")] = 1,
    collisions: Annotated[
        bool, typer.Option("--collisions", help="One in five shares amounts and day with another")
    ] = False,
    without_ids: Annotated[
        float,
        typer.Option(
            "--without-ids", metavar="SHARE", min=0, max=1, help="Share of their lines without settlement id"
        ),
    ] = 0.15,
) -> int:
    """Write a made-up month of settlements and the other side's files, with every kind of break planted.

    commands.jsonl is for `copay apply`; theirs/ holds the detail files, truth.json what belongs together and
    what is broken. It needs no database, and the same arguments give the same bytes everywhere.

    Examples:

    copay generate-month september --settlements 100000 --seed 7 --collisions
    """
    from scripts.generator.month.build import month
    from scripts.generator.month.files import write

    made = month(settlements, seed, collisions=collisions, without_ids=without_ids, status_told=False)
    try:
        write(made, folder)
    except OSError as error:
        reason = error.strerror
        raise Usage(f"{folder} cannot be written: {reason}", f"无法写入 {folder}：{reason}") from None
    return 0
