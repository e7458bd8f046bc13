"""Layout profiles: how one party writes one kind of file. A reader guesses nothing that a profile can say.

A profile is strict YAML (read as policy packs are). It has no defaults: what a kind of file needs said is
said, and a key that the kind has no use for is refused, too, because somebody believed that it counts.
Profiles ship in `ledger/policies/profiles`; each names its document and how certain it is.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import Field, ValidationError, model_validator

from ledger.commands.fields import Bucket, NonNegativeFen, Relation, Strict, Text
from ledger.errors import PolicyError
from ledger.policies import pack_files
from ledger.policies.pack import Certainty
from ledger.policies.pack_files import WrittenPack
from ledger.reconciliation.files.errors import ProfileError, UnknownProfile
from ledger.reconciliation.files.fields import ALLOWED, AMOUNTS, NEEDED, REQUESTS, SKIPPED, Kind
from ledger.reconciliation.rows import Finding

Count = Literal["net", "gross", "settlements"]
"""How settlements are counted: settled less cancelled, every row, or settled whether cancelled or not."""
ExpContent = Literal["text", "message", "receipt", "day"]
"""What `exp_content` carries: free text, the sender's message id, a local receipt number, a day."""
Column = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Code = Annotated[str, Field(pattern=r"^[!-~\u4e00-\u9fff]{1,16}$")]


class Signs(Strict):
    """Which codes of a column say forward and reverse, and how a reverse row's amounts are written.

    A sign against the flag makes a line unreadable: nobody can say which of the two is the slip.
    """

    column: Column
    forward: Code
    reverse: Code
    reverse_amounts: Literal["positive", "negative"]

    @model_validator(mode="after")
    def _two_codes(self) -> Self:
        if self.forward == self.reverse:
            raise ValueError("forward and reverse need two codes")
        return self


class Clearing(Strict):
    """Which agency is named in a request and by which fact of ours, and the codes that may be sent."""

    agency: Literal["setl_optins", "clr_optins"]
    insutypes: Annotated[tuple[Code, ...], Field(min_length=1)]
    types: Annotated[tuple[Code, ...], Field(min_length=1)]


