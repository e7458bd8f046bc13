"""One request id, one effect, one answer for ever (contract section 2)."""

from typing import Any

import orjson
import pytest

from tests.examples import (
    LIN,
    WEI,
    adjust,
    bind,
    charge,
    credit,
    family,
    hold,
    open_account,
    pay_premium,
    refund,
    release,
)
from tests.spec import MALFORMED, Command, Spec, accepted, by, own, paid, rejected, repeated, restored


@pytest.fixture
def spec() -> Spec:
    spec = Spec()
    spec.given(*family(lin=50_00, wei=100_00))
    return spec


# The same id --------------------------------------------------------------------------------------------


def test_an_answer_is_one_object_with_seven_fields(spec: Spec) -> None:
    spec.when(credit(WEI, 1, id="allotment-1"))
    assert spec.answer == {
        "line": 6,
        "id": "allotment-1",
        "op": "credit",
        "status": "accepted",
        "code": None,
        "message": None,
        "result": {"balance_fen": 100_01},
    }


def test_the_same_id_with_the_same_content_gets_the_first_answer_and_has_no_second_effect(spec: Spec) -> None:
    spec.given(charge(LIN, 80_00))
    first = spec.outcome
    for _ in range(3):
        spec.again()
        spec.then(repeated(first))
        assert spec.new_events == []
    spec.then_money(WEI, current_fen=70_00)


def test_the_first_answer_is_repeated_whatever_has_happened_since(spec: Spec) -> None:
    spec.given(credit(WEI, 1, id="c"), adjust(WEI, -100_01))
    spec.when(credit(WEI, 1, id="c"))
    spec.then(repeated(accepted(balance_fen=100_01)))


def test_who_sends_a_command_is_not_its_content(spec: Spec) -> None:
    spec.given(credit(WEI, 1, id="c", by="staff-1"))
    for actor in ({"by": "staff-2"}, {}):
        spec.when(credit(WEI, 1, id="c", **actor))
        spec.then(repeated(accepted(balance_fen=100_01)))


def test_times_are_compared_as_instants(spec: Spec) -> None:
    spec.given(credit(WEI, 1, id="c", at="2026-03-10T10:00:00+08:00"))
    spec.when(credit(WEI, 1, id="c", at="2026-03-10T02:00:00.000Z"))
    spec.then(repeated(accepted(balance_fen=100_01)))
    spec.when(credit(WEI, 1, id="c", at="2026-03-10T02:00:00.000001Z"))
    spec.then(rejected("request_conflict"))


@pytest.mark.parametrize(
    ("command", "defaults"),
    [
        (credit(WEI, 1), {"bucket": "current"}),
        (adjust(WEI, 1), {"bucket": "current"}),
        (charge(LIN, 1), {"self_paid_fen": 0}),
        (charge(LIN, 1), {"sources": "own_then_shared", "cash": "allowed", "facts": {}}),
        (bind(LIN, WEI, relation="child"), {"kind": "mutual_aid", "limit_fen": None, "evidence": []}),
        ({"op": "unbind", "binder": WEI, "beneficiary": LIN}, {"kind": "mutual_aid"}),
    ],
    ids=lambda value: value.get("op", "with ".join(value)),
)
def test_a_default_written_out_is_the_same_content(
    spec: Spec, command: Command, defaults: dict[str, Any]
) -> None:
    spec.given(command)
    first = spec.outcome
    spec.when({**spec.command, **defaults})
    spec.then(repeated(first))


def test_keys_may_come_in_another_order(spec: Spec) -> None:
    spec.given(credit(WEI, 1, id="c"))
    spec.when({name: spec.command[name] for name in reversed(list(spec.command))})
    spec.then(repeated(accepted(balance_fen=100_01)))


