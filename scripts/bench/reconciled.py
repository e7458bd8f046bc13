"""A month reconciled the whole way, as `scripts/reconcile.py` does it: files in, reports out."""

import shutil
from datetime import timedelta
from pathlib import Path

from ledger.application import Ledger
from ledger.reconciliation.desk import Desk
from ledger.reconciliation.files.profile import load
from ledger.reconciliation.periods import PeriodKey
from projections import runner
from projections.queries import Wanted
from projections.store import Store
from scripts.bench.measuring import Measured, Stopwatch
from scripts.bench.plan import SEED
from scripts.cli.back_office import Office
from scripts.cli.settings import Settings
from scripts.generator.month.build import FIRST, month
from scripts.generator.month.files import write
from scripts.reconciling.day import MATCHED, day
from scripts.reconciling.incoming import Incoming
from scripts.reconciling.party import Party

_DETAILS = "details.txt"
_DAYS = timedelta(days=29)


class _Town(Party):
    """Everybody's settlements in one period: as many at once as the figure asks for."""

    @property
    def wanted(self) -> Wanted:
        """All rows of ours."""
        return Wanted()


def prepare(dsn: str, folder: Path, settlements: int) -> None:
    """A month: its commands in the database, read models caught up, the other side's lines in a file."""
    write(month(settlements, SEED, collisions=True, status_told=False), folder)
    with Ledger.open(dsn) as ledger, (folder / "commands.jsonl").open("rb") as commands:
        for _ in ledger.apply_lines(commands):
            pass
    with Store.open(dsn) as store:
        runner.catch_up(store)
    with (folder / _DETAILS).open("wb") as out:
        for part in sorted((folder / "theirs").glob("*.txt")):
            if part.name != "legs.txt":
                with part.open("rb") as lines:
                    shutil.copyfileobj(lines, out)


def reconcile(dsn: str, folder: Path, out: Path) -> Measured:
    """Lines and legs read, kept and matched with our rows, breaks opened, every form of the report written.
    `charges` counts rows of ours."""
    key = PeriodKey("TOWN", FIRST, FIRST + _DAYS)
    details = Incoming(
        folder / _DETAILS, "month-details", legs=folder / "theirs" / "legs.txt", legs_profile="legs-exchange"
    )
    watch = Stopwatch()
    profiles = load([folder / "month-details.yaml"])
    with Ledger.open(dsn) as ledger:
        office = Office(Settings(dsn=dsn), Desk.open(ledger))
        found = day(office, _Town("agency", key.party), key, [details], profiles, out)
    measured = watch.measured(found.answer["here"]["rows"])
    assert found.status > MATCHED, "the month has breaks"
    return measured
