"""The answer to 3201: what the centre found of one insurance type, clearing type and agency."""

from collections.abc import Iterator

from msgspec import Struct

from ledger.reconciliation.files.defects import BadLine, Refused
from ledger.reconciliation.files.profile import Profile
from ledger.reconciliation.files.reading import Columns, Taken, read
from ledger.reconciliation.rows import Finding


class Answer(Struct, frozen=True):
    """`finding` is `stmt_rslt` in words; None where the variant of the interface has no such field."""

    file: str
    line: int
    name: str
    finding: Finding
    description: str | None
    agency: str | None
    clr_type: str | None


def read_answer(profile: Profile, name: str, content: bytes) -> Taken[Answer] | Refused:
    """The one answer of a file of kind `3201`."""
    codes = profile.stmt_rslt or {}
    agency = "clr_optins" if "clr_optins" in profile.columns else "setl_optins"

    def build(columns: Columns, _bad: list[BadLine]) -> Iterator[Answer]:
        rows = zip(
            *(columns.batch.lines, columns.get("stmt_rslt"), columns.get("stmt_rslt_dscr")),
            *(columns.get(agency), columns.get("clr_type")),
            strict=False,
        )
        for line, found, description, agency_code, clr_type in rows:
            finding = codes[found or ""]
            yield Answer(columns.file, line, columns.name, finding, description, agency_code, clr_type)

    return read(profile, name, content, build)
