"""A decision that somebody has edited is listed, with its position and what is wrong with it."""

import random
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.events.account import CoPaymentCharged, QuotaGranted
from ledger.events.envelope import Event, StreamEvent
from ledger.events.family import Bound, LimitUsed, Unbound
from ledger.events.request import PolicyRecorded, RequestRefused
from ledger.events.settlement import SettlementDecided, SettlementRefunded
from ledger.persistence.stored_log import ListedLog
from ledger.redeciding.redecide import redecide, redecide_from_facts
from tests.examples import LIN, MEI, WEI, credit, family, grant_quota, hold, unbind
from tests.properties.running import run
from tests.redecide.forging import edited, first, judged, place_of, row_of, year_of_lin
from tests.spec import Spec
from tests.strategies import History, histories


def of_source(decided: SettlementDecided, place: int, **fields: Any) -> SettlementDecided:
    sources = list(decided.sources)
    sources[place] = replace(sources[place], **fields)
    return replace(decided, sources=tuple(sources))


OWN_FACTS = {
    "what a payer paid": ("amounts", lambda d: of_source(d, 1, from_current_fen=79_99)),
    "who paid, fen for fen": (
        "amounts",
        lambda d: of_source(of_source(d, 1, from_current_fen=70_00), 2, from_current_fen=80_00),
    ),
    "what limited a payer": ("bound_by", lambda d: of_source(d, 1, bound_by="balance")),
    "why nobody else was asked": ("bound_by", lambda d: replace(d, binders_unasked=None)),
    "the debit order": ("order", lambda d: replace(d, order=(MEI, WEI))),
    "a rank": ("order", lambda d: of_source(d, 1, rank=2)),
    "the name of the policy": ("policy", lambda d: replace(d, policy="national-2024")),
    "the digest of the policy": ("policy", lambda d: replace(d, policy_digest="0" * 32)),
    "the class": ("class", lambda d: replace(d, service_class="inpatient")),
    "the medical type": ("class", lambda d: replace(d, med_type="21")),
    "the year": ("year", lambda d: replace(d, year=2025)),
    "the cash": ("amounts", lambda d: replace(d, cash_fen=1)),
    "the amount": ("amounts", lambda d: replace(d, amount_fen=199_00)),
    "a figure that decides": ("amounts", lambda d: of_source(d, 1, limit_fen=60_00)),
}


@pytest.mark.parametrize("what", OWN_FACTS)
def test_a_decision_that_its_own_facts_do_not_support_is_named(what: str) -> None:
    events = year_of_lin().log
    place = place_of(events, SettlementDecided)
    kind, change = OWN_FACTS[what]
    forged = edited(events, place, change)

    found = first(forged)

    assert (found.position, found.kind, found.rests) == (place + 1, kind, "own")
    assert (found.op, found.stream) == ("charge", "settlement:S-1")
    assert redecide_from_facts(ListedLog.of(forged)).findings == [found]


LOG_FACTS = {
    "what a payer had": ("figures", lambda d: of_source(d, 2, current_fen=299_00)),
    "the version of a payer's account": ("figures", lambda d: of_source(d, 2, account_version=9)),
    "the region": ("facts", lambda d: replace(d, region="130202")),
    "the whole amount": (
        "content",
        lambda d: of_source(replace(d, amount_fen=201_00), 2, from_current_fen=71_00),
    ),
    "the institution": ("content", lambda d: replace(d, institution="another clinic")),
    "the digest of the content": ("content", lambda d: replace(d, digest="0" * 32)),
    "the whole order": (
        "order",
        lambda d: replace(
            d,
            order=(MEI, WEI),
            sources=(d.sources[0], replace(d.sources[2], rank=1, from_current_fen=150_00)),
        ),
    ),
}


@pytest.mark.parametrize("what", LOG_FACTS)
def test_a_decision_that_only_the_log_before_it_contradicts_is_named(what: str) -> None:
    events = year_of_lin().log
    place = place_of(events, SettlementDecided)
    kind, change = LOG_FACTS[what]
    forged = edited(events, place, change)

    found = first(forged)

    assert (found.position, found.kind, found.rests) == (place + 1, kind, "log")
    assert redecide_from_facts(ListedLog.of(forged)).findings == []


