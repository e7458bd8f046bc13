"""An approved correction is carried out through the ledger, in full, once, whatever is cut off."""

import pytest

from ledger.application import Ledger
from ledger.reconciliation.acting import Close, Propose, Reopen
from ledger.reconciliation.refused import Refused
from tests.examples import WEI
from tests.ledger.reconciliation.back_office import (
    CHECKER,
    GIVE_BACK,
    MAKER,
    BackOffice,
    code_of,
)


def test_a_correction_is_a_refund_in_full_through_the_ledger(office: BackOffice, item: str) -> None:
    before = office.balance(WEI)
    office.proposed(item, GIVE_BACK)
    office.approved(item)
    done = office.desk.correct(item)
    assert (done.code, done.item.state) == (None, "corrected")
    assert office.balance(WEI) == before + 150_00
    corrected = done.item.corrected
    assert corrected is not None
    assert (corrected.maker, corrected.checker) == (MAKER, CHECKER)
    assert (corrected.refund, corrected.refund_fen) == (f"{item}.refund", 150_00)


def test_correcting_again_is_the_same_correction(office: BackOffice, item: str) -> None:
    office.proposed(item, GIVE_BACK)
    office.approved(item)
    first = office.desk.correct(item)
    left = office.balance(WEI)
    assert office.desk.correct(item) == first
    assert office.balance(WEI) == left


def test_nothing_is_corrected_without_an_unused_approval(office: BackOffice, item: str) -> None:
    office.proposed(item, GIVE_BACK)
    with pytest.raises(Refused) as refused:
        office.desk.correct(item)
    assert code_of(refused) == "not_approved"


@pytest.mark.parametrize("killed_before", ["submit", "BreakCorrected"])
def test_a_correction_cut_off_anywhere_is_finished_by_the_next(
    office: BackOffice, item: str, killed_before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.proposed(item, GIVE_BACK)
    office.approved(item)
    before = office.balance(WEI)
    send = Ledger.submit

    def cut_off(ledger: Ledger, lines: list[bytes]) -> object:
        if killed_before != "submit":
            send(ledger, lines)
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(Ledger, "submit", cut_off)
        with pytest.raises(KeyboardInterrupt):
            office.desk.correct(item)
    assert office.desk.item(item).state == "correcting"
    assert office.desk.correct(item).item.state == "corrected"
    assert office.balance(WEI) == before + 150_00


def test_what_the_ledger_refuses_uses_the_approval_up_and_says_why(office: BackOffice, item: str) -> None:
    office.proposed(item, GIVE_BACK)
    office.approved(item)
    office.send({"op": "refund", "settlement": "S-2", "refund": "by-hand"})
    done = office.desk.correct(item)
    assert (done.code, done.item.state) == ("over_refund", "opened")
    assert done.message is not None
    with pytest.raises(Refused) as refused:
        office.desk.correct(item)
    assert code_of(refused) == "not_approved"


def test_a_refund_of_a_part_is_no_correction(office: BackOffice, item: str) -> None:
    with pytest.raises(Refused) as refused:
        office.proposed(item, GIVE_BACK._replace(refund_fen=100_00))
    assert code_of(refused) == "not_in_full"


def test_what_the_ledger_would_refuse_is_not_even_proposed(office: BackOffice, item: str) -> None:
    with pytest.raises(Refused) as refused:
        office.proposed(item, GIVE_BACK._replace(settlement="S-9"))
    assert code_of(refused) == "correction_refused"


def test_an_item_is_corrected_once_whatever_becomes_of_it(office: BackOffice, item: str) -> None:
    office.proposed(item, GIVE_BACK)
    office.approved(item)
    office.desk.correct(item)
    office.as_(MAKER).act(item, Close())
    office.desk.act(item, Reopen("not done"))
    with pytest.raises(Refused) as refused:
        office.proposed(item, GIVE_BACK._replace(settlement="S-1", refund_fen=100_00))
    assert code_of(refused) == "already_corrected"


@pytest.mark.parametrize(
    "wish",
    [
        Propose("refund", "nothing named"),
        Propose("timing", "but money", "S-2", 150_00),
        Propose("record", "nothing to record", "S-2"),
        Propose("join", "no rows"),
        Propose("write_off", ""),
        Propose("write_off", "for 11010519491231002X"),
    ],
)
def test_a_proposal_says_what_its_action_needs_and_no_more(
    office: BackOffice, item: str, wish: Propose
) -> None:
    with pytest.raises(Refused) as refused:
        office.proposed(item, wish)
    assert code_of(refused) in ("not_a_proposal", "correction_refused")
