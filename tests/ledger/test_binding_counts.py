"""How many bindings there may be: checks 13 to 15 of contract section 4, and the place of a new binder."""

from pathlib import Path

import pytest

from tests.examples import (
    BAO,
    BEIJING,
    HUI,
    LIN,
    MEI,
    QUZHOU,
    WEI,
    bind,
    bind_proxy,
    open_account,
    reorder,
    set_status,
    transfer,
    unbind,
)
from tests.spec import Spec, accepted, pack

KINDS = pytest.mark.parametrize("kind", ["mutual_aid", "proxy_credential"])
PEOPLE = [f"P{n}" for n in range(1, 10)]
PROXY = "proxy_credential"


def people(spec: Spec, region: str = "130102") -> None:
    for person in (LIN, WEI, MEI, HUI, *PEOPLE):
        spec.given(open_account(person, region=region))


@KINDS
def test_a_beneficiary_has_two_binders_of_a_kind_at_a_time(kind: str) -> None:
    spec = Spec()
    people(spec)
    spec.given(bind(WEI, LIN, kind=kind), bind(MEI, LIN, kind=kind))
    spec.refuses(bind(HUI, LIN, kind=kind), "too_many_binders", binders=2, max=2)
    spec.given(unbind(WEI, LIN, kind=kind), bind(HUI, LIN, kind=kind))


@KINDS
def test_a_binder_has_five_members_of_a_kind_at_a_time(kind: str) -> None:
    spec = Spec()
    people(spec)
    spec.given(*(bind(WEI, person, kind=kind) for person in PEOPLE[:5]))
    spec.refuses(bind(WEI, PEOPLE[5], kind=kind), "too_many_members", members=5, max=5)
    spec.given(unbind(WEI, PEOPLE[0], kind=kind), bind(WEI, PEOPLE[5], kind=kind))


@KINDS
def test_a_binder_makes_six_binds_of_a_kind_in_a_calendar_month(kind: str) -> None:
    spec = Spec()
    people(spec)
    for person in PEOPLE[:6]:
        spec.given(bind(WEI, person, kind=kind), unbind(WEI, person, kind=kind))
    figures = {"binds": 6, "max": 6, "month": "2026-03"}
    spec.refuses(bind(WEI, PEOPLE[6], kind=kind), "too_many_binds_this_month", **figures)
    spec.given(bind(WEI, PEOPLE[6], kind=kind, at="2026-03-31T16:00:00Z"))


def test_a_month_is_counted_by_when_the_bind_was_and_not_when_it_was_recorded() -> None:
    spec = Spec()
    people(spec)
    for person in PEOPLE[:6]:
        spec.given(bind(WEI, person, at="2026-02-10T10:00:00+08:00"))
        spec.given(unbind(WEI, person, at="2026-02-10T10:00:00+08:00"))
    spec.given(bind(WEI, PEOPLE[6], at="2026-03-01T00:00:00+08:00"))
    late = bind(WEI, PEOPLE[7], at="2026-02-28T23:59:59+08:00")
    spec.refuses(late, "too_many_binds_this_month", binds=6, max=6, month="2026-02")


def test_the_kinds_are_counted_apart() -> None:
    spec = Spec()
    people(spec)
    spec.given(*(bind(WEI, person) for person in PEOPLE[:5]))
    spec.given(*(bind_proxy(WEI, person) for person in PEOPLE[:5]))
    spec.given(bind_proxy(MEI, LIN), bind_proxy(HUI, LIN), bind(MEI, LIN), bind(HUI, LIN))


def test_a_region_may_leave_every_count_open() -> None:
    spec = Spec()
    people(spec, region=BEIJING)
    spec.given(*(bind(WEI, person) for person in PEOPLE), bind(WEI, LIN), bind(MEI, LIN), bind(HUI, LIN))


def test_a_region_may_allow_one_binder_and_seven_members() -> None:
    spec = Spec()
    people(spec, region=QUZHOU)
    spec.given(*(bind(WEI, person, at="2026-02-01T10:00:00+08:00") for person in PEOPLE[:6]))
    spec.refuses(bind(MEI, PEOPLE[0]), "too_many_binders", binders=1, max=1)
    spec.given(bind(WEI, PEOPLE[6]))
    spec.refuses(bind(WEI, PEOPLE[7]), "too_many_members", members=7, max=7)


def test_a_count_of_zero_allows_nobody(tmp_path: Path) -> None:
    spec = Spec(pack(tmp_path, mutual_aid={"max_active_binders": 0}))
    people(spec)
    spec.refuses(bind(WEI, LIN), "too_many_binders", binders=0, max=0)


def test_bindings_that_a_closing_or_transfer_ended_are_counted_no_longer() -> None:
    spec = Spec()
    people(spec)
    spec.given(*(bind(WEI, person) for person in PEOPLE[:5]), bind(MEI, PEOPLE[0]))
    spec.given(transfer(MEI, "130202"), bind(HUI, PEOPLE[0]))
    spec.given(set_status(PEOPLE[1], "closed"), bind(WEI, LIN))


def test_a_binder_keeps_its_month_s_count_when_it_transfers() -> None:
    spec = Spec()
    people(spec)
    for person in PEOPLE[:5]:
        spec.given(bind(WEI, person))
    spec.given(transfer(WEI, "130202"), bind(WEI, PEOPLE[5]))
    figures = {"binds": 6, "max": 6, "month": "2026-03"}
    spec.refuses(bind(WEI, PEOPLE[6]), "too_many_binds_this_month", **figures)


# The place in the order ---------------------------------------------------------------------------------


def test_a_proxy_takes_no_rank_and_no_place_in_the_order() -> None:
    spec = Spec()
    people(spec)
    spec.when(bind_proxy(WEI, LIN))
    spec.then(accepted(rank=None, state="bound"))
    spec.when(bind(MEI, LIN))
    spec.then(accepted(rank=1, state="bound"))
    assert spec.order(LIN) == [MEI]


def test_unbinding_closes_the_gap() -> None:
    spec = Spec()
    people(spec, region=BEIJING)
    spec.given(bind(WEI, LIN), bind(MEI, LIN), bind(HUI, LIN), unbind(WEI, LIN))
    assert spec.order(LIN) == [MEI, HUI]


def test_who_binds_again_comes_last() -> None:
    spec = Spec()
    people(spec, region=BEIJING)
    spec.given(bind(WEI, LIN), bind(MEI, LIN), bind(HUI, LIN), reorder(LIN, HUI, WEI, MEI))
    spec.given(unbind(HUI, LIN))
    spec.when(bind(HUI, LIN))
    spec.then(accepted(rank=3, state="bound"))
    assert spec.order(LIN) == [WEI, MEI, HUI]


def test_ending_a_proxy_leaves_the_order_alone() -> None:
    spec = Spec()
    people(spec)
    spec.given(bind(WEI, LIN), bind_proxy(WEI, LIN), bind(MEI, LIN), unbind(WEI, LIN, kind=PROXY))
    assert spec.order(LIN) == [WEI, MEI]


def test_evidence_is_kept_and_not_judged() -> None:
    spec = Spec()
    people(spec)
    spec.given(open_account(BAO))
    evidence = [{"type": "a-napkin", "sha256": "0" * 64}]
    spec.given(bind(WEI, BAO, evidence=evidence))
    bound = spec.new_events[0][1]
    assert bound.as_dict()["evidence"] == evidence
