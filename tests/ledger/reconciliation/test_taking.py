"""Files of the other side count once, however often and in however many pieces they come."""

from datetime import date

import pytest

from ledger.reconciliation.refused import Refused
from tests.ledger.reconciliation.back_office import (
    MARCH,
    BackOffice,
    code_of,
    file_of,
    theirs,
)


def test_the_same_file_twice_counts_once(office: BackOffice) -> None:
    again = office.told(theirs("S-1", 100_00), theirs("S-2", 150_00))
    assert (again.outcome, again.new.rows) == ("known", 0)


def test_a_file_renamed_reordered_or_cut_in_two_brings_nothing_new(office: BackOffice) -> None:
    assert office.told(theirs("S-2", 150_00), theirs("S-1", 100_00), name="b.txt").new.rows == 0
    assert office.told(theirs("S-1", 100_00), name="half.txt").new.rows == 0
    assert office.told(theirs("S-2", 150_00), name="other-half.txt").new.rows == 0
    run = office.matched()
    assert (run.event.there.rows, run.event.there.total_fen) == (2, 250_00)


def test_a_row_that_one_file_holds_twice_is_two_rows(office: BackOffice) -> None:
    taken = office.told(theirs("S-1", 100_00), theirs("S-1", 100_00), name="twice.txt")
    assert taken.new.rows == 1
    assert office.matched().event.there.rows == 3


def test_periods_of_one_party_do_not_overlap_and_come_in_order(office: BackOffice) -> None:
    part = MARCH.of(MARCH.party, date(2026, 3, 31), date(2026, 4, 2))
    with pytest.raises(Refused) as refused:
        office.told(theirs("S-5", 1_00), key=part, name="part.txt")
    assert code_of(refused) == "period_overlaps"
    early = MARCH.of(MARCH.party, date(2026, 2, 1), date(2026, 2, 28))
    with pytest.raises(Refused) as refused:
        office.told(theirs("S-5", 1_00), key=early, name="early.txt")
    assert code_of(refused) == "period_out_of_order"


def test_a_file_given_to_the_desk_is_known_by_its_bytes() -> None:
    assert file_of([theirs("S-1", 1)]).file != file_of([theirs("S-1", 2)]).file
