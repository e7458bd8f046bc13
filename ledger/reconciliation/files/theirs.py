"""Any file that the matching can take, by the kind its profile names; and the rules in that profile."""

from typing import assert_never

from msgspec.structs import replace

from ledger.reconciliation.files.bank import read_bank
from ledger.reconciliation.files.defects import WHOLE_FILE, BadLine, Refused, refused
from ledger.reconciliation.files.details import EVERYTHING, Scope, read_details
from ledger.reconciliation.files.packing import digest_of
from ledger.reconciliation.files.profile import Profile
from ledger.reconciliation.files.reading import Taken
from ledger.reconciliation.files.results import read_result
from ledger.reconciliation.rows import DEFAULT_RULES, Rules, Theirs


def read_theirs(
    profile: Profile, name: str, content: bytes, scope: Scope = EVERYTHING
) -> Taken[Theirs] | Refused:
    """The rows of a detail file, a result file or a bank's, as the matching takes them.

    A layout without all three amounts is refused (`no_amounts`), and so is a kind that has no two sides
    (`other_kind`): its rows are not money that could be matched.
    """
    match profile.kind:
        case "3202-details":
            return read_details(profile, name, content, scope)
        case "bank":
            return read_bank(profile, name, content)
        case "3202-result":
            found = read_result(profile, name, content)
            if isinstance(found, Refused):
                return found
            rows = [row for listed in found.rows if (row := listed.theirs(scope)) is not None]
            if len(rows) < len(found.rows):
                return refused(found.file, name, [BadLine(WHOLE_FILE, None, "no_amounts")])
            return Taken(found.file, name, found.profile, rows)
        case "3201" | "legs" | "settlements":
            return refused(digest_of(content), name, [BadLine(WHOLE_FILE, None, "other_kind")])
        case _:
            assert_never(profile.kind)


def rules_of(profile: Profile, rules: Rules = DEFAULT_RULES) -> Rules:
    """What a profile says about matching, over the rules of a period."""
    return replace(
        rules,
        tolerance_fen=profile.tolerance_fen or 0,
        settlement_is_receipt=profile.receipt_column == "setl_id",
        only_differences=profile.kind == "3202-result",
        nullable=frozenset(profile.nullable),
    )
