"""Orders reach the ledger: new settlements as commands, known ones as facts that they lacked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Final, Literal, NamedTuple

from ledger.application import Ledger
from ledger.application.noting import Known, ToWrite, note
from ledger.clock import Clock, system_clock
from ledger.events.envelope import Event
from ledger.events.facts import FactsAdded
from ledger.events.request import RequestRefused
from ledger.events.settlement import SettlementDecided, SettlementRefunded, SettlementReleased
from ledger.ids import facts_stream, settlement_stream
from ledger.reconciliation.intake.orders import Order
from ledger.refusals import wording

Became = Literal[
    "charged", "recorded", "refunded", "facts_added", "known", "conflict", "rejected", "parked", "nothing_due"
]
OPEN: Final[frozenset[Became]] = frozenset({"conflict", "rejected", "parked"})
"""What waits for a clerk."""
BATCH: Final = 500
_ATTEMPTS: Final = 100

Progress = Callable[[int, int], object]


class Outcome(NamedTuple):
    """What became of a line. `code` and `figures` are those of a refusal; `exceptions` what was recorded."""

    line: int
    settlement: str
    became: Became
    code: str | None = None
    figures: Mapping[str, object] | None = None
    exceptions: Sequence[str] = ()

    def message(self, lang: str) -> str | None:
        """The sentence of a refusal."""
        return None if self.code is None else wording(self.code, self.figures or {}, lang)


class _Seen(NamedTuple):
    """A settlement as the log has it, and all facts known of it."""

    decided: SettlementDecided
    events: Sequence[Event]
    facts: Mapping[str, str]
    institution: str | None

    @property
    def is_back(self) -> bool:
        """Whether all of it was refunded."""
        return any(isinstance(e, SettlementRefunded) and not e.refundable_fen for e in self.events)

    @property
    def is_released(self) -> bool:
        """Whether it was a hold that was given back: it was never settled here."""
        return any(isinstance(e, SettlementReleased) for e in self.events)


def take(
    ledger: Ledger, orders: Sequence[Order], progress: Progress | None = None, clock: Clock = system_clock
) -> list[Outcome]:
    """Carry out the orders: settlements first, then cancellations; outcomes in the order of the lines.

    Taking the same lines again has no second effect. Raises `StoreUnavailable`, `Busy`; what was done by
    then stays, and the next attempt goes on there.
    """
    outcomes: list[Outcome] = []
    forward = [order for order in orders if order.record.direction == "forward"]
    reverse = [order for order in orders if order.record.direction == "reverse"]
    for group in (forward, reverse):
        for first in range(0, len(group), BATCH):
            outcomes += _batch(ledger, group[first : first + BATCH], clock)
            if progress is not None:
                progress(len(outcomes), len(orders))
    return sorted(outcomes, key=lambda outcome: (outcome.line, outcome.settlement))


def _batch(ledger: Ledger, orders: Sequence[Order], clock: Clock) -> Iterator[Outcome]:
    seen = _seen(_events(ledger, orders), orders)
    fresh: list[Order] = []
    for order in orders:
        became = _known(order, seen.get(order.record.settlement))
        if became is None:
            fresh.append(order)
        elif became != "facts_added":
            yield _outcome(order, became)
    known = [order for order in orders if _known(order, seen.get(order.record.settlement)) == "facts_added"]
    if known:
        yield from _add_facts(ledger, known, clock)
    yield from _send(ledger, fresh)


def _outcome(order: Order, became: Became) -> Outcome:
    return Outcome(order.record.line, order.record.settlement, became)


def _streams(orders: Sequence[Order]) -> list[str]:
    ids = dict.fromkeys(order.record.settlement for order in orders)
    return [stream for id_ in ids for stream in (settlement_stream(id_), facts_stream(id_))]


def _events(ledger: Ledger, orders: Sequence[Order]) -> Known:
    found: dict[str, list[Event]] = {stream: [] for stream in _streams(orders)}
    with ledger.log.session(exclusive=False):
        for stream, _, event in ledger.log.load(dict.fromkeys(found, 0)):
            found[stream].append(event)
    return found


def _seen(events: Known, orders: Sequence[Order]) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    for settlement in dict.fromkeys(order.record.settlement for order in orders):
        own = events[settlement_stream(settlement)]
        if not own or not isinstance(own[0], SettlementDecided):
            continue
        facts, institution = dict(own[0].facts or {}), own[0].institution
        for later in events[facts_stream(settlement)]:
            assert isinstance(later, FactsAdded), "nothing else lives there"
            facts = {**later.facts, **facts}
            institution = institution or later.institution
        seen[settlement] = _Seen(own[0], own, facts, institution)
    return seen


def _known(order: Order, seen: _Seen | None) -> Became | None:
    """What a line comes to without a command; none where it needs one."""
    if seen is None:
        if order.record.direction == "reverse":
            return "parked"
        return "nothing_due" if order.fields is None else None
    decided, record = seen.decided, order.record
    if (decided.beneficiary, decided.amount_fen) != (record.person, record.share_fen) or seen.is_released:
        return "conflict"
    if record.direction == "reverse":
        return "known" if seen.is_back else None
    return "facts_added" if any(_missing(order, seen)) else "known"


def _missing(order: Order, seen: _Seen) -> tuple[dict[str, str], str | None]:
    """The facts, and the institution, that a settlement lacks and a line tells."""
    facts = {name: value for name, value in order.facts.items() if name not in seen.facts}
    return facts, order.record.institution if seen.institution is None else None


def _added(order: Order, seen: _Seen, clock: Clock) -> FactsAdded:
    record = order.record
    facts, institution = _missing(order, seen)
    return FactsAdded(
        at=record.at.astimezone(UTC),
        recorded_at=clock(),
        request=f"import:{record.file[:16]}:{record.line}",
        by=None if order.fields is None else order.fields.get("by"),
        facts=facts,
        institution=institution,
        file=record.file,
    )


def _add_facts(ledger: Ledger, orders: Sequence[Order], clock: Clock) -> list[Outcome]:
    """All of these lines in one transaction; what another writer has told meanwhile is not told again."""
    outcomes: list[Outcome] = []

    def decide(events: Known) -> ToWrite:
        seen = _seen(events, orders)
        outcomes.clear()
        noted: list[tuple[str, Event]] = []
        for order in orders:
            settlement = order.record.settlement
            became = _known(order, seen.get(settlement)) or "conflict"
            outcomes.append(_outcome(order, became))
            if became == "facts_added":
                noted.append((facts_stream(settlement), _added(order, seen[settlement], clock)))
        return noted

    note(ledger.log, _streams(orders), decide)
    return outcomes


def _send(ledger: Ledger, orders: Sequence[Order]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    commands = []
    sent: list[Order] = []
    for order, attempt, refused in _attempts(ledger, orders):
        command = order.command(attempt)
        if refused is not None:
            (rehearsed,) = ledger.rehearse([command])
            if rehearsed.code == refused.code:  # still: one refusal on record is enough
                outcomes.append(_refused(order, refused.code, refused.figures))
                continue
        commands.append(command)
        sent.append(order)
    for order, result in zip(sent, ledger.execute(commands) if commands else (), strict=True):
        if result.code is not None:
            outcomes.append(_refused(order, result.code, result.result))
        else:
            became = _DONE[result.op or ""]
            exceptions = tuple(result.result.get("exceptions", ()))
            outcomes.append(_outcome(order, became)._replace(exceptions=exceptions))
    return outcomes


_DONE: Final[Mapping[str, Became]] = {"charge": "charged", "record": "recorded", "refund": "refunded"}


def _refused(order: Order, code: str, figures: Mapping[str, object]) -> Outcome:
    became: Became = "conflict" if code in ("settlement_conflict", "refund_conflict") else "rejected"
    return _outcome(order, became)._replace(code=code, figures=figures)


def _attempts(ledger: Ledger, orders: Sequence[Order]) -> Iterator[tuple[Order, int, RequestRefused | None]]:
    """Each order with the first attempt that was not refused before, and the refusal before it, if any.

    A refused request id answers the same for ever; what was refused may be asked again under a new one.
    """
    waiting: dict[str, tuple[Order, RequestRefused | None]] = {
        order.record.settlement: (order, None) for order in orders
    }
    for attempt in range(1, _ATTEMPTS):
        if not waiting:
            return
        ids = {order.command(attempt).id: order for order, _ in waiting.values()}
        with ledger.log.session(exclusive=False):
            known = ledger.log.requests(list(ids))
        for id_, order in ids.items():
            _, before = waiting[order.record.settlement]
            answer = known[id_].answer.event if id_ in known else None
            if isinstance(answer, RequestRefused):
                waiting[order.record.settlement] = (order, answer)
            else:
                del waiting[order.record.settlement]
                yield order, attempt, before
