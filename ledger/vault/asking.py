"""Who asks the vault for something and why, as it is recorded."""

from datetime import datetime
from secrets import token_hex
from typing import Any, NamedTuple

from ledger.ids import is_id, reveals_citizen_id
from ledger.vault.errors import VaultRefused

_LONGEST_REASON = 256


class Asked(NamedTuple):
    """Who wants something, a staff or channel number, and why, in a text that names nobody."""

    by: str
    reason: str


class Decision(NamedTuple):
    """Who forgets a person, and the second one who agrees when that is `forced` before its time."""

    by: str
    reason: str | None = None
    second: str | None = None
    forced: bool = False


def asked(by: str | None, reason: str | None) -> Asked:
    """Both, checked. Raises `VaultRefused` (`words_unfit`)."""
    if by is None or not is_id(by) or reason is None or not _fit(reason):
        raise VaultRefused("words_unfit")
    return Asked(by, reason)


def decision(by: str | None, reason: str | None, second: str | None, *, forced: bool) -> Decision:
    """All of it, checked. Raises `VaultRefused` (`words_unfit`, `two_names_needed`)."""
    names = [name for name in (by, second) if name is not None]
    if by is None or not all(map(is_id, names)) or (reason is not None and not _fit(reason)):
        raise VaultRefused("words_unfit")
    if forced and (second is None or second == by):
        raise VaultRefused("two_names_needed")
    return Decision(by, reason, second if forced else None, forced)


def stamp(by: str, now: datetime) -> dict[str, Any]:
    """What every event about a person begins with."""
    return {"at": now, "recorded_at": now, "request": f"person-{token_hex(12)}", "by": by}


def _fit(reason: str) -> bool:
    printable = len(reason.strip()) >= 1 and len(reason) <= _LONGEST_REASON and reason.isprintable()
    return printable and not reveals_citizen_id(reason)
