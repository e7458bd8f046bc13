"""The signature under a month: every fen explained, two people, and frozen from then on."""

from datetime import date
from random import Random

import pytest

from ledger.events.periods import NamedRest
from ledger.events.reconciliation import Effect
from ledger.reconciliation.acting import Propose
from ledger.reconciliation.refused import Refused
from tests.ledger.reconciliation.back_office import (
    APRIL,
    CHECKER,
    MAKER,
    MARCH,
    BackOffice,
    code_of,
    ours,
    theirs,
)


def signed(office: BackOffice) -> None:
    waiting = office.as_(MAKER).propose_sign_off(MARCH)
    office.as_(CHECKER).sign(MARCH, waiting.proposal, waiting.digest)


def test_the_sheet_explains_the_difference_to_the_fen(office: BackOffice, item: str) -> None:
    sheet = office.desk.statement(MARCH)
    assert (sheet.movements_here.total_fen, sheet.movements_there.total_fen) == (311_00, 250_00)
    assert sheet.unexplained == Effect()
    assert [(line.item, line.effect.total_fen) for line in sheet.items] == [(item, -61_00)]
    assert (sheet.closing_here.total_fen, sheet.closing_there.total_fen) == (311_00, 250_00)
    (line,) = sheet.items
    assert (line.days, line.working_days) == (23, 17)  # 10 March to 2 April 2026
    assert [(rule.rule, rule.matches) for rule in sheet.rules] == [("settlement_and_amounts", 2)]


def test_the_signature_is_of_another_person_and_freezes_the_period(office: BackOffice, item: str) -> None:
    waiting = office.as_(MAKER).propose_sign_off(MARCH)
    with pytest.raises(Refused) as refused:
        office.as_(MAKER).sign(MARCH, waiting.proposal, waiting.digest)
    assert code_of(refused) == "own_proposal"
    done = office.as_(CHECKER).sign(MARCH, waiting.proposal, waiting.digest)
    event = done.period.signed
    assert event is not None
    assert (event.maker, event.by, event.open_items) == (MAKER, CHECKER, (item,))
    for act in (office.matched, lambda: office.desk.propose_sign_off(MARCH)):
        with pytest.raises(Refused) as refused:
            act()
        assert code_of(refused) == "period_signed"


def test_what_changes_after_the_proposal_is_not_signed(office: BackOffice, item: str) -> None:
    waiting = office.as_(MAKER).propose_sign_off(MARCH)
    office.proposed(item, Propose("timing", "comes tomorrow"))
    office.approved(item)
    with pytest.raises(Refused) as refused:
        office.as_(CHECKER).sign(MARCH, waiting.proposal, waiting.digest)
    assert code_of(refused) == "stale_proposal"
    office.matched()
    with pytest.raises(Refused) as refused:
        office.as_(CHECKER).sign(MARCH, waiting.proposal, waiting.digest)
    assert code_of(refused) == "nothing_proposed"


def test_nothing_is_signed_while_a_fen_is_not_explained_unless_named(office: BackOffice, item: str) -> None:
    named = (NamedRest(reason="by letter of 1 April", effect=Effect(total_fen=1)),)
    with pytest.raises(Refused) as refused:
        office.as_(MAKER).propose_sign_off(MARCH, named)
    assert code_of(refused) == "not_explained"
    assert refused.value.figures["total_fen"] == -1


def test_files_that_came_after_the_run_are_matched_before_anybody_signs(
    office: BackOffice, item: str
) -> None:
    office.told(theirs("S-3", 61_00), name="more.txt")
    with pytest.raises(Refused) as refused:
        office.as_(MAKER).propose_sign_off(MARCH)
    assert code_of(refused) == "not_matched"


def test_what_comes_after_the_signature_is_a_break_of_the_next_period(office: BackOffice, item: str) -> None:
    signed(office)
    with pytest.raises(Refused) as refused:
        office.told(theirs("S-3", 61_00), name="late.txt")
    assert code_of(refused) == "period_signed"
    office.told(theirs("S-9", 5_00, day=date(2026, 4, 1)), key=APRIL, name="april.txt")
    late = office.told(theirs("S-3", 61_00), theirs("S-1", 100_00), name="late.txt")
    assert (late.period, late.late_for, late.new.rows) == (APRIL, MARCH, 1)
    run = office.matched(APRIL, ours=())
    states = [office.desk.item(opened) for opened in run.opened]
    (found,) = [state for state in states if state.break_class == "late"]
    assert found.opened.linked == item
    sheet = office.desk.statement(APRIL)
    assert [line.item for line in sheet.carried] == [item]
    assert (sheet.opening_here.total_fen, sheet.opening_there.total_fen) == (311_00, 250_00)
    assert sheet.unexplained == Effect()


def test_the_next_period_is_signed_after_this_one(office: BackOffice, item: str) -> None:
    office.told(theirs("S-9", 5_00, day=date(2026, 4, 1)), key=APRIL, name="april.txt")
    office.matched(APRIL, ours=())
    with pytest.raises(Refused) as refused:
        office.as_(MAKER).propose_sign_off(APRIL)
    assert code_of(refused) == "previous_not_signed"


@pytest.mark.parametrize("seed", range(40))
def test_every_fen_of_any_month_is_explained_and_every_row_is_accounted_for(seed: int) -> None:
    random, office = Random(seed), BackOffice()
    numbers = [f"S-{n}" for n in range(12)]
    for _ in range(random.randrange(1, 4)):
        rows = [
            theirs(random.choice([*numbers, None]), random.choice([5_00, 5_01, 20_00, 89_00]))
            for _ in range(random.randrange(1, 12))
        ]
        office.told(*rows, name=f"{random.random()}.txt")
        mine = [
            ours(number, random.choice([5_00, 20_00, 89_00]))
            for number in random.sample(numbers, random.randrange(12))
        ]
        run = office.matched(ours=mine).event
    sheet = office.desk.statement(MARCH)
    assert sheet.unexplained == Effect()
    assert run.here.rows == len(mine)
    assert sheet.movements_here.total_fen == sum(row.total_fen for row in mine)
    signed(office)
    assert office.desk.status(MARCH.party)[0].state == "signed"
    standing = {line.item for line in (*sheet.items, *sheet.settled) if line.state != "closed"}
    period = office.desk.office.periods(MARCH.party).get(MARCH)
    assert period.signed is not None
    assert set(period.signed.open_items) == standing
