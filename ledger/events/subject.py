"""Events of one person as a subject of data (stream `subject:<person number>`): who, why, never a value.

No command line asks for one; they are written through `ledger.application.noting`.
"""

from datetime import date
from typing import ClassVar

from ledger.events.envelope import Noted


class SubjectRestricted(Noted, frozen=True, kw_only=True):
    """What the vault holds of this person is kept and not used (PIPL art. 47); `by` is who decided it."""

    topic: ClassVar[str] = "SubjectRestricted"
    reason: str


class SubjectReleased(Noted, frozen=True, kw_only=True):
    """The restriction is over."""

    topic: ClassVar[str] = "SubjectReleased"
    reason: str


class SubjectUnmasked(Noted, frozen=True, kw_only=True):
    """`by` is shown these `fields` in full, for this reason. It is recorded before anything is shown."""

    topic: ClassVar[str] = "SubjectUnmasked"
    fields: tuple[str, ...]
    reason: str


class SubjectForgotten(Noted, frozen=True, kw_only=True):
    """The tombstone: the data key is destroyed, and nothing in the vault can be read any more.

    `data_key` (32 hex digits) is which key that was, none for a person of whom only a birth date was
    known. `retained_until` is the first day on which `law` asks for nothing any more, `second` who agreed
    before that day had come. At `at` it was decided, at `recorded_at` it was done.
    """

    topic: ClassVar[str] = "SubjectForgotten"
    data_key: str | None = None
    second: str | None = None
    law: str | None = None
    retained_until: date | None = None
    reason: str | None = None


SUBJECT_EVENTS = (SubjectRestricted, SubjectReleased, SubjectUnmasked, SubjectForgotten)
SubjectEvent = SubjectRestricted | SubjectReleased | SubjectUnmasked | SubjectForgotten
