"""The desk on the command line: its options, and the way from the settings to an open desk."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ledger.clock import system_clock
from scripts.cli.desk import sign_in_file
from scripts.cli.failures import Usage
from scripts.cli.settings import Settings
from scripts.cli.values import day

if TYPE_CHECKING:
    from ledger.reconciliation.desk import Desk
    from ledger.reconciliation.files.profile import Profiles
    from ledger.reconciliation.periods import PeriodKey
    from scripts.reconciling.party import Party
    from scripts.reconciling.sides import Reading

Institution = Annotated[
    str | None, typer.Option("--institution", metavar="ID", help="The institution we reconcile with")
]
Agency = Annotated[str | None, typer.Option("--agency", metavar="ID", help="Or the clearing agency")]
Bank = Annotated[str | None, typer.Option("--bank", metavar="ID", help="Or the bank of the pooled account")]
First = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="The first day [of the period last begun]")
]
Last = Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day, included")]
Layout = Annotated[
    list[Path] | None,
    typer.Option("--layout", metavar="FILE", help="Add the profiles of a YAML file; repeatable"),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the outcome and keep nothing")]
Item = Annotated[str, typer.Argument(metavar="BREAK", help="The break: brk-…")]


class Office(NamedTuple):
    """An open desk, and the settings of the database it stands on."""

    settings: Settings
    desk: "Desk"


@dataclass(frozen=True)
class Side:
    """Options: whom it is reconciled with."""

    institution: Institution = None
    agency: Agency = None
    bank: Bank = None

    @property
    def party(self) -> "Party":
        """Whom it is reconciled with. Raises `Usage`."""
        from scripts.reconciling.party import party

        return party(self.institution, self.agency, self.bank)


@dataclass(frozen=True)
class Asked(Side):
    """Options: the period that a command is about."""

    first: First = None
    last: Last = None

    def period(self, desk: "Desk", *, begun: bool = True) -> "PeriodKey":
        """Its days; the last period where none are given. Raises `Usage`, `Missing`, `Refused`."""
        from scripts.reconciling.party import one_period, period

        first, last = day("--from", self.first), day("--to", self.last)
        return (one_period if begun else period)(desk, self.party, first, last)


@contextmanager
def at_the_desk(settings: Settings, *, dry_run: bool = False) -> Iterator[Office]:
    """The desk of the ledger that the settings name, with whoever is signed in here."""
    import psycopg

    from ledger.application import Ledger
    from ledger.reconciliation.desk import Desk
    from ledger.reconciliation.sign_in import read_token
    from scripts.cli.reading import say_if_new

    say_if_new(settings)
    token = read_token(sign_in_file())
    with settings.database() as dsn:
        try:
            with Ledger.open(dsn, policies=settings.policies, dry_run=dry_run) as ledger:
                yield Office(settings.at(dsn), Desk.open(ledger, token, system_clock))
        except psycopg.errors.InsufficientPrivilege:
            raise Usage(
                "the role of --dsn may not do this; ledger/reconciliation/README.md says what it needs",
                "--dsn 的数据库角色无此权限；所需权限见 ledger/reconciliation/README.md",
            ) from None


def profiles(layout: Sequence[Path] | None) -> "Profiles":
    """The shipped profiles and those of these files. Raises `ProfileError`."""
    from ledger.reconciliation.files.profile import load

    return load(tuple(layout or ()))


def how_to_read(office: Office, key: "PeriodKey", layout: Sequence[Path] | None) -> "Reading":
    """The rules of a period's files. Raises `ProfilesDiffer`."""
    from scripts.reconciling.sides import reading

    known = office.desk.office.periods(key.party).periods.get(key)
    return reading(profiles(layout), () if known is None else known.files, key)
