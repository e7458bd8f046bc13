"""Who sits at the desk: a sign-in kept for this user, and secrets, which are never options."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scripts.cli.failures import Usage
from scripts.cli.settings import Settings
from scripts.cli.texts import choose

if TYPE_CHECKING:
    from ledger.reconciliation.listing import Listing

SECRET_FILE: Final = "COPAY_STAFF_SECRET"  # noqa: S105  the name of a variable
"""Names a file that holds a secret, for programs that sign in by themselves."""
SIGN_IN_FILE: Final = "COPAY_SIGN_IN"


def sign_in_file() -> Path:
    """Where this user's sign-in is kept: `COPAY_SIGN_IN`, else `.copay-sign-in` at home."""
    return Path(os.environ.get(SIGN_IN_FILE) or Path.home() / ".copay-sign-in")


def secret(settings: Settings, what: str, what_zh: str) -> str:
    """A secret: from the file that `COPAY_STAFF_SECRET` names, typed at a terminal, or a line of input."""
    named = os.environ.get(SECRET_FILE)
    if named:
        try:
            return Path(named).read_text(encoding="utf-8").strip("\r\n")
        except (OSError, ValueError):
            raise Usage(
                f"the file that {SECRET_FILE} names cannot be read", f"无法读取 {SECRET_FILE} 指定的文件"
            ) from None
    if sys.stdin.isatty():
        return getpass(choose(settings.lang, f"{what}: ", f"{what_zh}："))
    return sys.stdin.readline().strip("\r\n")


@contextmanager
def listing(settings: Settings, *, anonymous: bool = False) -> Iterator["Listing"]:
    """The listed people, on the database of the settings, with whoever is signed in here."""
    import psycopg

    from ledger.persistence.postgres import PostgresLog
    from ledger.reconciliation.listing import Listing
    from ledger.reconciliation.sign_in import read_token
    from ledger.reconciliation.staff import connect

    token = None if anonymous else read_token(sign_in_file())
    with settings.database() as dsn:
        PostgresLog(dsn).close()
        try:
            with connect(dsn) as connection:
                yield Listing(connection, token)
        except psycopg.errors.InsufficientPrivilege:
            raise Usage(
                "the role of --dsn may not do this; use that of an admin, or of whoever owns the database",
                "--dsn 的数据库角色无此权限；请使用管理员或数据库所有者的角色",
            ) from None
