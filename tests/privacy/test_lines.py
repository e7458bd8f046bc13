"""Whatever a line holds of a person, no message repeats it, and no citizen-ID number is stored."""

from random import Random

import pytest

from ledger.application import Ledger
from ledger.events.codec import encode
from tests.ledger.field_table import line_of
from tests.privacy.planting import planted, raw

SEED = 20260401


def plain() -> list[bytes]:
    """What makes some of the planted lines possible."""
    people = [
        line_of("open_account", full=False) | {"account": who, "insurance": "employee"}
        for who in ("LIN", "WEI")
    ]
    return [raw({**person, "id": f"p-{number}"}) for number, person in enumerate(people)]


@pytest.mark.parametrize("count", [4_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_no_answer_and_no_event_repeats_what_was_planted(count: int) -> None:
    random = Random(SEED)
    ledger = Ledger.in_memory()
    ledger.submit(plain())
    statuses = set[str]()
    numbers = set[str]()
    answers = list[str]()
    for _ in range(0, count, 500):
        batch = list(planted(random, 500))
        results = ledger.submit([line for _, line in batch])
        for (who, line), result in zip(batch, results, strict=True):
            numbers.add(who.number)
            statuses.add(result.status)
            for lang in ("en", "zh"):
                message = result.message(lang) or ""
                assert not [trace for trace in who.traces if trace in message], (line, message)
            answer = result.to_json().decode()
            assert who.number not in answer.upper(), (line, answer)
            answers.append(answer)
    assert {"accepted", "rejected", "malformed"} <= statuses
    with ledger.log.session(exclusive=False):
        _, streams = ledger.log.changed_since(0)
        found = ledger.log.load(dict.fromkeys(streams, 0))
        stored = b"".join(encode(event) + stream.encode() for stream, _, event in found)
    assert stored
    text = stored.decode().upper()
    assert not [number for number in numbers if number in text]
