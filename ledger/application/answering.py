"""One command after another: id first, then the clock, then the rules; every answer leaves its trace."""

from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from ledger.application.results import Result
from ledger.application.workspace import Workspace
from ledger.commands.models import AnyCommand, OpenAccount, Quote
from ledger.deciders.charging import quote
from ledger.deciders.desk import Accepted, Desk, NotLoaded, Repeated
from ledger.deciders.dispatch import Recorded, decide
from ledger.events.envelope import Event, StreamEvent
from ledger.events.receipts import result_of
from ledger.events.request import PolicyRecorded, RequestRefused, RequestRepeated
from ledger.events.settlement import SettlementCaptured, SettlementReleased
from ledger.ids import POLICY_STREAM, request_stream, settlement_stream
from ledger.persistence.log import KnownRequest
from ledger.policies.catalogue import Catalogue
from ledger.policies.pack import Pack
from ledger.refusals import Refusal

_AHEAD: Final = timedelta(hours=24)
_IN_THE_FUTURE: Final = Refusal("in_the_future")


class Answering:
    """Answers commands on one workspace, in order. `now` is the time of recording of all of them."""

    def __init__(self, space: Workspace, catalogue: Catalogue, now: datetime) -> None:
        self._space = space
        self._catalogue = catalogue
        self._now = now

    def answer(self, line: int, command: AnyCommand) -> Result:
        """Decide one command, loading what it turns out to need."""
        while True:
            try:
                return self._answer(line, command)
            except NotLoaded as missing:
                self._space.load([missing.stream])

    def _answer(self, line: int, command: AnyCommand) -> Result:
        if isinstance(command, Quote):
            return self._quote(line, command)
        digest = command.digest()
        known = self._space.requests.get(command.id)
        if known is not None:
            return self._known(line, command, digest, known)
        desk = self._desk(command, digest)
        decision = decide(command, desk) if command.at <= self._now + _AHEAD else _IN_THE_FUTURE
        match decision:
            case Refusal():
                self._refuse(command, desk, decision)
                self._space.take(command.id, digest, len(self._space.batch.events) - 1)
                return Result(line, command.id, command.op, "rejected", decision.code, decision.figures)
            case Repeated(first, settlement, refund):
                repeated = RequestRepeated(**desk.head, op=command.op, settlement=settlement, refund=refund)
                self._space.add([(request_stream(command.id), repeated)])
                self._space.take(command.id, digest, len(self._space.batch.events) - 1)
                return Result(line, command.id, command.op, "duplicate", None, result_of(first))
            case Accepted(changes):
                self._record_policies(desk)
                answer = len(self._space.batch.events)
                self._space.add(changes)
                self._space.take(command.id, digest, answer)
                if isinstance(command, OpenAccount) and command.born is not None:
                    self._space.note_birth(command.account, command.born)
                result = self._result(self._space.batch.events[answer])
                return Result(line, command.id, command.op, "accepted", None, result)

    def _desk(self, command: AnyCommand, digest: bytes) -> Desk:
        return Desk(self._space, self._catalogue, command, digest, self._now)

    def _quote(self, line: int, command: Quote) -> Result:
        answer: dict[str, Any] | Refusal = _IN_THE_FUTURE
        if command.at <= self._now + _AHEAD:
            answer = quote(command, self._desk(command, b""))
        if isinstance(answer, Refusal):
            return Result(line, command.id, command.op, "rejected", answer.code, answer.figures)
        return Result(line, command.id, command.op, "accepted", None, answer)

    def _known(self, line: int, command: Recorded, digest: bytes, known: KnownRequest) -> Result:
        """An id that was used before: the first answer again, or a conflict that is recorded once."""
        if digest != known.digest:
            conflict = Refusal("request_conflict")
            desk = self._desk(command, digest)
            if command.log_digest() not in desk.request(command.id).conflicts:
                self._refuse(command, desk, conflict)
            return Result(line, command.id, command.op, "rejected", conflict.code, conflict.figures)
        event = known.answer.event
        if isinstance(event, RequestRefused):
            return Result(line, command.id, command.op, "rejected", event.code, event.figures)
        return Result(line, command.id, command.op, "duplicate", None, self._result(known.answer))

    def _result(self, answer: StreamEvent) -> dict[str, Any]:
        """The result that an answering event stands for; some need their settlement beside them."""
        event: Event = answer.event
        if isinstance(event, RequestRepeated):
            settlement = self._space.settlement(settlement_stream(event.settlement))
            return result_of(settlement.decided if event.refund is None else settlement.refunds[event.refund])
        if isinstance(event, SettlementCaptured | SettlementReleased):
            return result_of(event, self._space.settlement(answer.originator_id).decided)
        return result_of(event)

    def _refuse(self, command: Recorded, desk: Desk, refusal: Refusal) -> None:
        self._record_policies(desk)
        pack = next(reversed(desk.packs_used.values()), None)
        event = RequestRefused(
            **desk.head,
            op=command.op,
            code=refusal.code,
            digest=command.log_digest(),
            figures=dict(refusal.figures),
            asked=_asked(command),
            policy=pack.name if pack else None,
            policy_digest=pack.digest if pack else None,
        )
        self._space.add([(request_stream(command.id), event)])

    def _record_policies(self, desk: Desk) -> None:
        """A pack enters the log whole, before the first event that rests on it."""
        recorded = self._space.policy_book().packs if desk.packs_used else {}
        for pack in desk.packs_used.values():
            if pack.name not in recorded:
                self._space.add([(POLICY_STREAM, _recorded(pack, desk))])


def _recorded(pack: Pack, desk: Desk) -> PolicyRecorded:
    return PolicyRecorded(**desk.head, name=pack.name, digest=pack.digest, pack=pack.document())


def _asked(command: Recorded) -> dict[str, Any]:
    """The refused content as plain JSON values; a birth date stays out of the log."""
    content = {name: value for name, value in command.content().items() if name not in ("at", "born")}
    plain: dict[str, Any] = orjson.loads(orjson.dumps(content, default=lambda part: part.__dict__))
    return plain
