"""One line → one command, or one sentence that names the field."""

import json
import time
from typing import Any

import pytest

from ledger.commands.models import MODELS, AnyCommand
from ledger.commands.parsing import MAX_LINE_BYTES, parse
from ledger.errors import Malformed
from tests.ledger.field_table import AT, BAD, FIELDS, NO_ID, NO_TIME, NUMBER, SHA, Obj, line_of


def read(obj: object) -> AnyCommand:
    return parse(json.dumps(obj, ensure_ascii=False).encode())


def refused(line: object) -> Malformed:
    """Why a line is no command; the message never holds a citizen-ID number."""
    with pytest.raises(Malformed) as caught:
        parse(line) if isinstance(line, bytes) else read(line)
    for lang in ("en", "zh"):
        assert NUMBER.upper() not in caught.value.text(lang).upper()
        assert "?" not in caught.value.text(lang).partition(":")[2]
    return caught.value


def names_field(fault: Malformed, field: str) -> bool:
    english, chinese = fault.text("en"), fault.text("zh")
    return english.startswith((f"{field}: ", f"{field}.")) and chinese.startswith((f"{field}：", f"{field}."))


EVERY_OP = pytest.mark.parametrize("op", FIELDS)
EVERY_FIELD = pytest.mark.parametrize(
    ("op", "field"), [(op, field) for op, fields in FIELDS.items() for field in fields]
)


def test_the_table_of_these_tests_has_every_op_and_field() -> None:
    assert {op: {f.rstrip("?") for f in fields} | {"id", "at", "by"} for op, fields in FIELDS.items()} == {
        op: set(model.model_fields) for op, model in MODELS.items()
    }


@EVERY_OP
def test_a_line_with_every_field_is_a_command(op: str) -> None:
    command = read(line_of(op))
    assert (command.op, command.id, command.by) == (op, "r-1", "window-3")


@EVERY_OP
def test_a_line_with_only_the_required_fields_is_a_command(op: str) -> None:
    assert read(line_of(op, full=False)).op == op


@EVERY_OP
def test_an_unknown_field_is_malformed(op: str) -> None:
    assert names_field(refused(line_of(op, colour="red")), "colour")


@EVERY_FIELD
def test_a_required_field_may_not_be_missing(op: str, field: str) -> None:
    line = line_of(op)
    del line[field.rstrip("?")]
    if field.endswith("?"):
        assert read(line).op == op
    else:
        assert names_field(refused(line), field)


@EVERY_FIELD
def test_a_bad_value_is_malformed_and_the_message_names_the_field(op: str, field: str) -> None:
    name = field.rstrip("?")
    for bad in BAD[FIELDS[op][field][0]]:
        fault = refused(line_of(op, **{name: bad}))
        assert names_field(fault, name), bad
        assert (fault.id, fault.op) == ("r-1", op)


@EVERY_FIELD
def test_a_field_may_not_stand_twice(op: str, field: str) -> None:
    name = field.rstrip("?")
    line = json.dumps(line_of(op)).encode()
    first = b'"%s": ' % name.encode()
    escaped = b'"\\u%04x%s": ' % (ord(name[0]), name[1:].encode())
    for again in (first, b'"%s" : ' % name.encode(), b'"%s"\t:' % name.encode(), escaped):
        assert names_field(refused(line.replace(first, again + b'"x", ' + first)), name)


@EVERY_OP
def test_id_at_and_by_are_checked_in_every_op(op: str) -> None:
    for bad in NO_ID:
        fault = refused(line_of(op, id=bad))
        assert names_field(fault, "id")
        assert (fault.id, fault.op) == (None, op)
        assert names_field(refused(line_of(op, by=bad)), "by")
    for bad in NO_TIME:
        assert names_field(refused(line_of(op, at=bad)), "at")
    for field in ("id", "at"):
        line = line_of(op)
        del line[field]
        assert names_field(refused(line), field)


def test_a_review_says_who_reviews() -> None:
    line = line_of("review")
    del line["by"]
    assert names_field(refused(line), "by")


