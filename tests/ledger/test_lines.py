"""The shape of a line, and what is answered when it is not a command (contract sections 1 and 2)."""

import orjson
import pytest

from tests.examples import LIN, WEI, adjust, charge, credit, open_account
from tests.spec import MALFORMED, TODAY, Spec

CITIZEN_ID = "11010519491231002X"  # the example of GB 11643: its date and check digit are right


@pytest.fixture
def spec() -> Spec:
    return Spec()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"  \t\r",
        b"{",
        b"[]",
        b'"charge"',
        b"null",
        b"{} {}",
        b'{"id":"r","op":"\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"id":"r","op":"fly","at":"2026-03-10T10:00:00Z"}',
        b'{"id":"r","at":"2026-03-10T10:00:00Z"}',
        b'{"id":"r","op":"open_account","at":NaN}',
        b"[" * 5000,
    ],
    ids=lambda line: line[:24].decode(errors="replace"),
)
def test_a_line_that_is_not_a_command_is_malformed(spec: Spec, line: bytes) -> None:
    spec.when_line(line)
    spec.then(MALFORMED)
    assert spec.answer["message"]


@pytest.mark.parametrize(
    "line",
    [
        b'{"id":"r","id":"r","op":"capture","at":"2026-03-10T10:00:00Z","settlement":"S"}',
        b'{"id":"r","op":"capture","at":"2026-03-10T10:00:00Z","settlement":"S","settlement":"T"}',
        b'{"id":"r","op":"capture","at":"2026-03-10T10:00:00Z","settlement":"S","\\u0069d":"r"}',
        b'{"id":"r","op":"capture","at":"2026-03-10T10:00:00Z","settlement" : "S","settlement" : "S"}',
        b'{"id":"r","op":"charge","settlement":"S","beneficiary":"LIN","facts":{"a":"1","a":"1"}}',
        b'{"id":"r","op":"bind","binder":"WEI","evidence":[{"type":"a","type":"a","sha256":"0"}]}',
    ],
)
def test_a_key_that_stands_twice_is_malformed(spec: Spec, line: bytes) -> None:
    spec.when_line(line)
    spec.then(MALFORMED)
    assert "twice" in spec.answer["message"]


def test_a_lone_surrogate_is_malformed_and_a_pair_is_a_character(spec: Spec) -> None:
    line = orjson.dumps({**adjust(WEI, 1, reason="HALF"), "id": "r", "at": TODAY})
    spec.given(open_account(WEI))
    spec.when_line(line.replace(b"HALF", b"\\ud83d"))
    spec.then(MALFORMED)
    spec.when_line(line.replace(b"HALF", b"\\u0000"))
    spec.then(MALFORMED)
    spec.given({**adjust(WEI, 1, reason="\U0001f600"), "id": "r"})


def test_a_line_may_have_up_to_a_mebibyte(spec: Spec) -> None:
    line = orjson.dumps({**open_account(WEI), "id": "r", "at": TODAY})
    spec.when_line(line.ljust(1024 * 1024 + 1))
    spec.then(MALFORMED)
    spec.command = {**open_account(WEI), "id": "r", "at": TODAY}
    (result,) = spec.ledger.submit([line.ljust(1024 * 1024)])
    assert result.status == "accepted"


def test_what_is_malformed_says_its_id_and_op_where_they_can_be_read(spec: Spec) -> None:
    spec.when({**credit(WEI, -1), "id": "may-2026-17"})
    assert (spec.answer["id"], spec.answer["op"]) == ("may-2026-17", "credit")
    spec.when({**credit(WEI, -1), "id": CITIZEN_ID})
    assert (spec.answer["id"], spec.answer["op"]) == (None, "credit")
    spec.when_line(b"{")
    assert (spec.answer["id"], spec.answer["op"]) == (None, None)


def test_a_message_never_repeats_what_it_refuses(spec: Spec) -> None:
    for command in (
        open_account(CITIZEN_ID),
        charge(LIN, 1, institution=CITIZEN_ID),
        charge(LIN, 1, facts={"note": CITIZEN_ID}),
        {**open_account(WEI), CITIZEN_ID: 1},
    ):
        spec.when(command)
        spec.then(MALFORMED)
        assert CITIZEN_ID not in orjson.dumps(spec.answer).decode()