class Profile(Strict):
    """One layout. Keys below the first block are None where the kind of file has no use for them.

    `columns` are national names in the order of the file (`skipped` may repeat). Where columns are found by
    name, `headers` gives the names that the file uses instead, and `ignored` those that are passed over: what
    is in neither is refused. `rows_at` is the path (`a.b`) of a list in each line's JSON object, whose own
    objects then hold all columns but `setl_id` and `acct_pay`. In a file that is one JSON object, it leads to
    the one that counts. Null says that each object is a row itself.

    `receipt_column` names the column that holds a local receipt number in the place of a settlement id.
    `acct_pay_includes_mutual_aid`: whether `acct_mulaid_pay` lies inside `acct_pay`. `tolerance_fen` is per
    amount. `request_flag` is what a request, whose totals are of both directions, says as `refd_setl_flag`.
    `cut_off` is the local time at which the other side's business day begins.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]
    kind: Kind
    source: Text
    certainty: Certainty
    form: Literal["text", "json_lines", "json"]
    packing: Annotated[tuple[Literal["plain", "zip"], ...], Field(min_length=1)]
    encoding: Literal["utf-8", "gb18030"]
    bom: Literal["refused", "allowed"]
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    headers: Mapping[Column, Text] | None = None
    null_text: Annotated[str, Field(max_length=16)]
    nullable: tuple[Column, ...]

    ignored: tuple[Text, ...] | None = None
    rows_at: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")] | None = None
    separator: Literal["tab", "comma"] | None = None
    quotes: Literal["none", "double"] | None = None
    line_end: Literal["lf", "crlf", "cr_tab"] | None = None
    last_line_end: Literal["required", "optional"] | None = None
    header: Literal["none", "in_order", "by_name"] | None = None
    decimals: Literal["two", "up_to_two"] | None = None
    thousands: Literal["refused", "allowed"] | None = None
    days: Literal["2025-01-31", "20250131"] | None = None
    direction: Signs | None = None
    stmt_rslt: Mapping[Code, Finding] | None = None
    relations: Mapping[Code, Relation | Literal["self"]] | None = None
    buckets: Mapping[Code, Bucket] | None = None
    exp_content: ExpContent | None = None
    receipt_column: Column | None = None
    acct_pay_includes_mutual_aid: bool | None = None
    count: Count | None = None
    clearing: Clearing | None = None
    request: tuple[Column, ...] | None = None
    request_flag: Code | None = None
    tolerance_fen: NonNegativeFen | None = None
    cut_off: time | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for wrong in (*_misplaced_columns(self), *_misplaced_keys(self), *_wrong_codes(self)):
            raise ValueError(wrong)
        return self

    @classmethod
    def from_keys(cls, keys: Mapping[str, Any]) -> Self:
        """The profile that a file's keys describe. Raises pydantic's ValidationError."""
        return cls.model_validate_json(json.dumps(dict(keys)))

    @property
    def digest(self) -> str:
        """The first 16 bytes of SHA-256 over the profile as JSON (keys sorted, no spaces, UTF-8), in hex."""
        content = self.model_dump(mode="json", exclude_none=True)
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def header_of(self, column: str) -> str:
        """How a header row or a JSON object calls a column."""
        return (self.headers or {}).get(column, column)

    def __hash__(self) -> int:
        return hash(self.name)


_TEXT_KEYS: Final = ("separator", "quotes", "line_end", "last_line_end", "header")
_ALWAYS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "3201": ("stmt_rslt", "acct_pay_includes_mutual_aid", "count", "clearing", "request"),
    "3202-details": (
        *("receipt_column", "acct_pay_includes_mutual_aid", "count", "clearing", "request"),
        *("tolerance_fen", "cut_off"),
    ),
    "3202-result": ("receipt_column", "acct_pay_includes_mutual_aid", "tolerance_fen", "cut_off"),
    "bank": ("receipt_column", "tolerance_fen", "cut_off"),
    "legs": (),
    "settlements": ("acct_pay_includes_mutual_aid",),
}
"""Keys that a kind of file needs whatever its columns are. They may be null where that says something."""
_EXPLAINED: Final[Mapping[str, frozenset[str]]] = {
    "decimals": AMOUNTS,
    "thousands": AMOUNTS,
    "days": frozenset(("day",)),
    "direction": frozenset(("refd_setl_flag", "direction")),
    "stmt_rslt": frozenset(("stmt_rslt",)),
    "relations": frozenset(("relation",)),
    "buckets": frozenset(("bucket",)),
    "exp_content": frozenset(("exp_content",)),
}
"""Keys that explain a column: they stand exactly where one of these columns does."""
_CONDITIONAL: Final = frozenset(
    (
        *_TEXT_KEYS,
        *_EXPLAINED,
        "headers",
        "ignored",
        "rows_at",
        "request_flag",
        *(key for keys in _ALWAYS.values() for key in keys),
    )
)


def _misplaced_columns(profile: Profile) -> Iterator[str]:
    columns = profile.columns
    named = [column for column in columns if column != SKIPPED]
    for column in NEEDED[profile.kind]:
        if column not in columns:
            yield f"columns: a file of kind {profile.kind} needs the column {column}"
    for column in named:
        if column not in ALLOWED[profile.kind]:
            yield f"columns: a file of kind {profile.kind} has no column {column}"
    if len(set(named)) != len(named):
        yield "columns: a column stands here twice"
    if SKIPPED in columns and (profile.form != "text" or profile.header == "by_name"):
        yield "columns: where columns are found by name, `ignored` says which are passed over"
    for key in ("nullable", "headers"):
        for column in getattr(profile, key) or ():
            if column not in named:
                yield f"{key}: there is no column {column}"
    if profile.receipt_column is not None and profile.receipt_column not in named:
        yield f"receipt_column: there is no column {profile.receipt_column}"
    for column in profile.request or ():
        if column not in REQUESTS:
            yield f"request: there is no field {column}"


def _misplaced_keys(profile: Profile) -> Iterator[str]:
    needed = set(_ALWAYS[profile.kind])
    needed |= {key for key, columns in _EXPLAINED.items() if columns & set(profile.columns)}
    needed |= set(_TEXT_KEYS if profile.form == "text" else ("ignored",))
    if profile.form != "text":
        needed.add("rows_at")
    if profile.header == "by_name":
        needed.add("ignored")
    if "refd_setl_flag" in (profile.request or ()):
        needed.add("request_flag")
    given = profile.model_fields_set & _CONDITIONAL
    if profile.form == "text" and profile.header == "none" and "headers" in given:
        yield "headers: a file without a header row has none"
    for key in sorted(needed - given):
        yield f"{key}: is missing; what a profile does not say is not guessed"
    for key in sorted(given - needed - {"headers"}):
        yield f"{key}: a file of this kind, with these columns, has no use for it"


def _wrong_codes(profile: Profile) -> Iterator[str]:
    if profile.direction is not None and profile.direction.column not in profile.columns:
        yield f"direction.column: there is no column {profile.direction.column}"
    for key in _TEXT_KEYS if profile.form == "text" else ("ignored",):
        if getattr(profile, key) is None:
            yield f"{key}: must not be null"
    if profile.line_end == "cr_tab" and profile.separator != "tab":
        yield "line_end: cells that end in CR and TAB are separated by them"
    if profile.stmt_rslt is not None and set(profile.stmt_rslt.values()) != set(get_args(Finding)):
        yield "stmt_rslt: each of the four outcomes needs its code"
    for column in profile.nullable:
        if column in AMOUNTS and profile.kind in ("3202-details", "bank", "legs"):
            yield f"nullable: {column} is an amount, and no amount is not the amount 0"


Profiles = Mapping[str, Profile]


def load(extra: Sequence[Path] = ()) -> Profiles:
    """The shipped profiles and those of these files, by name. A name stands for one profile.

    Raises `ProfileError` (`profile_invalid`).
    """
    found: dict[str, Profile] = {}
    try:
        written = [*pack_files.packaged("profiles", "profile")]
        written += [one for path in extra for one in pack_files.read(path, "profile")]
        for one in written:
            profile = _checked(one)
            if found.setdefault(profile.name, profile) != profile:
                raise one.error("name", f"{profile.name} is the name of another profile; choose a new one")
    except PolicyError as error:
        raise ProfileError(error.file, error.key, error.reason) from None
    return found


def named(profiles: Profiles, name: str, *kinds: Kind) -> Profile:
    """The profile of that name, if it is of one of these kinds (none given: of any).

    Raises `UnknownProfile` (`profile_unknown`).
    """
    of_kind = sorted(known for known, profile in profiles.items() if not kinds or profile.kind in kinds)
    if name not in of_kind:
        listed = ", ".join(of_kind)
        raise UnknownProfile(
            f"there is no such profile {name} for this; there are {listed}",
            f"没有可用于此处的版式 {name}；现有 {listed}",
        )
    return profiles[name]


def _checked(written: WrittenPack) -> Profile:
    try:
        return Profile.from_keys(written.keys)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "value_error" and not first["loc"]:
            key, _, reason = str(first["ctx"]["error"]).partition(": ")
            raise written.error(key, reason) from None
        raise written.invalid(error) from None
