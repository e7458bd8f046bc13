"""What a run of the matching makes of a month: items opened, seen otherwise, gone, decided, reopened."""

import pytest

from ledger.events.reconciliation import Effect
from ledger.reconciliation.acting import Approve, Ask, Propose, Refuse, Reopen
from ledger.reconciliation.people import Person
from ledger.reconciliation.refused import Refused
from tests.ledger.reconciliation.back_office import (
    ADMIN,
    CHECKER,
    GIVE_BACK,
    MAKER,
    MARCH,
    THIRD,
    BackOffice,
    MemoryPeople,
    approval,
    code_of,
    listed,
    ours,
    theirs,
)


def test_a_break_becomes_an_item_with_its_cause_and_keeps_its_first_day(
    office: BackOffice, item: str
) -> None:
    state = office.desk.item(item)
    assert (state.state, state.break_class, state.opened.side) == ("opened", "missing_there", "here")
    assert state.effect == Effect(total_fen=-61_00, account_fen=-61_00)
    assert (state.opened.settlement, state.opened.external) == ("S-3", "S-3")
    assert state.opened.first_day == "2026-03-10"


def test_a_second_run_opens_nothing_twice(office: BackOffice, item: str) -> None:
    again = office.matched()
    assert (again.opened, again.changed, again.gone) == ((), (), ())
    assert again.event.run == 2
    assert again.event.breaks == (item,)


def test_a_dry_run_shows_the_outcome_and_keeps_nothing(office: BackOffice) -> None:
    run = office.matched(keep=False)
    assert len(run.opened) == 1
    assert [state.key for state in office.desk.status(MARCH.party)] == [MARCH]
    assert office.desk.items(MARCH) == []


def test_what_was_missing_and_comes_before_the_signature_closes_its_item(
    office: BackOffice, item: str
) -> None:
    office.told(theirs("S-3", 61_00), name="more.txt")
    run = office.matched()
    assert run.gone == (item,)
    closed = office.desk.item(item).closed
    assert closed is not None
    assert closed.how == "matched"


def test_an_item_seen_otherwise_says_so_and_a_proposal_for_it_is_void(office: BackOffice, item: str) -> None:
    office.proposed(item, Propose("write_off", "small"))
    looked_at = approval(office.desk.item(item))
    office.matched(ours=(*office.ours[:2], ours("S-3", 62_00)))
    assert office.desk.item(item).state == "opened"
    with pytest.raises(Refused) as refused:
        office.as_(CHECKER).act(item, looked_at)
    assert code_of(refused) == "nothing_proposed"


def test_an_item_is_given_to_somebody_who_is_listed(office: BackOffice, item: str) -> None:
    assert office.as_(MAKER).assign(item, " ｓ００３ ").owner == THIRD
    with pytest.raises(Refused) as refused:
        office.desk.assign(item, "S999")
    assert code_of(refused) == "staff_not_found"


def test_asking_the_other_side_needs_no_second_person_and_closes_nothing(
    office: BackOffice, item: str
) -> None:
    state = office.as_(MAKER).act(item, Ask("have you got S-3?"))
    assert (state.state, state.question) == ("opened", "have you got S-3?")


def test_nobody_acts_unknown(office: BackOffice, item: str) -> None:
    with pytest.raises(Refused) as refused:
        office.as_(None).act(item, Ask("who is there?"))
    assert code_of(refused) == "not_signed_in"


@pytest.mark.parametrize("action", ["timing", "explain", "write_off"])
def test_what_moves_no_money_is_closed_by_its_approval(office: BackOffice, item: str, action: str) -> None:
    office.proposed(item, Propose(action, "agreed"))  # type: ignore[arg-type]  # one of the three
    closed = office.approved(item).closed
    assert closed is not None
    assert (closed.how, closed.maker, closed.checker) == (action, MAKER, CHECKER)
    assert office.matched().gone == ()  # it stands, and is accounted for


def test_reopening_is_an_event_and_keeps_the_first_day(office: BackOffice, item: str) -> None:
    office.proposed(item, Propose("timing", "comes tomorrow"))
    office.approved(item)
    state = office.desk.act(item, Reopen("it did not come"))
    assert (state.state, state.closed, state.opened.first_day) == ("opened", None, "2026-03-10")


def test_nobody_approves_or_refuses_their_own_proposal(office: BackOffice, item: str) -> None:
    state = office.proposed(item, GIVE_BACK)
    assert state.proposal is not None
    for wish in (approval(state), Refuse(1, state.proposal.digest, "no")):
        with pytest.raises(Refused) as refused:
            office.as_(MAKER).act(item, wish)
        assert code_of(refused) == "own_proposal"


def test_an_admin_who_listed_somebody_never_decides_with_them(office: BackOffice, item: str) -> None:
    office.proposed(item, GIVE_BACK)
    with pytest.raises(Refused) as refused:
        office.approved(item, by=ADMIN)
    assert code_of(refused) == "enlisted_by_each_other"
    office.proposed(item, GIVE_BACK, by=ADMIN)
    with pytest.raises(Refused) as refused:
        office.approved(item, by=CHECKER)
    assert code_of(refused) == "enlisted_by_each_other"


def test_an_independent_admin_is_another_person_as_anybody() -> None:
    people = MemoryPeople(*listed().listed.values(), Person("A002", admin=True))
    office = BackOffice(people)
    office.charged("S-3", 61_00)
    (item,) = office.matched().opened
    office.proposed(item, Propose("explain", "cash"), by=ADMIN)
    assert office.approved(item, by="A002").state == "closed"


def test_an_approval_is_of_one_proposal_of_one_item(office: BackOffice, item: str) -> None:
    office.charged("S-4", 20_00)
    (other,) = office.matched().opened
    looked_at = approval(office.proposed(item, GIVE_BACK))
    office.proposed(other, GIVE_BACK)
    with pytest.raises(Refused) as refused:
        office.as_(CHECKER).act(other, looked_at)
    assert code_of(refused) == "stale_proposal"
    office.proposed(item, Propose("write_off", "small"))
    with pytest.raises(Refused) as refused:
        office.as_(CHECKER).act(item, looked_at)
    assert code_of(refused) == "stale_proposal"


def test_an_approval_is_given_once(office: BackOffice, item: str) -> None:
    looked_at = approval(office.proposed(item, GIVE_BACK))
    office.as_(CHECKER).act(item, looked_at)
    for wish in (looked_at, GIVE_BACK):
        with pytest.raises(Refused) as refused:
            office.as_(THIRD).act(item, wish)
        assert code_of(refused) == "already_approved"


def test_an_approval_names_what_was_looked_at(office: BackOffice, item: str) -> None:
    office.proposed(item, GIVE_BACK)
    with pytest.raises(Refused) as refused:
        office.as_(CHECKER).act(item, Approve(1, "0" * 32))
    assert code_of(refused) == "stale_proposal"


def test_an_approval_is_void_once_its_break_is_gone(office: BackOffice, item: str) -> None:
    office.proposed(item, GIVE_BACK)
    office.approved(item)
    office.told(theirs("S-3", 61_00), name="more.txt")
    assert office.matched().gone == (item,)
    with pytest.raises(Refused) as refused:
        office.desk.correct(item)
    assert code_of(refused) == "not_approved"
