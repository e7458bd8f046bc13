"""Every recorded decision taken again, from the first position of a log to its end."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal, NamedTuple

from ledger.aggregates.request import RequestRecord
from ledger.deciders.dispatch import Recorded
from ledger.events import account as a
from ledger.events import family as f
from ledger.events import request as r
from ledger.events import settlement as s
from ledger.ids import request_stream
from ledger.persistence.stored_log import StoredLog
from ledger.proof.leaves import LogRow
from ledger.redeciding.acts import Act, Cutter, Written, read
from ledger.redeciding.again import decide_again
from ledger.redeciding.commanded import NotACommand, commanded
from ledger.redeciding.findings import Difference, Finding, Report
from ledger.redeciding.naming import contradiction, named, same
from ledger.redeciding.naming import finding as _finding
from ledger.redeciding.packs import RecordedPacks
from ledger.redeciding.states import BROKEN, KEPT, StatesAsOf

BATCH: Final = 5_000
"""How many events are read at once."""


class Share(NamedTuple):
    """Which decisions are taken again: every `of`-th, beginning with `number` (from 0)."""

    number: int = 0
    of: int = 1


ALL: Final = Share()

Progress = Callable[[int, int], None]
Supported = Literal["decidable", "on_age"]
"""It comes out as recorded: in any case, or for somebody of the age it speaks of, which is beside the log."""


def redecide(
    log: StoredLog,
    progress: Progress | None = None,
    *,
    share: Share = ALL,
    upto: int | None = None,
    kept: int = KEPT,
    batch: int = BATCH,
) -> Report:
    """Take every decision again on the states as of its position, folded from the log itself.

    A decision is supported when the rules give the very bytes that are recorded, and no event more or less.
    The log is followed as it is recorded: what rests on an earlier fault is listed at its own place, so the
    first finding is where to look. `kept` and `batch` bound the memory. For a `share` the whole log is
    followed (`upto` a position) and only that share decided again. Raises `StoreUnavailable`.
    """
    end = log.end() if upto is None else upto
    return _Redecision(log, StatesAsOf(log, kept), share).run(progress, end, batch)


def redecide_from_facts(log: StoredLog, progress: Progress | None = None) -> Report:
    """Take every charge, hold and premium again from nothing but its own facts and the packs in the log.

    The states of accounts and families are not looked at: this needs no memory, and works on a part of a log
    that holds the packs. Raises `StoreUnavailable`.
    """
    report, packs = Report(), RecordedPacks()
    for rows in _batches(log, report, progress, log.end()):
        for written in read(rows):
            packs.heed([written])
            if isinstance(written.event, s.SettlementDecided):
                report.decisions += 1
                report.by_op[written.event.op] += 1
                found = contradiction(written.row, written.event, packs.catalogue)
                if found is None:
                    report.supported += 1
                else:
                    report.add(found)
    return report


def _batches(
    log: StoredLog,
    report: Report,
    progress: Progress | None,
    end: int,
    size: int = BATCH,
    *,
    holes: bool = True,
) -> Iterator[Iterable[LogRow]]:
    """The log in batches; a position that holds nothing is a finding, where `holes` are looked for."""
    while report.position < end:
        upto = min(report.position + size, end)
        rows = log.batch(report.position, upto)
        if holes:
            before = report.position
            for position in (*(row.position for row in rows), upto + 1):
                if position > before + 1:
                    report.add(_missing(before + 1, position))
                before = position
        yield rows
        report.position = upto
        if progress is not None:
            progress(upto, end)


def _missing(first: int, upto: int) -> Finding:
    gone = Difference("positions", upto - first, 0)
    return Finding(first, "missing", "", None, "", "log", (gone,))


class _Redecision:
    """One pass over a log."""

    def __init__(self, log: StoredLog, states: StatesAsOf, share: Share) -> None:
        self._log = log
        self._states = states
        self._share = share
        self._met = 0
        self._packs = RecordedPacks()
        self._report = Report()
        self._answers: dict[str, int] = {}

    def run(self, progress: Progress | None, end: int, batch: int) -> Report:
        cutter = Cutter()
        for rows in _batches(self._log, self._report, progress, end, batch, holes=self._share.number == 0):
            self._take(list(cutter.cut(rows)))
        self._take(list(cutter.rest()))
        self._report.findings.sort(key=lambda finding: finding.position)
        return self._report

    def _take(self, acts: list[Act]) -> None:
        if not acts:
            return
        self._states.position = acts[0].first
        self._states.bring_for(acts)
        number, of = self._share
        mine = [(self._met + place) % of == number for place in range(len(acts))]
        self._met += len(acts)
        answers = (act.answer.event for act, asked in zip(acts, mine, strict=True) if asked)
        self._answers = self._log.answers([event.request for event in answers if event is not None])
        for act, asked in zip(acts, mine, strict=True):
            self._states.position = act.first
            self._packs.heed(act.packs)
            if asked:
                self._decide(act)
            else:
                self._states.take(act.written)

    def _decide(self, act: Act) -> None:
        """Decide an act again, then follow it as it is recorded, wherever that leads."""
        op, found = self._judge(act)
        odd = self._states.take(act.written)
        if odd is not None and not isinstance(found, Finding):
            found = _finding(act, "out_of_place", op, Difference(odd.row.topic, odd.row.version, None))
        self._count(op, found)

    def _count(self, op: str, found: Finding | Supported) -> None:
        report = self._report
        report.decisions += 1
        report.by_op[op] += 1
        if isinstance(found, Finding):
            report.add(found)
        elif found == "decidable":
            report.supported += 1
        else:
            report.undecidable += 1

    def _judge(self, act: Act) -> tuple[str, Finding | Supported]:
        """Decide one act again: the op of its command, and what comes of it."""
        row, event = act.answer
        if event is None:
            return row.topic, _finding(act, "unreadable", row.topic)
        op = event.topic
        try:
            command = commanded(event, row.stream, self._states)
            op = command.op
            known = self._known(act, command)
            if known is not None:
                wrong = self._conflicts(known, command)
                if wrong is not None:
                    return op, _finding(act, "request", op, wrong)
            again = decide_again(act, command, self._states, self._packs.catalogue, taken=known is not None)
        except NotACommand as reason:
            return op, _finding(act, "not_a_command", op, Difference(f"{event.topic}.{reason}", None, None))
        except BROKEN as error:
            return op, _finding(act, "out_of_place", op, Difference(type(error).__name__, None, None))
        if same(act, again.changes):
            unsure = again.on_age or (
                known is not None and self._content(known) in (None, command.log_digest())
            )
            return op, "on_age" if unsure else "decidable"
        return op, named(act, op, again.changes, self._packs.catalogue)

    def _known(self, act: Act, command: Recorded) -> Written | None:
        """What had answered this request id before, if anything had."""
        position = self._answers.get(command.id, act.position)
        if position >= act.position:
            return None
        for written in read(self._log.batch(position - 1, position)):
            if written.event is not None and written.event.request == command.id:
                return written
        return None

    def _conflicts(self, known: Written, command: Recorded) -> Difference | None:
        """What is wrong with a conflict under a known id: the same content, or one on record already."""
        digest = command.log_digest()
        record = self._states.state(request_stream(command.id))
        assert isinstance(record, RequestRecord), "the stream of a request id begins with an empty record"
        if digest in record.conflicts and digest != self._content(known):
            return Difference("RequestRefused.digest", digest, None)
        if digest == self._content(known) and command.op != "open_account":
            return Difference(f"position {known.row.position}", digest, digest)
        return None

    def _content(self, known: Written) -> str | None:
        """The digest of the content that was answered; none where the answer does not say all of it."""
        event = known.event
        match event:
            case s.SettlementDecided() | s.SettlementRefunded() | r.RequestRefused():
                return event.digest
            case a.AccountConfirmed() | f.TimelineAdvanced() | None:
                return None
            case _:
                return commanded(event, known.row.stream, self._states).log_digest()
