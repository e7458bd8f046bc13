"""Where a person stands as a subject of data, folded from the events of the stream `subject:<person>`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from ledger.clock import business_date
from ledger.events.envelope import Event
from ledger.events.subject import SubjectForgotten, SubjectReleased, SubjectRestricted
from ledger.vault.errors import VaultRefused


class Standing(NamedTuple):
    """`state`, and since when; an active person has no date."""

    person: str
    state: Literal["active", "restricted", "forgotten"] = "active"
    since: datetime | None = None

    def must_be_in_use(self) -> None:
        """Raises `VaultRefused` (`subject_restricted`, `subject_forgotten`): it may be stored and no more."""
        if self.state != "active":
            raise self.refusal(f"subject_{self.state}")

    def must_be_known(self) -> None:
        """Raises `VaultRefused` (`subject_forgotten`)."""
        if self.state == "forgotten":
            raise self.refusal("subject_forgotten")

    def refusal(self, code: str) -> VaultRefused:
        """A rule that says no to this person."""
        since = "?" if self.since is None else str(business_date(self.since))
        return VaultRefused(code, person=self.person, since=since)


def standing(person: str, events: Iterable[Event]) -> Standing:
    """After these events. Forgotten is for ever."""
    found = Standing(person)
    for event in events:
        match event:
            case SubjectRestricted():
                found = Standing(person, "restricted", event.at)
            case SubjectReleased():
                found = Standing(person)
            case SubjectForgotten():
                return Standing(person, "forgotten", event.at)
            case _:
                pass  # unmasking changes nothing
    return found
