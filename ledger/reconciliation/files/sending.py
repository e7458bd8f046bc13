"""Which of our rows can be sent by a profile, and as what; the others are listed apart, with the reason."""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, NamedTuple

from ledger.reconciliation.files.profile import Profile
from ledger.reconciliation.rows import Direction, Ours

Reason = Literal["no_national_facts", "not_settled", "code_not_sent", "account_unclear", "not_writable"]

REASONS: Final[dict[Reason, tuple[str, str]]] = {
    "no_national_facts": ("lacks the fields of the national settlement", "缺少国家结算字段"),
    "not_settled": ("is held: whether it was settled is not known", "仍为预占，是否结算未知"),
    "code_not_sent": (
        "has an insurance or clearing type that the profile does not send",
        "险种或清算类别不在版式之内",
    ),
    "not_writable": ("has no number that the layout can hold", "没有版式可以写入的编号"),
    "account_unclear": ("reports another account total than its legs", "个账总额与各账户明细不符"),
}
"""Reason → English and Chinese."""


class Sendable(NamedTuple):
    """A row of ours as a national file has it. `account_fen` counts mutual aid as the profile says."""

    row: Ours
    settlement: str
    visit: str
    person: str
    direction: Direction
    day: date
    insutype: str
    clr_type: str
    agency: str
    total_fen: int
    fund_fen: int
    account_fen: int


class Unsent(NamedTuple):
    """A row of ours that is in no file, and why."""

    row: Ours
    reason: Reason

    def text(self, lang: str = "en") -> str:
        """The sentence in `en` or `zh`."""
        return f"{self.row.id}: {REASONS[self.reason][lang == 'zh']}"


def sendable(profile: Profile, rows: Iterable[Ours]) -> tuple[list[Sendable], list[Unsent]]:
    """Our rows in the order of the log, parted into those that can be sent and the others.

    A released settlement was never settled and stands in neither list.
    """
    sent: list[Sendable] = []
    unsent: list[Unsent] = []
    for row in sorted(rows, key=lambda row: (row.position, row.id)):
        if row.state == "released":
            continue
        found = _sendable(profile, row)
        if isinstance(found, Sendable):
            sent.append(found)
        else:
            unsent.append(Unsent(row, found))
    return sent, unsent


def account_fen(profile: Profile, row: Ours) -> int | None:
    """`acct_pay` of a row as the profile counts mutual aid, in fen, unsigned.

    A row carries the account total one way or the other; its legs say how much of it is the patient's own
    money. A total that is neither of the two is not explained by the legs: None.
    """
    own = sum(fen for payer, _, fen in row.legs if payer == row.person)
    shared = sum(fen for payer, _, fen in row.legs if payer != row.person)
    if row.account_fen not in (own, own + shared):
        return None
    return own + shared if profile.acct_pay_includes_mutual_aid else own


def _sendable(profile: Profile, row: Ours) -> Sendable | Reason:
    if row.state == "held":
        return "not_settled"
    if profile.receipt_column is not None or "null" in (row.external.lower(), (row.visit or "").lower()):
        return "not_writable"
    if row.visit is None or row.insutype is None or row.clr_type is None or row.agency is None:
        return "no_national_facts"
    clearing = profile.clearing
    if clearing and (row.insutype not in clearing.insutypes or row.clr_type not in clearing.types):
        return "code_not_sent"
    account = account_fen(profile, row)
    if account is None:
        return "account_unclear"
    return Sendable(
        *(row, row.external, row.visit, row.person, row.direction, row.day),
        *(row.insutype, row.clr_type, row.agency, row.total_fen, row.fund_fen, account),
    )
