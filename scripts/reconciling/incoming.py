"""Files of the other side by their profiles: rows to be taken, a finding of the centre, or what is wrong."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from ledger.ids import without_citizen_ids
from ledger.reconciliation.files.answers import Answer, read_answer
from ledger.reconciliation.files.defects import Refused
from ledger.reconciliation.files.details import EVERYTHING, Scope
from ledger.reconciliation.files.identity import content_digest
from ledger.reconciliation.files.legs import by_settlement, read_legs
from ledger.reconciliation.files.profile import Profile, Profiles, named
from ledger.reconciliation.files.theirs import read_theirs
from ledger.reconciliation.rows import Theirs
from ledger.reconciliation.taking import GivenFile
from scripts.cli.failures import Usage


class Incoming(NamedTuple):
    """A file as it came: how it is laid out, what it is about, and beside it the legs of its settlements."""

    path: Path
    profile: str
    scope: Scope = EVERYTHING
    legs: Path | None = None
    legs_profile: str = "legs-exchange"


def read(incoming: Incoming, profiles: Profiles) -> GivenFile | Sequence[Answer] | Refused:
    """The file whole, or everything that is wrong with it; an answer to 3201 has no rows to be taken.

    Raises `Usage`, `UnknownProfile`."""
    profile = named(profiles, incoming.profile, "3201", "3202-details", "3202-result", "bank")
    name, content = _name(incoming.path), _bytes(incoming.path)
    if profile.kind == "3201":
        answer = read_answer(profile, name, content)
        return answer if isinstance(answer, Refused) else answer.rows
    taken = read_theirs(profile, name, content, incoming.scope)
    if isinstance(taken, Refused):
        return taken
    rows = taken.rows
    if incoming.legs is not None:
        found = _with_legs(rows, incoming.legs, named(profiles, incoming.legs_profile, "legs"))
        if isinstance(found, Refused):
            return found
        rows = found
    return GivenFile(taken.file, name, profile.name, profile.digest, content_digest(rows), rows)


def _with_legs(rows: Sequence[Theirs], path: Path, profile: Profile) -> Sequence[Theirs] | Refused:
    """The rows, each with what every payer gave, where the legs' file says so."""
    taken = read_legs(profile, _name(path), _bytes(path))
    if isinstance(taken, Refused):
        return taken
    paid = by_settlement(taken.rows)
    return [replace(row, legs=paid.get((row.settlement or "", row.direction))) for row in rows]


def _name(path: Path) -> str:
    return without_citizen_ids(path.name)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Usage(
            f"{path} cannot be read: {error.strerror}", f"无法读取 {path}：{error.strerror}"
        ) from None
