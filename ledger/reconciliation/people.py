"""Who acts: a staff number behind an authenticated identity; one person has one, however it is typed."""

import re
import unicodedata
from typing import Final, NamedTuple

from ledger.reconciliation.refused import Refused

_NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,31}")
_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1", ".": None, "_": None, "-": None})


class Person(NamedTuple):
    """Somebody whose identity is known. `listed_by` is the chain of those who listed this number, one by the
    other, up to whoever listed the first."""

    staff: str
    admin: bool = False
    listed_by: tuple[str, ...] = ()


def staff_number(typed: str) -> str:
    """The staff number that was meant: NFKC, without spaces around, upper case. Raises `Refused`
    (`staff_number_malformed`) for what is none then; a letter of another script is never taken for ours."""
    number = unicodedata.normalize("NFKC", typed).strip().upper()
    if not _NUMBER.fullmatch(number):
        raise Refused("staff_number_malformed")
    return number


def skeleton(number: str) -> str:
    """What a number reads like: two that read alike would be two names of one person."""
    return number.translate(_LOOKALIKES).lstrip("0")


def check_other_person(maker: Person, checker: Person) -> None:
    """Raises `Refused` unless the checker is another person than the maker: by staff number, whatever role or
    account either came through (`own_proposal`), and neither listed the other (`enlisted_by_each_other`).

    `maker` is the one whose staff number the event of the proposal carries.
    """
    if maker.staff == checker.staff:
        raise Refused("own_proposal", staff=maker.staff)
    if maker.staff in checker.listed_by or checker.staff in maker.listed_by:
        raise Refused("enlisted_by_each_other", maker=maker.staff, checker=checker.staff)
