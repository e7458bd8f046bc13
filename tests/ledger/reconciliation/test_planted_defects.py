"""A file with a line that cannot be read is refused whole, and every planted defect is told with its line."""

from typing import Any

import pytest

from ledger.reconciliation.files.bank import read_bank
from ledger.reconciliation.files.defects import REASONS, Refused
from ledger.reconciliation.files.details import read_details
from ledger.reconciliation.files.legs import read_legs
from ledger.reconciliation.files.profile import Profile
from ledger.reconciliation.files.reading import Taken
from ledger.reconciliation.files.results import read_result
from ledger.reconciliation.files.settlements import read_settlements
from tests.ledger.reconciliation.planted import Planted, planted

SEED = 20250520
ALL = list(planted(SEED))


def read(profile: Profile, content: bytes) -> Taken[Any] | Refused:
    match profile.kind:
        case "3202-details":
            return read_details(profile, "file", content)
        case "3202-result":
            return read_result(profile, "file", content)
        case "bank":
            return read_bank(profile, "file", content)
        case "legs":
            return read_legs(profile, "file", content)
        case _:
            return read_settlements(profile, "file", content)


def test_a_hundred_defects_are_planted_each_of_its_own_kind() -> None:
    assert len(ALL) >= 100
    assert len({one.what for one in ALL}) == len(ALL)


@pytest.mark.parametrize("defect", ALL, ids=lambda one: one.what)
def test_a_planted_defect_is_told_with_its_line_and_nothing_is_guessed(defect: Planted) -> None:
    found = read(defect.profile, defect.content)
    assert isinstance(found, Refused), defect.what
    told = [tuple(one) for one in found.bad]
    assert defect.told in told
    assert {line for line, _, _ in told} <= {defect.told[0], defect.told[0] + 1}
    assert all(one.text(lang) and REASONS[one.code] for one in found.bad for lang in ("en", "zh"))
