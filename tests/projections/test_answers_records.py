"""Histories and explanations: what was recorded, and whose money was taken and why."""

from pathlib import Path
from typing import Any

import pytest

from projections import queries
from projections.errors import NotFound, Subject
from tests.projections.desk import BAO, LIN, MEI, WEI, Desk


def types(desk: Desk, id: str, kind: Subject | None = None) -> list[tuple[str, str]]:
    """Stream and type of every event listed."""
    return [(event["stream"], event["type"]) for event in desk.asks(queries.history, id, kind)["events"]]


@pytest.fixture
def family(desk: Desk) -> Desk:
    """Lin pays 10 herself, Wei 30; 15 of it come back."""
    desk.opens(LIN, fen=10_00)
    desk.opens(WEI, fen=100_00)
    desk.binds(WEI, LIN)
    desk.charges(LIN, 40_00, settlement="s-1", id="c-1", by="desk-07", institution="Clinic")
    desk.does("refund", settlement="s-1", refund="f-1", amount_fen=15_00)
    return desk


def test_an_account_has_its_own_events_and_the_settlements_it_paid_in(family: Desk) -> None:
    assert types(family, WEI, "account") == [
        ("account:WEI", "AccountOpened"),
        ("account:WEI", "Credited"),
        ("account:WEI", "BindingSlotTaken"),
        ("settlement:s-1", "SettlementDecided"),
        ("account:WEI", "CoPaymentCharged"),
        ("settlement:s-1", "SettlementRefunded"),
        ("account:WEI", "CoPaymentRefunded"),
    ]


def test_a_beneficiary_has_its_family_and_the_settlements_for_it(family: Desk) -> None:
    assert types(family, LIN, "beneficiary") == [
        ("family:LIN", "Bound"),
        ("settlement:s-1", "SettlementDecided"),
        ("family:LIN", "LimitUsed"),
        ("settlement:s-1", "SettlementRefunded"),
        ("family:LIN", "LimitRestored"),
    ]
    assert types(family, WEI, "beneficiary") == []


def test_a_settlement_has_everything_it_did_to_anyone(family: Desk) -> None:
    family.charges(LIN, 5_00, settlement="s-2")  # another one, of the same people
    assert types(family, "s-1", "settlement") == [
        ("settlement:s-1", "SettlementDecided"),
        ("account:LIN", "CoPaymentCharged"),
        ("account:WEI", "CoPaymentCharged"),
        ("family:LIN", "LimitUsed"),
        ("settlement:s-1", "SettlementRefunded"),
        ("refund:f-1", "RefundTaken"),
        ("account:WEI", "CoPaymentRefunded"),
        ("family:LIN", "LimitRestored"),
    ]


def test_a_hold_has_its_end_in_its_history(desk: Desk) -> None:
    desk.opens(LIN, fen=50_00)
    desk.charges(LIN, 20_00, op="hold", settlement="s-1")
    desk.does("capture", settlement="s-1")
    assert [type for _, type in types(desk, "s-1")] == [
        "SettlementDecided", "CoPaymentHeld", "HoldPlaced",
        "SettlementCaptured", "CoPaymentCaptured", "HoldEnded",
    ]  # fmt: skip


def test_without_a_kind_everything_of_the_id_is_listed_once(family: Desk) -> None:
    answer = family.asks(queries.history, LIN)
    positions = [event["position"] for event in answer["events"]]
    assert positions == sorted(set(positions))
    assert {event["kind"] for event in answer["events"]} == {"account", "beneficiary"}
    separate = types(family, LIN, "account") + types(family, LIN, "beneficiary")
    assert set(types(family, LIN)) == set(separate)
    assert types(family, "s-1") == types(family, "s-1", "settlement")


def test_an_event_is_shown_with_its_stamp_and_its_own_fields(family: Desk) -> None:
    events = family.asks(queries.history, "s-1")["events"]
    event = next(event for event in events if event["stream"] == "account:WEI")
    assert event.pop("position") > 0
    assert event == {
        "stream": "account:WEI", "kind": "settlement", "type": "CoPaymentCharged",
        "at": "2026-03-10T10:00:00+08:00", "recorded_at": "2027-06-30T12:00:00+08:00",
        "by": "desk-07", "id": "c-1",
        "data": {
            "settlement": "s-1", "beneficiary": LIN, "rank": 1, "current_fen": 30_00, "limit_year": 2026,
            "binding": 1,
        },
    }  # fmt: skip


