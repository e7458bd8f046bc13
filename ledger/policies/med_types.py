"""What kind of service a settlement's `med_type` code stands for: the national table.

Codes match exactly. Prefixes do not work: 3101 is an inpatient code and 3102 an outpatient one. 140104
is not here, for the sources disagree on it ("outpatient chronic" in one system, "pharmacy chronic drugs"
in another): it stays unknown, and nothing but cash pays for it, until a pack says what it is.

This table is frozen. It stands in the content of every shipped pack, and a ledger that has recorded a pack
refuses another content under its name; a new code comes with a new pack, under the key `med_types`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

ServiceClass = Literal["outpatient", "pharmacy", "inpatient", "maternity", "other"]
"""A class that a code can have. Packs say which of them the own account and the binders pay."""

AnyServiceClass = Literal["outpatient", "pharmacy", "inpatient", "maternity", "other", "unknown"]
"""The answer for any code at all: `unknown` for one that no table holds."""

_CODES: Final[Mapping[ServiceClass, str]] = {
    # 11 ordinary, 12 registration, 13 emergency (1301 locally), 14 chronic and special diseases,
    # 15 special drugs, 16 Chinese medicine, 81 accident, 3102 low self-payment, 9901 "two diseases",
    # 9903 accident, 9904 special drugs
    "outpatient": "11 12 13 1301 14 140101 140201 15 16 81 3102 9901 9903 9904",
    # 41 designated pharmacy, 9929 chronic drugs from a pharmacy
    "pharmacy": "41 9929",
    "inpatient": "21 22 23 24 25 26 2101 2102 2106 2107 2114 3101",
    # 51 outpatient, 52 inpatient, 5212 newborn
    "maternity": "51 52 5212",
    # 27 self-arranged, 28 day surgery, 29 treatment up to the deductible, 61 care insurance, 9107 check-up
    "other": "27 28 29 61 9107",
}

NATIONAL: Final[Mapping[str, ServiceClass]] = MappingProxyType(
    {code: service for service, codes in _CODES.items() for code in codes.split()}
)
"""Code to class, as read in the public code of hospital systems on the national interface (certainty B)."""
