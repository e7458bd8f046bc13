"""Amounts in capital numerals (大写金额), as they stand on what is signed.

After the rules for filling in payment instruments (支付结算办法, 附一): 零 stands where zeros are passed over
inside the yuan, and between yuan and fen where there is no jiao; 整 ends an amount without fen.
"""

from typing import Final

from ledger.money import BALANCE_BOUND_FEN

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_WAN: Final = 10**4
_YI: Final = 10**8


def capitals(fen: int) -> str:
    """An amount in capital numerals: `10` is 壹角整, `-6100` is 负陆拾壹元整.

    ValueError: beyond what any balance may be.
    """
    if abs(fen) > BALANCE_BOUND_FEN:
        raise ValueError("no amount is as large as that")
    yuan, rest = divmod(abs(fen), 100)
    jiao, cents = divmod(rest, 10)
    text = f"{_whole(yuan)}元" if yuan or not rest else ""
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif cents and yuan:
        text += "零"
    text += f"{_DIGITS[cents]}分" if cents else "整"
    return f"负{text}" if fen < 0 else text


def _whole(number: int) -> str:
    """A whole number of yuan: 亿 and 万 divide it, and what is above 亿 is read the same way."""
    for unit, name in ((_YI, "亿"), (_WAN, "万")):
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if 0 < low < unit // 10 else ""
            return f"{_whole(high)}{name}{gap}{_whole(low) if low else ''}"
    return _below_wan(number)


def _below_wan(number: int) -> str:
    """A number below ten thousand; zeros between digits become one 零."""
    if number == 0:
        return _DIGITS[0]
    text, skipped = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit == 0:
            skipped = bool(text)
            continue
        text += ("零" if skipped else "") + _DIGITS[digit] + _PLACES[place]
        skipped = False
    return text
