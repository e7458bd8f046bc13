"""A run is told again match by match, and corrections count where their break stands."""

import pytest

from ledger.reconciliation.acting import Propose
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.running import OurSide
from tests.ledger.reconciliation.back_office import (
    APRIL,
    CHECKER,
    GIVE_BACK,
    MAKER,
    MARCH,
    BackOffice,
    code_of,
    ours,
    theirs,
)

REFUNDED_AT = "2026-04-02T09:00:00+08:00"


def test_a_run_is_told_again_with_every_match_and_break(office: BackOffice) -> None:
    run = office.matched()
    told = office.desk.told(MARCH, OurSide(office.ours, run.event.upto))
    assert told.outcome.to_json() == run.outcome.to_json()
    assert tuple(told.breaks) == run.event.breaks
    assert (told.run, set(told.items)) == (run.event, set(run.opened))


def test_a_run_is_told_again_from_the_files_it_saw(office: BackOffice) -> None:
    run = office.matched()
    office.told(theirs("S-3", 61_00), name="later.txt")
    told = office.desk.told(MARCH, OurSide(office.ours, run.event.upto))
    assert told.outcome.to_json() == run.outcome.to_json()


def test_other_rows_than_those_of_the_run_tell_nothing(office: BackOffice) -> None:
    with pytest.raises(Refused) as refused:
        office.desk.told(MARCH, OurSide(office.ours, 1))
    assert code_of(refused) == "never_matched"
    upto = office.matched().event.upto
    for rows, position in ((office.ours[:2], upto), (office.ours, upto + 1)):
        with pytest.raises(Refused) as refused:
            office.desk.told(MARCH, OurSide(rows, position))
        assert code_of(refused) == "run_not_told"


def test_rows_joined_by_two_people_after_a_run_do_not_change_what_it_found(office: BackOffice) -> None:
    office.told(theirs(None, 61_00), theirs("S-1", 100_00), theirs("S-2", 150_00), name="again.txt")
    run = office.matched(ours=[*office.ours[:2], ours("S-3", 62_00)])
    rows = OurSide([*office.ours[:2], ours("S-3", 62_00)], run.event.upto)
    office.now = "2026-04-02T10:00:00+08:00"
    (item,) = [found for found in run.opened if office.desk.item(found).opened.side == "here"]
    (line,) = [row for found in run.opened for row in office.desk.item(found).seen.theirs]
    office.proposed(item, Propose("join", "one bill", ours=("S-3",), theirs=(line,)))
    office.approved(item)
    assert office.desk.told(MARCH, rows).outcome.to_json() == run.outcome.to_json()
    again = office.matched(ours=rows.rows)
    assert "clerk" in {match.rule for match in again.outcome.matches}


def test_a_correction_counts_in_the_period_of_its_break_until_that_is_signed(
    office: BackOffice, item: str
) -> None:
    office.proposed(item, GIVE_BACK)
    office.approved(item)
    office.desk.correct(item)
    refund = ours("S-2", 150_00, REFUNDED_AT, refund=f"{item}.refund")
    plain = ours("S-2", 150_00, REFUNDED_AT, refund="by-hand")
    march, april = office.desk.belonging(MARCH), office.desk.belonging(APRIL)
    assert march.last >= refund.day
    assert (march.rows([refund]), march.rows([plain])) == ([refund], [])
    assert (april.rows([refund]), april.rows([plain])) == ([], [plain])


def test_a_correction_after_the_signature_is_a_movement_of_its_own_day(office: BackOffice, item: str) -> None:
    office.proposed(item, GIVE_BACK)
    office.approved(item)
    waiting = office.as_(MAKER).propose_sign_off(MARCH)
    office.as_(CHECKER).sign(MARCH, waiting.proposal, waiting.digest)
    office.now = "2026-04-03T09:00:00+08:00"
    office.desk.correct(item)
    refund = ours("S-2", 150_00, REFUNDED_AT, refund=f"{item}.refund")
    assert office.desk.belonging(MARCH).rows([refund]) == []
    assert office.desk.belonging(APRIL).rows([refund]) == [refund]


def test_what_was_recorded_late_belongs_to_the_next_period(office: BackOffice, item: str) -> None:
    upto = office.ledger.log.end()
    waiting = office.as_(MAKER).propose_sign_off(MARCH)
    office.as_(CHECKER).sign(MARCH, waiting.proposal, waiting.digest)
    late, known = ours("S-9", 1_00, position=upto + 1), ours("S-8", 1_00, position=1)
    april = office.desk.belonging(APRIL)
    assert april.first <= late.day
    assert april.rows([known, late]) == [late]
