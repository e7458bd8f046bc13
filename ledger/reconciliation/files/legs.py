"""Legs per payer: who paid how much of a settlement, from the exchange form or a region's own answer.

The national files name the patient alone. Only these say whose money it was.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct

from ledger.commands.fields import Bucket, Relation
from ledger.reconciliation.files.defects import BadLine, Refused
from ledger.reconciliation.files.profile import Profile
from ledger.reconciliation.files.reading import Columns, Taken, read
from ledger.reconciliation.rows import Direction, Leg


class LegRow(Struct, frozen=True, gc=False):
    """What one account paid, or got back, of one settlement. Whole fen, unsigned.

    `relation` is `self` for the patient's own account. `bucket` is None where the form has none, `region` is
    where the paying account is insured.
    """

    file: str
    line: int
    name: str
    settlement: str
    direction: Direction
    payer: str
    region: str
    relation: Relation | Literal["self"]
    amount_fen: int
    bucket: Bucket | None = None
    number: int | None = None


_ZERO: Final = 0


def read_legs(profile: Profile, name: str, content: bytes) -> Taken[LegRow] | Refused:
    """Rows of kind `legs`. Where the form gives the account total, a line's legs add up to it."""
    relations = profile.relations or {}
    buckets = profile.buckets or {}
    seen: set[tuple[object, ...]] = set()

    def build(columns: Columns, bad: list[BadLine]) -> Iterator[LegRow]:
        cells = columns.batch.cells
        directions, (amounts,) = columns.directed(("amount",), bad)
        _check_totals(columns, amounts, bad)
        rows = zip(
            *(columns.batch.lines, cells["setl_id"], directions, cells["payer_psn_no"]),
            *(
                cells["payer_admdvs"],
                cells["relation"],
                amounts,
                columns.get("bucket"),
                columns.get("leg_no"),
            ),
            strict=False,
        )
        for line, settlement, direction, payer, region, relation, fen, bucket, number in rows:
            leg = (settlement, direction, number if number is not None else (payer, bucket))
            if leg in seen:
                bad.append(BadLine(line, "leg_no" if number is not None else "payer_psn_no", "leg_twice"))
            seen.add(leg)
            yield LegRow(
                *(columns.file, line, columns.name, settlement or "", direction, payer or "", region or ""),
                *(relations[relation or ""], fen or _ZERO),
                None if bucket is None else buckets[bucket],
                None if number is None else int(number),
            )

    return read(profile, name, content, build)


def by_settlement(rows: Sequence[LegRow]) -> Mapping[tuple[str, Direction], tuple[Leg, ...]]:
    """The legs of each settlement and direction, as rows of either side carry them, in the file's order."""
    legs: defaultdict[tuple[str, Direction], list[Leg]] = defaultdict(list)
    for row in rows:
        legs[row.settlement, row.direction].append((row.payer, row.region, row.amount_fen))
    return {key: tuple(found) for key, found in legs.items()}


def _check_totals(columns: Columns, amounts: Sequence[int | None], bad: list[BadLine]) -> None:
    """The sum of a line's legs against the account total that the line gives."""
    if "acct_pay" not in columns.batch.fen:
        return
    sums: defaultdict[int, int] = defaultdict(int)
    for line, fen in zip(columns.batch.lines, amounts, strict=True):
        sums[line] += fen or 0
    for line, total in zip(columns.batch.lines, columns.batch.fen["acct_pay"], strict=True):
        if sums[line] != total:
            bad.append(BadLine(line, "acct_pay", "legs_not_closed"))
