"""How long the law keeps a person: rules are data, the latest of their days counts."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ledger.errors import PolicyError
from ledger.events.account import AccountOpened, AccountTransferred, Credited
from ledger.events.envelope import Event
from ledger.vault.retention import Rule, retained, rules

BOOKS = Rule(name="books", law="law of books", years=30, regions=("*",), source="s", certainty="C")
CAPITAL = Rule(
    name="capital", law="law of the capital", years=100, regions=("11",), source="s", certainty="C"
)


def opened(region: str, at: datetime) -> Event:
    return AccountOpened(at=at, recorded_at=at, request="1", region=region, insurance="employee")


def credited(at: datetime, recorded_at: datetime) -> Event:
    return Credited(
        at=at, recorded_at=recorded_at, request="2", bucket="current", amount_fen=1, balance_fen=1
    )


JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def test_years_count_from_the_first_of_january_after_the_last_event() -> None:
    found = retained([BOOKS], [opened("510104", JUNE)])
    assert found == (BOOKS, date(2057, 1, 1))


def test_the_last_event_counts_for_the_later_of_its_two_years_in_shanghai() -> None:
    new_year = datetime(2026, 12, 31, 17, tzinfo=UTC)  # one in the morning of 1 January there
    assert retained([BOOKS], [credited(JUNE, new_year)]) == (BOOKS, date(2058, 1, 1))
    assert retained([BOOKS], [credited(new_year, JUNE)]) == (BOOKS, date(2058, 1, 1))


def test_the_longest_term_of_the_present_region_counts() -> None:
    assert retained([BOOKS, CAPITAL], [opened("110105", JUNE)]) == (CAPITAL, date(2127, 1, 1))
    assert retained([BOOKS, CAPITAL], [opened("510104", JUNE)]) == (BOOKS, date(2057, 1, 1))
    moved = AccountTransferred(at=JUNE, recorded_at=JUNE, request="3", region="110105", unbound=())
    assert retained([BOOKS, CAPITAL], [opened("510104", JUNE), moved]) == (CAPITAL, date(2127, 1, 1))


def test_nothing_keeps_a_person_of_whom_nothing_is_recorded() -> None:
    assert retained([BOOKS], []) is None
    assert retained([], [opened("510104", JUNE)]) is None


def test_every_shipped_rule_names_its_law_source_and_certainty() -> None:
    shipped = rules()
    assert {rule.name for rule in shipped} >= {"accounting-archives", "medical-insurance-payment-lists"}
    assert all(rule.law and rule.source and rule.certainty in "ABC" for rule in shipped)
    assert max(rule.years for rule in shipped if rule.holds_in("510104")) == 30
    assert max(rule.years for rule in shipped if rule.holds_in("110105")) == 100


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name: x\nlaw: y\nyears: -1\nregions: ['*']\nsource: s\ncertainty: A", "years"),
        ("name: x\nlaw: y\nyears: 3\nregions: []\nsource: s\ncertainty: A", "regions"),
        ("name: x\nlaw: y\nyears: 3\nregions: ['*']\nsource: s\ncertainty: sure", "certainty"),
        ("name: x\nlaw: y\nyears: 3\nregions: ['*']\nsource: s\ncertainty: A\nmore: 1", "more"),
        ("name: x", "law"),
        ("[", "YAML"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "terms.yaml").write_text(content)
    with pytest.raises(PolicyError, match=said):
        rules(tmp_path / "terms.yaml")
    with pytest.raises(PolicyError, match="cannot be read"):
        rules(tmp_path / "none.yaml")
