"""The order of the eighteen checks of contract section 4: everything is broken, and mended one rule at a
time."""

from pathlib import Path
from typing import Any

import pytest

from tests.examples import (
    BAO,
    CLERK,
    GUO,
    HUI,
    LIN,
    MEI,
    QUZHOU,
    SHIJIAZHUANG,
    TANGSHAN,
    WEI,
    bind,
    funded,
    open_account,
    set_status,
    unbind,
)
from tests.spec import Spec, pack

IN_2020 = {"at": "2020-06-01T10:00:00+08:00"}
IN_2022 = {"at": "2022-06-01T10:00:00+08:00"}
IN_2025 = {"at": "2025-06-01T10:00:00+08:00"}


@pytest.fixture
def spec() -> Spec:
    spec = Spec()
    spec.given(open_account(LIN), *funded(WEI, 100_00))
    return spec


def test_the_checks_on_the_two_people_come_in_their_order() -> None:
    """A bind that breaks every rule, mended one rule at a time: each step uncovers the next refusal."""
    spec = Spec()
    wrong: dict[str, Any] = {"relation": "other", "authorisation": "commitment_letter", **IN_2020}
    spec.refuses(bind(GUO, GUO, **wrong), "self_binding")
    spec.refuses(bind(GUO, LIN, **wrong), "binder_not_found")
    spec.given(open_account(GUO, region=QUZHOU), set_status(GUO, "suspended"))
    spec.refuses(bind(GUO, LIN, **wrong), "beneficiary_not_found")
    spec.given(open_account(LIN), set_status(LIN, "suspended"))
    spec.refuses(bind(GUO, LIN, **wrong), "binder_not_active", status="suspended")
    spec.given(set_status(GUO, "active"))
    spec.refuses(bind(GUO, LIN, **wrong), "beneficiary_not_active", status="suspended")
    spec.given(set_status(LIN, "active"))
    spec.refuses(bind(GUO, LIN, **wrong), "no_personal_account")
    spec.given(open_account(HUI, region=TANGSHAN))
    spec.refuses(bind(HUI, LIN, **wrong), "no_policy", region=TANGSHAN, day="2020-06-01")
    wrong |= IN_2022
    figures = {"relation": "other", "policy": "national-2021"}
    spec.refuses(bind(HUI, LIN, **wrong), "relation_not_eligible", **figures)
    wrong |= {"relation": "parent"}
    regions = {"binder_region": TANGSHAN, "beneficiary_region": SHIJIAZHUANG}
    spec.refuses(bind(HUI, LIN, **wrong), "out_of_scope", scope="city", **regions)
    wrong |= IN_2025
    figures_of_paper = {"given": "commitment_letter", "needed": ["face"]}
    spec.refuses(bind(HUI, LIN, **wrong), "authorisation_required", **figures_of_paper)
    spec.given(bind(HUI, LIN, **wrong | {"authorisation": "face"}))


def test_the_checks_on_the_pair_the_counts_and_the_quota_come_in_their_order(tmp_path: Path) -> None:
    """The same for the rest: every later rule is broken as well, until it is its turn."""
    rules = {
        "max_active_binders": 1,
        "max_active_members": 1,
        "max_binds_per_month": 2,
        "rebind_cooldown_days": 5,
        "quota": "required",
    }
    may = {"max_active_binders": 1, "max_active_members": 1, "max_binds_per_month": 2, "quota": "required"}
    spec = Spec(
        pack(tmp_path, mutual_aid=rules),
        pack(tmp_path, name="later", effective="2026-04-01", mutual_aid={**may, "review": "required"}),
    )
    march = {day: f"2026-03-{day}T10:00:00+08:00" for day in (10, 15, 20, 24, 25)}
    spec.given(*funded(WEI, 100_00), *funded(MEI, 1), open_account(LIN), open_account(BAO))
    spec.given(bind(WEI, LIN, quota_fen=1, at=march[10]))
    spec.refuses(bind(WEI, LIN, at="2026-03-01T10:00:00+08:00"), "already_bound")
    spec.given(unbind(WEI, LIN, at=march[20]), bind(MEI, LIN, quota_fen=1, at=march[20]))
    spec.given(bind(WEI, BAO, quota_fen=1, at=march[20]))
    spec.refuses(bind(WEI, LIN, at=march[15]), "out_of_order", last_at=march[20])
    spec.refuses(bind(WEI, LIN, at=march[24]), "rebind_too_soon", earliest="2026-03-25")
    spec.refuses(bind(WEI, LIN, at=march[25]), "too_many_binders", binders=1, max=1)
    spec.given(unbind(MEI, LIN, at=march[25]))
    spec.refuses(bind(WEI, LIN, at=march[25]), "too_many_members", members=1, max=1)
    spec.given(unbind(WEI, BAO, at=march[25]))
    months = {"binds": 2, "max": 2, "month": "2026-03"}
    spec.refuses(bind(WEI, LIN, at=march[25]), "too_many_binds_this_month", **months)
    april = {"at": "2026-04-01T00:00:00+08:00"}
    spec.refuses(bind(WEI, LIN, **april), "quota_required")
    money = {"needed_fen": 100_01, "available_fen": 100_00}
    spec.refuses(bind(WEI, LIN, quota_fen=100_01, **april), "quota_exceeds_available", **money)
    spec.refuses(bind(WEI, LIN, quota_fen=100_00, **april), "actor_required")
    spec.given(bind(WEI, LIN, quota_fen=100_00, by=CLERK, **april))


def test_a_quota_nobody_offers_is_said_before_one_nobody_could_pay(spec: Spec) -> None:
    spec.refuses(bind(WEI, LIN, quota_fen=100_01, **IN_2025), "quota_not_offered")
