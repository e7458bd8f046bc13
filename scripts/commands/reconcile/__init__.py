"""`copay reconcile`: from a difference of totals to the event that caused it, and to a signature."""

import typer

from scripts.cli.settings import command
from scripts.commands.reconcile import deciding, looking, matching, reporting, sending, signing, taking

_HELP = """
Compare settlements with an institution, an agency or a bank; find, correct and sign what differs.

import, match, breaks, show, assign, propose, approve, correct, match again, sign, report: in this order. Who
acts is known by the database role or by copay staff sign-in; whoever proposed never approves.
"""


def register(app: typer.Typer) -> None:
    """Add `reconcile` and its commands to the program."""
    reconcile = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode="markdown")
    for name, function in (
        ("import", taking.take), ("match", matching.match), ("periods", looking.periods),
        ("breaks", looking.breaks), ("show", looking.show),
        ("assign", deciding.assign), ("ask", deciding.ask), ("propose", deciding.propose),
        ("approve", deciding.approve), ("refuse", deciding.refuse), ("correct", deciding.correct),
        ("close", deciding.close), ("reopen", deciding.reopen),
        ("sign", signing.sign), ("report", reporting.report), ("export", sending.export),
    ):  # fmt: skip
        command(reconcile, name)(function)
    app.add_typer(reconcile, name="reconcile")
