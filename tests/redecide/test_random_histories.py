"""Whatever a ledger writes, deciding it again supports."""

from hypothesis import given

from ledger.persistence.stored_log import ListedLog
from ledger.redeciding.redecide import redecide, redecide_from_facts
from tests.properties.running import run
from tests.strategies import HALF, History, histories


@given(histories())
def test_every_decision_of_a_random_history_is_supported(history: History) -> None:
    log = ListedLog.of(run(history.lines).events)

    report = redecide(log)

    assert report.findings == []
    assert report.decisions == report.supported + report.undecidable
    assert report.position == log.end()


@HALF
@given(histories(most=40))
def test_it_does_not_matter_how_many_states_are_kept(history: History) -> None:
    log = ListedLog.of(run(history.lines).events)

    assert redecide(log, kept=1, batch=7) == redecide(log)


@HALF
@given(histories(most=40))
def test_every_bill_is_supported_by_its_own_facts(history: History) -> None:
    report = redecide_from_facts(ListedLog.of(run(history.lines).events))

    assert report.findings == []
    assert report.decisions == report.supported
