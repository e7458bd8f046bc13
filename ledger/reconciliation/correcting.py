"""An approved correction carried out: through the ledger's own commands, exactly once for an item.

    rehearsed → CorrectionBegun (the approval is used) → commands → BreakCorrected, or BreakNotCorrected

Every id is derived from the item. A program killed anywhere is run again: what stands answers as a duplicate,
and the refund id and the settlement id of an item exist once in the ledger, whatever is approved later.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from ledger.application.ledger import parse_lines
from ledger.application.noting import Known, ToWrite, note
from ledger.application.results import Result
from ledger.clock import for_people
from ledger.errors import Malformed
from ledger.events.reconciliation import (
    BreakCorrected,
    BreakEvent,
    BreakNotCorrected,
    BreakProposed,
    CorrectionBegun,
    MoneyAction,
)
from ledger.ids import break_stream, is_id
from ledger.reconciliation.acting import MONEY, Propose, record_fen
from ledger.reconciliation.items import ReconciliationItem
from ledger.reconciliation.office import Office, item_of, stamp
from ledger.reconciliation.refused import Refused

_DONE: Final = ("accepted", "duplicate")


class Correction(NamedTuple):
    """What became of an approved correction. `code` and `message` say why the ledger refused, if it did."""

    item: ReconciliationItem
    code: str | None = None
    message: str | None = None
    message_zh: str | None = None


class Sent(NamedTuple):
    """The commands of a correction, and what they make: a refund, a settlement, either or both."""

    lines: Sequence[bytes]
    refund: str | None
    recorded: str | None


def correct(office: Office, item: str) -> Correction:
    """Carry out what was approved, or go on where a killed program stopped.

    Raises `Refused`: `not_approved`, `break_not_found`, and as `present`; `StoreUnavailable`, `Busy`: run it
    again.
    """
    state = office.item(item)
    if state.state == "corrected":
        return Correction(state)
    proposal = _approved(state)
    sent = commands(state, proposal, by=proposal.by, at=_at(state))
    if state.state == "approved":
        refused = _first_refused(office.ledger.rehearse(parse_lines(sent.lines)))
        if refused is not None:
            return _refused(office, state, refused, refunded=False)
        _note(office, state, CorrectionBegun, proposal=proposal.proposal, digest=proposal.digest)
        now = office.item(item)
        if now.state not in ("correcting", "corrected") or now.approved != state.approved:
            raise Refused("not_approved", item=item, state=now.state)
    results = office.ledger.submit(sent.lines)
    refused = _first_refused(results)
    if refused is not None:
        stands = sent.refund is not None and results[0].status in _DONE
        return _refused(office, state, refused, refunded=stands)
    assert state.approved is not None
    _note(
        office,
        state,
        BreakCorrected,
        proposal=proposal.proposal,
        action=_money(proposal),
        digest=proposal.digest,
        maker=state.approved.maker,
        checker=str(state.approved.by),
        settlement=proposal.settlement,
        refund=sent.refund,
        refund_fen=proposal.refund_fen,
        recorded=sent.recorded,
        record_fen=proposal.record_fen,
    )
    return Correction(office.item(item))


def check(office: Office, state: ReconciliationItem, wish: Propose) -> None:
    """Whether the ledger would take a correction now, and the refund be one in full.

    Raises `Refused`: `correction_refused`, `not_in_full`.
    """
    if wish.action not in MONEY:
        return
    sent = commands(state, wish, by=None, at=for_people(office.clock()))
    results = office.ledger.rehearse(parse_lines(sent.lines))
    refused = _first_refused(results)
    if refused is not None:
        raise Refused(
            "correction_refused", reason=refused.message() or refused.code, reason_zh=refused.message("zh")
        )
    left = results[0].result.get("refundable_fen", 0) if sent.refund is not None else 0
    if left:
        raise Refused("not_in_full", refundable_fen=left, settlement=wish.settlement)


def commands(state: ReconciliationItem, what: Propose | BreakProposed, by: str | None, at: str) -> Sent:
    """The command lines of a correction. The refund comes first: a record corrects what was given back."""
    number = state.proposals if isinstance(what, BreakProposed) else state.proposals + 1
    head = {"at": at} | ({} if by is None else {"by": by})
    lines: list[Mapping[str, Any]] = []
    refund = recorded = None
    if what.action in ("refund", "refund_and_record"):
        refund = f"{state.item}.refund"
        told = {"settlement": what.settlement, "refund": refund, "amount_fen": what.refund_fen}
        lines.append({**told, "id": f"{state.item}.{number}.refund", "op": "refund", **head})
    if what.record is not None:
        recorded = _number(state, what)
        corrects = {} if what.settlement is None else {"corrects": what.settlement}
        told = {**what.record, "settlement": recorded, **corrects}
        lines.append({**told, "id": f"{state.item}.{number}.record", "op": "record", **head})
    return Sent([orjson.dumps(line) for line in lines], refund, recorded)


def amounts(wish: Propose) -> tuple[int, int]:
    """What is given back and what is recorded anew, in fen."""
    return wish.refund_fen, record_fen(wish)


def _number(state: ReconciliationItem, what: Propose | BreakProposed) -> str:
    """The id of the settlement recorded: the number both sides report, unless what is wrong has it."""
    external = state.opened.external
    if what.settlement is None and external is not None and is_id(external):
        return external
    return f"{state.item}.record"


def _approved(state: ReconciliationItem) -> BreakProposed:
    waiting = state.state in ("approved", "correcting")
    if not waiting or state.proposal is None or state.approved is None or state.proposal.action not in MONEY:
        raise Refused("not_approved", item=state.item, state=state.state)
    return state.proposal


def _money(proposal: BreakProposed) -> MoneyAction:
    return next(action for action in MONEY if action == proposal.action)


def _at(state: ReconciliationItem) -> str:
    """When the correction happens: at its approval, so that a second try says the same."""
    assert state.approved is not None
    return for_people(state.approved.at)


def _first_refused(results: Sequence[Result]) -> Result | None:
    return next((result for result in results if result.status not in _DONE), None)


def _refused(office: Office, state: ReconciliationItem, refused: Result, *, refunded: bool) -> Correction:
    assert state.proposal is not None
    code = refused.code or Malformed.code
    _note(
        office,
        state,
        BreakNotCorrected,
        proposal=state.proposal.proposal,
        digest=state.proposal.digest,
        code=code,
        refunded=refunded,
    )
    return Correction(office.item(state.item), code, refused.message(), refused.message("zh"))


def _note(office: Office, state: ReconciliationItem, kind: type[BreakEvent], **fields: Any) -> None:
    """Write a step of this correction, unless another program has written it meanwhile."""
    stream = break_stream(state.item)

    def decide(known: Known) -> ToWrite:
        now = item_of(state.item, known)
        begun = kind is not CorrectionBegun and now.state == "correcting"
        if not begun and (now.state != "approved" or now.approved != state.approved):
            return ()
        head = stamp(f"{state.item}.{now.version + 1}", office.clock(), office.actor())
        return ((stream, kind(**head, **fields)),)

    note(office.ledger.log, [stream], decide, alone=True)
