"""Ids, streams, and the numbers that never enter the log. All numbers here are published test values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.ids import (
    account_stream,
    family_stream,
    holds_citizen_id,
    is_citizen_id,
    is_id,
    refund_stream,
    request_stream,
    settlement_stream,
)

# Test values of the library python-stdnum for GB 11643 numbers; they are nobody's.
NUMBERS = [
    "360426199101010071",
    "44011320141005001X",
    "412723199010050012",
    "120110198012010073",
    "990426199112010074",  # no such region, still a number: regions come and go
    "110201199312010077",  # a region that was withdrawn before the birth
]
NO_NUMBERS = [
    "36042619910102009X",  # check digit
    "360426199113010079",  # the 13th month
    "T60426199101010078",
    "36042619910101007",
    "3604261991010100711",
    "",
    "３６0426199101010071",
]


@pytest.mark.parametrize("number", [*NUMBERS, "44011320141005001x"])
def test_a_citizen_id_number_is_known_by_shape_date_and_check_digit(number: str) -> None:
    assert is_citizen_id(number)
    assert holds_citizen_id(number)
    assert not is_id(number)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_fails_one_of_them_is_no_citizen_id_number(text: str) -> None:
    assert not is_citizen_id(text)


@pytest.mark.parametrize(
    "text", ["母亲 360426199101010071", "ID:44011320141005001x.", "(120110198012010073)"]
)
def test_a_number_inside_a_sentence_is_found(text: str) -> None:
    assert holds_citizen_id(text)


@pytest.mark.parametrize("text", ["1360426199101010071", "3604261991010100710", "36042619910101007 1"])
def test_a_longer_run_of_digits_is_another_number(text: str) -> None:
    assert not holds_citizen_id(text)


@pytest.mark.parametrize("text", ["A", "z-9_.:", "0" * 64, "person.330106:000017"])
def test_an_id_has_up_to_64_plain_characters(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize("text", ["", "0" * 65, "a b", "a\n", "林", "a/b", "é", "a\x00", "１"])
def test_anything_else_is_no_id(text: str) -> None:
    assert not is_id(text)


@given(st.text(max_size=80))
def test_an_id_is_what_the_contract_spells_out(text: str) -> None:
    plain = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-")
    assert is_id(text) == (1 <= len(text) <= 64 and set(text) <= plain and not is_citizen_id(text))


def test_streams_of_different_kinds_never_share_a_name() -> None:
    named = [account_stream, family_stream, settlement_stream, request_stream, refund_stream]
    assert [stream("a:b") for stream in named] == [
        "account:a:b",
        "family:a:b",
        "settlement:a:b",
        "request:a:b",
        "refund:a:b",
    ]
