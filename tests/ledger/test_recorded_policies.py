"""A pack that was used belongs to the ledger from then on (contract section 7)."""

from pathlib import Path
from typing import Any

import pytest

from ledger.application import Ledger
from ledger.errors import PolicyError
from tests.examples import LIN, WEI, bind, charge, credit, family, open_account
from tests.spec import NOW, Spec, by, instant, pack, paid


def reopened(spec: Spec, *policies: Path) -> Spec:
    """Another program on the same log, started with other policy files."""
    other = Spec()
    other.ledger = Ledger(spec.ledger.log, policies, clock=lambda: instant(NOW))
    other.lines = 1000
    return other


def test_a_used_pack_stays_in_effect_without_its_file(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, debit={"per_leg_cap_fen": 10_00}))
    spec.given(*family(lin=0, wei=100_00))
    later = reopened(spec)
    later.when(charge(LIN, 60_00))
    later.then(paid(by(WEI, 1, 10_00), cash_fen=50_00))


def test_a_pack_used_by_a_refusal_stays_in_effect_as_well(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, mutual_aid={"relations": ["spouse"]}))
    spec.given(open_account(LIN), open_account(WEI))
    figures = {"relation": "parent", "policy": "house-rules"}
    spec.refuses(bind(WEI, LIN), "relation_not_eligible", **figures)
    reopened(spec).refuses(bind(WEI, LIN), "relation_not_eligible", **figures)


def test_a_pack_that_was_never_used_goes_with_its_file(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, regions=["33"], debit={"per_leg_cap_fen": 10_00}))
    spec.given(*family(lin=0, wei=100_00))
    later = reopened(spec)
    assert later.ledger.catalogue.by_name("house-rules") is None


def test_a_recorded_name_with_other_content_is_refused_at_start(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, debit={"per_leg_cap_fen": 10_00}))
    spec.given(*family(lin=0, wei=100_00))
    changed = pack(tmp_path, debit={"per_leg_cap_fen": 20_00})
    with pytest.raises(PolicyError, match=r"house-rules.*needs a new name"):
        reopened(spec, changed)


def test_the_same_file_may_be_given_again(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, debit={"per_leg_cap_fen": 10_00}))
    spec.given(*family(lin=0, wei=100_00))
    later = reopened(spec, pack(tmp_path, debit={"per_leg_cap_fen": 10_00}))
    later.given(credit(WEI, 1))


def test_a_pack_with_a_nearer_prefix_wins_and_then_the_later_one(tmp_path: Path) -> None:
    caps: dict[str, dict[str, Any]] = {
        "province": {"regions": ["13"], "effective": "2026-03-01", "debit": {"per_leg_cap_fen": 1_00}},
        "city": {"regions": ["1301"], "effective": "2020-01-01", "debit": {"per_leg_cap_fen": 2_00}},
        "city-since-july": {
            "regions": ["1301"],
            "effective": "2026-07-01",
            "debit": {"per_leg_cap_fen": 3_00},
        },
        "district": {"regions": ["130102"], "effective": "2026-08-01", "debit": {"per_leg_cap_fen": 4_00}},
    }
    spec = Spec(*(pack(tmp_path, name=name, **keys) for name, keys in caps.items()))
    spec.given(*family(lin=0, wei=100_00))
    for day, cap in (("2026-03-10", 2_00), ("2026-07-01", 3_00), ("2026-08-01", 4_00)):
        spec.when(charge(LIN, 10_00, at=f"{day}T12:00:00+08:00"))
        spec.then(paid(by(WEI, 1, cap), cash_fen=10_00 - cap))
