"""How a query is answered: a page for people, one JSON object for programs, exit 1 for what is not there."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scripts.cli.failures import ABSENT, FAILED, NOT_FOUND, UNANSWERED
from scripts.cli.settings import Settings

if TYPE_CHECKING:
    from projections.store import Snapshot

Answer = dict[str, Any]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables; amounts in fen")]
_DONE: Final = 0


def answer(
    settings: Settings, as_json: bool, ask: "Callable[[Snapshot], Answer]", show: Callable[[Answer], None]
) -> int:
    """Ask the read models, caught up to the end of the log, and print. Returns the exit status."""

    def question() -> Answer:
        from scripts.cli.reading import asked

        return asked(settings, ask)

    return give(settings, as_json, question, show)


def give(settings: Settings, as_json: bool, ask: Callable[[], Answer], show: Callable[[Answer], None]) -> int:
    """Ask anything, and print the answer in the form wanted. Returns the exit status."""
    try:
        found = ask()
    except UNANSWERED as error:
        if not as_json:
            raise
        print_json({"error": {"code": error.code, "message": error.text(settings.lang)}})
        return NOT_FOUND if isinstance(error, ABSENT) else FAILED
    if as_json:
        print_json(found)
    else:
        show(found)
    return _DONE


def print_json(found: object) -> None:
    """One JSON object on one line of standard output, in UTF-8 whatever the locale says."""
    import orjson

    sys.stdout.flush()
    sys.stdout.buffer.write(orjson.dumps(found) + b"\n")
    sys.stdout.buffer.flush()
