"""`copay receipt`: where an event stands and its leaf hash, for whoever wants to hold the log to it later."""

from typing import Final

import typer

from scripts.cli.answers import Answer, Json, give
from scripts.cli.proofs import Event, stored
from scripts.cli.settings import Settings, command
from scripts.cli.window import after_the_last, window_by_the_log

_FIELDS: Final = ("position", "type", "stream", "version", "recorded_at", "leaf_hash")


def register(app: typer.Typer) -> None:
    """Add `receipt` to the program."""
    command(app, "receipt")(receipt)


def receipt(settings: Settings, *, event: Event, json: Json = False) -> int:
    """Give the position of an event and the SHA-256 of its leaf in the Merkle tree.

    Whoever keeps these two can later hold the log to them: no proof of that position holds for another event.
    How many events nobody has signed for yet is shown beside them, by the log's own account.

    Examples:

    copay receipt 56

    copay receipt lin-18 --json
    """
    from ledger.persistence.stored_log import PostgresStoredLog
    from scripts.cli.tables import Page

    def ask() -> Answer:
        from ledger.proof.leaves import leaf_bytes, recorded_time
        from ledger.proof.tree import leaf_hash

        with settings.database() as dsn, PostgresStoredLog(dsn) as log:
            row = stored(log, event)
            found = window_by_the_log(log)
        return {
            "position": row.position,
            "type": row.topic,
            "stream": row.stream,
            "version": row.version,
            "recorded_at": recorded_time(row.state).decode(errors="replace"),
            "leaf_hash": leaf_hash(leaf_bytes(*row)).hex(),
            "window": found,
        }

    def show(found: Answer) -> None:
        page = Page(settings.lang).title(
            f"receipt for position {found['position']}", f"位置 {found['position']} 的回执"
        )
        page.facts(found, _FIELDS).gap().line(*after_the_last(found["window"])).show()

    return give(settings, json, ask, show)
