"""Secrets: their scrypt hashes, and the fingerprint that stands for a token."""

import base64
import hashlib
import hmac
from secrets import token_bytes
from typing import Final

from ledger.reconciliation.refused import Refused

LEAST: Final = 10
"""Characters of a secret."""
_N, _R, _P = 2**15, 8, 1  # 32 MiB and a tenth of a second for each try
_MEMORY: Final = 64 * 2**20


def hashed(secret: str) -> str:
    """What is kept of a secret. Raises `Refused` (`secret_too_short`)."""
    if len(secret) < LEAST:
        raise Refused("secret_too_short", least=LEAST)
    salt = token_bytes(16)
    parts = (base64.b64encode(part).decode() for part in (salt, _scrypt(secret, salt)))
    return "$".join(("scrypt", *parts))


def matches(secret: str, kept: str) -> bool:
    """Whether a secret is the one that was kept."""
    _, salt, digest = kept.split("$")
    return hmac.compare_digest(_scrypt(secret, base64.b64decode(salt)), base64.b64decode(digest))


def fingerprint(token: bytes) -> bytes:
    """What is kept of a token: 32 random bytes need no salt."""
    return hashlib.sha256(token).digest()


def _scrypt(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY, dklen=32)
