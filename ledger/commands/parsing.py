"""One line of a command file → one command, or `Malformed` with the field and the reason.

Nothing of the line is repeated in a message: what is not a command may hold anything.
"""

import json
import re
from typing import Any, Final, cast

import orjson
from pydantic import ValidationError

from ledger.commands.models import MODELS, NULLABLE, AnyCommand
from ledger.errors import Malformed
from ledger.ids import is_id

MAX_LINE_BYTES: Final = 1024 * 1024
_MAX_NESTING: Final = 4
_FIELDS: Final = {name for model in MODELS.values() for name in model.model_fields} | {"op", "sha256"}
_WORD: Final = re.compile(r"[a-z][a-z_]{0,39}")
_GAP_BEFORE_COLON: Final = re.compile(rb'"[ \t\r\n]+:')

# pydantic's error types → what to say (English, Chinese); `{…}` takes pydantic's own bounds.
_REASONS: Final[dict[str, tuple[str, str]]] = {
    "missing": ("is missing", "缺少"),
    "extra_forbidden": ("is not a field of this op", "此操作没有这个字段"),
    "int_type": (
        "must be a whole number, not a text, fraction or null",
        "必须是整数，不能是文本、小数或 null",
    ),
    "string_type": ("must be a text", "必须是文本"),
    "dict_type": ("must be an object", "必须是对象"),
    "model_type": ("must be an object", "必须是对象"),
    "tuple_type": ("must be a list", "必须是列表"),
    "literal_error": ("must be one of {expected}", "必须是 {expected} 之一"),
    "greater_than": ("must be more than {gt}", "必须大于 {gt}"),
    "greater_than_equal": ("must be at least {ge}", "不得小于 {ge}"),
    "less_than_equal": ("must be at most {le}", "不得大于 {le}"),
    "string_too_short": ("must have at least {min_length} character", "至少要有 {min_length} 个字符"),
    "string_too_long": ("must have at most {max_length} characters", "不得超过 {max_length} 个字符"),
    "string_unicode": ("is not valid Unicode text", "不是有效的 Unicode 文本"),
    "string_pattern_mismatch": ("must match {pattern}", "必须符合 {pattern}"),
    "too_short": ("must have at least {min_length} entry", "至少要有 {min_length} 项"),
    "too_long": ("has more than {max_length} entries", "超过 {max_length} 项"),
}


def parse(line: bytes) -> AnyCommand:
    """Read one line (without its LF; a CR before it is white space).

    Raises `Malformed` with the id and op where they could still be read.
    """
    if len(line) > MAX_LINE_BYTES:
        raise Malformed("line: is longer than 1 MiB", "行：超过 1 MiB")
    return from_object(_json_object(line))


def from_object(obj: dict[str, Any]) -> AnyCommand:
    """A command from the object of a line. Raises `Malformed`."""
    id_, op = _readable(obj.get("id")), obj.get("op")
    model = MODELS.get(op) if isinstance(op, str) else None
    if model is None:
        sentence = (
            ("op: is missing", "op：缺少") if "op" not in obj else ("op: is not an op", "op：没有这个操作")
        )
        raise Malformed(*sentence, id=id_, op=_readable_op(op))
    if None in obj.values():
        for field, value in obj.items():
            if value is None and field not in NULLABLE:
                name = _shown(field)
                raise Malformed(
                    f"{name}: must not be null; leave it out", f"{name}：不得为 null，应省略", id=id_, op=op
                )
    try:
        return model.model_validate({k: v for k, v in obj.items() if k != "op"})
    except ValidationError as error:
        raise Malformed(*_sentence(error), id=id_, op=op) from None


def _readable(value: object) -> str | None:
    return value if isinstance(value, str) and is_id(value) else None


def _shown(name: object) -> str:
    """A field's name for a message. One that is no field is repeated if it is a word of small letters, as a
    slip of the pen is; anything else may be about a person."""
    return name if isinstance(name, str) and (name.lower() in _FIELDS or _WORD.fullmatch(name)) else "?"


def _json_object(line: bytes) -> dict[str, Any]:
    if not line.strip(b" \t\r\n"):
        raise Malformed("line: is blank", "行：为空")
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Malformed(
            f"line: is not JSON in UTF-8 (character {error.pos + 1})",
            f"行：不是 UTF-8 的 JSON（第 {error.pos + 1} 个字符）",
        ) from None
    if not isinstance(value, dict):
        raise Malformed("line: is not a JSON object", "行：不是 JSON 对象")
    obj = cast(dict[str, Any], value)
    shown = line.count(b'":')
    if (shown != len(obj) and shown != _count_keys(obj)) or _GAP_BEFORE_COLON.search(line):
        _count_keys(obj)
        _refuse_repeated_keys(line, obj)
    return obj


def _count_keys(value: dict[str, Any]) -> int:
    """How many keys an object holds, nested ones included. Raises `Malformed` when it is nested too deeply.

    A repeated key vanishes in parsing, so a line that shows more `":` than keys is looked at closely.
    """
    count, level = len(value), [v for v in value.values() if isinstance(v, dict | list)]
    for _ in range(_MAX_NESTING):
        if not level:
            return count
        below: list[Any] = []
        for part in level:
            inner = part.values() if isinstance(part, dict) else part
            count += len(part) if isinstance(part, dict) else 0
            below += [v for v in inner if isinstance(v, dict | list)]
        level = below
    raise _too_deep(value)


def _too_deep(obj: dict[str, Any]) -> Malformed:
    id_, op = _readable(obj.get("id")), _readable_op(obj.get("op"))
    return Malformed("line: is nested too deeply", "行：嵌套过深", id=id_, op=op)


def _readable_op(value: object) -> str | None:
    return value if isinstance(value, str) and _shown(value) == value else None


def _refuse_repeated_keys(line: bytes, obj: dict[str, Any]) -> None:
    """The slow, careful reader; only suspicious lines come here."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                raise _RepeatedKey(name)
            found[name] = value
        return found

    try:
        json.loads(line, object_pairs_hook=unique)
    except RecursionError:  # inside a value that a repeated key has hidden
        raise _too_deep(obj) from None
    except _RepeatedKey as error:
        name = error.args[0]
        raise Malformed(
            f"{_shown(name)}: stands twice in the object",
            f"{_shown(name)}：在对象中重复",
            id=None if name == "id" else _readable(obj.get("id")),
            op=None if name == "op" else _readable_op(obj.get("op")),
        ) from None


class _RepeatedKey(Exception):
    pass


def _sentence(error: ValidationError) -> tuple[str, str]:
    """The first problem, as `field: reason` in English and Chinese."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = first["loc"][:-1] if first["loc"][-1:] == ("[key]",) else first["loc"]
    field = ".".join(str(part) if isinstance(part, int) else _shown(part) for part in place)
    kind, context = first["type"], first.get("ctx", {})
    if kind == "value_error":
        english, chinese = context["error"].args
        return (f"{field}: {english}", f"{field}：{chinese}") if field else (english, chinese)
    english, chinese = _REASONS.get(kind, ("is not acceptable", "不可接受"))
    return f"{field}: {english.format_map(context)}", f"{field}：{chinese.format_map(context)}"