def test_refusals_stand_in_the_history_of_everyone_they_name(family: Desk) -> None:
    family.sends("bind", id="b-9", binder=WEI, beneficiary="NEW", relation="parent", authorisation="face")
    family.sends("refund", id="f-9", settlement="s-1", amount_fen=99_00)
    refused = ("request:b-9", "RequestRefused")
    assert types(family, WEI)[-1] == refused
    assert types(family, "NEW") == [refused]
    assert types(family, "NEW", "beneficiary") == [refused]
    assert types(family, "s-1")[-1] == ("request:f-9", "RequestRefused")
    (event,) = family.asks(queries.history, "NEW")["events"]
    assert (event["data"]["code"], event["data"]["op"]) == ("beneficiary_not_found", "bind")


def test_a_repeat_stands_in_the_history_of_its_settlement(family: Desk) -> None:
    repeat = {"settlement": "s-1", "beneficiary": LIN, "amount_fen": 40_00, "med_type": "11"}
    assert family.sends("charge", id="c-2", **repeat, institution="Clinic")["status"] == "duplicate"
    assert types(family, "s-1")[-1] == ("request:c-2", "RequestRepeated")


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_reviewed_bind_is_in_the_history_of_both_sides(database: str, careful: Path, decision: str) -> None:
    with Desk(database, [careful]) as desk:
        desk.opens(LIN, WEI, region="130102")
        desk.binds(WEI, LIN, id="b-1", by="desk-07")
        desk.sends("review", request="b-1", decision=decision, by="desk-07")
        desk.does("review", request="b-1", decision=decision, by="desk-08")
        outcome = {"approve": "BindApproved", "reject": "BindRejected"}[decision]
        about_the_request = [
            ("request:b-1", "BindRequested"), ("request:r-4", "RequestRefused"), ("request:b-1", outcome),
        ]  # fmt: skip
        sides: list[tuple[str, Subject]] = [(WEI, "account"), (LIN, "account"), (LIN, "beneficiary")]
        for id, kind in sides:
            found = [entry for entry in types(desk, id, kind) if entry[0].startswith("request:")]
            assert found == about_the_request


def test_what_was_never_recorded_has_no_history(family: Desk) -> None:
    nothing: list[tuple[str, Subject | None, str]] = [
        ("NOBODY", None, "account_not_found"),
        ("s-1", "account", "account_not_found"),
        ("NOBODY", "beneficiary", "beneficiary_not_found"),
        (WEI, "settlement", "settlement_not_found"),
    ]
    for id, kind, code in nothing:
        with pytest.raises(NotFound) as absent:
            family.asks(queries.history, id, kind)
        assert absent.value.code == code


# explain


def sources(answer: dict[str, Any]) -> list[tuple[str, int, int | None, str, int]]:
    return [
        (s["payer"], s["rank"], s["available_fen"], s["bound_by"], s["taken_fen"]) for s in answer["sources"]
    ]


def test_an_explanation_names_every_payer_and_what_limited_it(desk: Desk) -> None:
    desk.opens(LIN, fen=10_00)
    desk.opens(WEI, MEI, fen=100_00)
    desk.binds(WEI, LIN, limit_fen=25_00)
    desk.binds(MEI, LIN)
    desk.charges(LIN, 40_00, settlement="s-1", institution="Clinic", by="desk-07", id="c-1")
    answer = desk.asks(queries.explain, "s-1")
    assert sources(answer) == [
        (LIN, 0, 10_00, "balance", 10_00),
        (WEI, 1, 100_00, "limit", 25_00),
        (MEI, 2, 100_00, "amount", 5_00),
    ]
    assert (answer["state"], answer["op"], answer["class"]) == ("charged", "charge", "outpatient")
    assert (answer["policy"], len(answer["digest"])) == ("national-2026", 32)
    assert (answer["own_fen"], answer["shared_fen"], answer["cash_fen"]) == (10_00, 30_00, 0)
    assert answer["sources"][1]["limit_fen"] == 25_00
    assert (answer["order"], answer["by"], answer["id"]) == ([WEI, MEI], "desk-07", "c-1")
    assert answer["legs"][0] == {"payer": LIN, "rank": 0, "bucket": "current", "amount_fen": 10_00}


