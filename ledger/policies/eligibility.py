"""Who may be bound to whom. Pure rules; the numbers come from the policy pack.

Sources: near relatives 国办发〔2024〕38号; province-wide sharing NHSA 2024-11; nation-wide 2026-01-09 notice;
the age split between certificates and face is common regional practice (certainty C, domain S-05).
"""

from datetime import date, timedelta
from typing import Final, Literal

from ledger.clock import age_on

Scope = Literal["city", "province", "nation"]

_SHARED_DIGITS: Final[dict[Scope, int]] = {"city": 4, "province": 2, "nation": 0}
CERTIFICATES: Final = ("household_register", "birth_certificate")
FACE: Final = ("face",)


def in_scope(binder_region: str, beneficiary_region: str, scope: Scope) -> bool:
    """Whether two six-digit regions share the city, the province or the nation."""
    digits = _SHARED_DIGITS[scope]
    return binder_region[:digits] == beneficiary_region[:digits]


def face_age_reached(born: date | None, day: date, face_age: int) -> bool:
    """Whether the face is what authorises on that day. An unknown birth date counts as grown up."""
    return born is None or age_on(born, day) >= face_age


def authorisations_needed(face_reached: bool) -> tuple[str, ...]:
    """The authorisations that will do."""
    return FACE if face_reached else CERTIFICATES


def first_day_after(start: date, days: int) -> date:
    """The first day that lies `days` local calendar days after `start`."""
    try:
        return start + timedelta(days=days)
    except OverflowError:
        return date.max
