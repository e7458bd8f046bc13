"""The bank's or fund's file of the pooled account: a third side, which knows of the accounts' money only."""

from collections.abc import Iterator

from msgspec.structs import replace

from ledger.reconciliation.files.defects import BadLine, Refused
from ledger.reconciliation.files.profile import Profile
from ledger.reconciliation.files.reading import Columns, Taken, read
from ledger.reconciliation.rows import Ours, Theirs


def read_bank(profile: Profile, name: str, content: bytes) -> Taken[Theirs] | Refused:
    """Rows of kind `bank`: the amount that moved is total and account at once, and no fund's."""

    def build(columns: Columns, bad: list[BadLine]) -> Iterator[Theirs]:
        directions, (amounts,) = columns.directed(("amount",), bad)
        rows = zip(
            *(columns.batch.lines, directions, amounts, columns.settlements(), columns.get("mdtrt_id")),
            *(columns.get("psn_no"), columns.messages(), columns.receipts(), columns.days(), columns.memos()),
            strict=False,
        )
        for line, direction, fen, settlement, visit, person, message, receipt, day, memo in rows:
            paid = fen or 0  # no profile of this kind lets an amount be null
            yield Theirs(
                *(columns.file, line, direction, paid, 0, paid, columns.name),
                *(settlement, visit, person, message, receipt, day),
                memo=memo,
            )

    return read(profile, name, content, build)


def as_the_bank_sees(row: Ours) -> Ours:
    """One of our rows with the money of the pooled account alone, to be held against the bank's."""
    return replace(row, total_fen=row.account_fen, fund_fen=0)