def test_payers_that_were_not_asked_are_listed_with_the_reason(desk: Desk) -> None:
    desk.opens(LIN, WEI, fen=100_00)
    desk.binds(WEI, LIN)
    desk.charges(LIN, 40_00, settlement="s-in", med_type="21")
    desk.charges(LIN, 40_00, settlement="s-own", sources="own")
    desk.charges(LIN, 10_00, settlement="s-shared", sources="shared")
    answers = {id: desk.asks(queries.explain, id) for id in ("s-in", "s-own", "s-shared")}
    assert sources(answers["s-in"])[1] == (WEI, 1, None, "class", 0)
    assert sources(answers["s-own"])[1] == (WEI, 1, None, "sources", 0)
    assert sources(answers["s-shared"])[0] == (LIN, 0, None, "sources", 0)
    assert [source["asked"] for source in answers["s-shared"]["sources"]] == [False, True]


def test_resident_insurance_has_no_account_to_explain(desk: Desk) -> None:
    desk.opens(BAO, insurance="resident")
    desk.opens(MEI, fen=100_00)
    desk.binds(MEI, BAO, relation="child")
    desk.charges(BAO, 30_00, settlement="s-1")
    answer = desk.asks(queries.explain, "s-1")
    assert sources(answer) == [(MEI, 1, 100_00, "amount", 30_00)]
    assert answer["own_unasked"] == "no_account"


def test_a_premium_asks_nobody_but_the_payer_chosen(desk: Desk) -> None:
    desk.opens(LIN, WEI, MEI, fen=500_00)
    desk.binds(WEI, LIN)
    desk.binds(MEI, LIN)
    premium = {"payer": MEI, "beneficiary": LIN, "amount_fen": 380_00, "scheme": "resident"}
    desk.does("pay_premium", settlement="s-1", **premium)
    answer = desk.asks(queries.explain, "s-1")
    assert [(payer, rank, taken) for payer, rank, _, _, taken in sources(answer)] == [(MEI, 2, 380_00)]
    assert (answer["class"], answer["scheme"], answer["shared_fen"]) == ("premium", "resident", 380_00)


def test_the_state_of_a_settlement_is_what_became_of_it(desk: Desk) -> None:
    def state(settlement: str) -> str:
        found: str = desk.asks(queries.explain, settlement)["state"]
        return found

    desk.opens(LIN, fen=500_00)
    desk.charges(LIN, 30_00, settlement="s-1")
    assert state("s-1") == "charged"
    desk.does("refund", settlement="s-1", amount_fen=10_00)
    assert state("s-1") == "partly_refunded"
    desk.does("refund", settlement="s-1")
    assert state("s-1") == "refunded"
    desk.charges(LIN, 30_00, op="hold", settlement="s-2")
    desk.charges(LIN, 30_00, op="hold", settlement="s-3")
    assert state("s-2") == "held"
    desk.does("capture", settlement="s-2")
    desk.does("release", settlement="s-3")
    assert (state("s-2"), state("s-3")) == ("captured", "released")


def test_a_capture_after_a_year_close_shows_the_buckets_the_money_left(desk: Desk) -> None:
    desk.opens(LIN, fen=100_00)
    desk.charges(LIN, 30_00, op="hold", settlement="s-1")
    desk.does("close_year", account=LIN, year=2026, at="2027-01-01T00:30:00+08:00")
    assert [leg["bucket"] for leg in desk.asks(queries.explain, "s-1")["legs"]] == ["current"]
    desk.does("capture", settlement="s-1", at="2027-01-02T09:00:00+08:00")
    answer = desk.asks(queries.explain, "s-1")
    assert [leg["bucket"] for leg in answer["legs"]] == ["carried"]
    assert (answer["own_fen"], answer["year"]) == (30_00, 2026)


def test_refunds_show_what_went_back_to_whom(family: Desk) -> None:
    family.does("refund", settlement="s-1", refund="f-2")
    first, second = family.asks(queries.explain, "s-1")["refunds"]
    assert first == {
        "refund": "f-1", "at": "2026-03-10T10:00:00+08:00", "amount_fen": 15_00,
        "restored": [{"payer": WEI, "bucket": "current", "amount_fen": 15_00}],
        "cash_fen": 0, "refundable_fen": 25_00,
    }  # fmt: skip
    assert [(leg["payer"], leg["amount_fen"]) for leg in second["restored"]] == [(WEI, 15_00), (LIN, 10_00)]


def test_a_settlement_nobody_knows_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound) as absent:
        desk.asks(queries.explain, "s-1")
    assert absent.value.code == "settlement_not_found"
