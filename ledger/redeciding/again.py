"""One act decided again, on the states as of its place in the log."""

from datetime import timedelta
from typing import Final, NamedTuple, assert_never

from ledger.aggregates.request import PolicyBook
from ledger.deciders.desk import Accepted, Change, Desk, Repeated
from ledger.deciders.dispatch import Recorded, decide
from ledger.events.envelope import Event
from ledger.events.family import Bound
from ledger.events.request import PolicyRecorded, RequestRefused, RequestRepeated
from ledger.ids import POLICY_STREAM, request_stream
from ledger.policies.catalogue import Catalogue
from ledger.redeciding.acts import Act
from ledger.redeciding.states import StatesAsOf
from ledger.refusals import Refusal

_AHEAD: Final = timedelta(hours=24)
"""No `at` lies further after its recording (contract section 2)."""


class Again(NamedTuple):
    """What should have been written. `on_age`: only for somebody of the age that the record speaks of."""

    changes: tuple[Change, ...]
    on_age: bool = False


def decide_again(act: Act, command: Recorded, states: StatesAsOf, catalogue: Catalogue, taken: bool) -> Again:
    """What the rules write for a command on the states that stood then.

    `taken` says that its request id had been answered before. A birth date is not in the log: where a rule
    asks for one, the age is what a recorded bind says it was; else both are tried.
    """
    states.asked_age, states.reached = False, True
    bound = next((w.event for w in act.own if isinstance(w.event, Bound)), None)
    if bound is not None:
        states.reached = bound.face_age_reached
    changes = _written(act, command, states, catalogue, taken)
    if not states.asked_age or bound is not None:
        return Again(changes)
    states.reached = False
    younger = _written(act, command, states, catalogue, taken)
    if younger == changes:
        return Again(changes)
    recorded = tuple((w.row.stream, w.event) for w in act.written)
    return Again(younger if younger == recorded else changes, on_age=True)


def _written(
    act: Act, command: Recorded, states: StatesAsOf, catalogue: Catalogue, taken: bool
) -> tuple[Change, ...]:
    answer = act.answer.event
    assert answer is not None, "read before"
    desk = Desk(states, catalogue, command, command.digest(), answer.recorded_at)
    states.day = desk.day
    if taken:
        decision: Accepted | Repeated | Refusal = Refusal("request_conflict")
    elif command.at > answer.recorded_at + _AHEAD:
        decision = Refusal("in_the_future")
    else:
        decision = decide(command, desk)
    match decision:
        case Accepted(changes):
            return (*_packs(desk, states), *changes)
        case Repeated(_, settlement, refund):
            event = RequestRepeated(**desk.head, op=command.op, settlement=settlement, refund=refund)
            return ((request_stream(command.id), event),)
        case Refusal():
            refused = _refused(command, desk, decision, answer)
            return (*_packs(desk, states), (request_stream(command.id), refused))
        case _:
            assert_never(decision)


def _packs(desk: Desk, states: StatesAsOf) -> tuple[Change, ...]:
    """A pack enters the log whole, before the first event that rests on it."""
    if not desk.packs_used:
        return ()
    book = states.state(POLICY_STREAM)
    assert isinstance(book, PolicyBook), "the stream of the policies begins with an empty book"
    return tuple(
        (
            POLICY_STREAM,
            PolicyRecorded(**desk.head, name=pack.name, digest=pack.digest, pack=pack.document()),
        )
        for pack in desk.packs_used.values()
        if pack.name not in book.packs
    )


def _refused(command: Recorded, desk: Desk, refusal: Refusal, answer: Event) -> RequestRefused:
    """The refusal on record; what was asked stands in the one that the command was read from, if any."""
    pack = next(reversed(desk.packs_used.values()), None)
    return RequestRefused(
        **desk.head,
        op=command.op,
        code=refusal.code,
        digest=command.log_digest(),
        figures=dict(refusal.figures),
        asked=answer.asked if isinstance(answer, RequestRefused) else {},
        policy=pack.name if pack else None,
        policy_digest=pack.digest if pack else None,
    )
