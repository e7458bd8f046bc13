"""The values of contract section 1 as types: money, times, ids, texts.

Every check raises `ValueError` with a fixed sentence in English and Chinese. The offending value is never
repeated: a line that is not a command may hold anything, a citizen-ID number among it.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ledger.ids import ID_PATTERN, holds_citizen_id, is_citizen_id, reveals_citizen_id
from ledger.money import COMMAND_BOUND_FEN

_TIME: Final = re.compile(
    r"(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.[0-9]{1,6})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)
_DATE: Final = re.compile(r"(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FORBIDDEN: Final = re.compile("[\x00\ud800-\udfff]")


def _time(value: object) -> datetime:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError(
            "must be an RFC 3339 time with an offset, such as 2026-01-05T10:00:00+08:00",
            "必须是带时区的 RFC 3339 时间，如 2026-01-05T10:00:00+08:00",
        )
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is not a day or time of the calendar", "不是有效的日期或时间") from None


def _date(value: object) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError(
            "must be a date YYYY-MM-DD in the years 1900 to 2999", "必须是 1900 至 2999 年的日期 YYYY-MM-DD"
        )
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("is not a day of the calendar", "不是有效的日期") from None


def _id(value: str) -> str:
    if not ID_PATTERN.fullmatch(value):
        raise ValueError(
            "must be 1 to 64 of the characters A-Z a-z 0-9 _ . : -",
            "必须是 1 至 64 个字符 A-Z a-z 0-9 _ . : -",
        )
    if is_citizen_id(value):
        raise ValueError(
            "is a citizen-ID number; use the scheme's person number", "是身份证号，请改用人员编号"
        )
    return value


def _text(value: str) -> str:
    if _FORBIDDEN.search(value):
        raise ValueError("must not hold a NUL or half of a surrogate pair", "不得含有 NUL 或不成对的代理字符")
    if reveals_citizen_id(value):
        raise ValueError("holds a citizen-ID number; take it out", "含有身份证号，请删去")
    return value


def _fact_name(value: str) -> str:
    if holds_citizen_id(value):
        raise ValueError("holds a citizen-ID number; take it out", "含有身份证号，请删去")
    return value


Instant = Annotated[datetime, BeforeValidator(_time)]
Day = Annotated[date, BeforeValidator(_date)]
Id = Annotated[str, AfterValidator(_id)]
Text = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_text)]
Region = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FactName = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$"), AfterValidator(_fact_name)]
Facts = Annotated[dict[FactName, Text], Field(max_length=40)]
Year = Annotated[int, Field(ge=1900, le=2999)]

PositiveFen = Annotated[int, Field(gt=0, le=COMMAND_BOUND_FEN)]
NonNegativeFen = Annotated[int, Field(ge=0, le=COMMAND_BOUND_FEN)]
SignedFen = Annotated[int, Field(ge=-COMMAND_BOUND_FEN, le=COMMAND_BOUND_FEN)]

Insurance = Literal["employee", "resident"]
Status = Literal["active", "suspended", "closed"]
Bucket = Literal["current", "carried"]
Kind = Literal["mutual_aid", "proxy_credential"]
Relation = Literal[
    "spouse", "parent", "child", "sibling", "grandparent", "grandchild", "parent_in_law", "other"
]
Authorisation = Literal[
    "face", "household_register", "birth_certificate", "marriage_certificate", "commitment_letter"
]


class Strict(BaseModel):
    """Frozen, without coercion, without unknown fields."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


class MovedLeg(Strict):
    """Money that moved elsewhere: out of one bucket of one account, `amount_fen` > 0."""

    payer: Id
    bucket: Bucket
    amount_fen: PositiveFen


class Evidence(Strict):
    """A document shown at binding: its type and the SHA-256 of its file. Kept, never judged."""

    type: Id
    sha256: Sha256
