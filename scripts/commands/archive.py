"""`copay archive`: the log as Parquet files, to be kept elsewhere and replayed without a database."""

from pathlib import Path
from typing import Annotated, Final

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.settings import Settings, command

_FILES: Final = ("path", "month", "first", "last", "count", "sha256")


def register(app: typer.Typer) -> None:
    """Add `archive` to the program."""
    command(app, "archive")(archive)


def archive(
    settings: Settings,
    *,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the archive is, or will be")],
    json: Json = False,
) -> int:
    """Write the log as Parquet, by month of recording; what is archived already is checked and kept.

    Every file holds the stored bytes and typed columns side by side, checked equal, and the manifest its
    positions, sums and SHA-256. Interrupted, it goes on where it was.

    Examples:

    copay archive /backup/copay

    copay replay --archive /backup/copay
    """
    from projections.audit.archive import archive as write
    from scripts.cli.meter import Meter
    from scripts.cli.texts import choose

    def ask() -> Answer:
        with settings.database() as dsn, Meter(choose(settings.lang, "archive", "归档")) as meter:
            return write(dsn, folder, meter.reach).as_dict()

    def show(found: Answer) -> None:
        from scripts.cli.tables import Page

        files = [{**file, **file["sums"]} for file in found["files"]]
        page = Page(settings.lang).title(f"archive in {folder}", f"归档目录 {folder}")
        page.rows(files, _FILES, "nothing to archive", "没有可归档的内容").as_of(found).show()

    return give(settings, json, ask, show)
