"""What was decided before and a run of the matching heeds: signed periods, rows that people joined. Pure."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from ledger.reconciliation.items import ReconciliationItem
from ledger.reconciliation.matching.outcome import Line, Match
from ledger.reconciliation.periods import Period
from ledger.reconciliation.rows import Rules


def late_rules(before: Period | None, rules: Rules) -> Rules:
    """What comes now for the days of a signed period is late."""
    if before is None or before.signed is None or before.matched is None:
        return rules
    return msgspec.structs.replace(rules, signed_through=before.key.last, signed_position=before.matched.upto)


def joined(items: Iterable[ReconciliationItem], until: datetime | None = None) -> list[Match]:
    """Rows that two people joined before (`until`: before that moment)."""
    found = []
    for state in items:
        done, closed = state.proposal, state.closed
        if closed is not None and done is not None and done.action == "join":
            lines = tuple(Line(row.file, row.line) for row in done.theirs)
            if until is None or closed.at <= until:
                found.append(Match(done.ours, lines, "clerk"))
    return found
