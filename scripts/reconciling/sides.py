"""Our side of a period, and the rules of its files: what the matching is given."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from msgspec.structs import replace

from ledger.errors import LedgerError
from ledger.events.periods import FileTaken
from ledger.reconciliation.belonging import Belonging
from ledger.reconciliation.desk import Desk
from ledger.reconciliation.files.bank import as_the_bank_sees
from ledger.reconciliation.files.profile import Profile, Profiles
from ledger.reconciliation.files.theirs import rules_of
from ledger.reconciliation.periods import PeriodKey
from ledger.reconciliation.rows import Ours, Rules
from ledger.reconciliation.running import OurSide
from ledger.reconciliation.taking import GivenFile
from projections import queries
from projections.store import Snapshot
from scripts.reconciling.party import Party


class ProfilesDiffer(LedgerError):
    """The files of a period are matched by one set of rules, and these name two, or one that has changed."""

    code = "profiles_differ"


class Reading(NamedTuple):
    """How a period is read: the rules of its matching, and what our rows have to look like."""

    rules: Rules = Rules()
    mutual_aid_inside: bool = True
    agency_of: Literal["clr_optins", "setl_optins"] = "clr_optins"


class Side(NamedTuple):
    """Our rows that take part, and those that do not: without national facts, and given back in part."""

    ours: OurSide
    lacking: Sequence[Mapping[str, Any]]
    partly: Sequence[Mapping[str, Any]]


_PLAIN: Final = Reading()


def reading(profiles: Profiles, files: Iterable[FileTaken], key: PeriodKey) -> Reading:
    """What the profiles of a period's files say together. Raises `ProfilesDiffer`."""
    found: dict[Reading, str] = {}
    for taken in files:
        profile = profiles.get(taken.profile)
        if profile is None or profile.digest != taken.profile_digest:
            raise ProfilesDiffer(
                f"{taken.name} was read by a profile {taken.profile} that is not here; give it with --layout",
                f"{taken.name} 所用的版式 {taken.profile} 不在此处；请用 --layout 给出",
            )
        found.setdefault(of_profile(profile), profile.name)
    if len(found) > 1:
        raise _differ(key, ", ".join(found.values()))
    return _of_days(next(iter(found), _PLAIN), key)


def _of_days(told: Reading, key: PeriodKey) -> Reading:
    return told._replace(rules=replace(told.rules, first_day=key.first, last_day=key.last))


def _differ(key: PeriodKey, names: str) -> ProfilesDiffer:
    return ProfilesDiffer(
        f"the files of {key} are read by profiles whose rules differ ({names}); one period has one set",
        f"{key} 的文件所用版式规则不同（{names}）；同一对账期只能用一套规则",
    )


def check_alike(desk: Desk, key: PeriodKey, given: GivenFile, profiles: Profiles) -> None:
    """A file may be taken beside those of its period. Raises `ProfilesDiffer`."""
    period = desk.office.periods(key.party).periods.get(key)
    if period is None or any(taken.file == given.file for taken in period.files):
        return
    before = reading(profiles, period.files, key)
    now = of_profile(profiles[given.profile])
    if period.files and before != _of_days(now, key):
        names = ", ".join(dict.fromkeys((*(taken.profile for taken in period.files), given.profile)))
        raise _differ(key, names)


def of_profile(profile: Profile) -> Reading:
    """What one profile says; which of its columns may be empty decides nothing here."""
    agency = "clr_optins" if profile.clearing is None else profile.clearing.agency
    inside = profile.acct_pay_includes_mutual_aid is not False
    return Reading(replace(rules_of(profile), nullable=frozenset()), inside, agency)


def our_side(
    view: Snapshot, belonging: Belonging, party: Party, how: Reading, position: int | None = None
) -> Side:
    """Our rows of a period as the other side is told of them, as of a position (none: now)."""
    found = queries.our_side(
        view,
        belonging.first,
        belonging.last,
        party.wanted,
        agency_of=how.agency_of,
        mutual_aid_inside=how.mutual_aid_inside,
        position=position,
    )
    rows = belonging.rows(Ours(**row) for row in found["rows"])
    if party.kind == "bank":
        rows = [as_the_bank_sees(row) for row in rows if row.account_fen]
    within = belonging.key
    lacking, partly = (
        [row for row in found[name] if within.first <= row["day"] <= within.last]
        for name in ("lacking", "partly")
    )
    return Side(OurSide(rows, found["position"]), lacking, partly)
