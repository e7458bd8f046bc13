"""What can go wrong with a proof; leaves of the ledger's one tree (`ledger.errors`)."""

from ledger.errors import LedgerError


class NotProven(LedgerError):
    """A hash, a signature or a size is not what it would have to be; the message says which."""

    code = "not_proven"


class NotReadable(LedgerError):
    """A note, key, checkpoint, tile, leaf or proof is not as its standard says; nothing was checked."""

    code = "proof_not_readable"


class LogBroken(LedgerError):
    """The rows of the log do not stand one after another.

    `position` is the first that is wrong; `again` if it is there twice, else it is missing.
    """

    code = "log_broken"

    def __init__(self, position: int, message: str, message_zh: str, *, again: bool = False) -> None:
        super().__init__(message, message_zh)
        self.position = position
        self.again = again


class ExportRefused(LedgerError):
    """The folder for an export is in use or cannot be written. Nothing was left behind."""

    code = "export_refused"
