"""What was decided elsewhere is held to its own figures too: what would have been refused comes out again."""

import pytest
from msgspec.structs import replace

from ledger.events.settlement import SettlementDecided
from ledger.persistence.stored_log import ListedLog
from ledger.redeciding.redecide import redecide, redecide_from_facts
from tests.examples import LIN, MEI, WEI, charge, family, leg, record, refund
from tests.redecide.forging import edited, first, place_of
from tests.spec import Spec


@pytest.fixture
def spec() -> Spec:
    """Wei has nothing left when the platform takes 40.00 of his, after Mei; corrected, all is Mei's."""
    spec = Spec()
    spec.given(*family(lin=0, wei=100_00, mei=500_00), record(LIN, 60_00, leg(WEI, 60_00)))
    spec.given(charge(LIN, 100_00, settlement="S-2"))
    spec.given(record(LIN, 60_00, leg(MEI, 20_00), leg(WEI, 40_00), settlement="S-3"), refund("S-3"))
    spec.given(record(LIN, 60_00, leg(MEI, 60_00), corrects="S-3", settlement="S-4"))
    return spec


def test_recorded_settlements_are_supported_by_the_log_and_by_their_own_facts(spec: Spec) -> None:
    for report in (redecide(ListedLog.of(spec.log)), redecide_from_facts(ListedLog.of(spec.log))):
        assert report.unsupported == 0
        assert report.supported == report.decisions > 0


def test_an_exception_that_was_left_out_is_found(spec: Spec) -> None:
    place = place_of(spec.log, SettlementDecided, 2)
    decided = spec.log[place].event
    assert isinstance(decided, SettlementDecided)
    assert decided.exceptions == ("below_zero", "other_order")
    found = first(edited(spec.log, place, lambda d: replace(d, exceptions=("other_order",))))
    assert (found.position, found.kind, found.rests, found.op) == (place + 1, "exceptions", "own", "record")


def test_legs_in_another_order_than_they_were_told_are_found(spec: Spec) -> None:
    place = place_of(spec.log, SettlementDecided, 2)
    found = first(edited(spec.log, place, lambda d: replace(d, given=d.given[::-1])))
    assert (found.position, found.kind) == (place + 1, "exceptions")