@pytest.mark.parametrize("op", ["", "bound", "BIND", "record ", NUMBER, 7, None, ["bind"], {}, True])
def test_what_is_no_op_is_malformed(op: Any) -> None:
    assert names_field(refused({"id": "r-1", "op": op, "at": AT}), "op")


def test_the_op_may_not_be_missing_or_stand_twice() -> None:
    assert names_field(refused({"id": "r-1", "at": AT}), "op")
    fault = refused(b'{"id":"r-1","op":"capture","at":"%s","settlement":"S-1","op":"release"}' % AT.encode())
    assert names_field(fault, "op")
    assert fault.op is None


@pytest.mark.parametrize(
    "at",
    [
        "2026-01-05T10:00:00Z",
        "2026-01-05T10:00:00.1+08:00",
        "2026-01-05T10:00:00.123456-11:30",
        "1900-01-01T00:00:00+00:00",
        "2999-12-31T23:59:59.999999Z",
        "2024-02-29T23:59:59+23:59",
    ],
)
def test_a_time_carries_its_offset(at: str) -> None:
    assert read(line_of("capture", at=at)).at.isoformat()


@pytest.mark.parametrize("op", ["bind", "set_limit"])
def test_a_limit_may_be_null(op: str) -> None:
    assert "limit_fen" not in read(line_of(op, limit_fen=None)).content()


def test_a_limit_has_to_be_named_when_it_is_set() -> None:
    line = line_of("set_limit")
    del line["limit_fen"]
    assert names_field(refused(line), "limit_fen")


@pytest.mark.parametrize("money", [{"limit_fen": 0}, {"quota_fen": 1}, {"limit_fen": 5, "quota_fen": 5}])
def test_a_proxy_credential_carries_no_money(money: Obj) -> None:
    assert names_field(refused(line_of("bind", full=False, kind="proxy_credential", **money)), "kind")


@pytest.mark.parametrize("op", ["charge", "hold", "quote"])
def test_the_self_paid_part_is_no_more_than_the_amount(op: str) -> None:
    assert read(line_of(op, amount_fen=100, self_paid_fen=100)).op == op
    assert names_field(refused(line_of(op, amount_fen=100, self_paid_fen=101)), "self_paid_fen")


def test_lists_and_objects_may_be_as_long_as_the_contract_says() -> None:
    read(line_of("reorder", order=[f"P{n}" for n in range(100)]))
    read(line_of("bind", evidence=[{"type": "photo", "sha256": SHA}] * 16))
    read(line_of("charge", facts={f"{'x' * 38}{n}": "文" * 256 for n in range(40)}))
    read(line_of("charge", institution="👵" * 256))


def test_the_name_of_a_fact_is_no_place_for_a_citizen_id_number_either() -> None:
    for name in ("360426199101010071", "id_360426199101010071"):
        with pytest.raises(Malformed) as caught:
            read(line_of("charge", facts={name: "x"}))
        assert names_field(caught.value, "facts")
        assert "360426199101010071" not in caught.value.text()


@pytest.mark.parametrize(
    "line",
    [
        b'{"id":"r-1","op":"capture","at":"%s","settlement":"S-1","%s":1}',
        b'{"id":"r-1","op":"capture","at":"%s","settlement":"S-1","%s":null}',
        b'{"id":"r-1","op":"capture","at":"%s","settlement":"S-1","%s":1,"%s":1}',
    ],
)
def test_a_field_name_is_not_repeated_when_it_holds_a_citizen_id_number(line: bytes) -> None:
    for name in (b"360426199101010071", b"id_360426199101010071", b"id 360426199101010071"):
        with pytest.raises(Malformed) as caught:
            parse(line % ((AT.encode(), name) + (name,) * (line.count(b"%s") - 2)))
        assert b"360426199101010071" not in caught.value.text().encode()


@pytest.mark.parametrize("depth", [10, 100, 500, 900, 1023, 1024, 100_000])
@pytest.mark.parametrize(("head", "inside", "tail"), [(b"[", b"", b"]"), (b'{"a":', b"1", b"}")])
@pytest.mark.parametrize("colon", [b":", b" :"])
def test_a_deeply_nested_line_is_malformed(
    depth: int, head: bytes, inside: bytes, tail: bytes, colon: bytes
) -> None:
    nested = head * depth + inside + tail * depth
    fault = refused(b'{"id":"r-1","op":"capture","at":"%s","facts"%s%s}' % (AT.encode(), colon, nested))
    assert fault.code == "malformed"


