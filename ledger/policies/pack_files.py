"""Pack files: strict YAML to plain keys, each with its line, or a `PolicyError` that says what is wrong.

Only what a pack needs is read: texts, whole numbers, truth values, null, lists and mappings. Dates stay
texts, and so do `8_000`, `010` and `1:30`; anchors, tags and merge keys are refused. So a file says the same
to everyone who reads it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from ledger.errors import PolicyError

WHOLE_FILE: Final = "file"
"""The key named when the trouble is the file, not one of its keys."""

_TAG: Final = "tag:yaml.org,2002:"
_KEPT_TAGS: Final = (f"{_TAG}null", f"{_TAG}bool", f"{_TAG}float")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_WHOLE_NUMBER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})$")
_TRUTH: Final = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_TOO_DEEP: Final = "is nested too deeply"
_REASONS: Final = {
    "missing": "is missing",
    "extra_forbidden": "unknown key",
    "json_invalid": _TOO_DEEP,  # what is read here is valid JSON but for its depth
    "string_pattern_mismatch": 'must be "*" or 2, 4 or 6 digits, in quotes',
    "literal_error": "must be one of {expected}",
    "string_type": "must be a text, in quotes where YAML reads something else",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "int_type": "must be a whole number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "tuple_type": "must be a list",
    "too_short": "must not be empty",
    "dict_type": "must be a mapping of keys",
    "model_type": "must be a mapping of keys",
    "value_error": "{error.args[0]}",
}
"""Pydantic's error types in the words of someone who writes a pack."""


@dataclass(frozen=True)
class WrittenPack:
    """One pack as written in a file, or as recorded in the log: its keys, and the line of each (1, 2, …)."""

    file: str
    keys: Mapping[str, Any]
    lines: Mapping[str, int]

    def error(self, key: str, reason: str) -> PolicyError:
        """What is wrong with a key (`debit.per_leg_cap_fen`), and the line where it or its section stands."""
        holder = key
        while holder and holder not in self.lines:
            holder = re.sub(r"(^|\.)[^.\[]*$|\[[0-9]+\]$", "", holder)
        line = self.lines.get(holder)
        where = "" if line is None else f" (line {line})"
        return PolicyError(self.file, key or WHOLE_FILE, reason + where)

    def invalid(self, error: ValidationError) -> PolicyError:
        """The first thing that the model of a pack has against it."""
        first = error.errors()[0]
        steps = [step for step in first["loc"] if step != "[key]"]
        key = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
        reason = _REASONS.get(first["type"], first["msg"]).format(**first.get("ctx", {}))
        return self.error(key.removeprefix("."), reason)


def read(path: Path, what: str = "pack") -> list[WrittenPack]:
    """The packs of one file. A file may hold several, divided by `---`; one that holds none is refused."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PolicyError(str(path), WHOLE_FILE, f"cannot be read: {error.strerror}") from None
    return written(str(path), content, what)


@cache
def packaged(inside: str = "packs", what: str = "pack") -> tuple[WrittenPack, ...]:
    """What ships with the package in one of its folders, in the order of file names. It is read once."""
    folder = resources.files("ledger.policies") / inside
    files = {file.name: file for file in folder.iterdir() if file.name.endswith(".yaml")}
    return tuple(
        one for name in sorted(files) for one in written(f"{inside}/{name}", files[name].read_bytes(), what)
    )


class _PlainLoader(yaml.SafeLoader):
    """YAML 1.1 without its surprises: no dates, and only decimal whole numbers of up to 18 digits."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in resolvers if tag in _KEPT_TAGS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_PlainLoader.add_implicit_resolver(f"{_TAG}int", _WHOLE_NUMBER, list("-+0123456789"))


def written(file: str, content: bytes, what: str = "pack") -> list[WrittenPack]:
    """The documents of one file, each a mapping of keys; `what` they are is for the message."""
    try:
        documents = [
            _written(file, node, what)
            for node in yaml.compose_all(content, _PlainLoader)
            if not _is_empty(node)
        ]
    except yaml.MarkedYAMLError as error:
        where = "" if error.problem_mark is None else f" (line {error.problem_mark.line + 1})"
        raise PolicyError(file, WHOLE_FILE, f"is not YAML: {error.problem}{where}") from None
    except yaml.YAMLError:
        raise PolicyError(file, WHOLE_FILE, "is not YAML in UTF-8") from None
    except RecursionError:
        raise PolicyError(file, WHOLE_FILE, _TOO_DEEP) from None
    if not documents:
        raise PolicyError(file, WHOLE_FILE, f"holds no {what}")
    return documents


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == f"{_TAG}null" and not node.value


def _written(file: str, node: yaml.Node, what: str) -> WrittenPack:
    lines: dict[str, int] = {}
    keys = _Plain(file, lines).value(node, "")
    if not isinstance(keys, dict):
        raise PolicyError(file, WHOLE_FILE, f"a {what} is a mapping of keys (line {lines['']})")
    return WrittenPack(file, keys, lines)


class _Plain:
    """Turns the nodes of one document into plain values and notes the line of each key."""

    def __init__(self, file: str, lines: dict[str, int]) -> None:
        self._file = file
        self._lines = lines
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: str) -> object:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen:
            # An alias is the anchored node itself. Followed blindly, a few lines of them grow without bound.
            raise self._error(node, path, "anchors and aliases are not read here; write it out")
        self._seen.add(id(node))
        match node:
            case yaml.MappingNode(tag="tag:yaml.org,2002:map"):
                return self._mapping(node, path)
            case yaml.SequenceNode(tag="tag:yaml.org,2002:seq"):
                return [self.value(entry, f"{path}[{index}]") for index, entry in enumerate(node.value)]
            case yaml.ScalarNode():
                return self._scalar(node, path)
            case _:
                raise self._error(node, path, f"the tag {node.tag} is not read here")

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[str, object]:
        plain: dict[str, object] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, path, "a key is a text")
            where = f"{path}.{key.value}".removeprefix(".")
            name = self._scalar(key, where)
            if not isinstance(name, str):
                raise self._error(key, where, "a key is a text; put it in quotes")
            if name in plain:
                raise self._error(key, where, "stands here twice")
            self._lines[where] = key.start_mark.line + 1
            plain[name] = self.value(value, where)
        return plain

    def _scalar(self, node: yaml.ScalarNode, path: str) -> object:
        text = node.value
        match node.tag.removeprefix(_TAG):
            case "str":
                if _SURROGATE.search(text):
                    raise self._error(node, path, "must not hold half of a surrogate pair")
                return text
            case "int" if _WHOLE_NUMBER.fullmatch(text):
                return int(text)
            case "bool" if text.lower() in _TRUTH:
                return _TRUTH[text.lower()]
            case "null" if text.lower() in ("", "~", "null"):
                return None
            case "float":
                raise self._error(
                    node, path, "is no whole number; money is whole fen, a text stands in quotes"
                )
            case tag:
                raise self._error(node, path, f"cannot be read as {tag}")

    def _error(self, node: yaml.Node, path: str, reason: str) -> PolicyError:
        return PolicyError(self._file, path or WHOLE_FILE, f"{reason} (line {node.start_mark.line + 1})")
