"""What people may do with a break, and what nobody may. Pure.

Whoever proposed cannot approve; an approval is of one proposal, with its action and amounts, and is used
once; one item is corrected once, whatever becomes of it later.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, assert_never

import orjson

from ledger.events.reconciliation import (
    Action,
    BreakApproved,
    BreakAsked,
    BreakAssigned,
    BreakClosed,
    BreakEvent,
    BreakProposed,
    BreakRefused,
    BreakReopened,
    MoneyAction,
    QuietAction,
    TheirRow,
)
from ledger.ids import reveals_citizen_id
from ledger.reconciliation.items import ReconciliationItem
from ledger.reconciliation.people import Person, check_other_person
from ledger.reconciliation.refused import Refused

MONEY: Final[tuple[MoneyAction, ...]] = ("refund", "record", "refund_and_record")
QUIET: Final[tuple[QuietAction, ...]] = ("timing", "explain", "write_off", "join")
_DERIVED: Final = frozenset({"id", "op", "at", "by", "settlement", "corrects"})
"""What a correction's own ids and times are is never anybody's choice."""
PeopleKnown = Callable[[str], Person]
"""The person of a staff number that an event carries."""


class Assign(NamedTuple):
    """Somebody is to look after it."""

    owner: str


class Ask(NamedTuple):
    """The other side is asked."""

    question: str


class Propose(NamedTuple):
    """An action is proposed. `record` are the fields of what is to be recorded instead, `ours` and `theirs`
    the rows to be joined."""

    action: Action
    reason: str
    settlement: str | None = None
    refund_fen: int = 0
    record: Mapping[str, Any] | None = None
    ours: tuple[str, ...] = ()
    theirs: tuple[TheirRow, ...] = ()


class Approve(NamedTuple):
    """A proposal is agreed to, named by its number and digest as they were looked at."""

    proposal: int
    digest: str


class Refuse(NamedTuple):
    """A proposal is turned down."""

    proposal: int
    digest: str
    reason: str


class Close(NamedTuple):
    """A corrected item is done with."""


class Reopen(NamedTuple):
    """A closed item is not done with."""

    reason: str


Wish = Assign | Ask | Propose | Approve | Refuse | Close | Reopen


def decide(
    state: ReconciliationItem, wish: Wish, person: Person, known: PeopleKnown, stamp: Mapping[str, Any]
) -> tuple[BreakEvent, ...]:
    """What a wish of a person writes; `stamp` is what every event carries. Raises `Refused`."""
    if not isinstance(wish, Reopen) and state.state == "closed":
        raise Refused("break_closed", item=state.item)
    match wish:
        case Assign(owner):
            return (BreakAssigned(**stamp, owner=owner),)
        case Ask(question):
            return (BreakAsked(**stamp, question=checked_text("question", question)),)
        case Propose():
            return (_proposed(state, wish, stamp),)
        case Approve():
            proposal = _decidable(state, wish, person, known)
            approval = BreakApproved(
                **stamp, proposal=wish.proposal, digest=wish.digest, maker=str(proposal.by)
            )
            return (approval, *_at_once(proposal, person, stamp))
        case Refuse():
            proposal = _decidable(state, wish, person, known)
            reason = checked_text("reason", wish.reason)
            return (
                BreakRefused(
                    **stamp, proposal=wish.proposal, digest=wish.digest, maker=str(proposal.by), reason=reason
                ),
            )
        case Close():
            return (_closed(state, stamp),)
        case Reopen(reason):
            if state.state != "closed":
                raise Refused("break_not_closed", item=state.item, state=state.state)
            return (BreakReopened(**stamp, reason=checked_text("reason", reason)),)
        case _:
            assert_never(wish)


def proposal_digest(item: str, number: int, wish: Propose) -> str:
    """32 hex digits over item, number, action and everything that would be done: what an approval is of."""
    rows = [list(wish.ours), [[row.file, row.line] for row in wish.theirs]]
    amounts = [wish.refund_fen, record_fen(wish)]
    content = [item, number, wish.action, wish.settlement, amounts, wish.record, rows]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def record_fen(wish: Propose) -> int:
    """What would be recorded anew."""
    return int(wish.record["amount_fen"]) if wish.record else 0


def _proposed(state: ReconciliationItem, wish: Propose, stamp: Mapping[str, Any]) -> BreakProposed:
    if state.state in ("approved", "correcting"):
        raise Refused("already_approved", item=state.item, proposal=state.proposals)
    if state.state == "corrected" or (wish.action in MONEY and state.corrected is not None):
        raise Refused("already_corrected", item=state.item)
    if wish.action in ("refund", "refund_and_record") and state.refunded:
        raise Refused("already_refunded", item=state.item)
    _check_fields(wish)
    number = state.proposals + 1
    return BreakProposed(
        **stamp,
        proposal=number,
        action=wish.action,
        digest=proposal_digest(state.item, number, wish),
        reason=checked_text("reason", wish.reason),
        settlement=wish.settlement,
        refund_fen=wish.refund_fen,
        record_fen=record_fen(wish),
        record=dict(wish.record) if wish.record else None,
        ours=wish.ours,
        theirs=wish.theirs,
    )


def _check_fields(wish: Propose) -> None:
    """An action names what it needs, and nothing else."""
    refunds, records = "refund" in wish.action, "record" in wish.action
    if refunds and (wish.settlement is None or wish.refund_fen <= 0):
        raise _wrong(
            "settlement", "a refund names a settlement and gives all of it back", "退款须指明结算且全额退回"
        )
    if not refunds and wish.refund_fen:
        raise _wrong("refund_fen", "this action refunds nothing", "该处理不含退款")
    if records != (wish.record is not None):
        raise _wrong("record", "is given exactly when something is to be recorded", "仅在需要记录时给出")
    if (wish.action == "join") != bool(wish.ours and wish.theirs):
        raise _wrong("ours, theirs", "are the rows to be joined, of both sides", "须列明双方要合并的行")
    if not refunds and not records and wish.settlement is not None:
        raise _wrong("settlement", "this action touches no settlement", "该处理不涉及结算")
    if not _DERIVED.isdisjoint(wish.record or ()):
        raise _wrong(
            "record", "leave out id, op, at, by, settlement, corrects", "不得含 id、op、at 等派生字段"
        )
    amount = None if wish.record is None else wish.record.get("amount_fen")
    if wish.record is not None and (type(amount) is not int or amount <= 0):
        raise _wrong(
            "record.amount_fen", "must be a whole number of fen above 0", "必须是大于 0 的整数（分）"
        )


def checked_text(field: str, value: str) -> str:
    """A text that may enter the log. Raises `Refused` (`not_a_proposal`)."""
    if not 1 <= len(value) <= 256 or "\0" in value:
        raise _wrong(field, "must have 1 to 256 characters", "应为 1 至 256 个字符")
    if reveals_citizen_id(value):
        raise _wrong(field, "holds a citizen-ID number; take it out", "含有身份证号，请删去")
    return value


def _wrong(field: str, reason: str, reason_zh: str) -> Refused:
    return Refused("not_a_proposal", field=field, reason=reason, reason_zh=reason_zh)


def _decidable(
    state: ReconciliationItem, wish: Approve | Refuse, person: Person, known: PeopleKnown
) -> BreakProposed:
    """The proposal that stands, if this is it and the person is not the one who made it."""
    if state.state in ("approved", "correcting"):
        raise Refused("already_approved", item=state.item, proposal=state.proposals)
    if state.state != "proposed" or state.proposal is None:
        raise Refused("nothing_proposed", item=state.item)
    if (wish.proposal, wish.digest) != (state.proposal.proposal, state.proposal.digest):
        raise Refused("stale_proposal", proposal=state.proposal.proposal)
    check_other_person(known(str(state.proposal.by)), person)
    return state.proposal


def _at_once(proposal: BreakProposed, checker: Person, stamp: Mapping[str, Any]) -> tuple[BreakEvent, ...]:
    """Where no money moves, nothing is left to be done."""
    how = proposal.action
    if how not in QUIET:
        return ()
    closed = BreakClosed(
        **stamp, how=how, proposal=proposal.proposal, maker=proposal.by, checker=checker.staff
    )
    return (closed,)


def _closed(state: ReconciliationItem, stamp: Mapping[str, Any]) -> BreakClosed:
    done = state.corrected
    if state.state != "corrected" or done is None:
        raise Refused("not_approved", item=state.item, state=state.state)
    return BreakClosed(
        **stamp, how=done.action, proposal=done.proposal, maker=done.maker, checker=done.checker
    )
