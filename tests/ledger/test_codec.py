"""Events ⇄ bytes. Every file in `tests/golden` is one topic in one version, and must load for ever.

A golden file holds events as they are stored, one a line: a full one, one with nothing optional, and one more
for every time that optional fields were added since. Lines are added, never changed; a new version of an
event gets a new file beside the old ones.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pytest

from ledger.errors import LogCorrupt
from ledger.events.codec import EVENT_CLASSES, TOPICS, decode, encode, upcast
from ledger.events.envelope import Event

GOLDEN = Path(__file__).parents[1] / "golden"
FILES = sorted(GOLDEN.glob("*.json"))
PRESENT = {f"{cls.topic}.v{cls.class_version}" for cls in EVENT_CLASSES}


class Greeted(Event, frozen=True, kw_only=True):
    """An event that has lived through two changes: `who` was called `name`, and once had no `times`."""

    topic: ClassVar[str] = "Greeted"
    class_version: ClassVar[int] = 3
    who: str
    times: int

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["times"] = 1

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        state["who"] = state.pop("name")


HEAD = b'"at":"2026-01-05T02:00:00Z","recorded_at":"2026-01-05T02:00:01Z","request":"r-1"'
GREETED = {
    1: b"{" + HEAD + b',"name":"LIN"}',
    2: b'{"class_version":2,' + HEAD + b',"name":"LIN","times":1}',
    3: b'{"class_version":3,' + HEAD + b',"who":"LIN","times":1}',
}


@pytest.fixture
def greeted() -> Iterator[None]:
    TOPICS["Greeted"] = Greeted
    yield
    del TOPICS["Greeted"]


def stored(file: Path) -> tuple[str, list[bytes]]:
    """The topic of a golden file, and the bytes of its events."""
    lines = file.read_bytes().splitlines()[1:-1]
    return file.name.partition(".")[0], [line.removesuffix(b",") for line in lines]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_golden_event_loads(file: Path) -> None:
    topic, states = stored(file)
    assert len(states) >= 2
    for state in states:
        event = decode(topic, state)
        assert event.topic == topic
        assert decode(topic, encode(event)) == event


@pytest.mark.parametrize("file", [file for file in FILES if file.stem in PRESENT], ids=lambda file: file.stem)
def test_a_golden_event_of_the_present_version_has_the_same_bytes_again(file: Path) -> None:
    topic, states = stored(file)
    assert [encode(decode(topic, state)) for state in states] == states


@pytest.mark.parametrize("file", [file for file in FILES if file.stem in PRESENT], ids=lambda file: file.stem)
def test_the_golden_events_together_name_every_field(file: Path) -> None:
    topic, states = stored(file)
    named = {name for state in states for name in orjson.loads(state)}
    assert named - {"class_version"} == set(TOPICS[topic].__struct_fields__)


def test_every_topic_has_a_golden_file_of_its_present_version() -> None:
    assert {file.stem for file in FILES} >= PRESENT


def test_every_golden_file_is_of_a_topic_and_a_version_that_exist() -> None:
    for file in FILES:
        topic, _, version = file.stem.partition(".v")
        assert 1 <= int(version) <= TOPICS[topic].class_version


def test_every_event_class_names_a_topic_of_its_own() -> None:
    assert len(TOPICS) == len(EVENT_CLASSES)
    assert all("topic" in vars(cls) for cls in EVENT_CLASSES)


@pytest.mark.usefixtures("greeted")
@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_old_event_is_brought_up_to_date_one_version_at_a_time(version: int) -> None:
    event = decode("Greeted", GREETED[version])
    assert isinstance(event, Greeted)
    assert (event.who, event.times) == ("LIN", 1)
    assert encode(event) == GREETED[3]


@pytest.mark.usefixtures("greeted")
@pytest.mark.parametrize(
    "state",
    [
        pytest.param(b'{"class_version":2,' + HEAD + b"}", id="a field that the upcast needs is not there"),
        pytest.param(
            b'{"class_version":4,' + HEAD + b',"who":"LIN","times":1}', id="written by a later program"
        ),
        pytest.param(b'{"class_version":"2",' + HEAD + b',"name":"LIN"}', id="no version"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"{", id="no JSON"),
    ],
)
def test_a_versioned_event_that_cannot_be_brought_up_to_date_is_a_corrupt_log(state: bytes) -> None:
    with pytest.raises(LogCorrupt, match="Greeted"):
        decode("Greeted", state)


def test_an_upcast_leaves_a_present_state_alone() -> None:
    assert upcast(Greeted, {"class_version": 3, "who": "LIN", "times": 2}) == {"who": "LIN", "times": 2}


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"not json",
        b"{}",
        b"[]",
        b"{" + HEAD + b"}",
        b"{" + HEAD + b',"order":["WEI"],"colour":"red"}',
        b"{" + HEAD + b',"order":"WEI"}',
        b"\xff",
    ],
)
def test_bytes_that_are_not_what_their_topic_says_are_a_corrupt_log(state: bytes) -> None:
    with pytest.raises(LogCorrupt, match="PriorityReordered"):
        decode("PriorityReordered", state)


def test_an_unknown_topic_is_a_corrupt_log() -> None:
    with pytest.raises(LogCorrupt, match="unknown topic 'Married'") as caught:
        decode("Married", b"{}")
    assert "未知类型" in caught.value.text("zh")


def test_an_event_cannot_be_changed() -> None:
    event = decode("PriorityReordered", b"{" + HEAD + b',"order":["WEI","MEI"]}')
    with pytest.raises(AttributeError):
        event.request = "r-2"  # type: ignore[misc]  # that it is frozen is what this test is about
