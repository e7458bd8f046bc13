"""The same rows have no second effect, however their file was called, packed, ordered or split."""

import random
from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.reconciliation.files.details import read_details
from ledger.reconciliation.files.identity import added, after, content_digest, identities, taken_from
from ledger.reconciliation.files.packing import packed
from ledger.reconciliation.rows import Theirs
from tests.ledger.reconciliation.layouts import DETAILS, PROFILES, lines, rows_of

UPLOAD = PROFILES["3202-upload-8"]

# Few different rows, so that equal ones meet.
FILES = st.lists(st.lists(st.sampled_from(DETAILS), max_size=6), max_size=5)


def taken(rows: Sequence[Sequence[str]], name: str = "a", *, zipped: bool = False) -> list[Theirs]:
    text = lines(rows)
    return rows_of(read_details(UPLOAD, name, packed("b.txt", text) if zipped else text)) if rows else []


def test_a_file_renamed_packed_or_shuffled_is_the_same_file() -> None:
    rows = list(DETAILS)
    shuffled = random.Random(7).sample(rows, len(rows))
    digests = {
        content_digest(taken(rows)),
        content_digest(taken(rows, "other name")),
        content_digest(taken(rows, zipped=True)),
        content_digest(taken(shuffled)),
    }
    assert len(digests) == 1
    assert content_digest(taken(rows[:-1])) not in digests
    assert content_digest(taken([*rows, rows[0]])) not in digests


def test_the_same_rows_in_another_layout_are_the_same_rows() -> None:
    seven = PROFILES["3202-upload-7-cr-tab"]
    rows = [row for row in DETAILS if row[7] == "null"]
    text = b"".join(b"".join(cell.encode() + b"\r\t" for cell in row[:7]) + b"\n" for row in rows)
    assert content_digest(rows_of(read_details(seven, "a", text))) == content_digest(taken(rows))


def test_a_row_is_another_row_as_soon_as_one_field_differs() -> None:
    (row,) = taken([DETAILS[0]])
    changed = [
        replace(row, **{field: "x"})
        for field in ("settlement", "visit", "person", "message", "receipt", "memo", "agency")
    ]
    assert len(set(identities([row, *changed]))) == 1 + len(changed)


def test_two_equal_rows_in_one_file_are_two_and_in_two_files_are_one() -> None:
    row = DETAILS[0]
    assert len(added({}, taken([row, row]))) == 2
    once = after({}, taken([row]))
    assert added(once, taken([row])) == []
    assert [new.line for new in added(once, taken([row, row]))] == [2]


@given(FILES, st.randoms(use_true_random=False))
def test_what_counts_does_not_depend_on_the_order_of_the_files(
    files: list[list[tuple[str, ...]]], luck: random.Random
) -> None:
    other = luck.sample(files, len(files))
    totals = []
    for order in (files, other):
        known: Counter[str] = Counter()
        new: list[Theirs] = []
        for number, rows in enumerate(order):
            read = taken(rows, f"file {number}")
            new += added(known, read)
            known = after(known, read)
        assert known == taken_from(taken(rows) for rows in order)
        totals.append(Counter(identities(new)))
        assert totals[-1] == known
    assert totals[0] == totals[1]


@given(st.lists(st.sampled_from(DETAILS), min_size=1, max_size=8), st.data())
def test_a_file_that_comes_again_in_two_parts_adds_nothing(
    rows: list[tuple[str, ...]], data: st.DataObject
) -> None:
    known = after({}, taken(rows))
    cut = data.draw(st.integers(0, len(rows)))
    shuffled = data.draw(st.permutations(rows))
    for part in (shuffled[:cut], shuffled[cut:], shuffled):
        assert added(known, taken(part, zipped=True)) == []
        assert after(known, taken(part)) == known
