"""Whom a period is reconciled with: an institution, a clearing agency, or a bank."""

from datetime import date
from typing import Literal, NamedTuple

from ledger.reconciliation.desk import Desk
from ledger.reconciliation.periods import PeriodKey
from ledger.reconciliation.refused import Refused
from projections.queries import Wanted
from scripts.cli.failures import Missing, Usage

Kind = Literal["institution", "agency", "bank"]


class Party(NamedTuple):
    """The other side. A bank knows of the accounts' money alone, and of everybody's."""

    kind: Kind
    id: str

    @property
    def wanted(self) -> Wanted:
        """Which of our rows concern it."""
        match self.kind:
            case "institution":
                return Wanted(institution=self.id)
            case "agency":
                return Wanted(agency=self.id)
            case "bank":
                return Wanted()


def party(institution: str | None, agency: str | None, bank: str | None) -> Party:
    """The one that was named. Raises `Usage`."""
    options: tuple[tuple[Kind, str | None], ...] = (
        ("institution", institution), ("agency", agency), ("bank", bank),
    )  # fmt: skip
    named = [Party(kind, name) for kind, name in options if name is not None]
    if len(named) != 1:
        raise Usage(
            "name the other side with one of --institution, --agency and --bank",
            "请用 --institution、--agency、--bank 之一指明对账方",
        )
    return named[0]


def period(desk: Desk, other: Party, first: date | None, last: date | None) -> PeriodKey:
    """The days that were named; with none, the last period that was begun.

    Raises `Usage`; `Missing` (`period_not_found`); `Refused` (`period_malformed`).
    """
    if (first is None) != (last is None):
        raise Usage("--from and --to go together", "--from 与 --to 须同时给出")
    if first is not None and last is not None:
        return PeriodKey.of(other.id, first, last)
    begun = list(desk.office.periods(PeriodKey.of(other.id, date.min, date.min).party).periods)
    if not begun:
        raise Missing(
            "period_not_found",
            "nothing was taken in for it yet; give --from and --to",
            "该对账方尚无数据；请给出 --from 与 --to",
        )
    return max(begun)


def one_period(desk: Desk, other: Party, first: date | None, last: date | None) -> PeriodKey:
    """The same, of a period that was begun. Raises `Refused` (`period_not_found`), too."""
    key = period(desk, other, first, last)
    if key not in desk.office.periods(key.party).periods:
        raise Refused("period_not_found", period=key)
    return key
