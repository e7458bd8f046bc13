"""`copay digest`: whether two machines hold the same read models."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.settings import Settings, command
from scripts.cli.values import Position
from scripts.cli.window import after_the_last, window_by_the_log

if TYPE_CHECKING:
    from projections.store import Snapshot

_DIGESTS: Final = ("model", "version", "position", "rows", "sha256")


def register(app: typer.Typer) -> None:
    """Add `digest` to the program."""
    command(app, "digest", waits=True)(digest)


def digest(
    settings: Settings,
    *,
    model: Annotated[
        str | None, typer.Argument(metavar="MODEL", help="Only this read model [all of them]")
    ] = None,
    position: Position = None,
    json: Json = False,
) -> int:
    """Print a SHA-256 of every read model: the same wherever the same log was read.

    It covers every row up to a position, sorted, as text: neither the machine, its locale, nor the order in
    which rows were written makes a difference. Compare two machines at the same --position.

    Examples:

    copay digest

    copay digest balances --position 5000 --json
    """
    from projections.digest import digests
    from projections.rebuild import chosen
    from scripts.cli.meter import Meter
    from scripts.cli.tables import Page
    from scripts.cli.texts import choose

    def ask(view: "Snapshot") -> Answer:
        models = chosen([model] if model else [])
        with Meter(choose(settings.lang, "rows", "行")) as meter:
            found = digests(view, models, position, progress=meter.reach)
        return {"digests": [one._asdict() for one in found], "position": view.upto(position, *models)}

    def show(found: Answer) -> None:
        page = Page(settings.lang).title("digests of the read models", "读模型摘要")
        page.rows(found["digests"], _DIGESTS, "", "").as_of(found).line(
            *after_the_last(found["window"])
        ).show()

    def digested() -> Answer:
        from ledger.persistence.stored_log import PostgresStoredLog
        from scripts.cli.reading import asked

        found = asked(settings, ask)
        with settings.database() as dsn, PostgresStoredLog(dsn) as log:
            return {**found, "window": window_by_the_log(log)}

    return give(settings, json, digested, show)
