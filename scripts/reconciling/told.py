"""The report of a period, from the desk and the read models."""

from ledger.reconciliation.desk import Desk
from ledger.reconciliation.files.profile import Profiles
from ledger.reconciliation.periods import PeriodKey
from ledger.reconciliation.refused import Refused
from projections.store import Snapshot
from scripts.reconciling.party import Party
from scripts.reconciling.sides import our_side, reading
from scripts.reports.content import Report, content


def reported(view: Snapshot, desk: Desk, party: Party, key: PeriodKey, profiles: Profiles) -> Report:
    """Every match and break of the last run of a period.

    Raises `Refused` (`period_not_found`, `never_matched`, `run_not_told`); `ProfilesDiffer`.
    """
    period = desk.period(key)
    run = period.matched
    if run is None:
        raise Refused("never_matched", period=key)
    how = reading(profiles, period.files[: len(run.files)], key)
    side = our_side(view, desk.belonging(key), party, how, run.upto)
    return content(desk, desk.told(key, side.ours, how.rules))
