"""Amounts in capital numerals: cases worked out by hand, and every amount read back by a slow reader."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import BALANCE_BOUND_FEN
from scripts.reports.capitals import capitals

DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (10, "壹角整"),
        (15, "壹角伍分"),
        (1000, "壹拾元整"),
        (6100, "陆拾壹元整"),
        (-6100, "负陆拾壹元整"),
        (32504, "叁佰贰拾伍元零肆分"),
        (140950, "壹仟肆佰零玖元伍角整"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元叁角贰分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (10700053, "壹拾万柒仟元伍角叁分"),
        (17123920, "壹拾柒万壹仟贰佰叁拾玖元贰角整"),
        (10020030040, "壹亿零贰拾万零叁佰元肆角整"),
        (100000000101, "壹拾亿零壹元零壹分"),
        (1000000000000, "壹佰亿元整"),
        (1000100000000, "壹佰亿零壹佰万元整"),
        (BALANCE_BOUND_FEN, "壹拾万亿元整"),
    ],
)
def test_an_amount_in_capital_numerals(fen: int, text: str) -> None:
    assert capitals(fen) == text


@given(st.integers(-BALANCE_BOUND_FEN, BALANCE_BOUND_FEN) | st.integers(-(10**6), 10**6))
def test_every_amount_is_read_back_as_it_was(fen: int) -> None:
    text = capitals(fen)
    assert read(text) == fen
    assert "零零" not in text
    assert not re.search("零[拾佰仟万亿角分整]", text)
    assert text == "零元整" or not re.search("(^|负)零|零元", text)
    assert text.endswith(("分", "整"))


def test_what_no_balance_can_be_has_no_words() -> None:
    with pytest.raises(ValueError, match="no amount"):
        capitals(BALANCE_BOUND_FEN + 1)


def read(text: str) -> int:
    """Fen, sign by sign: a digit waits for its place, and 万 and 亿 lift all that stands before them."""
    sign, text = (-1, text[1:]) if text.startswith("负") else (1, text)
    fen = waiting = section = lifted = 0
    for character in text.rstrip("整"):
        match character:
            case "元":
                fen, waiting, section, lifted = (lifted + section + waiting) * 100, 0, 0, 0
            case "角" | "分":
                fen, waiting = fen + waiting * (10 if character == "角" else 1), 0
            case "万":
                lifted, section, waiting = lifted + (section + waiting) * 10**4, 0, 0
            case "亿":
                lifted, section, waiting = (lifted + section + waiting) * 10**8, 0, 0
            case _ if character in PLACES:
                section, waiting = section + waiting * PLACES[character], 0
            case _:
                waiting = DIGITS[character]
    return sign * fen
