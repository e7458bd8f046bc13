"""Options that belong together, as one argument of a command: a frozen dataclass whose fields are options."""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

Groups = Mapping[str, type[Any]]
"""The arguments that are groups, by name."""


def spread(parameters: Iterable[inspect.Parameter]) -> tuple[list[inspect.Parameter], Groups]:
    """The parameters with every group replaced by its options, where it stood; and the groups."""
    flat: list[inspect.Parameter] = []
    groups: dict[str, type[Any]] = {}
    for parameter in parameters:
        kind = parameter.annotation
        if isinstance(kind, type) and is_dataclass(kind):
            groups[parameter.name] = kind
            flat += _options(kind)
        else:
            flat.append(parameter)
    return flat, groups


def gathered(values: Mapping[str, Any], groups: Groups) -> dict[str, Any]:
    """The values as the function wants them: each group made from its options."""
    left = dict(values)
    for name, kind in groups.items():
        left[name] = kind(**{field.name: left.pop(field.name) for field in fields(kind)})
    return left


def _options(kind: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
        )
        for field in fields(kind)
    ]
