"""Why a replay cannot run or an archive cannot be used: leaves of the ledger's own tree (`ledger.errors`)."""

from pathlib import Path

from ledger.errors import LedgerError


class NothingToReplay(LedgerError):
    """There is no log: neither in the database nor in the folder."""

    code = "nothing_to_replay"


class ArchiveDamaged(LedgerError):
    """An archive is not what its manifest says. Nothing is read from it and nothing added to it."""

    code = "archive_damaged"

    def __init__(self, file: Path, reason: str, reason_zh: str) -> None:
        super().__init__(
            f"archive file {file} {reason}; restore it from a copy, or archive into an empty folder",
            f"归档文件 {file} {reason_zh}；请用备份恢复，或在空目录中重新归档",
        )
        self.file = file
