"""The bytes of a leaf: frozen, different for any two events, and readable without the ledger."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof.errors import LogBroken, NotReadable
from ledger.proof.leaves import MAX_LEAF_BYTES, LogRow, leaf_bytes, leaves, read_leaf, recorded_time
from ledger.proof.tree import leaf_hash
from scripts import verify_log
from tests.proof.logs import rows

STATE = b'{"at":"2026-01-05T02:00:00Z","recorded_at":"2026-01-05T02:00:01.123456Z","request":"r-1"}'
POSITIONS = st.integers(1, 2**63 - 1)
ROWS = st.builds(LogRow, POSITIONS, st.text(max_size=20), POSITIONS, st.text(max_size=12), st.binary())


def test_the_bytes_of_a_leaf_are_frozen() -> None:
    leaf = leaf_bytes(258, "account:林", 3, "Credited", STATE)
    assert leaf == (
        b"\x00\x07"
        b"\x00\x00\x00\x02\x00\x01"
        b"\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x01\x02"
        b"\x00\x00\x00\x0baccount:\xe6\x9e\x97"
        b"\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x03"
        b"\x00\x00\x00\x08Credited"
        b"\x00\x00\x00\x1b2026-01-05T02:00:01.123456Z"
        b"\x00\x00\x00\x59" + STATE
    )
    assert leaf_hash(leaf).hex() == "87a8a0028a4eba5f31b06ea7681280bb660ebdcb4504fc47b87871f9579cad02"


def test_the_bytes_of_a_leaf_whose_state_is_too_long_for_a_bundle_are_frozen() -> None:
    state = STATE[:-1] + b',"pack":"' + b"x" * 70_000 + b'"}'
    leaf = leaf_bytes(1, "policies", 1, "PolicyRecorded", state)
    assert leaf == (
        b"\x00\x08"
        b"\x00\x00\x00\x02\x00\x02"
        b"\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x01"
        b"\x00\x00\x00\x08policies"
        b"\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x01"
        b"\x00\x00\x00\x0ePolicyRecorded"
        b"\x00\x00\x00\x1b2026-01-05T02:00:01.123456Z"
        b"\x00\x00\x00\x08\x00\x00\x00\x00\x00\x01\x11\xd3"
        b"\x00\x00\x00\x20" + sha256(state).digest()
    )
    assert leaf_hash(leaf).hex() == "c0c79b6ec5997ab157ea38bf0a191816d86d91f6c3bcfe8e7909397f2d340d5f"


def test_the_longest_state_that_fits_stands_in_its_leaf() -> None:
    head = len(leaf_bytes(1, "policies", 1, "PolicyRecorded", b""))
    whole, digest = (
        leaf_bytes(1, "policies", 1, "PolicyRecorded", bytes(MAX_LEAF_BYTES - head + more)) for more in (0, 1)
    )
    assert (whole[:2], len(whole)) == (b"\x00\x07", MAX_LEAF_BYTES)
    assert (digest[:2], len(digest)) == (b"\x00\x08", head + 44)
    assert read_leaf(whole).state == bytes(MAX_LEAF_BYTES - head)
    assert read_leaf(digest).state is None
    assert read_leaf(digest).state_bytes == MAX_LEAF_BYTES - head + 1


@given(ROWS, ROWS)
def test_two_events_never_give_the_same_bytes(one: LogRow, other: LogRow) -> None:
    assert (leaf_bytes(*one) == leaf_bytes(*other)) == (one == other)


@given(POSITIONS, POSITIONS, st.text(max_size=9), st.text(max_size=9), st.integers(0, 18), st.integers(0, 18))
def test_moving_text_from_one_part_to_the_next_gives_other_bytes(
    position: int, version: int, stream: str, topic: str, cut: int, moved: int
) -> None:
    whole = stream + topic
    one = leaf_bytes(position, whole[:cut], version, whole[cut:], STATE)
    other = leaf_bytes(position, whole[:moved], version, whole[moved:], STATE)
    assert (one == other) == (whole[:cut] == whole[:moved])


@given(ROWS)
def test_a_leaf_tells_what_it_was_made_of(row: LogRow) -> None:
    found = read_leaf(leaf_bytes(*row))
    assert found[:4] == row[:4]
    assert (found.state, found.state_bytes) == (row.state, len(row.state))
    assert found.state_digest == sha256(row.state).digest()


@given(ROWS, st.data())
def test_a_leaf_that_is_cut_or_too_long_is_not_read(row: LogRow, data: st.DataObject) -> None:
    leaf = leaf_bytes(*row)
    other_count, other_form = leaf[:1] + b"\x08" + leaf[2:], leaf[:7] + b"\x03" + leaf[8:]
    cut, longer = leaf[: data.draw(st.integers(0, len(leaf) - 1))], leaf + b"\x00"
    for wrong in (cut, longer, other_count, other_form):
        with pytest.raises(NotReadable, match="no leaf of this log"):
            read_leaf(wrong)


def test_a_state_that_fits_may_not_be_replaced_by_its_digest() -> None:
    leaf = leaf_bytes(1, "account:LIN", 1, "Credited", STATE)
    with pytest.raises(NotReadable):
        read_leaf(
            b"\x00\x08\x00\x00\x00\x02\x00\x02"
            + leaf[8 : -len(STATE) - 4]
            + b"\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x59"
            + b"\x00\x00\x00\x20"
            + sha256(STATE).digest()
        )


@pytest.mark.parametrize(
    ("state", "time"),
    [
        (STATE, b"2026-01-05T02:00:01.123456Z"),
        (b'{"class_version":2,' + STATE[1:], b"2026-01-05T02:00:01.123456Z"),
        (b'{"recorded_at":"2026-01-05T02:00:01Z"}', b"2026-01-05T02:00:01Z"),
        (b'{"at":"2026-01-05T02:00:00Z"}', b""),
        (b'{"recorded_at":"2026', b""),
        (b"", b""),
    ],
)
def test_the_recorded_time_is_cut_from_the_state_as_it_stands_there(state: bytes, time: bytes) -> None:
    assert recorded_time(state) == time
    assert read_leaf(leaf_bytes(1, "account:LIN", 1, "Credited", state)).recorded_at == time.decode()


def test_the_verifier_reads_the_same_in_a_leaf() -> None:
    for row in rows(9):
        position, stream, version, topic, recorded, state = verify_log.parse_leaf(leaf_bytes(*row), 1)
        assert LogRow(position, stream, version, topic, *state) == row
        assert recorded == read_leaf(leaf_bytes(*row)).recorded_at


def test_a_log_in_order_gives_its_leaves() -> None:
    assert list(leaves(rows(7))) == [leaf_bytes(*row) for row in rows(7)]
    assert list(leaves(list(rows(7))[3:], after=3)) == [leaf_bytes(*row) for row in rows(7)][3:]


@pytest.mark.parametrize(
    ("order", "position", "said"),
    [
        ((1, 2, 4), 3, "no event at position 3; the next one stands at 4"),
        ((2, 3), 1, "no event at position 1"),
        ((1, 2, 2, 3), 2, "gives position 2 again where position 3 is due"),
        ((1, 3, 2), 2, "no event at position 2"),
    ],
)
def test_a_gap_a_repeat_and_a_row_out_of_place_are_refused(
    order: tuple[int, ...], position: int, said: str
) -> None:
    log = list(rows(4))
    with pytest.raises(LogBroken, match=said) as caught:
        list(leaves(log[at - 1] for at in order))
    assert caught.value.position == position
    assert caught.value.text("zh") != caught.value.text("en")


@pytest.mark.parametrize(
    "row",
    [
        LogRow(1, "x" * 65_536, 1, "Credited", STATE),
        LogRow(1, "account:LIN", 1, "x" * 65_536, STATE),
    ],
)
def test_a_row_that_no_program_of_ours_wrote_is_named_by_its_position(row: LogRow) -> None:
    with pytest.raises(LogBroken, match="at position 1") as caught:
        list(leaves([row]))
    assert caught.value.position == 1
