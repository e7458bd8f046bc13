"""The days reconciled together with one institution or agency, up to the signature that freezes them. Pure.

    opened → files taken → matched → sign-off proposed → signed by another person

What comes in or is matched after a proposal makes it void. Nothing follows a signature.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, assert_never

from ledger.events.periods import (
    FileTaken,
    PeriodEvent,
    PeriodMatched,
    PeriodOpened,
    PeriodSigned,
    SignOffProposed,
    SignOffRefused,
)
from ledger.ids import ID_PATTERN, is_citizen_id
from ledger.reconciliation.people import Person, check_other_person
from ledger.reconciliation.refused import Refused


@dataclass(frozen=True, slots=True, order=True)
class PeriodKey:
    """Which days of which institution or agency; both days belong to it."""

    party: str
    first: date
    last: date

    @classmethod
    def of(cls, party: str, first: date, last: date) -> "PeriodKey":
        """A period that may be. Raises `Refused` (`period_malformed`)."""
        if not ID_PATTERN.fullmatch(party) or is_citizen_id(party) or last < first:
            raise Refused("period_malformed")
        return cls(party, first, last)

    @classmethod
    def read(cls, text: str) -> "PeriodKey":
        """The period of its text form. Raises `Refused` (`period_malformed`)."""
        party, _, days = text.rpartition(":")
        party, _, first = party.rpartition(":")
        try:
            return cls.of(party, date.fromisoformat(first), date.fromisoformat(days))
        except ValueError:
            raise Refused("period_malformed") from None

    def __str__(self) -> str:
        return f"{self.party}:{self.first}:{self.last}"


@dataclass(frozen=True, slots=True)
class Period:
    """A period at one version. `breaks` are the items of every run of the matching, first seen first."""

    key: PeriodKey
    version: int
    opened: PeriodOpened
    files: tuple[FileTaken, ...] = ()
    runs: int = 0
    matched: PeriodMatched | None = None
    breaks: tuple[str, ...] = ()
    proposals: int = 0
    proposal: SignOffProposed | None = None
    signed: PeriodSigned | None = None


def opened(key: PeriodKey, event: PeriodOpened) -> Period:
    """The period at its first event."""
    return Period(key, 1, event)


def evolve(state: Period, version: int, event: PeriodEvent) -> Period:
    """The period after one more event."""
    state = replace(state, version=version)
    match event:
        case PeriodOpened():
            raise AssertionError("a period is opened once")
        case FileTaken():
            return replace(state, files=(*state.files, event), proposal=None)
        case PeriodMatched():
            breaks = dict.fromkeys((*state.breaks, *event.breaks))
            return replace(state, runs=event.run, matched=event, breaks=tuple(breaks), proposal=None)
        case SignOffProposed():
            return replace(state, proposals=event.proposal, proposal=event)
        case SignOffRefused():
            return replace(state, proposal=None)
        case PeriodSigned():
            return replace(state, signed=event)
        case _:
            assert_never(event)


def folded(key: PeriodKey, events: Sequence[PeriodEvent]) -> Period | None:
    """The period after all its events; none before the first."""
    if not events:
        return None
    first = events[0]
    assert isinstance(first, PeriodOpened), "a period begins with its opening"
    state = opened(key, first)
    for version, event in enumerate(events[1:], start=2):
        state = evolve(state, version, event)
    return state


# What may happen to it ----------------------------------------------------------------------------------


def place(key: PeriodKey, listed: Sequence[PeriodKey]) -> PeriodKey | None:
    """The period a new one follows, of those there are. Raises `Refused`: `period_overlaps`, or
    `period_out_of_order` (periods of one party are begun in the order of their days)."""
    for other in listed:
        if key.first <= other.last and other.first <= key.last:
            raise Refused("period_overlaps", period=other)
        if other.first > key.last:
            raise Refused("period_out_of_order", period=other)
    return max(listed, key=lambda other: other.last, default=None)


def check_open(state: Period) -> None:
    """Raises `Refused` (`period_signed`) once it is frozen."""
    if state.signed is not None:
        raise Refused("period_signed", period=state.key)


def check_matched(state: Period) -> PeriodMatched:
    """The last run, over the files there are. Raises `Refused` (`not_matched`)."""
    check_open(state)
    taken = tuple(file.file for file in state.files)
    if state.matched is None or state.matched.files != taken:
        raise Refused("not_matched")
    return state.matched


def check_decidable(
    state: Period, proposal: int, digest: str, person: Person, known: Callable[[str], Person]
) -> SignOffProposed:
    """The sign-off that is proposed, if this is it and another person made it. Raises `Refused`:
    `period_signed`, `nothing_proposed`, `stale_proposal`, `own_proposal`, `enlisted_by_each_other`."""
    check_open(state)
    if state.proposal is None:
        raise Refused("nothing_proposed", item=state.key)
    if (proposal, digest) != (state.proposal.proposal, state.proposal.digest):
        raise Refused("stale_proposal", proposal=state.proposal.proposal)
    check_other_person(known(str(state.proposal.by)), person)
    return state.proposal


LATE: Final = "late"
"""The class of a row that came in after its period was signed."""