def test_each_difference_says_what_is_recorded_and_what_the_facts_give() -> None:
    events = year_of_lin().log
    place = place_of(events, SettlementDecided)

    found = first(edited(events, place, lambda d: of_source(d, 1, from_current_fen=79_99)))

    assert found.differences == (("SettlementDecided.sources[1].from_current_fen", 79_99, 80_00),)


OTHER_EVENTS: dict[str, tuple[str, type[Event], dict[str, Any]]] = {
    "an amount in a payer's account": ("amounts", CoPaymentCharged, {"current_fen": 49_00}),
    "the year of a payer's limits": ("year", CoPaymentCharged, {"limit_year": 2025}),
    "what a refund gives back": ("amounts", SettlementRefunded, {"cash_fen": 5}),
    "a refusal's reason": ("refusal", RequestRefused, {"code": "account_closed"}),
    "a refusal's figures": ("refusal", RequestRefused, {"figures": {"needed_fen": 1, "available_fen": 0}}),
    "what was refused": ("content", RequestRefused, {"digest": "1" * 32}),
    "a rank in a bind": ("order", Bound, {"rank": 2}),
    "the policy of a bind": ("policy", Bound, {"policy_digest": "0" * 32}),
    "a relation that the policy does not have": ("refused", Bound, {"relation": "parent_in_law"}),
    "an authorisation that does not do": ("refused", Bound, {"authorisation": "household_register"}),
    "the age in a bind": ("refused", Bound, {"face_age_reached": False}),
    "the use of a limit": ("facts", LimitUsed, {"uses": ()}),
}


@pytest.mark.parametrize("what", OTHER_EVENTS)
def test_other_recorded_decisions_are_taken_again_too(what: str) -> None:
    events = year_of_lin().log
    kind, wanted, fields = OTHER_EVENTS[what]
    place = place_of(events, wanted)

    found = first(edited(events, place, **fields))

    assert (found.kind, found.rests) == (kind, "log")
    assert found.position <= place + 1 < found.position + 5


def test_a_pack_that_was_changed_in_the_log_is_named() -> None:
    events = year_of_lin().log
    place = place_of(events, PolicyRecorded)
    pack = {**events[place].event.content()["pack"], "certainty": "C"}

    found = first(edited(events, place, pack=pack))

    assert (found.position, found.kind) == (place + 2, "policy")  # the first event that rests on it
    assert found.differences[0].where == "PolicyRecorded.digest"


def test_a_refusal_that_the_rules_would_not_have_given_is_named() -> None:
    spec = year_of_lin()
    events = list(spec.log)
    place = place_of(events, RequestRefused)
    rich = year_of_lin_with(events, place)

    found = judged(rich).findings[-1]

    assert (found.kind, found.op, found.request) == ("accepted", "charge", "too-much")


def year_of_lin_with(events: list[StreamEvent], place: int) -> list[StreamEvent]:
    """The refused bill was for 9 yuan, says a forger who can compute digests."""
    spec = Spec()
    refused = events[place].event
    assert isinstance(refused, RequestRefused)
    asked = {**refused.asked, "amount_fen": 9_00}
    command = {**asked, "op": "charge", "id": refused.request, "at": refused.at.isoformat()}
    return edited(events, place, asked=asked, digest=spec.digest(command))


def test_an_unbinding_that_the_rules_refuse_is_named() -> None:
    spec = Spec()
    spec.given(*family(lin=0, wei=120_00), unbind(WEI, LIN, id="slipped-in"))
    place = place_of(spec.log, Unbound)
    held = Spec()
    held.given(*family(lin=0, wei=120_00), hold(LIN, 10_00))
    slipped_in = [
        StreamEvent(e.originator_id, e.originator_version + 1, e.event)  # the hold is there before it
        for e in spec.log[place:]
    ]

    found = first([*held.log, *slipped_in])

    assert (found.kind, found.differences[0].given) == ("refused", "unsettled_holds")


