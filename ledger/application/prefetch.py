"""Which streams a batch will want, so that they come in two queries.

Hints only: what they miss is loaded when it is asked for.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from ledger.aggregates.family_group import FamilyGroup
from ledger.aggregates.request import RequestRecord
from ledger.aggregates.settlement import Settlement
from ledger.application.workspace import Workspace
from ledger.commands import models as c
from ledger.deciders.dispatch import created_streams, first_reads
from ledger.ids import POLICY_STREAM, account_stream, family_stream, request_stream, settlement_stream

_FEW: Final = 16


def prefetch(space: Workspace, commands: Sequence[c.AnyCommand], cautious: bool) -> None:
    """Load request keys, named streams, birth dates, and then what those streams point to.

    For a few commands, ids that commands name for the first time are taken to be new instead: saving finds
    out if they are not, and the batch is then decided again, cautiously. One look-up less for the usual case.
    """
    space.note_requests_before()
    few = len(commands) <= _FEW
    if cautious or not few:
        space.load_requests([command.id for command in commands])
    else:
        space.assume_absent(stream for command in commands for stream in created_streams(command))
    named = [POLICY_STREAM, *(stream for command in commands for stream in first_reads(command))]
    space.load(named, with_binders=few)
    space.load([stream for command in commands for stream in _second_reads(space, command)])
    beneficiaries = {command.beneficiary for command in commands if isinstance(command, c.Bind)}
    if beneficiaries:
        space.load_births(sorted(beneficiaries))


def _second_reads(space: Workspace, command: c.AnyCommand) -> Iterator[str]:
    match command:
        case c.Charge() | c.Hold() | c.Quote() | c.Record():
            family = space.peek(family_stream(command.beneficiary))
            if isinstance(family, FamilyGroup):
                yield from (account_stream(ranked.binder) for ranked in family.order_at(command.at))
        case c.Capture() | c.Release() | c.Refund():
            settlement = space.peek(settlement_stream(command.settlement))
            if isinstance(settlement, Settlement):
                yield family_stream(settlement.decided.beneficiary)
                yield from (account_stream(leg.payer) for leg in settlement.legs)
        case c.Review():
            record = space.peek(request_stream(command.request))
            if isinstance(record, RequestRecord) and record.pending is not None:
                yield account_stream(record.pending.binder)
                yield account_stream(record.pending.beneficiary)
                yield family_stream(record.pending.beneficiary)
        case _:
            return
