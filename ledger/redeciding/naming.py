"""How a recorded act differs from what the rules give: the kind, and every field."""

from collections.abc import Sequence

from ledger.deciders.desk import Change
from ledger.events.codec import encode
from ledger.events.envelope import Event
from ledger.events.request import PolicyRecorded, RequestRefused
from ledger.events.settlement import SettlementDecided
from ledger.policies.catalogue import Catalogue
from ledger.proof.leaves import LogRow
from ledger.redeciding.acts import Act
from ledger.redeciding.facts import NoPack, Unasked, from_its_own
from ledger.redeciding.findings import Difference, Finding, Kind, Rests, differences, kind_of


def same(act: Act, changes: Sequence[Change]) -> bool:
    """Whether an act is, byte by byte, what the rules write."""
    written = act.written
    if len(written) != len(changes):
        return False
    for one, (stream, event) in zip(written, changes, strict=True):
        row = one.row
        if row.stream != stream or row.topic != event.topic:
            return False
        if row.state != encode(event) and not (event.class_version > 1 and event == one.event):
            return False
    return True


def finding(act: Act, kind: Kind, op: str, *found: Difference, rests: Rests = "log") -> Finding:
    """A finding about an act."""
    row, event = act.answer
    return Finding(row.position, kind, op, None if event is None else event.request, row.stream, rests, found)


def named(act: Act, op: str, changes: Sequence[Change], catalogue: Catalogue) -> Finding:
    """What is wrong with an act that the rules write otherwise."""
    answer = act.answer.event
    given = next((event for _, event in changes if not isinstance(event, PolicyRecorded)), None)
    if isinstance(answer, RequestRefused) != isinstance(given, RequestRefused):
        return _turned(act, op, answer, given)
    if isinstance(answer, SettlementDecided):
        own = contradiction(act.answer.row, answer, catalogue)
        if own is not None:
            return own
    shape = [(w.row.stream, w.row.topic) for w in act.written]
    should = [(stream, event.topic) for stream, event in changes]
    if shape != should:
        recorded, expected = (
            [f"{topic} {stream}" for stream, topic in shape],
            [f"{event.topic} {stream}" for stream, event in changes],
        )
        return finding(act, "events", op, Difference("events", recorded, expected))
    found = [
        difference
        for written, (_, event) in zip(act.written, changes, strict=True)
        if written.event is not None
        for difference in differences(written.event, event)
    ]
    if not found:
        return finding(act, "bytes", op)
    return finding(act, _kind(answer, found), op, *found)


def contradiction(row: LogRow, decided: SettlementDecided, catalogue: Catalogue) -> Finding | None:
    """What a charge, hold or premium has against itself; none where its own facts support it."""
    kind: Kind
    found: tuple[Difference, ...]
    try:
        again = from_its_own(decided, catalogue)
    except NoPack:
        kind, found = "policy", (Difference("SettlementDecided.policy", decided.policy, None),)
    except Unasked:
        payers = [source.payer for source in decided.sources]
        kind, found = "order", (Difference("SettlementDecided.sources", payers, list(decided.order)),)
    else:
        found = differences(decided, again)
        if not found:
            return None
        kind = kind_of(found)
    return Finding(row.position, kind, decided.op, decided.request, row.stream, "own", found)


def _turned(act: Act, op: str, recorded: Event | None, given: Event | None) -> Finding:
    """Recorded as accepted and refused by the rules, or the other way round."""
    if isinstance(given, RequestRefused):
        return finding(act, "refused", op, Difference("code", None, given.code))
    code = recorded.code if isinstance(recorded, RequestRefused) else None
    return finding(act, "accepted", op, Difference("code", code, None))


def _kind(answer: Event | None, found: Sequence[Difference]) -> Kind:
    if any(difference.where.startswith("PolicyRecorded.") for difference in found):
        return "policy"
    fields = {difference.where.split(".")[1] for difference in found}
    if isinstance(answer, RequestRefused) and fields & {"code", "figures"}:
        return "refusal"
    return kind_of(found)