def test_a_command_that_was_recorded_twice_is_named() -> None:
    spec = Spec()
    spec.given(*family(lin=50_00, wei=120_00), credit(WEI, 5_00))
    stream, version, event = spec.log[-1]
    again = replace(event, balance_fen=event.content()["balance_fen"] + 5_00)

    twice = StreamEvent(stream, version + 1, again)
    at_once = first([*spec.log, twice])
    spec.given(credit(LIN, 1_00))
    later = first([*spec.log, twice])

    assert (at_once.position, at_once.kind, at_once.op) == (len(spec.log) - 1, "events", "credit")
    assert (later.position, later.kind, later.op) == (len(spec.log) + 1, "request", "credit")


def test_a_quota_beyond_what_was_available_is_named() -> None:
    spec = Spec()
    spec.given(*family(lin=50_00, wei=120_00))
    spec.given(grant_quota(WEI, LIN, 120_00))
    place = place_of(spec.log, QuotaGranted)

    found = first(edited(spec.log, place, amount_fen=120_01, quota_fen=120_01))

    assert (found.kind, found.differences[0].given) == ("refused", "quota_exceeds_available")


def test_a_deleted_event_and_two_swapped_ones_are_named() -> None:
    events = list(year_of_lin().log)
    place = place_of(events, CoPaymentCharged)
    rows = [row_of(position, entry) for position, entry in enumerate(events, start=1)]

    gone = redecide(ListedLog(rows[:place] + rows[place + 1 :])).findings
    swapped = rows[place]._replace(position=place + 2), rows[place + 1]._replace(position=place + 1)
    turned = redecide(ListedLog([*rows[:place], swapped[1], swapped[0], *rows[place + 2 :]])).findings

    assert ("missing", place + 1) in [(found.kind, found.position) for found in gone]
    assert ("events", place) in [(found.kind, found.position) for found in turned]


def test_bytes_that_no_ledger_writes_are_named_even_where_they_say_the_same() -> None:
    events = year_of_lin().log
    rows = [row_of(position, entry) for position, entry in enumerate(events, start=1)]
    place = place_of(events, SettlementDecided)
    rows[place] = rows[place]._replace(state=rows[place].state.replace(b'","', b'", "', 1))

    (found,) = redecide(ListedLog(rows)).findings

    assert (found.position, found.kind) == (place + 1, "bytes")


def test_a_row_that_is_no_event_is_named() -> None:
    events = year_of_lin().log
    rows = [row_of(position, entry) for position, entry in enumerate(events, start=1)]
    rows[3] = rows[3]._replace(state=b"{}")

    found = redecide(ListedLog(rows)).findings[0]

    assert (found.position, found.kind) == (4, "unreadable")


@given(histories(), st.integers(0, 2**32 - 1))
def test_no_field_of_a_decision_can_be_changed_unseen(history: History, seed: int) -> None:
    draw = random.Random(seed)
    events = run(history.lines).events
    places = [place for place, (_, _, event) in enumerate(events) if isinstance(event, SettlementDecided)]
    assume(places)
    place = draw.choice(places)
    decided = events[place].event
    plain = msgspec.to_builtins(decided)
    path, other = changed_somewhere(plain, draw)
    forged = msgspec.convert(plain, SettlementDecided, strict=False)
    assume(forged != decided)

    positions = [found.position for found in judged(edited(events, place, lambda _: forged)).findings]

    assert positions[:1] == [place + 1], f"{path} became {other!r} unseen"


def changed_somewhere(plain: dict[str, Any], draw: random.Random) -> tuple[str, object]:
    """Change one number or text of a decision, of a source or of its own."""
    part = draw.choice([plain, *plain.get("sources", ())])
    stamp = ("at", "recorded_at", "request", "by")
    texts = (
        "beneficiary",
        "digest",
        "institution",
        "med_type",
        "payer",
        "policy",
        "policy_digest",
        "region",
        "scheme",
    )
    names = [n for n, value in part.items() if n not in stamp and (type(value) is int or n in texts)]
    name = draw.choice(names)
    value = part[name]
    part[name] = value + draw.choice((-1, 1, 100)) if isinstance(value, int) else f"{value[:-1]}#"
    return name, part[name]
