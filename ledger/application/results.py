"""What a command line is answered with (contract section 2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from ledger.errors import Malformed
from ledger.refusals import wording

Status = Literal["accepted", "duplicate", "rejected", "malformed"]


@dataclass(frozen=True, slots=True)
class Result:
    """One line's answer. `line` counts from 1; `result` holds legs or figures, in fen where named so."""

    line: int
    id: str | None
    op: str | None
    status: Status
    code: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    fault: Malformed | None = None

    def message(self, lang: str = "en") -> str | None:
        """What happened and the way out, for everything but success."""
        if self.fault is not None:
            return self.fault.text(lang)
        return wording(self.code, self.result, lang) if self.code is not None else None

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """The object that is printed."""
        return {
            "line": self.line,
            "id": self.id,
            "op": self.op,
            "status": self.status,
            "code": self.code,
            "message": self.message(lang),
            "result": self.result,
        }

    def to_json(self, lang: str = "en") -> bytes:
        """One line of JSON, without its line end."""
        return orjson.dumps(self.as_dict(lang))


def malformed(line: int, fault: Malformed) -> Result:
    """The answer to a line that is not a command."""
    return Result(line, fault.id, fault.op, "malformed", "malformed", fault=fault)
