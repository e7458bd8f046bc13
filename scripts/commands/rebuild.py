"""`copay rebuild`: read models filled anew from the log, beside the live ones."""

from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.meter import Meter
from scripts.cli.settings import Settings, command
from scripts.cli.texts import choose

if TYPE_CHECKING:
    from projections.rebuild import Rebuilt

_COLUMNS = ("model", "position", "rebuilt", "reason")


def register(app: typer.Typer) -> None:
    """Add `rebuild` to the program."""
    command(app, "rebuild")(rebuild)


def rebuild(
    settings: Settings,
    *,
    models: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MODEL]...", help="Names of read models, such as balances [all of them]"),
    ] = None,
    json: Json = False,
) -> int:
    """Fill read models anew from the log, beside the live ones, and switch to the new ones in one step.

    Queries are answered and commands recorded all the while. Interrupting it leaves the live ones alone.
    A read model that cannot apply an event keeps its old rows, the others go on; exit status 1 then.

    Examples:

    copay rebuild

    copay rebuild balances limits --json
    """
    from projections.rebuild import chosen
    from projections.rebuild import rebuild as build
    from scripts.cli.reading import read_models
    from scripts.cli.tables import Page

    left: list[str] = []

    def work() -> Answer:
        wanted = chosen(models or [])
        with read_models(settings) as store, Meter(choose(settings.lang, "rebuild", "重建")) as meter:
            begun = monotonic()
            rebuilt = build(store, wanted, meter.reach)
        left.extend(stop.model for stop in rebuilt.stopped)
        return _answer(rebuilt, monotonic() - begun)

    def show(found: Answer) -> None:
        page = Page(settings.lang).title("read models, filled anew from the log", "由日志重新填充的读模型")
        page.rows(found["models"], _COLUMNS, "none", "无").show()

    status = give(settings, json, work, show)
    return status or int(bool(left))


def _answer(rebuilt: "Rebuilt", seconds: float) -> Answer:
    done = [
        {"model": name, "position": rebuilt.position, "rebuilt": True, "reason": None}
        for name in rebuilt.models
    ]
    left = [
        {
            "model": stop.model,
            "position": stop.position,
            "rebuilt": False,
            "type": stop.topic,
            "reason": stop.reason,
        }
        for stop in rebuilt.stopped
    ]
    return {"position": rebuilt.position, "seconds": round(seconds, 3), "models": done + left}