@pytest.mark.parametrize("depth", [10, 500, 990, 1015, 1022])
@pytest.mark.parametrize(("head", "inside", "tail"), [(b"[", b"", b"]"), (b'{"a":', b"1", b"}")])
def test_a_deeply_nested_value_behind_a_repeated_key_is_malformed(
    depth: int, head: bytes, inside: bytes, tail: bytes
) -> None:
    nested = head * depth + inside + tail * depth
    refused(
        b'{"id":"r-1","op":"capture","settlement":%s,"settlement":"S-1","at":"%s"}' % (nested, AT.encode())
    )


def test_a_line_of_very_many_fields_is_answered_at_once() -> None:
    many = b",".join(b'"k%d":1' % n for n in range(60_000))
    start = time.monotonic()
    refused(b'{"id":"r-1","op":"capture","x" :1,%s}' % many)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("number", [b"9" * 30, b"9" * 400, b"9" * 5000, b"-" + b"9" * 5000, b"1e400", b"1E2"])
@pytest.mark.parametrize("colon", [b":", b" :"])
def test_an_enormous_number_is_malformed(number: bytes, colon: bytes) -> None:
    line = json.dumps(line_of("credit", full=False, amount_fen=0)).encode()
    refused(line.replace(b'"amount_fen": 0', b'"amount_fen"%s%s' % (colon, number)))


def test_a_line_may_have_up_to_one_mebibyte() -> None:
    line = json.dumps(line_of("capture")).encode()
    assert parse(line.ljust(MAX_LINE_BYTES)).op == "capture"
    assert refused(line.ljust(MAX_LINE_BYTES + 1)).text() == "line: is longer than 1 MiB"


@pytest.mark.parametrize("line", [b"", b" ", b"\t", b"\r", b" \t\r"])
def test_a_blank_line_is_malformed(line: bytes) -> None:
    fault = refused(line)
    assert (fault.id, fault.op, fault.text()) == (None, None, "line: is blank")


def test_white_space_around_a_line_is_nothing() -> None:
    line = json.dumps(line_of("capture")).encode()
    assert parse(b"\t " + line + b" \r") == parse(line)


@pytest.mark.parametrize("line", [b"[]", b"7", b'"capture"', b"null", b"true", b"[{}]"])
def test_a_line_is_an_object(line: bytes) -> None:
    assert refused(line).text() == "line: is not a JSON object"


def test_content_is_every_field_but_id_and_by_with_defaults_filled_in() -> None:
    plain = read(line_of("charge", full=False))
    same: list[Obj] = [
        {"id": "r-2"},
        {"by": "window-4"},
        {"at": "2026-01-05T02:00:00Z"},
        {"at": "2026-01-05T10:00:00.000000+08:00"},
        {"self_paid_fen": 0},
        {"facts": {}},
        {"sources": "own_then_shared", "cash": "allowed"},
    ]
    other: list[Obj] = [
        {"at": "2026-01-05T10:00:00.000001+08:00"},
        {"amount_fen": 32001},
        {"self_paid_fen": 1},
        {"med_type": "12"},
        {"institution": "11"},
        {"facts": {"a": "b"}},
        {"cash": "refused"},
        {"settlement": "S-2"},
    ]
    assert all(read(line_of("charge", full=False, **d)).digest() == plain.digest() for d in same)
    digests = [read(line_of("charge", full=False, **d)).digest() for d in other]
    digests.append(read(line_of("hold", full=False)).digest())
    assert len({plain.digest(), *digests}) == 2 + len(other)


def test_a_null_limit_is_the_limit_left_out() -> None:
    plain = read(line_of("bind", full=False))
    assert read(line_of("bind", full=False, limit_fen=None)).digest() == plain.digest()
    assert read(line_of("bind", full=False, evidence=[], kind="mutual_aid")).digest() == plain.digest()
    assert read(line_of("bind", full=False, limit_fen=0)).digest() != plain.digest()