@pytest.mark.parametrize(
    "other",
    [
        credit(WEI, 2),
        credit(LIN, 1),
        credit(WEI, 1, bucket="carried"),
        credit(WEI, 1, kind="interest"),
        credit(WEI, 1, at="2026-03-10T10:00:01+08:00"),
        adjust(WEI, 1),
    ],
)
def test_the_same_id_with_other_content_is_a_conflict_and_the_first_stays(spec: Spec, other: Command) -> None:
    spec.given(credit(WEI, 1, id="c"))
    for _ in range(2):
        spec.when({**other, "id": "c"})
        spec.then(rejected("request_conflict"))
    spec.when(credit(WEI, 1, id="c"))
    spec.then(repeated(accepted(balance_fen=100_01)))


# Refusals -----------------------------------------------------------------------------------------------


def test_a_refused_id_is_refused_for_ever_with_the_same_code_and_figures(spec: Spec) -> None:
    refused = charge(LIN, 200_00, id="c", settlement="S", cash="refused")
    figures = {"needed_fen": 200_00, "available_fen": 150_00}
    spec.refuses(refused, "insufficient_funds", **figures)
    message = spec.answer["message"]
    spec.given(credit(WEI, 900_00))
    spec.refuses(refused, "insufficient_funds", **figures)
    assert spec.answer["message"] == message
    assert spec.new_events == []
    spec.refuses({**refused, "amount_fen": 1}, "request_conflict")
    spec.refuses(refused, "insufficient_funds", **figures)


def test_a_refused_settlement_may_be_sent_again_under_a_new_id(spec: Spec) -> None:
    refused = charge(LIN, 200_00, settlement="S", cash="refused")
    spec.refuses(refused, "insufficient_funds", needed_fen=200_00, available_fen=150_00)
    spec.given(credit(WEI, 50_00))
    spec.when({**refused, "id": "once-more"})
    spec.then(paid(own(LIN, 50_00), by(WEI, 1, 150_00)))


def test_a_refusal_is_kept_on_record_with_what_was_asked(spec: Spec) -> None:
    spec.when(open_account(WEI, region="440305", born="1975-03-08", by="staff-07"))
    spec.then(rejected("account_exists"))
    ((stream, event),) = spec.new_events
    assert stream == f"request:{spec.command['id']}"
    assert event.by == "staff-07"
    told = event.content()
    assert {name: told[name] for name in ("op", "code", "figures", "asked")} == {
        "op": "open_account",
        "code": "account_exists",
        "figures": {},
        "asked": {"account": WEI, "region": "440305", "insurance": "employee"},  # never a birth date
    }


def test_a_malformed_line_takes_no_id(spec: Spec) -> None:
    spec.when(credit(WEI, -1, id="c"))
    spec.then(MALFORMED)
    spec.when(credit(WEI, 1, id="c"))
    spec.then(accepted(balance_fen=100_01))


def test_the_lines_around_a_bad_one_are_not_disturbed(spec: Spec) -> None:
    good = [orjson.dumps({**credit(WEI, 1), "id": f"c{n}", "at": "2026-03-10T10:00:00Z"}) for n in (1, 2)]
    results = spec.ledger.submit([good[0], b"{", b"", good[1]], first_line=11)
    assert [(r.line, r.status) for r in results] == [
        (11, "accepted"),
        (12, "malformed"),
        (13, "malformed"),
        (14, "accepted"),
    ]
    spec.then_money(WEI, current_fen=100_02)


def test_a_batch_is_answered_as_its_lines_one_at_a_time(spec: Spec) -> None:
    commands = [
        credit(WEI, 1, id="a"),
        credit(WEI, 2, id="a"),
        credit(WEI, 1, id="a"),
        charge(LIN, 60_00, id="b", settlement="S"),
        charge(LIN, 60_00, id="c", settlement="S"),
        refund("S", refund="F", id="d"),
        refund("S", refund="F", id="e"),
        refund("S", refund="G", id="f"),
    ]
    lines = [orjson.dumps({"at": "2026-03-10T10:00:00+08:00", **command}) for command in commands]
    one_batch = [orjson.loads(result.to_json()) for result in spec.ledger.submit(lines)]
    alone = Spec()
    alone.given(*family(lin=50_00, wei=100_00))
    singly = [orjson.loads(r.to_json()) for r in alone.ledger.apply_lines(lines, batch=1)]
    assert one_batch == singly
    assert spec.log == alone.log
    statuses = [
        "accepted",
        "rejected",
        "duplicate",
        "accepted",
        "duplicate",
        "accepted",
        "duplicate",
        "rejected",
    ]
    assert [answer["status"] for answer in one_batch] == statuses


