"""A family whose read models are rebuilt, and what is looked at before and after."""

from typing import Any

import psycopg

from projections.models import MODELS
from projections.runner import catch_up
from tests.projections.desk import LIN, MEI, WEI, Desk

ALL = tuple(model.name for model in MODELS)
FORGED = "UPDATE read_model.entries SET current_fen = 999 WHERE account = 'WEI' AND type = 'Credited'"


def lives(desk: Desk) -> Desk:
    """A family with some of everything in its log, and the read models of it."""
    desk.opens(LIN, WEI, MEI, fen=300_00)
    desk.binds(WEI, LIN)
    desk.binds(MEI, LIN, limit_fen=100_00)
    desk.charges(LIN, 500_00, settlement="s-1")
    desk.charges(LIN, 50_00, op="hold", settlement="s-2")
    desk.does("release", settlement="s-2")
    desk.does("refund", settlement="s-1", amount_fen=120_00)
    desk.does("reorder", beneficiary=LIN, order=[MEI, WEI])
    desk.sends("charge", settlement="s-3", beneficiary="NOBODY", amount_fen=1, med_type="11")
    catch_up(desk.store)
    return desk


def end_of(desk: Desk) -> int:
    with desk.store.snapshot() as moment:
        return moment.log_end()


def schemas(admin: psycopg.Connection[Any]) -> list[str]:
    """Those that hold tables of read models."""
    found = admin.execute(
        "SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname LIKE 'read_model%'"
    ).fetchall()
    return [name for (name,) in found]
