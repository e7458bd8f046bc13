"""Whatever stands in a file, a reader has an answer, and takes nothing that no pattern covers."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from ledger.reconciliation.files.answers import read_answer
from ledger.reconciliation.files.bank import read_bank
from ledger.reconciliation.files.cells import diagnosis, pattern
from ledger.reconciliation.files.defects import REASONS
from ledger.reconciliation.files.details import read_details
from ledger.reconciliation.files.legs import read_legs
from ledger.reconciliation.files.results import read_result
from ledger.reconciliation.files.settlements import read_settlements
from ledger.reconciliation.files.table import UNIT, Layout
from tests.ledger.reconciliation.layouts import PROFILES

UPLOAD = PROFILES["3202-upload-8"]

CELLS = st.one_of(
    st.text(max_size=12),
    st.text("0123456789.,-+eE null\t\r\x00\ufeff０", max_size=9),
    st.sampled_from(["null", "NULL", "", "0.00", "-0.00", "-1.00", "12.345", "S1", "0", "1"]),
)


@given(st.lists(CELLS, min_size=8, max_size=8))
@example(["S1", "V1", "LIN", "5.00", "0.00", "5.00", "0", "null"])
def test_a_line_is_read_exactly_if_each_of_its_cells_is_and_every_other_cell_is_explained(
    cells: list[str],
) -> None:
    whole = re.fullmatch(Layout(UPLOAD, UPLOAD.columns, "\t").line(UNIT), UNIT.join(cells))
    wrong = [
        diagnosis(UPLOAD, column, cell)
        for column, cell in zip(UPLOAD.columns, cells, strict=True)
        if not re.fullmatch(pattern(UPLOAD, column, UNIT), cell)
    ]
    assert (whole is None) == bool(wrong)
    assert set(wrong) <= set(REASONS)


@given(st.binary(max_size=200))
@example(b"PK\x03\x04")
@example(b"PK\x05\x06" + bytes(18))
def test_whatever_bytes_come_there_is_an_answer(content: bytes) -> None:
    for shipped in PROFILES.values():
        match shipped.kind:
            case "3202-details":
                found: object = read_details(shipped, "a", content)
            case "3202-result":
                found = read_result(shipped, "a", content)
            case "bank":
                found = read_bank(shipped, "a", content)
            case "legs":
                found = read_legs(shipped, "a", content)
            case "settlements":
                found = read_settlements(shipped, "a", content)
            case _:
                found = read_answer(shipped, "a", content)
        assert found is not None
