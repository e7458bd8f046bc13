"""What every command is: its fields in common, and the digest of its content."""

import hashlib
from typing import Any, ClassVar, Final

import orjson
from pydantic import BaseModel

from ledger.commands.fields import Id, Instant, Strict

_NOT_CONTENT: Final = frozenset({"id", "by"})


def _plain(value: object) -> Any:
    if isinstance(value, BaseModel):
        return value.__dict__
    raise TypeError(type(value).__name__)


class Command(Strict):
    """What every command carries: `id` (the request key), `at` (service time) and `by` (the actor)."""

    op: ClassVar[str]
    id: Id
    at: Instant
    by: Id | None = None

    def content(self) -> dict[str, Any]:
        """Every field but `id` and `by`, defaults filled in, what was left out left out."""
        return {k: v for k, v in self.__dict__.items() if k not in _NOT_CONTENT and v is not None}

    def digest(self) -> bytes:
        """The first 16 bytes of SHA-256 over op and content: equal digests mean equal content."""
        return self._digest(self.content())

    def log_digest(self) -> str:
        """The same in 32 hex digits for the log, without what must not leave a trace there: a birth date
        could be found again from a digest by trying every day."""
        return self._digest({k: v for k, v in self.content().items() if k != "born"}).hex()

    def _digest(self, content: dict[str, Any]) -> bytes:
        content = {"op": self.op, **content}
        return hashlib.sha256(orjson.dumps(content, default=_plain, option=orjson.OPT_SORT_KEYS)).digest()[
            :16
        ]
