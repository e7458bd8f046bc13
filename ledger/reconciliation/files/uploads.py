"""The detail file of 3202 as this ledger writes it: what `details` reads, the other way round."""

from collections.abc import Iterable, Mapping
from typing import Final

from ledger.reconciliation.files.fields import SKIPPED
from ledger.reconciliation.files.packing import packed
from ledger.reconciliation.files.profile import Profile
from ledger.reconciliation.files.sending import Sendable

_SEPARATORS: Final = {"tab": "\t", "comma": ","}


def detail_file(profile: Profile, rows: Iterable[Sendable], member: str = "details.txt") -> bytes:
    """The file of kind `3202-details`, a line for each row in their order, zipped where the profile takes a
    zip file. Equal rows give equal bytes. A refund is a line of its own, in reverse direction.
    """
    separator, end = _SEPARATORS[profile.separator or "tab"], "\n"
    match profile.line_end:
        case "cr_tab":
            separator, end = "\r\t", "\r\t\n"
        case "crlf":
            end = "\r\n"
        case _:
            pass
    lines = (separator.join(_cells(profile, row)) + end for row in rows)
    text = "".join(lines).encode(profile.encoding)
    return packed(member, text) if "zip" in profile.packing else text


def _cells(profile: Profile, row: Sendable) -> list[str]:
    signs = profile.direction
    assert signs is not None
    reverse = row.direction == "reverse"
    sign = "-" if reverse and signs.reverse_amounts == "negative" else ""
    values: Mapping[str, str] = {
        "setl_id": row.settlement,
        "mdtrt_id": row.visit,
        "psn_no": row.person,
        "medfee_sumamt": _amount(sign, row.total_fen),
        "fund_pay_sumamt": _amount(sign, row.fund_fen),
        "acct_pay": _amount(sign, row.account_fen),
        "refd_setl_flag": signs.reverse if reverse else signs.forward,
        "day": row.day.isoformat() if profile.days == "2025-01-31" else row.day.strftime("%Y%m%d"),
        "exp_content": _extra(profile, row) or profile.null_text,
        SKIPPED: profile.null_text,
    }
    return [values[column] for column in profile.columns]


def _extra(profile: Profile, row: Sendable) -> str | None:
    match profile.exp_content:
        case "message":
            return row.row.message
        case "day":
            return row.day.isoformat()
        case _:
            return None


def _amount(sign: str, fen: int) -> str:
    return f"{sign if fen else ''}{fen // 100}.{fen % 100:02d}"
