"""A file full of lines that are no commands, between good ones: each gets one answer and disturbs nobody."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.application import Ledger, Result
from ledger.events.codec import encode
from ledger.events.envelope import StreamEvent
from ledger.persistence.memory import MemoryLog
from tests.ledger.field_table import AT, FIELDS, NUMBER, line_of

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MIB = 1024 * 1024


def raw(obj: Any) -> bytes:
    return json.dumps(obj, ensure_ascii=False).encode()


def command(op: str, **fields: Any) -> bytes:
    return raw({"id": f"r-{op}", "op": op, "at": AT, **fields})


def with_bytes(field: bytes) -> bytes:
    """A charge with one more field, written as it stands."""
    return raw(line_of("charge", full=False))[:-1] + b", " + field + b"}"


STORY = [
    command("open_account", account="LIN", region="330106", insurance="resident"),
    command("open_account", account="WEI", region="330106", insurance="employee") + b"\r",
    command("credit", account="WEI", amount_fen=50000, bucket="carried"),
    command("bind", binder="WEI", beneficiary="LIN", relation="parent", authorisation="face"),
    command("charge", settlement="S-1", beneficiary="LIN", amount_fen=12000, med_type="11"),
    command("refund", settlement="S-1", refund="R-1"),
]
for number, line in enumerate(STORY):  # ids of their own
    STORY[number] = line.replace(b'"id": "r-', b'"id": "%d-' % number)

# What a line is, its bytes, and the field (or "line") that its message names first.
HOSTILE: list[tuple[str, bytes, str]] = [
    ("nothing", b"", "line"),
    ("blanks", b" \t \r", "line"),
    ("half a line", STORY[0][:40], "line"),
    ("two objects", STORY[0] + STORY[1], "line"),
    ("a comma too many", b'{"id":"r","op":"capture",}', "line"),
    ("single quotes", b"{'id':'r'}", "line"),
    ("a comment", STORY[0] + b" // and LIN", "line"),
    ("a list", b"[" + STORY[0] + b"]", "line"),
    ("an empty list", b"[]", "line"),
    ("a number", b"7", "line"),
    ("a text", b'"charge"', "line"),
    ("null", b"null", "line"),
    ("an empty object", b"{}", "op"),
    ("a byte order mark", b"\xef\xbb\xbf" + STORY[0], "line"),
    ("UTF-16", STORY[0].decode().encode("utf-16"), "line"),
    ("GB 18030", with_bytes('"institution": "市一医院"'.encode("gb18030")), "line"),
    ("a stray byte", with_bytes(b'"institution": "\xff"'), "line"),
    ("an overlong encoding", with_bytes(b'"institution": "\xc0\xaf"'), "line"),
    ("a raw surrogate", with_bytes(b'"institution": "\xed\xa0\x80"'), "line"),
    ("half a surrogate pair", with_bytes(b'"institution": "\\ud800"'), "line"),
    ("the other half", with_bytes(b'"institution": "\\udc00"'), "line"),
    ("half a pair in a name", with_bytes(b'"\\ud800": 1'), "line"),
    ("a raw NUL", with_bytes(b'"institution": "\x00"'), "line"),
    ("an escaped NUL", with_bytes(b'"institution": "\\u0000"'), "institution"),
    ("a NUL in an id", with_bytes(b'"by": "a\\u0000"'), "by"),
    ("a form feed before", b"\f" + STORY[0], "line"),
    ("NaN", with_bytes(b'"self_paid_fen": NaN'), "line"),
    ("Infinity", with_bytes(b'"self_paid_fen": -Infinity'), "line"),
    ("a float", with_bytes(b'"self_paid_fen": 1.0'), "self_paid_fen"),
    ("an exponent", with_bytes(b'"self_paid_fen": 1e2'), "self_paid_fen"),
    ("an exponent without end", with_bytes(b'"self_paid_fen": 1e9999'), "line"),
    ("a leading zero", with_bytes(b'"self_paid_fen": 010'), "line"),
    ("a plus", with_bytes(b'"self_paid_fen": +1'), "line"),
    ("hexadecimal", with_bytes(b'"self_paid_fen": 0x10'), "line"),
    ("an underscore", with_bytes(b'"self_paid_fen": 1_000'), "line"),
    ("full-width digits", with_bytes('"self_paid_fen": "１００"'.encode()), "self_paid_fen"),
    ("money as a text", with_bytes(b'"self_paid_fen": "100"'), "self_paid_fen"),
    ("money as true", with_bytes(b'"self_paid_fen": true'), "self_paid_fen"),
    ("money beyond 64 bits", with_bytes(b'"self_paid_fen": 99999999999999999999'), "self_paid_fen"),
    ("money beyond the bound", with_bytes(b'"self_paid_fen": 10000000000001'), "self_paid_fen"),
    ("more self-paid than paid", with_bytes(b'"self_paid_fen": 32001'), "self_paid_fen"),
    ("null for a text", with_bytes(b'"institution": null'), "institution"),
    ("null for a limit that is none", with_bytes(b'"limit_fen": null'), "limit_fen"),
    ("an unknown field", with_bytes(b'"legs": []'), "legs"),
    ("an unknown field in capitals", with_bytes(b'"Amount_fen": 1'), "Amount_fen"),
    ("a field twice", with_bytes(b'"amount_fen": 32000'), "amount_fen"),
    ("a field twice, escaped", with_bytes(b'"\\u0061mount_fen": 32000'), "amount_fen"),
    ("a field twice, space", with_bytes(b'"amount_fen"  : 32000'), "amount_fen"),
    ("a field twice, tab", with_bytes(b'"amount_fen"\t: 32000'), "amount_fen"),
    ("a field twice, return", with_bytes(b'"amount_fen"\r: 32000'), "amount_fen"),
    ("a fact twice", with_bytes(b'"facts": {"ward": "3", "ward": "4"}'), "ward"),
    ("a fact twice, escaped", with_bytes(b'"facts": {"ward": "3", "\\u0077ard" :"4"}'), "ward"),
    ("a colon in a text, a fact twice", with_bytes(b'"facts": {"a": "\\":", "a": "x"}'), "a"),
    ("a nested fact", with_bytes(b'"facts": {"ward": {"bed": "4"}}'), "facts.ward"),
    ("a fact that is a number", with_bytes(b'"facts": {"bed": 4}'), "facts.bed"),
    ("41 facts", raw(line_of("charge", facts={f"f{n}": "x" for n in range(41)})), "facts"),
    ("17 documents", raw(line_of("bind", evidence=[{"type": "x", "sha256": "0" * 64}] * 17)), "evidence"),
    (
        "a document's type twice",
        raw(line_of("bind")).replace(b'"type":', b'"type": "x", "type":'),
        "type",
    ),
    ("an order of 101", raw(line_of("reorder", order=[f"P{n}" for n in range(101)])), "order"),
    ("an order of numbers", raw(line_of("reorder", order=[1, 2])), "order.0"),
    ("an id of 65", raw(line_of("capture", settlement="x" * 65)), "settlement"),
    ("an id with a blank", raw(line_of("capture", settlement="S 1")), "settlement"),
    ("a citizen-ID number as person", raw(line_of("transfer", account=NUMBER)), "account"),
    ("a citizen-ID number as id", raw(line_of("transfer", id=NUMBER.lower())), "id"),
    ("a citizen-ID number as actor", raw(line_of("transfer", by=NUMBER)), "by"),
    ("a citizen-ID number as reason", raw(line_of("transfer", reason=NUMBER)), "reason"),
    ("a citizen-ID number in a reason", raw(line_of("transfer", reason=f"of {NUMBER}!")), "reason"),
    ("a citizen-ID number as fact", raw(line_of("charge", facts={"psn": NUMBER})), "facts.psn"),
    ("a citizen-ID number as a document", raw(line_of("bind", evidence=[{"type": NUMBER}])), "evidence.0"),
    ("a citizen-ID number as op", raw({"id": "r", "op": NUMBER, "at": AT}), "op"),
    ("a citizen-ID number as field", raw({**line_of("capture"), NUMBER: 1}), "?"),
    ("a reason of 257", raw(line_of("transfer", reason="x" * 257)), "reason"),
    ("an empty reason", raw(line_of("transfer", reason="")), "reason"),
    ("no such op", raw({"id": "r", "op": "steal", "at": AT}), "op"),
    ("no id", raw({"op": "capture", "at": AT, "settlement": "S-1"}), "id"),
    ("a proxy with a limit", raw(line_of("bind", kind="proxy_credential")), "kind"),
    ("no offset", raw(line_of("capture", at="2026-01-05T10:00:00")), "at"),
    ("a lower-case t", raw(line_of("capture", at="2026-01-05t10:00:00Z")), "at"),
    ("a lower-case z", raw(line_of("capture", at="2026-01-05T10:00:00z")), "at"),
    ("a leap second", raw(line_of("capture", at="2016-12-31T23:59:60Z")), "at"),
    ("seven digits of a second", raw(line_of("capture", at="2026-01-05T10:00:00.0000001Z")), "at"),
    ("24 o'clock", raw(line_of("capture", at="2026-01-05T24:00:00Z")), "at"),
    ("31 February", raw(line_of("capture", at="2026-02-31T10:00:00Z")), "at"),
    ("the year 1899", raw(line_of("capture", at="1899-12-31T23:59:59Z")), "at"),
    ("the year 3000", raw(line_of("capture", at="3000-01-01T00:00:00Z")), "at"),
    ("an offset of a day", raw(line_of("capture", at="2026-01-05T10:00:00+24:00")), "at"),
    ("a line beyond 1 MiB", STORY[0].ljust(MIB + 1), "line"),
    ("a long text", with_bytes(b'"institution": "' + b"x" * (MIB - 400) + b'"'), "institution"),
    ("brackets without end", b"[" * MIB, "line"),
    ("braces without end", b'{"a":' * (MIB // 5), "line"),
    ("deep brackets", with_bytes(b'"facts": ' + b"[" * 1000 + b"]" * 1000), "facts"),
]


def applied(lines: list[bytes], batch: int = 1000) -> tuple[list[Result], list[StreamEvent]]:
    with Ledger.in_memory(clock=lambda: NOW) as ledger:
        results = list(ledger.apply_lines(lines, batch))
        assert isinstance(ledger.log, MemoryLog)
        return results, ledger.log.events


def answer(result: Result) -> dict[str, Any]:
    return {name: value for name, value in result.as_dict().items() if name != "line"}


def test_each_hostile_line_gets_one_answer_that_names_line_and_field() -> None:
    results, events = applied([line for _, line, _ in HOSTILE])
    assert [result.line for result in results] == list(range(1, len(HOSTILE) + 1))
    for (what, _, field), result in zip(HOSTILE, results, strict=True):
        assert (result.status, result.code, result.result) == ("malformed", "malformed", {}), what
        for lang in ("en", "zh"):
            message = result.message(lang)
            assert message is not None
            assert message.replace("：", ": ").startswith((f"{field}: ", f"{field}.", "行: ")), (
                what,
                message,
            )
    assert events == []


def test_the_good_lines_between_are_answered_as_if_they_were_alone() -> None:
    alone, events = applied(STORY)
    assert {result.status for result in alone} == {"accepted"}
    hostile = [line for _, line, _ in HOSTILE]
    good_at: dict[int, int] = {}
    mixed: list[bytes] = []
    for number, line in enumerate(STORY):
        good_at[len(mixed)] = number
        mixed += [line, *hostile[number :: len(STORY)]]
    for batch in (1, 7, 1000):
        results, mixed_events = applied(mixed, batch)
        assert mixed_events == events
        for place, result in enumerate(results):
            if place in good_at:
                assert answer(result) == answer(alone[good_at[place]])
            else:
                assert result.status == "malformed"


def test_no_citizen_id_number_is_ever_repeated() -> None:
    results, _ = applied([line for _, line, _ in HOSTILE])
    for result in results:
        for lang in ("en", "zh"):
            assert NUMBER.lower() not in result.to_json(lang).decode().lower()


def test_what_can_be_read_of_a_hostile_line_is_told() -> None:
    results, _ = applied([with_bytes(b'"self_paid_fen": 1.0'), raw(line_of("capture", id=7)), b"{"])
    assert [(result.id, result.op) for result in results] == [
        ("r-1", "charge"),
        (None, "capture"),
        (None, None),
    ]


def test_a_line_of_exactly_one_mebibyte_is_a_command() -> None:
    results, _ = applied([STORY[0].ljust(MIB)])
    assert results[0].status == "accepted"


# Fuzzing -----------------------------------------------------------------------------------------

LINES = st.sampled_from([*STORY, *(raw(line_of(op)) for op in FIELDS)])


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good line with a few bytes taken out, doubled or replaced."""
    line = bytearray(draw(LINES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(line)))
        length = draw(st.integers(0, 12))
        piece = draw(st.one_of(st.binary(max_size=8), st.sampled_from(PIECES)))
        line[start : start + length] = piece
    return bytes(line)


