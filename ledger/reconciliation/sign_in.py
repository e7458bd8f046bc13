"""Signing in where all share one database role: a secret gives a token for some hours, in a private file."""

import os
import stat
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Final, NamedTuple

from ledger.reconciliation import secret_words
from ledger.reconciliation.people import staff_number
from ledger.reconciliation.refused import Refused
from ledger.reconciliation.staff import Connection, Directory

HOLDS: Final = timedelta(hours=8)
_FAILURES: Final = 5
_WAIT: Final = timedelta(minutes=15)
_TOKEN: Final = 32
_NOBODYS: Final = "scrypt$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
"""What a secret is held against where there is none, so that both take as long."""
_KEPT: Final = """
SELECT c.secret, s.active FROM reconciliation.standing s
JOIN LATERAL (
    SELECT secret FROM reconciliation.secrets WHERE staff = s.staff ORDER BY number DESC LIMIT 1
) c ON true
WHERE s.staff = %s ORDER BY s.number DESC LIMIT 1
"""
_RECENT: Final = """
SELECT count(*) AS failed FROM reconciliation.failures WHERE staff = %s AND at > clock_timestamp() - %s
"""
_FAILED: Final = "INSERT INTO reconciliation.failures (staff) VALUES (%s)"
_BEGIN: Final = """
INSERT INTO reconciliation.sign_ins (token, staff, expires) VALUES (%s, %s, clock_timestamp() + %s)
RETURNING expires
"""
_OVER: Final = "DELETE FROM reconciliation.sign_ins WHERE expires <= clock_timestamp()"
_END: Final = "DELETE FROM reconciliation.sign_ins WHERE token = %s"


class SignedIn(NamedTuple):
    """Who signed in, the token that says so, and until when it holds."""

    staff: str
    token: bytes
    expires: datetime


def sign_in(connection: Connection, typed: str, secret: str) -> SignedIn:
    """Sign a person in. Raises `Refused`: `staff_number_malformed`; `sign_in_failed` for a number that is not
    listed, has no secret, is disabled, failed five times in fifteen minutes, or a wrong secret: all alike."""
    staff, directory = staff_number(typed), Directory(connection)
    recent = directory.row(_RECENT, (staff, _WAIT))
    kept = directory.row(_KEPT, (staff,))
    right = secret_words.matches(secret, kept["secret"] if kept else _NOBODYS)
    if recent is None or recent["failed"] >= _FAILURES or kept is None or not kept["active"] or not right:
        connection.execute(_FAILED, (staff,))
        raise Refused("sign_in_failed")
    token = token_bytes(_TOKEN)
    with connection.transaction():
        connection.execute(_OVER)
        begun = directory.row(_BEGIN, (secret_words.fingerprint(token), staff, HOLDS))
    assert begun is not None
    return SignedIn(staff, token, begun["expires"])


def sign_out(connection: Connection, token: bytes) -> None:
    """The token holds no more."""
    connection.execute(_END, (secret_words.fingerprint(token),))


def keep_token(path: Path, token: bytes) -> None:
    """Put a token where only this user reads it, in the place of an earlier one."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token.hex())
    fresh.replace(path)


def read_token(path: Path) -> bytes | None:
    """The token kept there; none where there is no such file. Raises `Refused` (`token_not_private`) for one
    that others may read or that is somebody else's, and `sign_in_over` for what is no token."""
    try:
        found = path.stat()
        text = path.read_text()
    except FileNotFoundError:
        return None
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO) or found.st_uid != os.getuid():
        raise Refused("token_not_private", file=path)
    try:
        return bytes.fromhex(text.strip())
    except ValueError:
        raise Refused("sign_in_over") from None
