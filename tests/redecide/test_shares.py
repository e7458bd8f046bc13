"""A log decided again in shares, by processes of their own, gives the report of one."""

from functools import partial

from hypothesis import given

from ledger.application import Ledger
from ledger.events.settlement import SettlementDecided
from ledger.persistence.stored_log import ListedLog, PostgresStoredLog
from ledger.redeciding.redecide import Share, redecide
from ledger.redeciding.together import redecide_together
from scripts.generate import lines
from tests.properties.running import run
from tests.redecide.forging import edited, place_of, year_of_lin
from tests.strategies import HALF, History, histories
from tests.tampering import tampering

FORGED = """
UPDATE ledger.ledger_events SET state = overlay(state PLACING 'X' FROM 100)
WHERE notification_id IN (SELECT notification_id FROM ledger.ledger_events WHERE topic = 'Credited' LIMIT 3)
"""


@HALF
@given(histories(most=40))
def test_shares_add_up_to_the_whole(history: History) -> None:
    log = ListedLog.of(run(history.lines).events)
    first, *others = [redecide(log, share=Share(number, 3), batch=11) for number in range(3)]

    for other in others:
        first.merge(other)

    assert first == redecide(log)


def test_a_finding_and_a_hole_are_listed_once() -> None:
    events = year_of_lin().log
    rows = ListedLog.of(edited(events, place_of(events, SettlementDecided), cash_fen=1)).rows
    log = ListedLog([*rows[:-1], rows[-1]._replace(position=len(rows) + 1)])

    first, second = (redecide(log, share=Share(number, 2)) for number in range(2))
    first.merge(second)

    assert first == redecide(log)
    assert [finding.kind for finding in first.findings].count("missing") == 1
    assert (first.findings[0].position, first.findings[-1].kind) == (13, "missing")


def test_two_processes_report_as_one(database: str) -> None:
    with Ledger.open(database) as ledger:
        assert all(result.status != "malformed" for result in ledger.apply_lines(lines(40, 2, 3)))
    with tampering(database) as connection:
        assert connection.execute(FORGED).rowcount == 3

    with PostgresStoredLog(database) as log:
        alone = redecide(log)

    assert alone.unsupported >= 3
    assert redecide_together(partial(PostgresStoredLog, database), 2, worth=0) == alone
