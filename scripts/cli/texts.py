"""Labels and words for people, in English and Chinese. What is stored are the contract's words."""

import re
from typing import Final

from scripts.cli.wording import CHINESE, LABELS, NOTHING

_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

_IDS: Final = frozenset(
    {"account", "beneficiary", "binder", "binders", "by", "id", "name", "order", "payer", "policy"}
    | {"refund", "request", "settlement"}
)
_FREE: Final = frozenset({"full_name", "institution", "med_type", "note", "reason"})
_NOT_WORDS: Final = _IDS | _FREE
"""Fields that hold ids or free text: an account may well be called `self`."""


def label(field: str, lang: str) -> str:
    """The heading of a field; a field without one keeps its name."""
    named = field if "." in field else field.removesuffix("_fen").replace("_", " ")
    english, chinese = LABELS.get(field, (named, field))
    return chinese if lang == "zh" else english


def word(field: str, value: str, lang: str) -> str:
    """A contract word as people read it. A key of a policy pack, `section.key`, shows what its file says."""
    return value if lang != "zh" or field in _NOT_WORDS or "." in field else CHINESE.get(value, value)


def nothing(field: str, lang: str) -> str:
    """What null means in a field: no limit, or simply nothing there."""
    english, chinese = ("no limit", "不限") if ".max_" in field else NOTHING.get(field, ("–", "–"))
    return chinese if lang == "zh" else english


def choose(lang: str, english: str, chinese: str) -> str:
    """One of two sentences."""
    return chinese if lang == "zh" else english


def printable(text: str) -> str:
    """A text that cannot steer the terminal it is printed on."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
