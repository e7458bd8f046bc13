"""Settlement results (2206, 2207) as a platform hands them over: what becomes `charge` or `record`.

Who the person is stands in fields that are never read. What is left are numbers, codes and amounts.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from ledger.clock import SHANGHAI
from ledger.reconciliation.files.cells import day
from ledger.reconciliation.files.defects import BadLine, Refused
from ledger.reconciliation.files.profile import Profile
from ledger.reconciliation.files.reading import Columns, Taken, read
from ledger.reconciliation.rows import Direction

FIELDS_OF_THE_COMMAND: Final = (
    "setl_id",
    "psn_no",
    "setl_time",
    "med_type",
    "fixmedins_code",
    "refd_setl_flag",
)
"""What a command has fields of its own for; every other column of a line goes into `facts`."""

_CLOSING: Final = ("fund_pay_sumamt", "acct_pay", "psn_cash_pay", "hosp_part_amt")


class SettlementRecord(Struct, frozen=True):
    """One settlement as the platform reports it. Amounts are whole fen.

    `share_fen` is the personal share (`psn_part_amt`), what accounts and cash pay together; `account_fen` is
    what the accounts paid, mutual aid included whichever way the file counts it. `facts` has the other fields
    under their national names, amounts as text with two decimals, nothing for a field that is not given.
    """

    file: str
    line: int
    name: str
    settlement: str
    person: str
    at: datetime
    med_type: str
    direction: Direction
    share_fen: int
    account_fen: int
    mutual_fen: int
    cash_fen: int
    institution: str | None
    facts: Mapping[str, str]


def read_settlements(profile: Profile, name: str, content: bytes) -> Taken[SettlementRecord] | Refused:
    """Rows of kind `settlements`. Every line's amounts must add up to the total fee.

    Fund, account, cash and the hospital's part make up `medfee_sumamt`; mutual aid is added where the profile
    says that it is not inside `acct_pay`. A line that adds up the other way only is told as such.
    """
    kept = [column for column in profile.columns if column not in FIELDS_OF_THE_COMMAND]
    outside = profile.acct_pay_includes_mutual_aid is False

    def build(columns: Columns, bad: list[BadLine]) -> Iterator[SettlementRecord]:
        batch = columns.batch
        signed = [column for column in batch.fen if column != "balc"]
        directions, unsigned = columns.directed(signed, bad)
        fen = {**batch.fen, **dict(zip(signed, unsigned, strict=True))}
        for row, line in enumerate(batch.lines):
            cells = {column: values[row] for column, values in batch.cells.items()}
            amounts = {column: found for column, values in fen.items() if (found := values[row]) is not None}
            if wrong := _unclosed(amounts, outside=outside):
                bad.append(BadLine(line, "medfee_sumamt", wrong))
            if wrong or day(cells["setl_time"] or "") is None:
                continue
            mutual = amounts.get("acct_mulaid_pay", 0)
            yield SettlementRecord(
                *(columns.file, line, columns.name, cells["setl_id"] or "", cells["psn_no"] or ""),
                datetime.fromisoformat(cells["setl_time"] or "").replace(tzinfo=SHANGHAI),
                *(cells["med_type"] or "", directions[row], amounts["psn_part_amt"]),
                *(amounts["acct_pay"] + (mutual if outside else 0), mutual, amounts["psn_cash_pay"]),
                cells.get("fixmedins_code"),
                {
                    column: _two_decimals(amounts[column]) if column in amounts else cell
                    for column in kept
                    if (cell := cells.get(column)) is not None
                },
            )

    return read(profile, name, content, build)


def _unclosed(amounts: Mapping[str, int], *, outside: bool) -> str | None:
    parts = sum(amounts.get(column, 0) for column in _CLOSING)
    mutual = amounts.get("acct_mulaid_pay", 0)
    missing = amounts["medfee_sumamt"] - parts - (mutual if outside else 0)
    if not missing:
        return None
    return "mutual_aid_otherwise" if missing == (-mutual if outside else mutual) else "sum_not_closed"


def _two_decimals(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