PIECES = [
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"null",
    b"1.0",
    b"-",
    b"\\u0000",
    b"\\ud83d",
    b"\xff",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(NUMBER),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def check_answers(lines: list[bytes]) -> None:
    results, events = applied(lines)
    assert [result.line for result in results] == list(range(1, len(lines) + 1))
    for result in results:
        printed = json.loads(result.to_json())
        assert set(printed) == {"line", "id", "op", "status", "code", "message", "result"}
        assert printed["status"] in ("accepted", "duplicate", "rejected", "malformed")
        assert isinstance(printed["result"], dict)
        assert (printed["code"] is None) == (printed["status"] in ("accepted", "duplicate"))
        assert (printed["message"] is None) == (printed["code"] is None)
        if printed["status"] != "malformed":
            assert printed["id"] is not None
            assert printed["op"] in FIELDS
    for event in events:
        assert NUMBER.encode() not in encode(event.event)


@given(st.lists(st.binary(max_size=200) | st.text(max_size=100).map(str.encode) | mutated(), max_size=12))
def test_whatever_bytes_come_each_line_gets_one_answer(lines: list[bytes]) -> None:
    check_answers(lines)


@given(st.lists(st.tuples(st.sampled_from(list(FIELDS)), st.data()), max_size=6))
def test_whatever_values_come_each_line_gets_one_answer(picks: list[tuple[str, st.DataObject]]) -> None:
    lines = []
    for op, data in picks:
        line = line_of(op)
        name = data.draw(st.sampled_from([*line, "facts", "evidence", "legs"]))
        line[name] = data.draw(VALUES)
        lines.append(json.dumps(line).encode())
    check_answers(lines)
    for result in applied(lines)[0]:
        assert NUMBER not in result.to_json().decode()
