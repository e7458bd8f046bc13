"""The detail file of 3202 as another program wrote it: one row per settlement and one per refund."""

from collections.abc import Iterable
from itertools import repeat
from typing import NamedTuple

from ledger.reconciliation.files.defects import BadLine, Refused
from ledger.reconciliation.files.fields import TOTALS
from ledger.reconciliation.files.profile import Profile
from ledger.reconciliation.files.reading import Columns, Taken, read
from ledger.reconciliation.rows import Theirs


class Scope(NamedTuple):
    """What a detail file is about: it names neither clearing type, insurance type nor agency itself."""

    clr_type: str | None = None
    insutype: str | None = None
    agency: str | None = None


EVERYTHING = Scope()


def read_details(
    profile: Profile, name: str, content: bytes, scope: Scope = EVERYTHING
) -> Taken[Theirs] | Refused:
    """Rows of kind `3202-details`. Amounts in whole fen, unsigned, apart from their direction."""
    persons: dict[str | None, str | None] = {}

    def build(columns: Columns, bad: list[BadLine]) -> Iterable[Theirs]:
        directions, amounts = columns.directed(TOTALS, bad)
        # One text for each person, however many lines: a million lines name a fraction as many people.
        who = map(persons.setdefault, columns.get("psn_no"), columns.get("psn_no"))
        return map(
            Theirs,
            repeat(columns.file),
            columns.batch.lines,
            directions,
            *amounts,
            repeat(columns.name),
            columns.settlements(),
            columns.get("mdtrt_id"),
            who,
            columns.messages(),
            columns.receipts(),
            columns.days(),
            repeat(scope.clr_type),
            repeat(scope.insutype),
            repeat(scope.agency),
            repeat(None),
            columns.memos(),
        )

    return read(profile, name, content, build)