# Settlements and refunds under another id ---------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [charge(LIN, 80_00), hold(LIN, 80_00), pay_premium(WEI, LIN, 80_00)],
    ids=lambda command: command["op"],
)
def test_a_settlement_sent_under_a_new_id_is_a_duplicate(spec: Spec, command: Command) -> None:
    spec.given({**command, "settlement": "S"})
    first, balance = spec.outcome, spec.account(WEI).available_fen
    spec.again(id="second", by="another-channel")
    spec.then(repeated(first))
    assert spec.account(WEI).available_fen == balance


def test_a_refund_sent_under_a_new_id_is_a_duplicate(spec: Spec) -> None:
    spec.given(charge(LIN, 50_00, settlement="S"), refund("S", 20_00, refund="F"))
    spec.again(id="second")
    spec.then(repeated(restored((LIN, "current", 20_00), refundable_fen=30_00)))
    spec.then_money(LIN, current_fen=20_00)


def test_the_id_of_a_duplicate_is_taken_too(spec: Spec) -> None:
    spec.given(charge(LIN, 50_00, settlement="S"))
    first = spec.outcome
    spec.again(id="second")
    spec.again()
    spec.then(repeated(first))
    assert spec.new_events == []
    spec.refuses(credit(WEI, 1, id="second"), "request_conflict")


def test_the_id_of_a_refund_s_duplicate_answers_as_the_refund_did(spec: Spec) -> None:
    spec.given(charge(LIN, 50_00, settlement="S"), refund("S", 20_00, refund="F"), refund("S", 10_00))
    spec.when(refund("S", 20_00, refund="F", id="second"))
    spec.when(refund("S", 20_00, refund="F", id="second"))
    spec.then(repeated(restored((LIN, "current", 20_00), refundable_fen=30_00)))


def test_the_id_of_a_released_hold_still_answers_as_it_did(spec: Spec) -> None:
    spec.given(hold(LIN, 50_00, settlement="S", id="h"))
    first = spec.outcome
    spec.given(release("S"))
    spec.when(hold(LIN, 50_00, settlement="S", id="h"))
    spec.then(repeated(first))


# In the future ------------------------------------------------------------------------------------------


def test_what_happens_more_than_a_day_from_now_is_refused(spec: Spec) -> None:
    spec.now = "2026-06-01T12:00:00+08:00"
    spec.given(credit(WEI, 1, at="2026-06-02T12:00:00+08:00"))
    spec.refuses(credit(WEI, 1, at="2026-06-02T12:00:00.000001+08:00"), "in_the_future")


def test_the_clock_is_looked_at_before_any_other_rule(spec: Spec) -> None:
    spec.now = "2026-06-01T12:00:00+08:00"
    spec.refuses(credit("NOBODY", 1, at="2026-07-01T12:00:00+08:00"), "in_the_future")
    spec.refuses(refund("UNKNOWN", at="2026-07-01T12:00:00+08:00"), "in_the_future")


def test_the_clock_is_looked_at_after_the_id(spec: Spec) -> None:
    spec.now = "2026-06-01T12:00:00+08:00"
    spec.given(credit(WEI, 1, id="c"))
    spec.refuses(credit(WEI, 1, id="c", at="2026-07-01T12:00:00+08:00"), "request_conflict")


def test_what_was_too_early_stays_refused_when_its_time_has_come(spec: Spec) -> None:
    spec.now = "2026-06-01T12:00:00+08:00"
    early = credit(WEI, 1, id="c", at="2026-07-01T12:00:00+08:00")
    spec.refuses(early, "in_the_future")
    spec.now = "2026-07-01T12:00:00+08:00"
    spec.refuses(early, "in_the_future")
    spec.when({**early, "id": "d"})
    spec.then(accepted(balance_fen=100_01))
