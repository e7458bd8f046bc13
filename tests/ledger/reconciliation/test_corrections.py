"""An approved correction is carried out through the ledger, in full, once, whatever is cut off."""

import msgspec
import pytest

from ledger.application import Ledger
from ledger.reconciliation.acting import Close, Propose, Reopen
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.rows import Ours
from tests.examples import WEI
from tests.ledger.reconciliation.back_office import (
    CHECKER,
    GIVE_BACK,
    MAKER,
    MARCH,
    BackOffice,
    code_of,
    ours,
    theirs,
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


# Another settlement in its place ----------------------------------------------------------------------------

PLATFORM = {"beneficiary": "LIN", "med_type": "11", "amount_fen": 89_00,
            "legs": [{"payer": "WEI", "bucket": "current", "amount_fen": 89_00}]}  # fmt: skip


def rows_after(office: BackOffice, item: str) -> list[Ours]:
    """Our rows once S-2 was given back and recorded anew: the number that both sides report stays S-2."""
    put_right = ours(f"{item}.record", 89_00)
    return [
        *office.ours,
        ours("S-2", 150_00, refund=f"{item}.refund"),
        msgspec.structs.replace(put_right, external="S-2", corrects="S-2"),
    ]


@pytest.fixture
def other() -> BackOffice:
    """A bill of 150.00 here that was 89.00 on the platform: 61.00 between the two."""
    office = BackOffice()
    office.charged("S-2", 150_00)
    office.told(theirs("S-2", 89_00))
    return office


def test_a_wrong_bill_is_given_back_and_recorded_as_the_platform_moved_it(other: BackOffice) -> None:
    (item,) = other.matched().opened
    assert other.desk.item(item).effect.total_fen == -61_00
    before = other.balance(WEI)
    wish = Propose("refund_and_record", "89.00 on the platform", "S-2", 150_00, PLATFORM)
    other.proposed(item, wish)
    other.approved(item)
    done = other.desk.correct(item).item
    assert done.corrected is not None
    assert (done.corrected.refund_fen, done.corrected.record_fen) == (150_00, 89_00)
    assert done.corrected.recorded == f"{item}.record"
    assert other.balance(WEI) == before + 150_00 - 89_00
    run = other.matched(ours=rows_after(other, item))
    assert (run.opened, run.gone) == ((), (item,))
    closed = other.desk.item(item).closed
    assert closed is not None
    assert (closed.how, closed.maker, closed.checker) == ("refund_and_record", MAKER, CHECKER)
    sheet = other.desk.statement(MARCH)
    assert sheet.movements_here.total_fen == sheet.movements_there.total_fen == 89_00
    assert [line.refund for line in sheet.settled] == [f"{item}.refund"]


def test_what_we_lack_is_recorded_under_the_number_both_sides_report(office: BackOffice) -> None:
    office.told(theirs("S-7", 89_00), name="more.txt")
    missing_here = next(
        found for found in office.matched().opened if office.desk.item(found).opened.side == "there"
    )
    office.proposed(missing_here, Propose("record", "paid on the platform", record=PLATFORM))
    office.approved(missing_here)
    done = office.desk.correct(missing_here).item.corrected
    assert done is not None
    assert (done.recorded, done.refund) == ("S-7", None)


def test_half_a_correction_is_never_carried_out(other: BackOffice) -> None:
    (item,) = other.matched().opened
    nobody = {**PLATFORM, "legs": [{"payer": "NOBODY", "bucket": "current", "amount_fen": 89_00}]}
    before = other.balance(WEI)
    with pytest.raises(Refused) as refused:
        other.proposed(item, Propose("refund_and_record", "wrong", "S-2", 150_00, nobody))
    assert code_of(refused) == "correction_refused"
    assert other.balance(WEI) == before


def test_a_record_that_is_no_command_is_not_proposed(other: BackOffice) -> None:
    (item,) = other.matched().opened
    for wrong in ({**PLATFORM, "sources": "own"}, {**PLATFORM, "id": "x"}, {"amount_fen": 1.5}):
        with pytest.raises(Refused) as refused:
            other.proposed(item, Propose("refund_and_record", "wrong", "S-2", 150_00, wrong))
        assert code_of(refused) in ("correction_refused", "not_a_proposal")
