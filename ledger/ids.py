"""Identifiers and texts: their shape, and the one shape that must never get in.

An account is the scheme's person number. A citizen-ID number (GB 11643-1999, 18 characters, check
digit by ISO 7064 MOD 11-2) is personal data: it never enters the log, neither as an id nor in a text.
"""

import re
from datetime import date
from typing import Final

ID_PATTERN: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
REGION_PATTERN: Final = re.compile(r"[0-9]{6}")
_CITIZEN_SHAPE: Final = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS: Final = "10X98765432"


def is_citizen_id(text: str) -> bool:
    """Whether a text is a citizen-ID number: shape, calendar date and check digit (GB 11643).

    Region tables are not consulted: numbers of withdrawn regions are still people's numbers.
    """
    if len(text) != 18 or not text[:17].isascii() or not text[:17].isdigit():
        return False
    if citizen_check_digit(text[:17]) != text[17].upper():
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return True


def citizen_check_digit(digits: str) -> str:
    """The 18th character of a citizen-ID number, from its first 17 digits (ISO 7064 MOD 11-2)."""
    return _CHECK_DIGITS[sum(w * int(c) for w, c in zip(_WEIGHTS, digits, strict=True)) % 11]


def holds_citizen_id(text: str) -> bool:
    """Whether a citizen-ID number stands anywhere in a text, on its own or inside a sentence."""
    return len(text) >= 18 and any(is_citizen_id(found) for found in _CITIZEN_SHAPE.findall(text))


def without_citizen_ids(text: str) -> str:
    """A text of another party with every citizen-ID number in it blotted out."""
    return _CITIZEN_SHAPE.sub(lambda found: "*" * 18 if is_citizen_id(found[0]) else found[0], text)


def reveals_citizen_id(text: str) -> bool:
    """Whether a text gives a citizen-ID number away.

    A single token is one or it is not: settlement ids carry region, date and serial, so that one in eleven
    would hold something that looks like one. In a sentence it is found wherever it stands.
    """
    return is_citizen_id(text) if ID_PATTERN.fullmatch(text) else holds_citizen_id(text)


def is_id(text: str) -> bool:
    """Whether a text may serve as an id: 1 to 64 of `[A-Za-z0-9_.:-]`, and no citizen-ID number."""
    return ID_PATTERN.fullmatch(text) is not None and not is_citizen_id(text)


# One prefix per kind of stream; the part after the first colon is the contract's own id.
def account_stream(account: str) -> str:
    """The stream of one person's account."""
    return f"account:{account}"


def family_stream(beneficiary: str) -> str:
    """The stream of one beneficiary's binders, debit order and limits."""
    return f"family:{beneficiary}"


def settlement_stream(settlement: str) -> str:
    """The stream of one settlement."""
    return f"settlement:{settlement}"


def facts_stream(settlement: str) -> str:
    """The stream of what became known of one settlement after it was recorded."""
    return f"facts:{settlement}"


def request_stream(request: str) -> str:
    """The stream of one request id: refusals, repeats, and a pending bind with its review."""
    return f"request:{request}"


def refund_stream(refund: str) -> str:
    """The stream of one refund id: which settlement it belongs to."""
    return f"refund:{refund}"


def break_stream(item: str) -> str:
    """The stream of one break between the two sides, from its opening to its closing."""
    return f"break:{item}"


def period_stream(party: str, first: date, last: date) -> str:
    """The stream of the days that are reconciled together with one institution or agency."""
    return f"period:{party}:{first}:{last}"


def periods_stream(party: str) -> str:
    """The stream that lists the periods of one institution or agency."""
    return f"periods:{party}"


def subject_stream(person: str) -> str:
    """The stream of one person as a subject of data: restricted, released, unmasked, forgotten."""
    return f"subject:{person}"


POLICY_STREAM: Final = "policies"
"""The one stream of every policy pack ever used; each decision that asked a policy has read it."""

CHECKPOINT_STREAM: Final = "checkpoints"
"""The one stream of what was signed of the log."""
