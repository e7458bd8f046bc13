"""The result file of 3202: only rows that differ, with what the centre found and the centre's amounts."""

from collections.abc import Iterator

from msgspec import Struct

from ledger.reconciliation.files.defects import BadLine, Refused
from ledger.reconciliation.files.details import EVERYTHING, Scope
from ledger.reconciliation.files.fields import TOTALS
from ledger.reconciliation.files.profile import Profile
from ledger.reconciliation.files.reading import Columns, Taken, read
from ledger.reconciliation.rows import Direction, Finding, Theirs


class Listed(Struct, frozen=True, gc=False):
    """One row of a result file. Amounts are the centre's, whole fen, unsigned; None where the layout has no
    such column or the centre has no such row. Visit and settlement are None where only the centre has it:
    then `message`, the sender's message id, is what joins the two sides.
    """

    file: str
    line: int
    name: str
    direction: Direction
    result: Finding
    person: str | None
    visit: str | None = None
    settlement: str | None = None
    message: str | None = None
    receipt: str | None = None
    memo: str | None = None
    total_fen: int | None = None
    fund_fen: int | None = None
    account_fen: int | None = None

    def theirs(self, scope: Scope = EVERYTHING) -> Theirs | None:
        """The row as the matching takes it: None if the layout does not say all three amounts.

        Where the institution has more, the centre has no row, and its amounts are 0.
        """
        amounts = (self.total_fen, self.fund_fen, self.account_fen)
        if self.result == "institution_more":
            amounts = (0, 0, 0)
        total, fund, account = amounts
        if total is None or fund is None or account is None:
            return None
        return Theirs(
            self.file,
            self.line,
            self.direction,
            total,
            fund,
            account,
            self.name,
            self.settlement,
            self.visit,
            self.person,
            self.message,
            self.receipt,
            clr_type=scope.clr_type,
            insutype=scope.insutype,
            agency=scope.agency,
            result=self.result,
            memo=self.memo,
        )


def read_result(profile: Profile, name: str, content: bytes) -> Taken[Listed] | Refused:
    """Rows of kind `3202-result`. A row that the centre has must say each amount that the layout has."""
    present = [column for column in TOTALS if column in profile.columns]
    codes = profile.stmt_rslt or {}

    def build(columns: Columns, bad: list[BadLine]) -> Iterator[Listed]:
        directions, signed = columns.directed(present, bad)
        amounts = dict(zip(present, signed, strict=True))
        found = [codes[code or ""] for code in columns.get("stmt_rslt")]
        for column in present:
            bad += [
                BadLine(line, column, "null_refused")
                for line, result, fen in zip(columns.batch.lines, found, amounts[column], strict=True)
                if fen is None and result != "institution_more"
            ]
        texts = (
            columns.get("psn_no"),
            columns.get("mdtrt_id"),
            columns.settlements(),
            columns.messages(),
            columns.receipts(),
            columns.memos(),
        )
        nothing: list[int | None] = [None] * len(found)
        totals = (amounts.get(column, nothing) for column in TOTALS)
        rows = zip(columns.batch.lines, directions, found, *texts, *totals, strict=False)
        return (Listed(columns.file, line, columns.name, *rest) for line, *rest in rows)

    return read(profile, name, content, build)
