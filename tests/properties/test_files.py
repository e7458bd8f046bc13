"""The same file twice, in other batches, by another reader: always the same answers and the same events."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.application import Ledger, Result
from ledger.persistence.memory import MemoryLog
from tests.properties.clerk import NOW
from tests.properties.running import folded, ledger, log_of, run
from tests.properties.town import PACK_FILE
from tests.strategies import HALF, History, histories


def answer(result: Result) -> dict[str, Any]:
    return {name: value for name, value in result.as_dict().items() if name != "line"}


def repeated(first: Result) -> dict[str, Any]:
    """What the same line is answered with when it comes again."""
    status = "duplicate" if first.status == "accepted" else first.status
    return {**answer(first), "status": status}


@HALF
@given(histories())
def test_a_file_sent_twice_equals_once(history: History) -> None:
    with ledger() as opened:
        once = opened.submit(history.lines)
        events = log_of(opened)
        again = opened.submit(history.lines)
        assert log_of(opened) == events
    for command, first, second in zip(history.commands, once, again, strict=True):
        if command["op"] == "quote":  # a quote is of the moment
            continue
        assert answer(second) == repeated(first), command


@HALF
@given(histories(), st.lists(st.integers(0, 60), max_size=6))
def test_the_batch_size_changes_no_answer_and_no_event(history: History, cuts: list[int]) -> None:
    lines = history.lines
    whole, one_by_one = run(lines), run(lines, batch=1)
    edges = sorted({0, *(min(cut, len(lines)) for cut in cuts), len(lines)})
    with ledger() as opened:
        pieces = list(opened.apply([lines[a:b] for a, b in pairwise(edges)]))
        assert log_of(opened) == whole.events
    assert one_by_one.events == whole.events
    assert pieces == one_by_one.results == whole.results


@HALF
@given(histories())
def test_streams_folded_from_their_bytes_are_the_live_states(history: History) -> None:
    with ledger() as opened:
        for line in history.lines:
            opened.submit([line])
        stored = folded(log_of(opened))
        live = {stream: state for stream, state in opened._cache.states.items() if stream in stored}
    assert live == {stream: stored[stream] for stream in live}
    assert live.keys() >= {stream for stream in stored if stream.startswith(("account:", "family:"))}


@HALF
@given(histories(), st.integers(0, 60))
def test_a_ledger_opened_anew_goes_on_as_the_old_one_would(history: History, cut: int) -> None:
    lines, whole = history.lines, run(history.lines)
    log = MemoryLog()
    first, second = (Ledger(log, [PACK_FILE], clock=lambda: NOW) for _ in range(2))
    results = [*first.submit(lines[:cut]), *second.submit(lines[cut:], first_line=len(lines[:cut]) + 1)]
    assert results == whole.results
    assert log.events == whole.events
