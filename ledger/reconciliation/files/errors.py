"""What can go wrong with files and their profiles; leaves of the ledger's one tree (`ledger.errors`)."""

from ledger.errors import LedgerError


class ProfileError(LedgerError):
    """A profile that cannot be used: names the file, the key and the reason."""

    code = "profile_invalid"

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(f"profile {file}: {key}: {reason}", f"版式文件 {file}：{key}：{reason}")
        self.file = file
        self.key = key
        self.reason = reason


class UnknownProfile(LedgerError):
    """No profile has that name, or it is of another kind."""

    code = "profile_unknown"


class FileUnreadable(LedgerError):
    """A file that was refused whole. `Refused.error()` makes it where a caller wants an exception."""

    code = "file_unreadable"
