"""A quote: the words of a charge, and no trace (contract section 3)."""

import pytest

from tests.examples import LIN, WEI, charge, credit, family, open_account, quote
from tests.spec import MALFORMED, Spec, by, own, paid


@pytest.fixture
def spec() -> Spec:
    spec = Spec()
    spec.given(*family(lin=50_00, wei=100_00))
    return spec


def test_a_quote_says_what_a_charge_would_and_leaves_no_trace(spec: Spec) -> None:
    before = list(spec.log)
    spec.when(quote(LIN, 80_00, id="q"))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 30_00)))
    assert list(spec.log) == before
    spec.when(charge(LIN, 80_00, id="q"))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 30_00)))


def test_a_quote_does_not_even_record_the_policy_it_reads() -> None:
    spec = Spec()
    spec.given(open_account(LIN), quote(LIN, 1))
    assert [event.originator_id for event in spec.log] == ["account:LIN"]


def test_a_quote_is_never_looked_up_not_even_by_its_id(spec: Spec) -> None:
    spec.given(charge(LIN, 80_00, id="q"))
    for amount in (10_00, 20_00):
        spec.when(quote(LIN, amount, id="q"))
        spec.then(paid(by(WEI, 1, amount)))


def test_a_quote_is_refused_as_a_charge_would_be_and_may_be_asked_again(spec: Spec) -> None:
    figures = {"needed_fen": 200_00, "available_fen": 150_00}
    spec.refuses(quote(LIN, 200_00, id="q", cash="refused"), "insufficient_funds", **figures)
    assert spec.new_events == []
    spec.refuses(quote("NOBODY", 1, id="q"), "beneficiary_not_found")
    spec.given(credit(WEI, 50_00))
    spec.when(quote(LIN, 200_00, id="q", cash="refused"))
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 150_00)))


def test_a_quote_names_no_settlement(spec: Spec) -> None:
    spec.when(quote(LIN, 1, settlement="S"))
    spec.then(MALFORMED)
