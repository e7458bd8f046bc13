"""Supposing what was the case changes nothing, and whatever is supposed, no fen is made or lost."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ledger.persistence.stored_log import ListedLog
from ledger.redeciding.alternative import Alternative
from ledger.redeciding.changes import Changes
from ledger.redeciding.what_if import what_if
from tests.properties.running import run
from tests.properties.story import PEOPLE
from tests.properties.town import PACK_FILE
from tests.strategies import HALF, History, histories

ANYBODY = st.sampled_from((None, *PEOPLE))


@given(histories(), ANYBODY)
def test_the_same_packs_change_nothing(history: History, who: str | None) -> None:
    log = ListedLog.of(run(history.lines).events)

    changes = what_if(log, Alternative.of_files([PACK_FILE], log, who))

    assert list(changes.changed()) == []
    assert not changes.short
    assert all(line.recorded_net_fen == line.would_be_net_fen for line in changes.totals())


@HALF
@given(histories(), st.sampled_from(PEOPLE), st.permutations(PEOPLE[1:]))
def test_in_another_order_every_bill_is_still_paid_to_the_fen(
    history: History, who: str, order: list[str]
) -> None:
    log = ListedLog.of(run(history.lines).events)

    sums_are_right(what_if(log, Alternative(who, order=tuple(order))))


@pytest.fixture(scope="module")
def generous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town's regions turned upside down: caps where there were none, none where there were."""
    packs = [
        pack | {"debit": {"per_leg_cap_fen": 30} if "debit" not in pack else {}}
        for pack in yaml.safe_load_all(PACK_FILE.read_text())
    ]
    file = tmp_path_factory.mktemp("packs") / "generous.yaml"
    file.write_text(yaml.safe_dump_all(packs, default_flow_style=None, sort_keys=False).replace("'", '"'))
    return file


@HALF
@given(history=histories(), who=ANYBODY)
def test_under_other_packs_every_bill_is_still_paid_to_the_fen(
    history: History, who: str | None, generous: Path
) -> None:
    log = ListedLog.of(run(history.lines).events)

    sums_are_right(what_if(log, Alternative.of_files([generous], log, who)))


def sums_are_right(changes: Changes) -> None:
    for bill in changes.bills.values():
        for side in (bill.recorded, bill.would_be):
            paid = sum(side.paid.values())
            assert paid == (side.amount_fen if side.paid else 0), bill
            assert 0 <= sum(side.net.values()) <= paid
            assert all(0 <= side.net[payer] <= fen for payer, fen in side.paid.items()), bill
    fen = [line[1:] for bill in changes.bills.values() for line in bill.lines()]
    assert list(map(sum, zip(*fen, strict=True))) == [
        sum(column) for column in zip(*(line[1:] for line in changes.totals()), strict=True)
    ]
