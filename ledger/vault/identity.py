"""What the vault knows of a person: which fields there are, how each is read, compared and shown.

A value is brought into one form before it is encrypted or looked for, so that a number is found however it
was typed. Whatever is wrong is said without repeating the value.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any, Final, Literal, NamedTuple, get_args

from ledger.ids import citizen_check_digit, is_citizen_id, is_id
from ledger.vault.errors import NotAnIdentity

FieldName = Literal["name", "citizen_id", "phone", "born"]
FIELDS: Final[tuple[FieldName, ...]] = get_args(FieldName)
Findable = Literal["citizen_id", "phone"]
FINDABLE: Final[tuple[Findable, ...]] = get_args(Findable)
"""Fields by which a person can be found. A blind index shows who shares a value, which for names and birth
dates would be told too much by."""

Values = dict[FieldName, str | None]
"""The fields given of a person; None is a field to be taken out."""

_NUMBER: Final = re.compile(r"[0-9]{17}[0-9X]")
_PHONE: Final = re.compile(r"\+?[0-9]{5,15}")
_CHINA: Final = re.compile(r"(?:\+86|0086|86)(?=1[3-9][0-9]{9}$)")
_DAY: Final = re.compile(r"(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")
_LONGEST_NAME: Final = 64


class Given(NamedTuple):
    """A person number and the fields given with it, each in its one form."""

    person: str
    values: Values


def given(content: Any) -> Given:
    """What a JSON object says: `person` and any of the fields, of which null takes one out.

    Raises `NotAnIdentity`.
    """
    if not isinstance(content, dict):
        raise NotAnIdentity("line", "format", "must be one JSON object", "必须是一个 JSON 对象")
    person = content.get("person")
    if not isinstance(person, str) or not is_id(person):
        raise NotAnIdentity("person", "format", "must be a person number", "必须是个人编号")
    values: Values = {}
    for name, value in content.items():
        if name == "person":
            continue
        field = next((known for known in FIELDS if known == name), None)
        if field is None:
            listed = ", ".join(("person", *FIELDS))
            raise NotAnIdentity("line", "format", f"may hold {listed} only", f"只能包含 {listed}")
        if value is not None and not isinstance(value, str):
            raise NotAnIdentity(field, "format", "must be a text or null", "必须是文本或 null")
        values[field] = None if value is None else normal(field, value)
    return Given(person, values)


def normal(field: FieldName, text: str) -> str:
    """The one form of a value. Raises `NotAnIdentity`, which never repeats it."""
    return _FORMS[field](text)


def masked(field: FieldName, value: str) -> str:
    """What may be shown without a reason: enough to tell two people apart, too little to find one."""
    match field:
        case "name":
            return value[0] + "*" * max(len(value) - 1, 1)
        case "citizen_id" | "phone":
            return "*" * max(len(value) - 4, 1) + value[-4:]
        case "born":
            return f"{value[:4]}-**-**"


def _name(text: str) -> str:
    value = unicodedata.normalize("NFC", text).strip()
    shown = all(unicodedata.category(sign)[0] not in "CZ" or sign == " " for sign in value)
    if not shown or not 1 <= len(value) <= _LONGEST_NAME or not any(sign.isalpha() for sign in value):
        raise NotAnIdentity(
            "name", "format", "must be 1 to 64 characters of a name", "必须是 1 至 64 个字符的姓名"
        )
    return value


def _citizen_id(text: str) -> str:
    """GB 11643: 17 digits, a check digit by ISO 7064 MOD 11-2, a date that exists; regions are not judged."""
    value = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if not _NUMBER.fullmatch(value):
        raise NotAnIdentity(
            "citizen_id", "format", "must have 17 digits and a check digit", "必须是 17 位数字加校验码"
        )
    if citizen_check_digit(value[:17]) != value[17]:
        raise NotAnIdentity("citizen_id", "checksum", "the check digit is wrong", "校验码不符")
    if not is_citizen_id(value):
        raise NotAnIdentity("citizen_id", "date", "its birth date does not exist", "其中的出生日期不存在")
    return value


def _phone(text: str) -> str:
    value = re.sub(r"[\s().-]", "", unicodedata.normalize("NFKC", text))
    value = _CHINA.sub("", value)
    if not _PHONE.fullmatch(value):
        raise NotAnIdentity("phone", "format", "must have 5 to 15 digits", "必须是 5 至 15 位数字")
    return value


def _born(text: str) -> str:
    value = text.strip()
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise NotAnIdentity("born", "date", "must be a day written YYYY-MM-DD", "必须是形如 YYYY-MM-DD 的日期")


_FORMS: Final[dict[FieldName, Callable[[str], str]]] = {
    "name": _name,
    "citizen_id": _citizen_id,
    "phone": _phone,
    "born": _born,
}
