"""The desk a decision is taken at: the states it may read, the policies, and the stamp of its events."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from ledger.aggregates.family_group import FamilyGroup
from ledger.aggregates.fold import State
from ledger.aggregates.personal_account import PersonalAccount
from ledger.aggregates.request import RefundId, RequestRecord
from ledger.aggregates.settlement import Settlement
from ledger.clock import business_date
from ledger.commands.models import Command
from ledger.events.envelope import Event
from ledger.ids import (
    POLICY_STREAM,
    account_stream,
    family_stream,
    refund_stream,
    request_stream,
    settlement_stream,
)
from ledger.policies.catalogue import Catalogue
from ledger.policies.pack import Pack
from ledger.refusals import Refusal

Change = tuple[str, Event]
"""A stream and the event that goes to its end."""


class NotLoaded(Exception):
    """The decision needs a stream that was not loaded; load it and decide again."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.stream = stream


class States(Protocol):
    """The states of streams, as loaded and as changed by earlier commands of the same batch."""

    def state(self, stream: str) -> State | None:
        """The state of a stream, noted as read. Raises `NotLoaded`."""
        ...

    def born(self, account: str) -> date | None:
        """A person's birth date, kept beside the log; none when unknown."""
        ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """The events of an accepted command; the first one answers it (see `ledger.events.receipts`)."""

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """The settlement or refund was accepted before with the same content: `first` answers again."""

    first: Event
    settlement: str
    refund: str | None = None


Decision = Accepted | Repeated | Refusal


class Desk:
    """Read access for one decision.

    `head` holds the four fields that every event of it carries; `day` and `year` are those of the business
    calendar; `digest` (32 hex digits) stands for the command's content.
    """

    __slots__ = ("_catalogue", "_states", "at", "day", "digest", "head", "packs_used", "year")

    def __init__(
        self, states: States, catalogue: Catalogue, command: Command, digest: bytes, recorded_at: datetime
    ) -> None:
        self._states = states
        self._catalogue = catalogue
        self.at = at = command.at
        self.day = business_date(at)
        self.year = self.day.year
        self.digest = digest.hex()
        self.head: dict[str, Any] = {
            "at": at,
            "recorded_at": recorded_at,
            "request": command.id,
            "by": command.by,
        }
        self.packs_used: dict[str, Pack] = {}

    def account(self, account: str) -> PersonalAccount | None:
        """The account of a person, if it was ever opened."""
        state = self._states.state(account_stream(account))
        assert state is None or isinstance(state, PersonalAccount)
        return state

    def known(self, account: str) -> PersonalAccount:
        """The account of a person whose account is known to exist."""
        state = self.account(account)
        assert state is not None, "checked before"
        return state

    def family(self, beneficiary: str) -> FamilyGroup:
        """The family of a beneficiary; an empty one when nobody was ever bound."""
        state = self._states.state(family_stream(beneficiary))
        assert isinstance(state, FamilyGroup)
        return state

    def settlement(self, settlement: str) -> Settlement | None:
        """A settlement, if it is known."""
        state = self._states.state(settlement_stream(settlement))
        assert state is None or isinstance(state, Settlement)
        return state

    def request(self, request: str) -> RequestRecord:
        """What is on record under a request id beyond its key."""
        state = self._states.state(request_stream(request))
        assert isinstance(state, RequestRecord)
        return state

    def refund(self, refund: str) -> RefundId | None:
        """A refund id, if it was used."""
        state = self._states.state(refund_stream(refund))
        assert state is None or isinstance(state, RefundId)
        return state

    def born(self, account: str) -> date | None:
        """A person's birth date, if known."""
        return self._states.born(account)

    def policy(self, region: str) -> Pack | None:
        """The pack in force for a region on the day of the command."""
        self._states.state(POLICY_STREAM)  # the decision rests on which packs this ledger has
        pack = self._catalogue.in_force(region, self.day)
        if pack is not None:
            self.packs_used[pack.name] = pack
        return pack

    def no_policy(self, region: str) -> Refusal:
        """The refusal when no pack is in force."""
        return Refusal("no_policy", {"region": region, "day": self.day.isoformat()})
