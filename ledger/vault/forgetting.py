"""A forgetting: decided against the law's terms, kept beside the keys until it is complete, then in the log.

    decided      what is to be done lies in the key store, on the disk; nothing is forgotten before that
    key          overwritten: from here on nobody can read what is stored
    rows         taken out of the database, with the birth date beside the log
    tombstone    written into the log
    done         remembered in the key store, for restores

Killed before the first, nothing happened; after it, whoever uses the vault next completes the rest.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from secrets import token_hex
from typing import Any, Self

import msgspec

from ledger.clock import business_date
from ledger.errors import LogCorrupt
from ledger.events.codec import decode
from ledger.events.envelope import Event
from ledger.events.subject import SubjectForgotten
from ledger.ids import account_stream, family_stream, subject_stream
from ledger.persistence.log import Log
from ledger.vault.asking import Decision
from ledger.vault.errors import VaultRefused
from ledger.vault.retention import Rule, retained
from ledger.vault.standing import standing


class Forgetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Who is forgotten, by whom, and what the law said. `data_key` in hex digits; `law` is a rule's name."""

    person: str
    request: str
    at: datetime
    by: str | None = None
    data_key: str | None = None
    second: str | None = None
    law: str | None = None
    retained_until: date | None = None
    reason: str | None = None

    @classmethod
    def of(cls, note: dict[str, Any]) -> Self:
        """The one that `as_note` gave."""
        return msgspec.convert(note, cls)

    def as_note(self) -> dict[str, Any]:
        """Plain values, for the key store."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    @property
    def key_id(self) -> bytes | None:
        """The data key that is destroyed."""
        return None if self.data_key is None else bytes.fromhex(self.data_key)

    def event(self, now: datetime) -> SubjectForgotten:
        """The tombstone."""
        return SubjectForgotten(
            at=self.at,
            recorded_at=now,
            request=self.request,
            by=self.by,
            data_key=self.data_key,
            second=self.second,
            law=self.law,
            retained_until=self.retained_until,
            reason=self.reason,
        )


def plan(
    log: Log,
    persons: Sequence[str],
    asked: Decision,
    rules: Sequence[Rule],
    now: datetime,
    keys: Mapping[str, bytes],
) -> list[Forgetting]:
    """What forgetting these people would be; `keys` are the ids of those data keys there are.

    Raises `VaultRefused` (`subject_forgotten`, `retention_runs`).
    """
    kinds = (subject_stream, account_stream, family_stream)
    told: dict[str, list[Event]] = {kind(person): [] for person in persons for kind in kinds}
    with log.session(exclusive=False):
        for stream, _, event in log.load(dict.fromkeys(told, 0)):
            told[stream].append(event)
    request, found = f"person-{token_hex(12)}", []
    for person in dict.fromkeys(persons):
        about, *recorded = (told[kind(person)] for kind in kinds)
        standing(person, about).must_be_known()
        kept = retained(rules, chain(*recorded))
        if kept and kept.until > business_date(now) and not asked.forced:
            raise VaultRefused("retention_runs", person=person, law=kept.rule.law, until=str(kept.until))
        found.append(
            Forgetting(
                person=person,
                request=request,
                at=now,
                by=asked.by,
                data_key=keys[person].hex() if person in keys else None,
                second=asked.second,
                law=kept.rule.name if kept else None,
                retained_until=kept.until if kept else None,
                reason=asked.reason,
            )
        )
    return found


def tombstone(stream: str, state: bytes) -> Forgetting:
    """The forgetting that a stored tombstone stands for. Raises `LogCorrupt`."""
    event = decode(SubjectForgotten.topic, state)
    if not isinstance(event, SubjectForgotten):
        raise LogCorrupt(f"{stream} holds no tombstone", f"{stream} 中没有遗忘记录")
    return Forgetting(
        person=stream.partition(":")[2],
        request=event.request,
        at=event.at,
        by=event.by,
        data_key=event.data_key,
        second=event.second,
        law=event.law,
        retained_until=event.retained_until,
        reason=event.reason,
    )
