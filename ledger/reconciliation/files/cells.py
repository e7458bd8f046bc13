"""One cell: what it may look like, as a regular expression, and what it stands for.

The pattern of a line is made of the patterns of its cells, so that one match checks a line and takes it
apart. What a pattern refuses is explained by `diagnosis`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal

from ledger.ids import is_citizen_id
from ledger.reconciliation.files.fields import AMOUNTS, SKIPPED
from ledger.reconciliation.files.profile import Profile

Meaning = Literal[
    "id", "code", "area", "amount", "number", "ratio", "text", "day", "time", "listed", "skipped"
]

_MEANINGS: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys(("setl_id", "mdtrt_id", "psn_no", "msgid", "medins_setl_id", "payer_psn_no"), "id"),
    **dict.fromkeys(("fixmedins_code", "policy_version"), "id"),
    **dict.fromkeys(("insutype", "psn_type", "cvlserv_flag", "mdtrt_cert_type", "med_type"), "code"),
    **dict.fromkeys(("clr_optins", "setl_optins", "clr_way", "clr_type"), "code"),
    **dict.fromkeys(("leg_no", "priority_version", "fixmedins_setl_cnt"), "number"),
    **dict.fromkeys(("memo", "exp_content", "stmt_rslt_dscr"), "text"),
    **dict.fromkeys(("stmt_rslt", "relation", "bucket"), "listed"),
    **dict.fromkeys(("stmt_begndate", "stmt_enddate", "day"), "day"),
    **dict.fromkeys(AMOUNTS, "amount"),
    "payer_admdvs": "area",
    "setl_time": "time",
    "pool_prop_selfpay": "ratio",
    SKIPPED: "skipped",
}

_YUAN: Final = "(?:0|[1-9][0-9]{0,10})"
_GROUPED: Final = "(?:0|[1-9][0-9]{0,10}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3})"
_DAY: Final = "(?:19|2[0-9])[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_UNSEEN: Final = (
    "\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff"
)
_PATTERNS: Final[Mapping[Meaning, str]] = {
    "id": "[A-Za-z0-9_.:-]{1,64}",
    "code": "[A-Za-z0-9]{1,6}",
    "area": "[0-9]{6}",
    "number": "(?:0|[1-9][0-9]{0,9})",
    "ratio": r"[0-9](?:\.[0-9]{1,4})?",
    "time": f"{_DAY} (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]",
}
_FULL_WIDTH: Final = re.compile("[\uff01-\uff5e\u3000\uffe5]")
_INVISIBLE: Final = re.compile(f"[{_UNSEEN}]")
_CONTROL: Final = re.compile("[\x00-\x1f]")
_NEGATIVE_ZERO: Final = re.compile(r"-0*(?:\.0*)?")
_EXPONENT: Final = re.compile(r"[+-]?[0-9]*\.?[0-9]+[eE][+-]?[0-9]+")
_PLAIN_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_REFUSALS: Final[Mapping[Meaning, str]] = {
    "id": "not_an_id",
    "code": "not_a_code",
    "area": "not_a_code",
    "number": "not_a_number",
    "ratio": "not_a_ratio",
    "time": "not_a_time",
    "day": "not_a_day",
    "listed": "unknown_code",
    "text": "too_long",
    "skipped": "too_long",
}


def meaning(profile: Profile, column: str) -> Meaning:
    """What kind of value a column holds."""
    if profile.direction is not None and column == profile.direction.column:
        return "listed"
    if column == "refd_setl_flag":
        return "code"
    if column == "exp_content" and profile.exp_content in ("message", "receipt"):
        return "id"
    return "day" if column == "exp_content" and profile.exp_content == "day" else _MEANINGS[column]


def listed(profile: Profile, column: str) -> Sequence[str]:
    """The codes that a column may hold."""
    if profile.direction is not None and column == profile.direction.column:
        return (profile.direction.forward, profile.direction.reverse)
    codes = {"stmt_rslt": profile.stmt_rslt, "relation": profile.relations, "bucket": profile.buckets}[column]
    return tuple(codes or ())


def pattern(profile: Profile, column: str, separator: str) -> str:
    """What a cell of this column may look like in a file whose cells are divided so."""
    inner = _value(profile, column, separator)
    null = re.escape(profile.null_text)
    if column in profile.nullable:
        return f"{null}|{_not_null(profile, separator)}{inner}" if null else f"(?:{inner})?"
    return f"{_not_null(profile, separator)}{inner}"


def diagnosis(profile: Profile, column: str, cell: str) -> str:
    """Why a cell that does not match its pattern cannot be read."""
    what = meaning(profile, column)
    if wrong := _characters(cell, what):
        return wrong
    if not cell:
        return "empty"
    if cell.strip() != cell or (what != "text" and " " in cell and what != "time"):
        return "spaces"
    if _may_be_null(what) and cell.casefold() in ("null", profile.null_text.casefold()):
        exact = cell == profile.null_text or not profile.null_text
        return "null_refused" if exact and column not in profile.nullable else "null_otherwise"
    if what == "amount":
        return _amount(profile, column, cell)
    return "too_long" if what == "id" and re.fullmatch("[A-Za-z0-9_.:-]{65,}", cell) else _REFUSALS[what]


def is_signed(profile: Profile, column: str) -> bool:
    """Whether a reverse row may write this amount negative. A balance has no direction: case 43."""
    return profile.direction is not None and column in AMOUNTS and column != "balc"


def fen(amount: str) -> int:
    """An amount as it stands in a file, in whole fen with its sign. It has matched its pattern before."""
    whole, _, decimals = amount.replace(",", "").partition(".")
    return int(whole + decimals.ljust(2, "0"))


def day(text: str) -> date | None:
    """A day in one of the two forms, or None if the calendar has no such day."""
    digits = text[:10].replace("-", "")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def citizen_ids(cells: Sequence[str | None]) -> list[int]:
    """Which of these ids are citizen-ID numbers. One would enter a record that never forgets."""
    return [row for row, cell in enumerate(cells) if cell and len(cell) == 18 and is_citizen_id(cell)]


def _value(profile: Profile, column: str, separator: str) -> str:
    match meaning(profile, column):
        case "amount":
            return _sign(profile, column) + _unsigned(profile, separator)
        case "text":
            return f"[^\x00-\x1f{_UNSEEN}{re.escape(separator)}]{{1,4000}}"
        case "skipped":
            return f"[^\x00-\x1f{_UNSEEN}{re.escape(separator)}]{{0,4000}}"
        case "day":
            return _DAY.replace("-(", "(") if profile.days == "20250131" else _DAY
        case "listed":
            codes = "|".join(re.escape(code) for code in listed(profile, column))
            return f"(?:{codes})"
        case what:
            return _PATTERNS[what]


def _sign(profile: Profile, column: str) -> str:
    signs = profile.direction
    signed = signs is not None and signs.reverse_amounts == "negative" and is_signed(profile, column)
    return r"(?:-(?!0(?:\.0*)?(?![0-9.])))?" if signed or column == "balc" else ""


def _unsigned(profile: Profile, separator: str) -> str:
    # A comma that divides cells cannot also group digits: which of the two it does would be a guess.
    whole = _GROUPED if profile.thousands == "allowed" and separator != "," else _YUAN
    return whole + (r"\.[0-9]{2}" if profile.decimals == "two" else r"(?:\.[0-9]{1,2})?")


def _may_be_null(what: Meaning) -> bool:
    return what != "skipped"


def _not_null(profile: Profile, separator: str) -> str:
    """`null` is never a value, however it is spelled and whatever the profile takes for null."""
    words = "|".join({"null", re.escape(profile.null_text.lower())} - {""})
    return f"(?!(?i:{words})(?:{re.escape(separator)}|$))"


def _characters(cell: str, what: Meaning) -> str | None:
    if "\x00" in cell:
        return "nul"
    if "\ufeff" in cell:
        return "misplaced_mark"
    if "\r" in cell:
        return "carriage_return"
    if _CONTROL.search(cell):
        return "control_character"
    if _INVISIBLE.search(cell):
        return "invisible_character"
    return "full_width" if what not in ("text", "listed", "skipped") and _FULL_WIDTH.search(cell) else None


def _amount(profile: Profile, column: str, cell: str) -> str:
    unsigned = cell.lstrip("-")
    if _EXPONENT.fullmatch(cell):
        return "exponent"
    if cell.startswith("+"):
        return "plus_sign"
    if "," in cell:
        return "thousands"
    if not _PLAIN_NUMBER.fullmatch(unsigned) or len(cell) - len(unsigned) > 1:
        return "not_an_amount"
    if _NEGATIVE_ZERO.fullmatch(cell):
        return "negative_zero"
    if cell != unsigned and not _sign(profile, column):
        return "sign_against_flag" if is_signed(profile, column) else "negative"
    whole, _, _ = unsigned.partition(".")
    if len(whole) > 1 and whole.startswith("0"):
        return "leading_zeros"
    if len(whole) > 11:
        return "amount_too_large"
    return (
        "decimals" if not re.fullmatch(_unsigned(profile, "\x1f"), unsigned) or not whole else "not_an_amount"
    )
