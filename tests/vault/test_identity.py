"""What may enter the vault, in which form, and how much of it is shown."""

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from ledger.ids import citizen_check_digit
from ledger.vault.errors import NotAnIdentity
from ledger.vault.identity import FIELDS, FieldName, given, masked, normal
from tests.vault.people import LIN, LIN_ID, needs_numbers, numbers


@needs_numbers
def test_published_numbers_are_judged_by_format_date_and_check_digit_and_not_by_region() -> None:
    for case in numbers()["cases"]:
        if case.get("reject") in ("format", "date", "checksum"):
            with pytest.raises(NotAnIdentity) as caught:
                normal("citizen_id", case["id"])
            assert caught.value.reason == case["reject"]
        else:
            assert normal("citizen_id", case["id"]) == case["id"]


@needs_numbers
def test_a_small_x_is_the_check_digit_too() -> None:
    case = numbers()["lowercase_x_is_normalised"]
    assert normal("citizen_id", case["in"]) == case["out"]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("11010519491231002X", None),
        ("１１０１０５１９４９１２３１００２ｘ", None),
        (" 110105 19491231 002X ", None),
        ("110105194912310021", "checksum"),
        ("110105491231002", "format"),
        ("", "format"),
        ("1101051949123100２X1", "format"),
    ],
)
def test_a_citizen_id_number_is_taken_however_it_is_typed_if_its_check_digit_holds(
    written: str, reason: str | None
) -> None:
    if reason is None:
        assert normal("citizen_id", written) == LIN_ID
        return
    with pytest.raises(NotAnIdentity) as caught:
        normal("citizen_id", written)
    assert caught.value.reason == reason


@drawn(st.text(alphabet="0123456789", min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(digits: str, place: int, more: int) -> None:
    check = citizen_check_digit(digits)
    wrong = digits[:place] + str((int(digits[place]) + more) % 10) + digits[place + 1 :]
    with pytest.raises(NotAnIdentity):
        normal("citizen_id", wrong + check)


@pytest.mark.parametrize(
    "written",
    ["13800138000", "+86 138-0013-8000", "0086 13800138000", "8613800138000", "１３８ ００１３ ８０００"],
)
def test_a_phone_has_one_form_however_it_is_written(written: str) -> None:
    assert normal("phone", written) == "13800138000"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("phone", "1234"), ("phone", "call me"), ("phone", "+" + "1" * 16), ("name", ""), ("name", "林\n红"),
        ("name", "x" * 65), ("name", "12345"), ("born", "1949-02-30"), ("born", "49-12-31"),
        ("born", "31.12.1949"),        ("born", "1949-12-31T00:00"),
    ],
)  # fmt: skip
def test_what_is_no_such_field_is_refused_and_never_repeated(field: FieldName, text: str) -> None:
    with pytest.raises(NotAnIdentity) as caught:
        normal(field, text)
    assert caught.value.field == field
    assert not text or text not in caught.value.message + caught.value.message_zh


@pytest.mark.parametrize(
    "content",
    [
        [], "LIN", {}, {"person": ""}, {"person": LIN_ID}, {"person": 7}, {**LIN, "citizen": LIN_ID},
        {**LIN, "name": 7}, {**LIN, "born": True}, {**LIN, "phone": ["13800138000"]},
    ],
)  # fmt: skip
def test_a_line_of_another_shape_is_refused_and_never_repeated(content: Any) -> None:
    with pytest.raises(NotAnIdentity) as caught:
        given(content)
    said = caught.value.message + caught.value.message_zh
    assert not any(value in said for value in (LIN_ID, "林小红", "13800138000", "1949-12-31"))


@drawn(st.text(min_size=1), st.sampled_from(FIELDS))
def test_whatever_is_refused_is_not_repeated(text: str, field: FieldName) -> None:
    said = ""
    try:
        value = normal(field, text)
    except NotAnIdentity as fault:
        said = fault.message + fault.message_zh
    else:
        assert normal(field, value) == value
        assert masked(field, value) != value or "*" in value
    assert len(text) < 6 or text not in said


def test_a_mask_shows_too_little_to_find_anybody() -> None:
    shown = {field: masked(field, LIN[field]) for field in FIELDS}
    assert shown == {
        "name": "林**", "citizen_id": "**************002X", "phone": "*******8000", "born": "1949-**-**",
    }  # fmt: skip
    assert masked("name", "梅") == "梅*"
